"""Requests to remind of, to widen, and to post copies of: a queue that any bot may work on.

As with replies in a thread: whoever posts something says so before and after, so a message that
was posted by a bot that died in between can be looked for instead of posted twice.
"""

from __future__ import annotations

from ..request import SCHEMA_VERSION, is_request_id
from .keys import Keys
from .link import Link
from .records import text
from .replies import MOST_COPIES
from .reviews import RETENTION_MS

__all__ = ["FollowUps"]

_GIVEN_UP = "-"


class FollowUps:
    """The queue of requests about which something is to be done while nobody answers.

    Every method raises ``StoreError``. A ``place`` is what a copy is posted to (a user's or a
    channel's id or name), and names it within its request.
    """

    def __init__(self, link: Link, keys: Keys) -> None:
        self._link = link
        self._keys = keys

    async def take(self, limit: int = 1, *, lease_ms: int = 30_000) -> tuple[str, ...]:
        """Return requests that are due; nobody else gets them during the lease."""
        keys = (*self._keys.shared(), self._keys.follow_ups)
        taken = await self._link.run("thread_take", keys, self._args(limit, lease_ms))
        return tuple(name for name in map(text, taken) if is_request_id(name))

    async def again(self, request_id: str, at: int) -> None:
        """Have it taken again at a time: milliseconds by the server's clock."""
        await self._done(request_id, at)

    async def done(self, request_id: str) -> None:
        """Take it out of the queue: nothing more is to be done."""
        await self._done(request_id, "")

    async def widen(self, request_id: str) -> bool:
        """Have the cards show that more people may decide. False: they do, or need not any more."""
        return bool(await self._run("widen", request_id))

    async def begin_copy(self, request_id: str, place: str) -> int | None:
        """Say that a copy is about to be posted. Returns how often that was said before.

        ``None``: it is there, or the request is decided, or it has too many. More than 0: it may be
        there already, and may be of a request that is decided by now.
        """
        return await self._begin(request_id, f"copy:{place}")

    async def copied(
        self, request_id: str, place: str, channel: str, message_ts: str, revision: int
    ) -> None:
        """Store where the copy is, and which revision of the request it shows."""
        await self._run(
            "follow_said", request_id, f"copy:{place}", f"{channel}/{message_ts}", revision
        )

    async def give_copy_up(self, request_id: str, place: str) -> None:
        """Store that this copy will not be posted."""
        await self._run("follow_said", request_id, f"copy:{place}", _GIVEN_UP, "")

    async def begin_reminder(self, request_id: str, reminder: str) -> int | None:
        """Say that a reply is about to be posted that only an undecided request gets.

        Returns as `begin_copy`; the reply is kept with those of the thread.
        """
        return await self._begin(request_id, f"reply:{reminder}")

    async def reminded(self, request_id: str, reminder: str, message_ts: str) -> None:
        """Store where the reply is."""
        await self._run("follow_said", request_id, f"reply:{reminder}", message_ts, "")

    async def give_reminder_up(self, request_id: str, reminder: str) -> None:
        """Store that the reply will not be posted."""
        await self._run("follow_said", request_id, f"reply:{reminder}", _GIVEN_UP, "")

    async def _begin(self, request_id: str, field: str) -> int | None:
        begun = await self._run("follow_begin", request_id, field, MOST_COPIES)
        return None if begun < 0 else begun

    async def _done(self, request_id: str, again: int | str) -> None:
        keys = (*self._keys.shared(), self._keys.follow_ups)
        await self._link.run("follow_done", keys, self._args(request_id, again))

    async def _run(self, script: str, request_id: str, *args: str | int) -> int:
        keys = (*self._keys.shared(), self._keys.request(request_id))
        return int(await self._link.run(script, keys, self._args(*args)))

    def _args(self, *args: str | int) -> tuple[str | int, ...]:
        return (self._keys.hints, SCHEMA_VERSION, RETENTION_MS, *args)
