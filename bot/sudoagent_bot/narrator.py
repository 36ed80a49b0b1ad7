"""Tells the thread under a card what happened: each vote, and what became of the call.

Which replies are there is stored with the request: the intent before, the place after. So a bot
that is killed in between leaves a question that the next one answers by looking into the thread.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from sudoagent.review.request import MalformedRecord
from sudoagent.review.seal import Keyring
from sudoagent.review.store import Hint, ReviewStore, StoredReview, StoreError
from sudoagent.slack.failures import AnswerLost, SlackFailure, SlackRefused
from sudoagent.slack.grants import grant_end_marker
from sudoagent.slack.messages import Message
from sudoagent.slack.threads import (
    grant_end_reply,
    run_marker,
    run_reply,
    vote_marker,
    vote_reply,
)

from .in_flight import InFlight
from .opening import Opened, opened_review
from .outages import Outages
from .pace import Pace
from .rules import Refused
from .web import COMES_BACK, TOKEN_REFUSED, Web

__all__ = ["Narrator", "Reply", "untold"]

logger = logging.getLogger(__name__)

_TICK = 1.0  # seconds between looks at the queue when no hint came
_AT_ONCE = 5
_REPLY_SECONDS = 20.0  # for one reply, with the search for a lost one
_LEASE_MS = 30_000  # longer than that, so that no two bots post the same reply
_DELAY_MS = 5_000
_LONG_DELAY_MS = 600_000
_FINAL = 2**53
# chat.postMessage may be called about once a second in each channel, and new cards need most of it.
REPLIES_A_MINUTE = 40.0
_BURST = 10
_MOST_CHANNELS = 1000


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply: its name within the request, what to know it by in the thread, what it says."""

    name: str
    marker: str
    message: Callable[[str | None], Message]
    author: str | None = None


