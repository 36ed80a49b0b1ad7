"""Follows requests up while nobody decides: copies of cards, reminders, calls for more people.

What is due, `errands` says. What was posted is stored with the request: the intent before, the
place after. So a bot that is killed in between leaves a question that the next one answers by
looking.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Final

from sudoagent.review.request import MalformedRecord
from sudoagent.review.seal import Keyring
from sudoagent.review.store import ReviewStore, StoredReview, StoreError
from sudoagent.review.widening import next_follow_up, widened
from sudoagent.slack.failures import AnswerLost, SlackFailure, SlackRefused
from sudoagent.slack.messages import Message
from sudoagent.slack.posting import Posted
from sudoagent.slack.reminders import (
    copy_card,
    copy_marker,
    reminder,
    reminder_marker,
    widening_call,
    widening_marker,
)

from .errands import Errand, errands, groups_to_ask, unsettled_copies
from .in_flight import InFlight
from .opening import Opened, opened_review
from .outages import Outages
from .pace import Pace
from .reviewers import Reviewers
from .rules import Refused
from .web import TOKEN_REFUSED, Web

__all__ = ["Follower"]

logger = logging.getLogger(__name__)

_TICK = 1.0  # seconds between looks at the queue
_AT_ONCE = 5
_ERRAND_SECONDS = 20.0  # for one message, with the search for a lost one
_LEASE_MS = 30_000  # longer than that, so that no two bots post the same
_DELAY_MS = 5_000
_FROZEN_MS = 30_000
_UNTOLD_MS = 30_000
_MOMENT_MS = 1_000
# chat.postMessage may be called about once a second in each channel, and new cards need most of it.
MESSAGES_A_MINUTE: Final = 20.0
_BURST = 5
_MOST_CHANNELS = 1000


class Follower:
    """Does one errand after the other for each request, at a pace of its own.

    Nothing is begun for a request that is decided, or while the namespace is frozen.
    """

    def __init__(
        self,
        *,
        store: ReviewStore,
        web: Web,
        reviewers: Reviewers,
        keyring: Keyring,
        namespace: str,
        outages: Outages,
    ) -> None:
        self._store = store
        self._queue = store.follow_ups
        self._web = web
        self._reviewers = reviewers
        self._keyring = keyring
        self._namespace = namespace
        self._outages = outages
        self._paces: dict[str, Pace] = {}
        self._following = InFlight()
        self._sharing = 1

    def share(self, bots: int) -> None:
        """Say how many bots there are: together they keep to Slack's limits."""
        self._sharing = bots

    def work(self) -> Coroutine[Any, Any, None]:
        """Return what is to be run until it is cancelled."""
        return self._outages.outlast(self._look)

    async def drain(self, seconds: float) -> None:
        """Finish the errands that have begun, within so many seconds."""
        await self._following.drain(seconds)

    async def _look(self) -> None:
        room = len(self._following) < _AT_ONCE
        taken = await self._queue.take(1, lease_ms=_LEASE_MS) if room else ()
        for request_id in taken:
            self._following.start(self._follow(request_id))
        if not taken:
            await asyncio.sleep(_TICK)

    async def _follow(self, request_id: str) -> None:
        try:
            # What is given up here goes to whoever takes it when the lease has ended.
            async with asyncio.timeout(_ERRAND_SECONDS):
                again = await self._do_next(request_id)
                if again is None:
                    await self._queue.done(request_id)
                else:
                    await self._queue.again(request_id, again)
        except TimeoutError:
            logger.info("request %s: a follow-up takes too long; later", request_id)
        except StoreError as error:
            self._outages.began(error)

    async def _do_next(self, request_id: str) -> int | None:
        """Do one errand. Returns when to look again, ``None`` when there is nothing more to do."""
        try:
            stored = await self._store.read(request_id)
            if stored is None or not stored.messages:
                return None
            opened = opened_review(stored, self._keyring, self._namespace)
        except (MalformedRecord, Refused):
            # Whoever paints the card records it.
            return None
        if stored.state != "pending" or stored.now >= stored.expires_at:
            return await self._settle_copy(stored, opened)
        if stored.frozen:
            return stored.now + _FROZEN_MS
        if widened(opened.request, stored.now) and await self._queue.widen(stored.id):
            return stored.now  # to be read anew: copies show what is stored
        return await self._go_on(stored, opened)

    async def _go_on(self, stored: StoredReview, opened: Opened) -> int | None:
        wanted = groups_to_ask(opened, stored)
        asked = {name: await self._reviewers.members_of(name) for name in wanted}
        groups = {name: members for name, members in asked.items() if members is not None}
        errand = next(errands(opened, stored, groups), None)
        if errand is not None:
            return stored.now + await self._run(stored, opened, errand)
        if opened.widened and len(groups) < len(wanted):
            return stored.now + _UNTOLD_MS
        return next_follow_up(opened.request, stored.now)

    async def _run(self, stored: StoredReview, opened: Opened, errand: Errand) -> int:
        """Post one message. Returns after how many milliseconds to go on."""
        pace = self._pace(errand.channel)
        if pace.wait():
            return int(pace.wait() * 1000) + 1
        # Before anything is awaited: others look at the pace meanwhile.
        pace.spend(self._sharing)
        begun = await self._begin(stored.id, errand)
        if begun is None:
            # Somebody else has done it, or the request was decided a moment ago.
            return _MOMENT_MS
        message, marker = _message(opened, errand)
        # Nobody can have posted it before there was a card.
        since = stored.created_at / 1000 if begun else None
        try:
            posted = await self._web.post(
                errand.channel, message, marker, thread_ts=errand.thread, since=since
            )
        except SlackFailure as failure:
            pace.pause(failure.retry_after or 0.0)
            return await self._failed(stored.id, errand, failure)
        await self._did(stored, errand, posted)
        return 0

    async def _settle_copy(self, stored: StoredReview, opened: Opened) -> int | None:
        """Look for a copy that somebody may have posted, to be repainted like the others."""
        place = next(iter(unsettled_copies(stored)), None)
        if place is None:
            return None
        marker = copy_marker(opened.request)
        try:
            posted = await self._web.find(place, marker, since=stored.created_at / 1000)
        except SlackFailure as failure:
            if not _for_good(failure):
                return stored.now + _DELAY_MS
            logger.warning(
                "request %s: a lost card is not looked for: %s", stored.id, failure.reason
            )
            posted = None
        if posted is None:
            await self._queue.give_copy_up(stored.id, place)
        else:
            await self._queue.copied(stored.id, place, posted.channel, posted.ts, 0)
        return stored.now

    async def _begin(self, request_id: str, errand: Errand) -> int | None:
        if errand.kind == "copy":
            return await self._queue.begin_copy(request_id, errand.name)
        return await self._queue.begin_reminder(request_id, errand.name)

    async def _did(self, stored: StoredReview, errand: Errand, posted: Posted) -> None:
        if errand.kind == "copy":
            place = (posted.channel, posted.ts)
            await self._queue.copied(stored.id, errand.name, *place, stored.revision)
        else:
            await self._queue.reminded(stored.id, errand.name, posted.ts)

    async def _failed(self, request_id: str, errand: Errand, failure: SlackFailure) -> int:
        if not _for_good(failure):
            logger.info("request %s: a follow-up is posted later: %s", request_id, failure.reason)
            return max(_DELAY_MS, int((failure.retry_after or 0) * 1000))
        # One reviewer who cannot be written to, one channel that is not there: the others can.
        logger.warning("request %s: a follow-up is given up: %s", request_id, failure.reason)
        if errand.kind == "copy":
            await self._queue.give_copy_up(request_id, errand.name)
        else:
            await self._queue.give_reminder_up(request_id, errand.name)
        return 0

    def _pace(self, channel: str) -> Pace:
        if channel not in self._paces and len(self._paces) >= _MOST_CHANNELS:
            self._paces.clear()
        return self._paces.setdefault(channel, Pace(MESSAGES_A_MINUTE, burst=_BURST))


def _message(opened: Opened, errand: Errand) -> tuple[Message, str]:
    request = opened.request
    if errand.kind == "remind":
        return reminder(request, errand.people), reminder_marker(request)
    if errand.kind == "widen":
        return widening_call(request, errand.people), widening_marker(request)
    escalation = request.escalation
    new = escalation.reviewers if escalation is not None else ()
    asked = [name for name in request.reviewers if name not in new] if opened.widened else ()
    message = copy_card(request, opened.votes, widened=opened.widened, asked_before=asked)
    return message, copy_marker(request)


def _for_good(failure: SlackFailure) -> bool:
    """Whether Slack will not do it, or not let anybody look whether it has done it."""
    refused = failure.__cause__ if isinstance(failure, AnswerLost) else failure
    return isinstance(refused, SlackRefused) and refused.code not in TOKEN_REFUSED
