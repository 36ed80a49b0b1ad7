"""Tells a channel what a cap held back: one message for each asker and hour, repainted."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Coroutine
from typing import Any

from sudoagent.review.store import HeldBack, Hint, ReviewStore
from sudoagent.slack.failures import SlackFailure, SlackRefused
from sudoagent.slack.notices import held_back_marker, held_back_notice

from .outages import Outages
from .web import COMES_BACK, TOKEN_REFUSED, Web

__all__ = ["Notifier"]

logger = logging.getLogger(__name__)

_LOOK = 30.0  # seconds between looks when no hint came
_GATHER = 2.0  # seconds: a burst becomes one message and a few repaints of it
_LEASE_MS = 30_000  # longer than posting takes, with the search for a lost message
# Whoever changes his name with each request shall not fill the channel with notices instead.
_MOST_IN_A_CHANNEL = 10


class Notifier:
    """Posts and repaints the notices."""

    def __init__(self, store: ReviewStore, web: Web, outages: Outages) -> None:
        self._store = store
        self._web = web
        self._outages = outages
        self._woken = asyncio.Event()

    def hear(self, hint: Hint) -> None:
        """Look when something was held back, or may have been."""
        if hint.kind in ("connected", "held_back"):
            self._woken.set()

    def work(self) -> Coroutine[Any, Any, None]:
        """Return what is to be run until it is cancelled."""
        return self._outages.outlast(self._look)

    async def _look(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), _LOOK)
        self._woken.clear()
        everything = await self._store.presence.held_back()
        told = Counter(held.channel for held in everything if held.message_ts is not None)
        for held in everything:
            if held.message_ts is None:
                told[held.channel] += 1
                if told[held.channel] > _MOST_IN_A_CHANNEL:
                    continue
            if held.count > held.shown:
                await self._tell(held)
        await asyncio.sleep(_GATHER)

    async def _tell(self, held: HeldBack) -> None:
        begun = await self._store.presence.begin_notice(held, lease_ms=_LEASE_MS)
        if begun is None:
            return
        try:
            channel, ts = await self._show(held, begun)
        except SlackFailure as failure:
            logger.warning("a notice of held-back requests is not shown: %s", failure.reason)
            if not _may_work_later(failure):
                # Not tried again before there is more to tell.
                gone = held.message_ts or ""
                await self._store.presence.attach_held_back(held, held.channel, gone)
        else:
            await self._store.presence.attach_held_back(held, channel, ts)

    async def _show(self, held: HeldBack, begun: int) -> tuple[str, str]:
        message = held_back_notice(held.asker, held.count, held.since)
        if held.message_channel and held.message_ts:
            await self._web.repaint(held.message_channel, held.message_ts, message)
            return held.message_channel, held.message_ts
        marker = held_back_marker(held.asker, held.since)
        since = held.since / 1000 if begun else None
        posted = await self._web.post(held.channel, message, marker, since=since)
        return posted.channel, posted.ts


def _may_work_later(failure: SlackFailure) -> bool:
    refused = isinstance(failure, SlackRefused) or isinstance(failure.__cause__, SlackRefused)
    return not refused or failure.code in COMES_BACK | TOKEN_REFUSED
