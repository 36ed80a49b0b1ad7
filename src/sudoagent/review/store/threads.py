"""Threads in which something is to be told: a queue that any bot may work on.

Which replies are there is kept with the request. Whoever posts one says so before and after, so a
reply that was posted by a bot that died in between can be looked for instead of posted twice.
"""

from __future__ import annotations

from ..request import SCHEMA_VERSION, is_request_id
from .keys import Keys
from .link import Link
from .records import text
from .reviews import RETENTION_MS

__all__ = ["Threads"]

_GIVEN_UP = "-"


class Threads:
    """The queue of requests whose thread may lack a reply.

    Every vote and every outcome puts its request here, by itself. A reply has a name of its own
    within its request. Every method raises ``StoreError``.
    """

    def __init__(self, link: Link, keys: Keys) -> None:
        self._link = link
        self._keys = keys

    async def take(self, limit: int = 1, *, lease_ms: int = 30_000) -> tuple[str, ...]:
        """Return requests, the longest waiting first; nobody else gets them during the lease."""
        keys = (*self._keys.shared(), self._keys.threads)
        taken = await self._link.run("thread_take", keys, self._args(limit, lease_ms))
        return tuple(name for name in map(text, taken) if is_request_id(name))

    async def begin(self, request_id: str, reply: str) -> int | None:
        """Say that a reply is about to be posted. Returns how often that was said before.

        ``None``: there is nothing to post. More than 0: it may be there already.
        """
        begun = int(await self._run("thread_begin", request_id, reply))
        return None if begun < 0 else begun

    async def said(self, request_id: str, reply: str, message_ts: str) -> None:
        """Store where the reply is."""
        await self._run("thread_said", request_id, reply, message_ts)

    async def give_up(self, request_id: str, reply: str) -> None:
        """Store that the reply will not be posted."""
        await self._run("thread_said", request_id, reply, _GIVEN_UP)

    async def done(self, request_id: str, revision: int) -> bool:
        """Say which revision the thread tells. False: it changed meanwhile, and stays here."""
        return bool(await self._done(request_id, revision, 0))

    async def requeue(self, request_id: str, delay_ms: int) -> None:
        """Give it back, to be taken again after a delay."""
        await self._done(request_id, "", delay_ms)

    async def _done(self, request_id: str, revision: int | str, delay_ms: int) -> int:
        keys = (*self._keys.shared(), self._keys.request(request_id), self._keys.threads)
        args = self._args(request_id, revision, delay_ms)
        return int(await self._link.run("thread_done", keys, args))

    async def _run(self, script: str, request_id: str, *args: str) -> int:
        keys = (*self._keys.shared(), self._keys.request(request_id))
        return int(await self._link.run(script, keys, self._args(*args)))

    def _args(self, *args: str | int) -> tuple[str | int, ...]:
        return (self._keys.hints, SCHEMA_VERSION, RETENTION_MS, *args)
