"""Waiting for verdicts: one subscription, any number of waiting calls.

The stored request is the truth and a hint only says that reading it is worth while. A waiting call
is registered first and read second; everything is read again whenever the subscription has been
made anew, and once a minute in any case. So an answer is never lost, however the connection fares.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from .request import MalformedRecord, is_request_id
from .store import Hint, ReviewStore, StoredReview, StoreError

__all__ = ["Ending", "Waiter"]

_log = logging.getLogger(__name__)

_SWEEP_SECONDS = 60.0
_RETRY_SECONDS = 0.25
_BATCH = 200
# At the deadline: how long to ask for the last word, and how far the server's clock may lag.
_LAST_LOOK_SECONDS = 1.5
_CLOCK_GRACE_MS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """Why waiting ended. Only ``ended`` comes from the request itself; see ``review.state``.

    ``deadline``: the time is up by this machine's clock, and the server had no other word.
    ``frozen``: the namespace was frozen. ``lost``: the server does not know the request any more.
    ``unreadable``: what is stored is not a request of ours.
    """

    kind: Literal["ended", "deadline", "frozen", "lost", "unreadable"]
    review: StoredReview | None = None


class Waiter:
    """Lets calls wait for their requests. Belongs to the store's event loop."""

    def __init__(self, store: ReviewStore) -> None:
        self._store = store
        self._waiting: dict[str, list[asyncio.Future[Ending]]] = {}
        # To be read because of a hint, and to be looked at because hints may have been missed.
        self._changed: set[str] = set()
        self._unchecked: set[str] = set()
        self._work = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._others: list[Callable[[Hint], None]] = []

    def overhear(self, heard: Callable[[Hint], None]) -> None:
        """Call ``heard`` for every hint too, from now on, beginning with a new connection.

        A process has one subscription; whoever wants to know something else listens in here.
        """
        self._others.append(heard)
        if self._tasks:
            heard(Hint(kind="connected"))
        self._start()

    async def wait(self, request_id: str, deadline: float) -> Ending:
        """Wait until the request has ended, or until ``deadline`` on the monotonic clock.

        The deadline holds whatever the server's clock does; the answer comes two seconds after it
        at the latest. While the server is away, waiting goes on. Raises ``ValueError`` for a
        request id that the library did not make.
        """
        if not is_request_id(request_id):
            raise ValueError("not a request id: the library makes them, as UUID4")
        self._start()
        loop = asyncio.get_running_loop()
        ending: asyncio.Future[Ending] = loop.create_future()
        self._waiting.setdefault(request_id, []).append(ending)
        self._read_soon(request_id)
        alarm = loop.call_at(deadline, _resolve, ending, Ending(kind="deadline"))
        try:
            found = await ending
        finally:
            alarm.cancel()
            self._forget(request_id, ending)
        return found if found.kind != "deadline" else await self._last_look(request_id)

    async def close(self) -> None:
        """Stop listening. Calls that still wait are not woken."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()

    def _start(self) -> None:
        if not self._tasks:
            self._tasks = [
                asyncio.create_task(self._store.listen(self._hear)),
                asyncio.create_task(self._read_marked()),
                asyncio.create_task(self._sweep()),
            ]

    def _hear(self, hint: Hint) -> None:
        for heard in self._others:
            heard(hint)
        if hint.request_id is not None:
            if hint.request_id in self._waiting:
                self._read_soon(hint.request_id)
        elif hint.kind in ("connected", "frozen"):
            self._check_all()

    def _read_soon(self, request_id: str) -> None:
        self._changed.add(request_id)
        self._work.set()

    def _check_all(self) -> None:
        self._unchecked.update(self._waiting)
        self._work.set()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            self._check_all()

    async def _read_marked(self) -> None:
        while True:
            await self._work.wait()
            try:
                # One batch at a time, so that a hint never waits for a check of thousands.
                if self._changed:
                    await self._read(list(islice(self._changed, _BATCH)))
                elif self._unchecked:
                    await self._check(list(islice(self._unchecked, _BATCH)))
                else:
                    self._work.clear()
            except StoreError as error:
                # Nothing is lost: what was not read stays marked.
                _log.debug("reading again shortly: %s", error)
                await asyncio.sleep(_RETRY_SECONDS)

    async def _check(self, request_ids: list[str]) -> None:
        states, frozen = await self._store.states(request_ids)
        pending = [name for name, state in states.items() if state == "pending"]
        self._changed.update(set(request_ids).difference(pending))
        self._unchecked.difference_update(request_ids)
        if frozen:
            self._end(pending, Ending(kind="frozen"))

    async def _read(self, request_ids: list[str]) -> None:
        found = await self._store.read_many(request_ids)
        self._changed.difference_update(request_ids)
        for request_id, stored in found.items():
            ending = _ending(stored)
            if ending is not None:
                self._end([request_id], ending)

    def _end(self, request_ids: Iterable[str], ending: Ending) -> None:
        for request_id in request_ids:
            for future in self._waiting.get(request_id, ()):
                _resolve(future, ending)

    def _forget(self, request_id: str, ending: asyncio.Future[Ending]) -> None:
        others = self._waiting[request_id]
        others.remove(ending)
        if not others:
            del self._waiting[request_id]
            self._changed.discard(request_id)
            self._unchecked.discard(request_id)

    async def _last_look(self, request_id: str) -> Ending:
        # The reviewer may have been faster than our alarm; and once this call has given up, no
        # later click may look as if it had counted, so the request is ended in the store too.
        with contextlib.suppress(StoreError, MalformedRecord, TimeoutError):
            async with asyncio.timeout(_LAST_LOOK_SECONDS):
                return await self._expire(request_id)
        return Ending(kind="deadline")

    async def _expire(self, request_id: str) -> Ending:
        reply = await self._store.expire(request_id)
        if reply.kind == "not_due" and reply.remaining_ms <= _CLOCK_GRACE_MS:
            await asyncio.sleep(reply.remaining_ms / 1000)
            reply = await self._store.expire(request_id)
        if reply.kind == "not_due":
            await self._store.cancel(request_id, "nobody answered in time (the clock was set back)")
            return Ending(kind="deadline")
        return _ending(await self._store.read(request_id)) or Ending(kind="deadline")


def _ending(stored: StoredReview | MalformedRecord | None) -> Ending | None:
    if stored is None:
        return Ending(kind="lost")
    if isinstance(stored, MalformedRecord):
        return Ending(kind="unreadable")
    if stored.ended:
        return Ending(kind="ended", review=stored)
    return Ending(kind="frozen", review=stored) if stored.frozen else None


def _resolve(future: asyncio.Future[Ending], ending: Ending) -> None:
    if not future.done():
        future.set_result(ending)
