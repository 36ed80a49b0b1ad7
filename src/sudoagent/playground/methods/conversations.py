"""Channels and what stands in them."""

from __future__ import annotations

from typing import Any

from sudoagent.playground.cast import BOT_USER, TEAM, Channel
from sudoagent.playground.refusal import SlackError
from sudoagent.playground.timeline import Post

from ._call import Call

__all__ = ["history", "info", "list_all", "members", "open_direct", "replies"]


def info(call: Call) -> dict[str, Any]:
    """``conversations.info``."""
    return {"channel": _told(call.workspace.channel(call.required("channel")))}


def list_all(call: Call) -> dict[str, Any]:
    """``conversations.list``, filtered by ``types`` and ``exclude_archived``, in pages."""
    types = set(call.string("types", "public_channel").replace(" ", "").split(","))
    fitting = [
        channel
        for channel in call.workspace.channels.values()
        if _type_of(channel) in types
        and not (channel.is_private and BOT_USER not in channel.members)
        and not (channel.is_archived and call.flag("exclude_archived"))
    ]
    page, cursor = _page(call, fitting)
    told = [_told(channel) for channel in page]
    return {"channels": told, "response_metadata": {"next_cursor": cursor}}


def members(call: Call) -> dict[str, Any]:
    """``conversations.members``."""
    channel = call.workspace.channel(call.required("channel"))
    return {"members": sorted(channel.members), "response_metadata": {"next_cursor": ""}}


def open_direct(call: Call) -> dict[str, Any]:
    """``conversations.open`` with one user: the direct message channel of app and person."""
    users = [user for user in call.required("users").split(",") if user]
    if len(users) != 1:
        raise SlackError("too_many_users" if users else "no_users_supplied")
    known = f"D{users[0][1:]}" in call.workspace.channels
    channel = call.workspace.direct_channel(users[0])
    told = _told(channel) if call.flag("return_im") else {"id": channel.id}
    return {"channel": told, **({"no_op": True, "already_open": True} if known else {})}


def history(call: Call) -> dict[str, Any]:
    """``conversations.history``: newest first, between ``oldest`` and ``latest``."""
    channel = _readable(call)
    posts = call.workspace.timeline.top_level(channel.id)
    inclusive = call.flag("inclusive")
    oldest, latest = call.string("oldest", "0"), call.string("latest", "9999999999.999999")
    between = [post for post in posts if _within(post.ts, oldest, latest, inclusive=inclusive)]
    page, cursor = _page(call, between[::-1])
    return _told_posts(call, page, cursor)


def replies(call: Call) -> dict[str, Any]:
    """``conversations.replies``: the parent and its thread, oldest first."""
    channel = _readable(call)
    timeline = call.workspace.timeline
    ts = call.required("ts")
    parent = timeline.find(channel.id, ts)
    thread = timeline.thread(channel.id, ts)
    if parent is None and not thread:
        raise SlackError("thread_not_found")
    page, cursor = _page(call, [*([parent] if parent else []), *thread])
    return _told_posts(call, page, cursor)


def _readable(call: Call) -> Channel:
    channel = call.workspace.channel(call.required("channel"))
    if BOT_USER not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _within(ts: str, oldest: str, latest: str, *, inclusive: bool) -> bool:
    moment, first, last = float(ts), float(oldest), float(latest)
    return first <= moment <= last if inclusive else first < moment < last


def _page(call: Call, everything: list[Any]) -> tuple[list[Any], str]:
    start = int(call.string("cursor", "0") or 0)
    end = start + max(1, min(call.number("limit", 100), 1000))
    return everything[start:end], str(end) if end < len(everything) else ""


def _told_posts(call: Call, posts: list[Post], cursor: str) -> dict[str, Any]:
    told = [call.workspace.timeline.as_app_sees(post) for post in posts]
    more = {"has_more": bool(cursor), "response_metadata": {"next_cursor": cursor}}
    return {"messages": told, **more}


def _type_of(channel: Channel) -> str:
    if channel.is_im:
        return "im"
    return "private_channel" if channel.is_private else "public_channel"


def _told(channel: Channel) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": channel.id,
        "is_im": channel.is_im,
        "is_archived": channel.is_archived,
        "context_team_id": TEAM,
    }
    if channel.is_im:
        (person,) = channel.members - {BOT_USER}
        return told | {"user": person, "is_open": True}
    return told | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": not channel.is_private,
        "is_group": channel.is_private,
        "is_private": channel.is_private,
        "is_member": BOT_USER in channel.members,
        "is_ext_shared": channel.is_ext_shared,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "num_members": len(channel.members),
    }
