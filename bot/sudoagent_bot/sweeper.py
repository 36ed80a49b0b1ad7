"""Works off what no click drives: deadlines, and the queue of cards to repaint.

The queue is in Redis and what is taken is only lent, so two bots share it, and a bot that is killed
between a vote and its repaint loses nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from sudoagent.review.request import MalformedRecord
from sudoagent.review.store import Hint, ReviewStore, StoredReview, StoreError

from .in_flight import InFlight
from .outages import Outages
from .pace import Pace
from .painter import Painter
from .refusals import Refusals
from .rules import Refused

__all__ = ["Sweeper"]

logger = logging.getLogger(__name__)

_TICK = 1.0  # seconds between looks at deadlines, and at the queue when no hint came
_LEASE_MS = 6_000  # longer than one update takes, with what the Web API client waits for Slack
_AT_ONCE = 20
_DUE_AT_ONCE = 100
_BREATH = 0.05  # seconds between two full batches of deadlines
# chat.update may be called about 50 times a minute (Slack's tier 3). Expiries leave some of that to
# decisions, which nobody likes to wait for and which people can only make so many of.
EXPIRIES_A_MINUTE = 40.0
_UNLIMITED = math.inf  # decisions go at once, until Slack itself asks for a pause


class Sweeper:
    """Ends requests and grants whose time is over, and repaints cards, decisions first.

    An outage of the store is waited out. ``others`` hear every hint, too.
    """

    def __init__(
        self,
        store: ReviewStore,
        painter: Painter,
        refusals: Refusals,
        outages: Outages,
        others: Sequence[Callable[[Hint], None]] = (),
    ) -> None:
        self._store = store
        self._outages = outages
        self._others = others
        self._painter = painter
        self._refusals = refusals
        self._expiries = Pace(EXPIRIES_A_MINUTE)
        self._slack = Pace(_UNLIMITED)
        self._woken = asyncio.Event()
        self._painting = InFlight()
        self._sharing = 1

    def wake(self) -> None:
        """Look at the queue now."""
        self._woken.set()

    def share(self, bots: int) -> None:
        """Say how many bots there are: together they keep to Slack's limits."""
        self._sharing = bots

    def work(self) -> tuple[Coroutine[Any, Any, None], ...]:
        """Return what is to be run side by side, until it is cancelled."""
        return (
            self._store.listen(self._hear),
            self._outages.outlast(self._expire),
            self._outages.outlast(self._repaint),
        )

    async def drain(self, seconds: float) -> None:
        """Finish the repaints that have begun, within so many seconds."""
        await self._painting.drain(seconds)

    def _hear(self, hint: Hint) -> None:
        for heard in self._others:
            heard(hint)
        if hint.kind in ("connected", "request"):
            self.wake()

    async def _expire(self) -> None:
        await self._store.grants.end_due()
        due = await self._store.due(_DUE_AT_ONCE)
        for request_id in due:
            if (await self._store.expire(request_id)).kind == "unknown":
                await self._record_foreign(request_id)
        await asyncio.sleep(_TICK if len(due) < _DUE_AT_ONCE else _BREATH)

    async def _record_foreign(self, request_id: str) -> None:
        # Nothing is due that the library did not store: it is gone, or something else is there.
        try:
            await self._store.read(request_id)
        except MalformedRecord as error:
            await self._refusals.record_bad(request_id, Refused("tampered", str(error)))

    async def _repaint(self) -> None:
        self._woken.clear()
        await asyncio.sleep(self._slack.wait())
        taken = await self._taken() if len(self._painting) < _AT_ONCE else None
        if taken is not None:
            self._painting.start(self._paint(taken))
        else:
            await self._rest(min(_TICK, self._expiries.wait() or _TICK))

    async def _taken(self) -> StoredReview | None:
        """Return what may be repainted now, on loan from the queue."""
        for request_id in await self._store.repaints.take(1, lease_ms=_LEASE_MS):
            stored = await self._painter.look(request_id)
            if stored is None:
                self.wake()
            elif stored.state != "expired":
                return stored
            elif self._expiries.wait():
                # Back until it is its turn; a decision that comes meanwhile goes first.
                delay = self._expiries.wait()
                await self._store.repaints.requeue(request_id, int(delay * 1000) + 1)
            else:
                self._expiries.spend(self._sharing * len(stored.messages))
                return stored
        return None

    async def _paint(self, stored: StoredReview) -> None:
        try:
            self._slack.pause(await self._painter.paint(stored))
        except StoreError as error:
            # The loan ends by itself.
            self._outages.began(error)
        finally:
            self.wake()

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)