class Narrator:
    """Posts the replies that are missing, one after the other, at a pace of its own.

    Cards are repainted by others meanwhile: a decision never waits for a reply. ``name_of`` tells
    how Slack calls a person, if it does.
    """

    def __init__(
        self,
        store: ReviewStore,
        web: Web,
        keyring: Keyring,
        namespace: str,
        name_of: Callable[[str], Awaitable[str | None]],
        outages: Outages,
    ) -> None:
        self._store = store
        self._web = web
        self._keyring = keyring
        self._namespace = namespace
        self._name_of = name_of
        self._outages = outages
        self._paces: dict[str, Pace] = {}
        self._woken = asyncio.Event()
        self._telling = InFlight()
        self._sharing = 1

    def hear(self, hint: Hint) -> None:
        """Look at the queue when something happened to a request, or may have."""
        if hint.kind in ("connected", "request"):
            self._woken.set()

    def share(self, bots: int) -> None:
        """Say how many bots there are: together they keep to Slack's limits."""
        self._sharing = bots

    def work(self) -> Coroutine[Any, Any, None]:
        """Return what is to be run until it is cancelled."""
        return self._outages.outlast(self._look)

    async def drain(self, seconds: float) -> None:
        """Finish the replies that have begun, within so many seconds."""
        await self._telling.drain(seconds)

    async def _look(self) -> None:
        self._woken.clear()
        room = len(self._telling) < _AT_ONCE
        taken = await self._store.threads.take(1, lease_ms=_LEASE_MS) if room else ()
        for request_id in taken:
            self._telling.start(self._tell(request_id))
        if not taken:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), _TICK)

    async def _tell(self, request_id: str) -> None:
        try:
            # What is given up here goes to whoever takes it when the lease has ended.
            async with asyncio.timeout(_REPLY_SECONDS):
                await self._tell_next(request_id)
        except TimeoutError:
            logger.info("request %s: a reply takes too long; later", request_id)
        except StoreError as error:
            self._outages.began(error)
        finally:
            self._woken.set()

    async def _tell_next(self, request_id: str) -> None:
        stored = await self._read(request_id)
        if stored is None or stored.channel is None or stored.message_ts is None:
            # Attaching a message puts a request that has votes by then into the queue again.
            revision = stored.revision if stored else _FINAL
            await self._store.threads.done(request_id, revision)
            return
        try:
            opened = opened_review(stored, self._keyring, self._namespace)
        except Refused:
            # Whoever paints the card records it.
            await self._store.threads.done(request_id, _FINAL)
            return
        reply = next(untold(opened, stored), None)
        if reply is None:
            await self._store.threads.done(request_id, stored.revision)
        else:
            thread = opened.request.thread or stored.message_ts
            delay_ms = await self._post(stored, stored.channel, thread, reply)
            await self._store.threads.requeue(request_id, delay_ms)

    async def _read(self, request_id: str) -> StoredReview | None:
        try:
            return await self._store.read(request_id)
        except MalformedRecord:
            return None

    async def _post(self, stored: StoredReview, channel: str, thread: str, reply: Reply) -> int:
        """Post one reply. Returns after how many milliseconds to go on."""
        pace = self._pace(channel)
        if pace.wait():
            return int(pace.wait() * 1000) + 1
        # Before anything is awaited: others look at the pace meanwhile.
        pace.spend(self._sharing)
        begun = await self._store.threads.begin(stored.id, reply.name)
        if begun is None:
            return 0
        author = await self._name_of(reply.author) if reply.author else None
        # Nobody can have posted it before there was a card.
        since = float(stored.message_ts or 0) if begun else None
        try:
            message = reply.message(author)
            posted = await self._web.post(
                channel, message, reply.marker, thread_ts=thread, since=since
            )
        except SlackFailure as failure:
            return await self._failed(stored.id, reply, failure, pace)
        await self._store.threads.said(stored.id, reply.name, posted.ts)
        return 0

    async def _failed(
        self, request_id: str, reply: Reply, failure: SlackFailure, pace: Pace
    ) -> int:
        pace.pause(failure.retry_after or 0.0)
        refused = failure.__cause__ if isinstance(failure, AnswerLost) else failure
        if not isinstance(refused, SlackRefused) or refused.code in TOKEN_REFUSED:
            logger.info("request %s: a reply is posted later: %s", request_id, failure.reason)
            return max(_DELAY_MS, int((failure.retry_after or 0) * 1000))
        if refused is failure and refused.code in COMES_BACK:
            logger.warning("request %s: a reply has to wait: %s", request_id, failure.reason)
            return _LONG_DELAY_MS
        # Refused for good; or not permitted to look, and the same words twice would be untrue.
        logger.warning("request %s: a reply is given up: %s", request_id, failure.reason)
        await self._store.threads.give_up(request_id, reply.name)
        return 0

    def _pace(self, channel: str) -> Pace:
        if channel not in self._paces and len(self._paces) >= _MOST_CHANNELS:
            self._paces.clear()
        return self._paces.setdefault(channel, Pace(REPLIES_A_MINUTE, burst=_BURST))


def untold(opened: Opened, stored: StoredReview) -> Iterator[Reply]:
    """Yield the replies that are not known to be in the thread, in the order of events."""
    for reply in _replies(opened):
        if stored.replies.get(reply.name, "?").startswith("?"):
            yield reply


def _replies(opened: Opened) -> Iterator[Reply]:
    request = opened.request
    for vote in opened.votes:
        yield Reply(
            f"vote:{vote.team_id}/{vote.user_id}",
            vote_marker(vote),
            partial(vote_reply, request, vote),
            vote.user_id,
        )
    if (run := opened.run) is not None:
        yield Reply("run", run_marker(request), lambda _: run_reply(request, run))
    if (end := opened.grant_end) is not None:
        marker = grant_end_marker(request)
        yield Reply("grant-end", marker, partial(grant_end_reply, request, end), end.user_id)
