"""Which permissions sudoagent needs in Slack, and what for. Pure data.

Source: docs.slack.dev/reference/methods and /reference/scopes, the page of each method and scope.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal, get_args

__all__ = [
    "ALWAYS",
    "APP_SCOPE",
    "DEFAULTS",
    "FEATURES",
    "METHODS",
    "PURPOSES",
    "Feature",
    "scopes_for",
]

Feature = Literal["groups", "commands", "channels", "home", "dms", "public", "recovery"]

# Of the app-level token, which a manifest cannot ask for.
APP_SCOPE: Final = "connections:write"

ALWAYS: Final = ("chat:write", "users:read")

# What a feature is for, and the scopes that it adds. Without scopes: Slack asks for none.
FEATURES: Final[dict[Feature, tuple[str, tuple[str, ...]]]] = {
    "groups": ("user groups (S…) as reviewers", ("usergroups:read",)),
    "commands": ("/sudo: what waits, and stopping everything", ("commands",)),
    "channels": (
        "`sudoagent doctor` sees whether the channel is there and the app in it",
        ("channels:read", "groups:read"),
    ),
    "home": ("the app's Home tab: what waits for me, with buttons", ()),
    "dms": ("requests as direct messages", ("im:write",)),
    "public": ("public channels that the app was not invited to", ("chat:write.public",)),
    "recovery": (
        "a message is found again when Slack's answer to it was lost; the call is denied otherwise",
        ("channels:history", "groups:history"),
    ),
}
DEFAULTS: Final[tuple[Feature, ...]] = ("groups", "commands", "channels")

PURPOSES: Final = {
    "chat:write": "post requests, repaint them when decided, answer a clicker privately",
    "users:read": "is the clicker a full, active member of this workspace, and a person?",
    "usergroups:read": "who is in a group of reviewers?",
    "commands": "/sudo: what waits; stop everything, for the people in SUDOAGENT_ADMINS",
    "channels:read": "doctor: is the channel there, is the app in it?",
    "groups:read": "the same for a private channel",
    "im:write": "ask reviewers in direct messages",
    "chat:write.public": "post to public channels that the app was not invited to",
    "channels:history": "was a message posted, when Slack's answer was lost?",
    "groups:history": "the same in a private channel",
    "im:history": "the same in a direct message",
}

_READ = ("channels:read", "groups:read")
_HISTORY = ("channels:history", "groups:history", "im:history")

# What each method that is called needs. Several: it depends on the kind of channel.
METHODS: Final[dict[str, tuple[str, ...]]] = {
    "apps.connections.open": (APP_SCOPE,),
    "auth.test": (),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.update": ("chat:write",),
    "conversations.history": _HISTORY,
    "conversations.info": _READ,
    "conversations.list": _READ,
    "conversations.members": _READ,
    "conversations.open": ("im:write",),
    "conversations.replies": _HISTORY,
    "usergroups.users.list": ("usergroups:read",),
    "users.info": ("users:read",),
    "views.open": (),
    "views.publish": (),
    "views.update": (),
}


def scopes_for(features: Collection[Feature]) -> tuple[str, ...]:
    """Return the bot token's scopes for these features, in a stable order.

    Raises ``ValueError`` for a feature that does not exist.
    """
    unknown = set(features) - set(get_args(Feature))
    if unknown:
        raise ValueError(f"there is no feature {', '.join(sorted(unknown))}")
    added = [scope for name, (_, more) in FEATURES.items() if name in features for scope in more]
    if {"dms", "recovery"} <= set(features):
        added.append("im:history")
    return (*ALWAYS, *added)
