"""Work that goes on for ever, and waits out every outage of the store."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from sudoagent.review.store import StoreError

__all__ = ["Outages"]

logger = logging.getLogger(__name__)

_RETRY = 1.0  # seconds


class Outages:
    """Logs when the store goes away and when it is back, once for all who notice."""

    def __init__(self) -> None:
        self._lost = False

    async def outlast(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do the work again and again, until cancelled."""
        while True:
            try:
                await work()
            except StoreError as error:
                self.began(error)
                await asyncio.sleep(_RETRY)
            else:
                self.ended()

    def began(self, error: StoreError) -> None:
        """Take note that the store did not answer."""
        if not self._lost:
            logger.warning("nothing can be stored just now: %s", error.reason)
        self._lost = True

    def ended(self) -> None:
        """Take note that it did."""
        if self._lost:
            logger.info("the store answers again")
        self._lost = False
