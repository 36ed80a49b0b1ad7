"""The workspace: who is in it, what was posted, what is open, and who listens. No I/O."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from .answers import ApiCall, Interaction
from .cast import APP_TOKEN, BOT_TOKEN, BOT_USER, GROUPS, PEOPLE, SCOPES, Channel, User, channels
from .passes import Passes
from .refusal import SlackError
from .surfaces import Sheet, Surfaces
from .timeline import Post, Timeline

__all__ = ["Event", "ResponseTarget", "Trigger", "Workspace"]

CALLS_KEPT = 10_000


class Event(NamedTuple):
    """Something changed; ``reader`` is the only person who may see it (``None``: everybody)."""

    kind: Literal["message", "deleted", "views", "home", "channel", "reset", "missed", "connected"]
    body: dict[str, Any]
    reader: str | None = None


@dataclass(frozen=True)
class Trigger:
    """What a ``trigger_id`` stands for: who did something, and in which view, if in one."""

    user: str
    view_id: str | None = None


@dataclass(frozen=True)
class ResponseTarget:
    """What a ``response_url`` stands for: where, for whom, and the message that was clicked."""

    channel: str
    user: str
    ts: str | None = None


class Workspace:
    """Everything that the playground knows. ``reset`` makes it new; listeners stay."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.listeners: list[Callable[[Event], None]] = []
        self.version = 0
        self._begin()

    def _begin(self) -> None:
        self.users = {user.id: user for user in PEOPLE}
        self.groups = {group.id: group for group in GROUPS}
        self.channels = channels()
        self.timeline = Timeline(self.clock)
        self.surfaces = Surfaces()
        self.triggers: Passes[Trigger] = Passes(self.clock, life=3.0, prefix="1.2.")
        self.response_urls: Passes[ResponseTarget] = Passes(self.clock, life=1800.0, uses=5)
        self.tickets: Passes[None] = Passes(self.clock, life=30.0)
        self.tokens: dict[str, Literal["bot", "app"]] = {BOT_TOKEN: "bot", APP_TOKEN: "app"}
        self.revoked: set[str] = set()
        self.scopes = set(SCOPES)
        self.calls: list[ApiCall] = []
        self.missed: list[Interaction] = []
        self.acknowledge_within = 3.0

    def reset(self) -> None:
        """Forget everything that happened."""
        self._begin()
        self.tell(Event("reset", {}))

    def tell(self, event: Event) -> None:
        """Let every listener know, and count the change."""
        self.version += 1
        for listener in list(self.listeners):
            listener(event)

    def note_call(self, call: ApiCall) -> None:
        """Remember a Web API call; the oldest are forgotten after ten thousand."""
        self.calls.append(call)
        del self.calls[:-CALLS_KEPT]

    def user(self, user_id: str) -> User:
        """Return a user. Raises ``user_not_found``."""
        try:
            return self.users[user_id]
        except KeyError:
            raise SlackError("user_not_found") from None

    def channel(self, channel_id: str) -> Channel:
        """Return a channel that the app may know of, by id. Raises ``channel_not_found``."""
        found = self.channels.get(channel_id)
        if found is None or (found.is_private and BOT_USER not in found.members):
            raise SlackError("channel_not_found")
        return found

    def channel_called(self, name: str) -> Channel:
        """Return a channel by id, ``#name``, name, or the id of a user (a direct message)."""
        if name in self.users:
            return self.direct_channel(name)
        bare = name.removeprefix("#")
        for channel in self.channels.values():
            if name == channel.id or (bare == channel.name and not channel.is_im):
                return self.channel(channel.id)
        raise SlackError("channel_not_found")

    def direct_channel(self, user_id: str) -> Channel:
        """Return the direct message channel of app and person, opening it if need be."""
        user = self.user(user_id)
        if user.is_deleted:
            raise SlackError("user_disabled")
        channel_id = f"D{user_id[1:]}"
        if channel_id not in self.channels:
            opened = Channel(channel_id, user.handle, is_im=True, members={user_id, BOT_USER})
            self.channels[channel_id] = opened
            self.tell(Event("channel", {"id": channel_id}))
        return self.channels[channel_id]

    def post(self, post: Post) -> Post:
        """Add a post and tell whoever may see it."""
        self.timeline.add(post)
        self.tell_post(post)
        return post

    def tell_post(self, post: Post) -> None:
        """Tell that a post is new or changed, and its parent's reply count with it."""
        self._tell_message(post)
        parent = self.timeline.find(post.channel, post.thread_ts) if post.thread_ts else None
        if parent is not None:
            self._tell_message(parent)

    def remove(self, post: Post) -> None:
        """Delete a post."""
        self.timeline.remove(post, self.version + 1)
        self.tell(Event("deleted", {"channel": post.channel, "ts": post.ts}))

    def show_views(self, user: str) -> None:
        """Tell a person's page what is in front of them now."""
        self.tell(Event("views", {"user": user}, reader=user))

    def show_sheet(self, sheet: Sheet) -> None:
        """Tell that one sheet changed."""
        kind: Literal["views", "home"] = "home" if sheet.definition["type"] == "home" else "views"
        self.tell(Event(kind, {"user": sheet.user}, reader=sheet.user))

    def _tell_message(self, post: Post) -> None:
        post.changed_at = self.version + 1
        body = {"channel": post.channel, "ts": post.ts}
        self.tell(Event("message", body, reader=post.visible_to))
