"""Which method needs what. docs.slack.dev, "Methods", each method's page."""

from __future__ import annotations

from . import chat, conversations, identity, people, views
from ._call import Method

__all__ = ["METHODS"]

_READ = ("channels:read", "groups:read", "im:read")
_HISTORY = ("channels:history", "groups:history", "im:history")

METHODS: dict[str, Method] = {
    "api.test": Method(identity.api_test, bearer="either"),
    "apps.connections.open": Method(identity.open_connection, bearer="app"),
    "auth.test": Method(identity.auth_test, bearer="either"),
    "bots.info": Method(people.bots_info, scopes=("users:read",)),
    "chat.delete": Method(chat.delete, scopes=("chat:write",)),
    "chat.postEphemeral": Method(chat.post_ephemeral, scopes=("chat:write",)),
    "chat.postMessage": Method(chat.post_message, scopes=("chat:write",)),
    "chat.update": Method(chat.update, scopes=("chat:write",)),
    "conversations.history": Method(conversations.history, scopes=_HISTORY),
    "conversations.info": Method(conversations.info, scopes=_READ),
    "conversations.list": Method(conversations.list_all, scopes=_READ),
    "conversations.members": Method(conversations.members, scopes=_READ),
    "conversations.open": Method(conversations.open_direct, scopes=("im:write",)),
    "conversations.replies": Method(conversations.replies, scopes=_HISTORY),
    "usergroups.list": Method(people.list_groups, scopes=("usergroups:read",)),
    "usergroups.users.list": Method(people.list_group_members, scopes=("usergroups:read",)),
    "users.info": Method(people.users_info, scopes=("users:read",)),
    "users.list": Method(people.list_users, scopes=("users:read",)),
    "views.open": Method(views.open_view),
    "views.publish": Method(views.publish),
    "views.push": Method(views.push),
    "views.update": Method(views.update),
}
