"""Makes cards show what is stored, never what was clicked."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from sudoagent.review.request import MalformedRecord
from sudoagent.review.seal import Keyring
from sudoagent.review.store import ReviewStore, StoredReview
from sudoagent.slack.failures import SlackFailure, SlackRefused
from sudoagent.slack.messages import Message, card

from .metrics import Metrics
from .opening import opened_review
from .refusals import Refusals
from .rules import Refused
from .web import COMES_BACK, TOKEN_REFUSED, Web

__all__ = ["Painter"]

logger = logging.getLogger(__name__)

# A revision that no request reaches: the card is as good as it will ever be.
_FINAL = 2**53
_DELAY_MS = 2_000
_LONG_DELAY_MS = 600_000  # for what somebody has to put right first


class Painter:
    """Repaints one request's cards at a time, and says so to the queue that asked for it.

    Raises ``StoreError`` only: what Slack cannot do now is given back to the queue, what it will
    never do is dropped, and records that the library did not write are refused and recorded.
    """

    def __init__(
        self,
        store: ReviewStore,
        web: Web,
        keyring: Keyring,
        namespace: str,
        refusals: Refusals,
        metrics: Metrics,
    ) -> None:
        self._store = store
        self._web = web
        self._keyring = keyring
        self._namespace = namespace
        self._refusals = refusals
        self._metrics = metrics

    async def look(self, request_id: str) -> StoredReview | None:
        """Return what is stored; ``None``, and out of the queue, when there is nothing to paint."""
        try:
            stored = await self._store.read(request_id)
        except MalformedRecord as error:
            await self._drop(request_id, Refused("tampered", str(error)))
            return None
        if stored is None or stored.channel is None or stored.message_ts is None:
            # Attaching a message puts a request that has changed by then into the queue again.
            await self._store.repaints.done(request_id, stored.revision if stored else _FINAL)
            return None
        return stored

    async def paint(self, stored: StoredReview) -> float:
        """Update every card. Returns for how many seconds Slack wants no more updates."""
        try:
            message = self._message(stored)
        except Refused as refused:
            await self._drop(stored.id, refused)
            return 0.0
        updates = [self._update(*place, message) for place in stored.messages]
        failures = [failed for failed in await asyncio.gather(*updates) if failed is not None]
        if failures:
            return await self._failed(stored, failures)
        self._metrics.repaint("painted")
        await self._store.repaints.done(stored.id, stored.revision)
        return 0.0

    async def _update(self, channel: str, ts: str, message: Message) -> SlackFailure | None:
        try:
            await self._web.repaint(channel, ts, message)
        except SlackFailure as failure:
            return failure
        return None

    def _message(self, stored: StoredReview) -> Message:
        opened = opened_review(stored, self._keyring, self._namespace)
        return card(
            opened.request,
            state=stored.state,
            votes=opened.votes,
            decided_at=stored.ended_at,
            cause=stored.why,
            run=opened.run,
            widened=opened.widened,
            revoked_by=opened.grant_end.by if opened.grant_end is not None else None,
        )

    async def _failed(self, stored: StoredReview, failures: Sequence[SlackFailure]) -> float:
        """Give the cards back to the queue, unless Slack will never let the rest be updated."""
        delays = [delay for failure in failures if (delay := _delay(stored, failure)) is not None]
        self._metrics.repaint("later" if delays else "dropped")
        if delays:
            await self._store.repaints.requeue(stored.id, min(delays))
        else:
            await self._store.repaints.done(stored.id, stored.revision)
        return max(failure.retry_after or 0.0 for failure in failures)

    async def _drop(self, request_id: str, refused: Refused) -> None:
        self._metrics.repaint("dropped")
        await self._refusals.record_bad(request_id, refused)
        await self._store.repaints.done(request_id, _FINAL)


def _delay(stored: StoredReview, failure: SlackFailure) -> int | None:
    """Return after how many milliseconds another update may work; ``None``: never."""
    if failure.code in COMES_BACK:
        logger.warning("a card of %s has to wait: %s", stored.id, failure.reason)
        return _LONG_DELAY_MS
    if isinstance(failure, SlackRefused) and failure.code not in TOKEN_REFUSED:
        logger.warning("a card of %s stays as it is: %s", stored.id, failure.reason)
        return None
    logger.info("a card of %s is repainted later: %s", stored.id, failure.reason)
    return max(_DELAY_MS, int((failure.retry_after or 0) * 1000))
