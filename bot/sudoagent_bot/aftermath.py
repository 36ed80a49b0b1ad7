"""What follows a vote that was stored."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sudoagent.review.store import ReviewStore, StoreError
from sudoagent.verdict import Choice

from .clicks import Click
from .in_flight import InFlight
from .metrics import Metrics

__all__ = ["Aftermath"]

logger = logging.getLogger(__name__)


class Aftermath:
    """Counts the vote, wakes whoever paints, and notes what the reviewer decided.

    None of it can undo the vote, so nothing here fails.
    """

    def __init__(
        self,
        *,
        store: ReviewStore,
        metrics: Metrics,
        in_flight: InFlight,
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._metrics = metrics
        self._in_flight = in_flight
        self._wake = wake

    def voted(self, click: Click, choice: Choice) -> None:
        """Do all that, without making anybody wait."""
        self._metrics.vote(choice)
        self._wake()
        self._in_flight.start(
            self._note(f"{click.team_id}/{click.user_id}", click.request_id or "")
        )

    async def _note(self, person: str, request_id: str) -> None:
        try:
            await self._store.homes.note_decided(person, request_id)
        except StoreError as error:
            logger.warning("a decision is missing on a Home tab: %s", error.reason)
