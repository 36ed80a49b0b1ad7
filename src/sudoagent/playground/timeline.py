"""What was posted where, in order. Pure; the clock is injected."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from .answers import Message
from .cast import APP_ID, BOT_ID, BOT_USER, TEAM

__all__ = ["Post", "Timeline"]


@dataclass
class Post:
    """One message. ``revision`` counts updates, ``warnings`` are signs that people saw.

    ``changed_at`` is the workspace's version at the latest change.
    """

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[dict[str, Any]] = field(default_factory=list)
    thread_ts: str | None = None
    edited: bool = False
    revision: int = 1
    visible_to: str | None = None
    warnings: list[str] = field(default_factory=list)
    metadata: dict[str, Any] | None = None
    changed_at: int = 0

    @property
    def by_app(self) -> bool:
        """Whether the app wrote it, so that the app may change it."""
        return self.user == BOT_USER


class Timeline:
    """Posts of every channel, oldest first, each under a timestamp that no other post has."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._posts: dict[tuple[str, str], Post] = {}
        self._threads: defaultdict[tuple[str, str], list[Post]] = defaultdict(list)
        self.removed: dict[str, int] = {}
        self._last_microsecond = 0

    def __iter__(self) -> Iterator[Post]:
        return iter(self._posts.values())

    def next_ts(self) -> str:
        """Return a timestamp later than every earlier one: seconds, dot, six digits."""
        self._last_microsecond = max(int(self._clock() * 1_000_000), self._last_microsecond + 1)
        seconds, fraction = divmod(self._last_microsecond, 1_000_000)
        return f"{seconds}.{fraction:06d}"

    def add(self, post: Post) -> None:
        """Append a post."""
        self._posts[post.channel, post.ts] = post
        if post.thread_ts is not None and post.visible_to is None:
            self._threads[post.channel, post.thread_ts].append(post)

    def find(self, channel: str, ts: str) -> Post | None:
        """The post under this timestamp in this channel."""
        return self._posts.get((channel, ts))

    def find_anywhere(self, ts: str) -> Post | None:
        """The post under this timestamp, whatever its channel: timestamps are unique here."""
        return next((post for post in self if post.ts == ts), None)

    def remove(self, post: Post, at: int) -> None:
        """Delete a post at this version of the workspace; its thread stays, as in Slack."""
        self._posts.pop((post.channel, post.ts), None)
        self.removed[post.ts] = at
        thread = self._threads.get((post.channel, post.thread_ts or ""), [])
        if post in thread:
            thread.remove(post)

    def top_level(self, channel: str) -> list[Post]:
        """What the channel shows to everybody, without threads, oldest first."""
        return [
            post
            for post in self
            if post.channel == channel and post.thread_ts is None and post.visible_to is None
        ]

    def thread(self, channel: str, ts: str) -> list[Post]:
        """The replies below a post, oldest first."""
        return list(self._threads.get((channel, ts), ()))

    def as_person_sees(self, post: Post) -> Message:
        """The post as the control API and the page tell it."""
        return Message(
            channel=post.channel,
            ts=post.ts,
            user=post.user,
            text=post.text,
            blocks=post.blocks,
            thread_ts=post.thread_ts,
            edited=post.edited,
            revision=post.revision,
            visible_to=post.visible_to,
            reply_count=0 if post.thread_ts else len(self.thread(post.channel, post.ts)),
            warnings=tuple(post.warnings),
            metadata=post.metadata,
        )

    def as_app_sees(self, post: Post) -> dict[str, Any]:
        """The post as the Web API and payloads tell it."""
        told: dict[str, Any] = {
            "type": "message",
            "user": post.user,
            "ts": post.ts,
            "text": post.text,
            "team": TEAM,
        }
        if post.by_app:
            told |= {"bot_id": BOT_ID, "app_id": APP_ID}
        if post.blocks:
            told["blocks"] = post.blocks
        if post.metadata is not None:
            told["metadata"] = post.metadata
        if post.edited:
            told["edited"] = {"user": post.user, "ts": post.ts}
        return told | self._thread_facts(post)

    def _thread_facts(self, post: Post) -> dict[str, Any]:
        if post.thread_ts is not None:
            return {"thread_ts": post.thread_ts}
        replies = self.thread(post.channel, post.ts)
        if not replies:
            return {}
        return {
            "thread_ts": post.ts,
            "reply_count": len(replies),
            "reply_users": sorted({reply.user for reply in replies}),
            "latest_reply": replies[-1].ts,
        }
