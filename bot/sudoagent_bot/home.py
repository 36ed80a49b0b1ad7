"""Keeps Home tabs as they should be: published when opened, again when what they show has changed.

The queue of tabs is in the store, so that bots share the work and a tab is published by one at a
time; otherwise an older one could arrive last and stay.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import logging
from collections.abc import Mapping
from typing import Any

from sudoagent.review.seal import Keyring
from sudoagent.review.store import DueHome, FreezeState, Hint, ReviewStore, StoreError
from sudoagent.slack.failures import SlackFailure, SlackRefused
from sudoagent.slack.home import Frozen, HomeFacts, home_view

from .clicks import Click, Visit
from .docket import Docket, Pending
from .grants import GrantBook
from .home_pass import HomePass, sealed_pass
from .metrics import Metrics
from .outages import Outages
from .pace import Pace
from .reviewers import Reviewers
from .rules import Refused
from .web import TOKEN_REFUSED, Web

__all__ = ["Home"]

logger = logging.getLogger(__name__)

# views.publish may be called about 100 times a minute (Slack's tier 4). People do not open their
# tabs evenly, so some may go at once.
PUBLISHED_A_MINUTE = 80.0
_AT_ONCE = 10
_TICK = 1.0  # seconds between looks at the queue when nothing was heard
_SETTLE_MS = 500  # of several changes in a row, one publication shows the last
_LEASE_MS = 15_000  # longer than the tabs of one batch take, with what the client waits for Slack
_DELAY_MS = 5_000


class Home:
    """The Home tabs of everybody who looks at theirs."""

    def __init__(
        self,
        *,
        store: ReviewStore,
        web: Web,
        docket: Docket,
        grants: GrantBook,
        reviewers: Reviewers,
        keyring: Keyring,
        namespace: str,
        team_id: str,
        metrics: Metrics,
        outages: Outages,
    ) -> None:
        self._store = store
        self._web = web
        self._docket = docket
        self._grants = grants
        self._reviewers = reviewers
        self._keyring = keyring
        self._namespace = namespace
        self._team_id = team_id
        self._metrics = metrics
        self._outages = outages
        self._pace = Pace(PUBLISHED_A_MINUTE, burst=_AT_ONCE)
        self._sharing = 1
        self._woken = asyncio.Event()
        self._changed = False

    async def open(self, visit: Visit) -> None:
        """Publish the tab of somebody who opened it, at once."""
        if visit.team_id != self._team_id:
            return
        try:
            await self._store.homes.opened(f"{visit.team_id}/{visit.user_id}")
        except StoreError as error:
            logger.warning("a Home tab stays as it is: %s", error.reason)
        self._woken.set()

    async def after(self, click: Click) -> None:
        """Publish the tab of somebody who pressed a button on it, which may have been too late."""
        if click.home is not None and click.team_id and click.user_id:
            await self.open(Visit(user_id=click.user_id, team_id=click.team_id))

    def hear(self, hint: Hint) -> None:
        """Take note of a change that tabs should show."""
        if hint.kind in ("connected", "request", "frozen", "thawed"):
            self._changed = True
            self._woken.set()

    def share(self, bots: int) -> None:
        """Say how many bots there are: together they keep to Slack's limit."""
        self._sharing = bots

    async def run(self) -> None:
        """Publish what is due, until cancelled."""
        await self._outages.outlast(self._work)

    async def _work(self) -> None:
        self._woken.clear()
        if not await self._publish_due():
            await self._rest(_TICK)

    async def _publish_due(self) -> int:
        if self._changed:
            # Before, since more may be heard meanwhile.
            self._changed = False
            await self._mark_changed()
        await asyncio.sleep(self._pace.wait())
        due = await self._store.homes.take(_AT_ONCE, lease_ms=_LEASE_MS)
        pending = await self._docket.pending() if due else Pending(listed=(), unreadable=0)
        for home in due:
            await self._publish(home, pending)
        return len(due)

    async def _mark_changed(self) -> None:
        try:
            await self._store.homes.changed(_SETTLE_MS)
        except StoreError:
            self._changed = True
            raise

    async def _publish(self, home: DueHome, pending: Pending) -> None:
        facts = await self._facts(home, pending)
        view = home_view(facts, self._pass(home, facts))
        shown = _fingerprint(view)
        if shown == home.shown:
            await self._store.homes.done(home, shown)
            return
        self._pace.spend(self._sharing)
        try:
            await self._web.publish_home(home.user_id, view)
        except SlackFailure as failure:
            await self._failed(home, failure)
        else:
            self._metrics.home("published")
            await self._store.homes.done(home, shown)

    async def _failed(self, home: DueHome, failure: SlackFailure) -> None:
        if isinstance(failure, SlackRefused) and failure.code not in TOKEN_REFUSED:
            logger.warning("a Home tab stays as it is: %s", failure.reason)
            self._metrics.home("refused")
            await self._store.homes.done(home, "")
            return
        pause = failure.retry_after or 0.0
        self._metrics.home("later")
        self._pace.pause(pause)
        await self._store.homes.later(home, max(_DELAY_MS, int(pause * 1000)))

    async def _facts(self, home: DueHome, pending: Pending) -> HomeFacts:
        try:
            await self._reviewers.check_member(home.user_id)
            waiting = await self._docket.waiting_for(home.user_id, pending)
            grants = await self._grants.revocable_by(home.user_id)
        except Refused as refused:
            unknown = refused.refusal == "cannot_check"
            return HomeFacts(unknown=unknown, closed=not unknown)
        return HomeFacts(
            waiting=waiting,
            decided=await self._docket.decided_by(home.person),
            grants=grants,
            frozen=frozen(await self._store.presence.freeze_state()),
            unreadable=pending.unreadable,
        )

    def _pass(self, home: DueHome, facts: HomeFacts) -> str:
        asked = tuple(one.request.nonce for one in facts.shown)
        team, _, user = home.person.partition("/")
        note = HomePass(namespace=self._namespace, team=team, user=user, asked=asked)
        return sealed_pass(note, self._keyring)

    async def _rest(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._woken.wait(), seconds)


def frozen(state: FreezeState) -> Frozen | None:
    """Return what people are told of a freeze; ``None``: there is none."""
    return Frozen(by=state.by, at=state.at, reason=state.reason) if state.frozen else None


def _fingerprint(view: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(view, sort_keys=True).encode()).hexdigest()
