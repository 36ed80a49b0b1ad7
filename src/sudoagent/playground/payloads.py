"""What Slack tells an app about something that a person did. Pure.

Shapes: docs.slack.dev, "Interaction payloads", "Slash commands", "app_home_opened".
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from .cast import APP_ID, BOT_USER, TEAM, Channel, User
from .forms import state_of
from .surfaces import Sheet
from .timeline import Post

__all__ = [
    "clicked_in_message",
    "clicked_in_view",
    "home_opened",
    "slash_command",
    "view_closed",
    "view_submitted",
]

DOMAIN = "playground"
# Slack's deprecated verification token: apps must not look at it.
_VERIFICATION = "playground"


def clicked_in_message(
    user: User,
    channel: Channel,
    post: Post,
    told: Mapping[str, Any],
    action: Mapping[str, Any],
    values: Mapping[str, Any],
) -> dict[str, Any]:
    """``block_actions`` of a message. ``told`` is the message as the app sees it."""
    is_ephemeral = post.visible_to is not None
    container = {
        "type": "message",
        "message_ts": post.ts,
        "channel_id": channel.id,
        "is_ephemeral": is_ephemeral,
    }
    if post.thread_ts:
        container["thread_ts"] = post.thread_ts
    payload = _interaction("block_actions", user) | {
        "container": container,
        "channel": {"id": channel.id, "name": _channel_name(channel)},
        "state": state_of(post.blocks, values),
        "actions": [action],
    }
    # Slack keeps no copy of an ephemeral message to tell about.
    return payload if is_ephemeral else payload | {"message": dict(told)}


def clicked_in_view(
    user: User, sheet: Sheet, action: Mapping[str, Any], values: Mapping[str, Any]
) -> dict[str, Any]:
    """``block_actions`` of a modal or Home tab."""
    view = sheet.as_app_sees(values)
    return _interaction("block_actions", user) | {
        "container": {"type": "view", "view_id": sheet.id},
        "view": view,
        "state": view["state"],
        "actions": [action],
    }


def view_submitted(user: User, sheet: Sheet, values: Mapping[str, Any]) -> dict[str, Any]:
    """``view_submission``."""
    return _interaction("view_submission", user) | {
        "view": sheet.as_app_sees(values),
        "response_urls": [],
    }


def view_closed(user: User, sheet: Sheet, *, is_cleared: bool) -> dict[str, Any]:
    """``view_closed``; ``is_cleared`` when the whole stack went at once."""
    return _interaction("view_closed", user) | {
        "view": sheet.as_app_sees(),
        "is_cleared": is_cleared,
    }


def slash_command(user: User, channel: Channel, command: str, text: str) -> dict[str, Any]:
    """The form fields of a slash command."""
    return {
        "token": _VERIFICATION,
        "team_id": user.team,
        "team_domain": DOMAIN,
        "channel_id": channel.id,
        "channel_name": _channel_name(channel),
        "user_id": user.id,
        "user_name": user.handle,
        "command": command,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
    }


def home_opened(user: User, channel: Channel, sheet: Sheet | None, ts: str) -> dict[str, Any]:
    """The ``app_home_opened`` event; the view is told once the app has published one."""
    event: dict[str, Any] = {
        "type": "app_home_opened",
        "user": user.id,
        "channel": channel.id,
        "tab": "home",
        "event_ts": ts,
    }
    if sheet is not None:
        event["view"] = sheet.as_app_sees()
    authorization = {
        "enterprise_id": None,
        "team_id": TEAM,
        "user_id": BOT_USER,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    return {
        "token": _VERIFICATION,
        "team_id": TEAM,
        "api_app_id": APP_ID,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{secrets.token_hex(5).upper()}",
        "event_time": int(float(ts)),
        "authorizations": [authorization],
        "is_ext_shared_channel": False,
    }


def _interaction(kind: str, user: User) -> dict[str, Any]:
    return {
        "type": kind,
        # `team_id` of the user tells people of another workspace apart; `team` is the app's own.
        "user": {
            "id": user.id,
            "username": user.handle,
            "name": user.handle,
            "team_id": user.team,
        },
        "team": {"id": TEAM, "domain": DOMAIN},
        "api_app_id": APP_ID,
        "token": _VERIFICATION,
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _channel_name(channel: Channel) -> str:
    if channel.is_im:
        return "directmessage"
    return "privategroup" if channel.is_private else channel.name
