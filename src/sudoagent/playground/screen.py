"""What one person has on the screen: people, channels, the open channel, modals, Home tab. Pure."""

from __future__ import annotations

from typing import Any

from .answers import Message
from .cast import BOT_USER, TEAM_NAME, Channel, User
from .finding import rooms_of
from .workspace import Workspace

__all__ = ["screen_of"]

# A page that shows more is slow, and nobody scrolls further.
MESSAGES_SHOWN = 150


def screen_of(
    workspace: Workspace, user: User, channel_id: str, thread_ts: str | None
) -> dict[str, Any]:
    """Return all that the page draws for this person, with one channel and one thread open."""
    rooms = rooms_of(workspace, user)
    room = next((room for room in rooms if room.id == channel_id), rooms[0] if rooms else None)
    home = workspace.surfaces.home(user.id)
    return {
        "team": TEAM_NAME,
        "app": BOT_USER,
        "me": user.id,
        "people": [_person(each) for each in workspace.users.values()],
        "groups": {group.id: group.handle for group in workspace.groups.values()},
        "channels": [_channel(workspace, each, user) for each in rooms],
        "channel": room.id if room else None,
        "messages": _messages(workspace, user, room) if room else [],
        "thread": _thread(workspace, user, room, thread_ts) if room and thread_ts else [],
        "views": [sheet.as_person_sees() for sheet in workspace.surfaces.stack(user.id)],
        "home": home.as_person_sees() if home else None,
    }


def _messages(workspace: Workspace, user: User, room: Channel) -> list[Message]:
    posts = [
        post
        for post in workspace.timeline
        if post.channel == room.id and not post.thread_ts and post.visible_to in (None, user.id)
    ]
    return [workspace.timeline.as_person_sees(post) for post in posts[-MESSAGES_SHOWN:]]


def _thread(workspace: Workspace, user: User, room: Channel, ts: str) -> list[Message]:
    timeline = workspace.timeline
    parent = timeline.find(room.id, ts)
    replies = [
        post
        for post in timeline
        if post.channel == room.id and post.thread_ts == ts and post.visible_to in (None, user.id)
    ]
    posts = [*([parent] if parent else []), *replies]
    return [timeline.as_person_sees(post) for post in posts]


def _person(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "handle": user.handle,
        "name": user.name,
        "title": user.title,
        "tz": user.tz,
        "bot": user.is_bot,
        "away": user.is_deleted or user.is_bot or user.is_stranger,
        "guest": user.is_guest,
        "stranger": user.is_stranger,
        "deleted": user.is_deleted,
    }


def _channel(workspace: Workspace, channel: Channel, user: User) -> dict[str, Any]:
    posts = workspace.timeline.top_level(channel.id)
    return {
        "id": channel.id,
        "name": channel.name,
        "topic": channel.topic,
        "private": channel.is_private,
        "archived": channel.is_archived,
        "direct": channel.is_im,
        "shared": channel.is_ext_shared,
        "members": len(channel.members),
        "latest": posts[-1].ts if posts else "",
        "joined": user.id in channel.members,
    }
