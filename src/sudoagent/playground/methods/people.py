"""Users, bots and user groups."""

from __future__ import annotations

from typing import Any

from sudoagent.playground.cast import APP_ID, BOT_ID, BOT_USER, TEAM, Group, User
from sudoagent.playground.refusal import SlackError

from ._call import Call

__all__ = ["bots_info", "list_group_members", "list_groups", "list_users", "users_info"]


def users_info(call: Call) -> dict[str, Any]:
    """``users.info``."""
    return {"user": _told(call.workspace.user(call.required("user")))}


def list_users(call: Call) -> dict[str, Any]:
    """``users.list``, in one page."""
    people = [_told(user) for user in call.workspace.users.values()]
    return {"members": people, "response_metadata": {"next_cursor": ""}}


def bots_info(call: Call) -> dict[str, Any]:
    """``bots.info``: the playground has one app."""
    if call.required("bot") != BOT_ID:
        raise SlackError("bot_not_found")
    name = call.workspace.user(BOT_USER).name
    bot = {"id": BOT_ID, "deleted": False, "name": name, "app_id": APP_ID, "user_id": BOT_USER}
    return {"bot": bot}


def list_groups(call: Call) -> dict[str, Any]:
    """``usergroups.list``."""
    with_users = call.flag("include_users")
    groups = call.workspace.groups.values()
    return {"usergroups": [_told_group(group, with_users=with_users) for group in groups]}


def list_group_members(call: Call) -> dict[str, Any]:
    """``usergroups.users.list``."""
    group = call.workspace.groups.get(call.required("usergroup"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}


def _told(user: User) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": user.id,
        "team_id": user.team,
        "name": user.handle,
        "deleted": user.is_deleted,
        "real_name": user.name,
        "tz": user.tz,
        "tz_offset": user.tz_offset,
        "is_bot": user.is_bot,
        "is_app_user": False,
        "profile": {
            "real_name": user.name,
            "display_name": user.handle,
            "title": user.title,
            "team": user.team,
        },
    }
    if not user.is_deleted:
        told |= {
            "is_admin": user.is_admin,
            "is_owner": False,
            "is_restricted": user.is_guest,
            "is_ultra_restricted": False,
        }
    if user.is_stranger:
        told["is_stranger"] = True
    return told


def _told_group(group: Group, *, with_users: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": group.id,
        "team_id": TEAM,
        "is_usergroup": True,
        "name": group.name,
        "handle": group.handle,
        "date_delete": 0,
        "user_count": len(group.users),
    }
    return told | ({"users": list(group.users)} if with_users else {})
