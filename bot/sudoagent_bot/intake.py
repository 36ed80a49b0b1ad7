"""Takes what was acknowledged off Slack's hands: each delivery once, in the background."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from sudoagent.review.store import ReviewStore, StoreError

from .clicks import Click
from .in_flight import InFlight
from .metrics import Metrics
from .refusals import Refusals
from .rules import Refused

__all__ = ["Handler", "Intake"]

logger = logging.getLogger(__name__)

Handler = Callable[[Click], Coroutine[Any, Any, None]]


def _nothing() -> None:
    """Nobody waits."""


class Intake:
    """Hands clicks over to whoever handles them.

    A delivery that came before, to this bot or another one, changes nothing. ``afterwards`` is
    called with each click once it has been handled, whatever came of it.
    """

    def __init__(
        self,
        *,
        in_flight: InFlight,
        store: ReviewStore,
        refusals: Refusals,
        metrics: Metrics,
        afterwards: Callable[[Click], Awaitable[None]],
    ) -> None:
        self._in_flight = in_flight
        self._store = store
        self._refusals = refusals
        self._metrics = metrics
        self._afterwards = afterwards

    def take(self, click: Click, handle: Handler, done: Callable[[], None] = _nothing) -> None:
        """Handle a click in the background, and return at once. ``done`` is called in any case."""
        self._in_flight.start(self._handle(click, handle, done))

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something in the background that may as well be done twice."""
        self._in_flight.start(work)

    async def _handle(self, click: Click, handle: Handler, done: Callable[[], None]) -> None:
        try:
            await self._once(click, handle)
        finally:
            done()

    async def _once(self, click: Click, handle: Handler) -> None:
        try:
            first = await self._is_first(click)
        except StoreError as error:
            await self._refusals.refuse(click, Refused("storage", error.reason), None)
            return
        if not first:
            logger.info("what Slack delivered once more changes nothing")
            self._metrics.delivery("repeated")
            return
        await handle(click)
        await self._afterwards(click)

    async def _is_first(self, click: Click) -> bool:
        came = click.delivery
        if came is None:
            return True
        return await self._store.deliveries.is_first(came.body, came.stamp, is_retry=came.is_retry)
