"""All checks, in the order in which a setup is made; what cannot be looked at is skipped."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..review.store import ReviewStore, StoreError
from ..slack.client import SlackClient
from .bots import check_bots
from .channel import check_channel
from .clock import check_clock
from .freeze import check_freeze
from .greeting import greet
from .log import check_log
from .people import check_requester, check_reviewers
from .permissions import check_scopes
from .result import Check, Section, any_failed, failed, skipped
from .server import check_embedded, check_facts, check_listening, open_store
from .settings import Setup, read_setup
from .tokens import Identity, check_app_token, check_bot_token
from .trial import check_by_posting

__all__ = ["TRIAL", "Trial", "examine"]

TRIAL = "Test request"

_BOT_SECONDS = 3.0  # a bot announces itself every two
_LOOK_SECONDS = 0.25
_UNASKED = "Slack cannot be asked without a bot token that works"


@dataclass(frozen=True, slots=True)
class Trial:
    """A test request is wanted. ``wait``: seconds; ``None``: it is withdrawn once it is posted.

    ``waiting`` is called when it is about to be posted.
    """

    wait: float | None
    waiting: Callable[[], None] = lambda: None


async def examine(
    environ: Mapping[str, str], log: Path, trial: Trial | None = None
) -> AsyncGenerator[Section, None]:
    """Look at everything that asking in Slack needs, section by section. Raises nothing foreseen.

    Nothing is changed, but for a test request, and an embedded server that may be started.
    """
    setup, settings = read_setup(environ)
    yield Section("Settings", settings)
    slack = await _visit_slack(setup)
    yield Section("Slack", slack.checks)
    people = await _check_people(setup, slack)
    yield Section("Channel and people", people)
    store = await _store(setup)
    if isinstance(store, Check):
        yield Section("Server", (check_embedded(setup), store))
        yield Section("Bots", (skipped("bots", "the server cannot be asked"),))
    else:
        async with store:
            server = (
                check_embedded(setup),
                *check_facts(store.facts),
                await check_listening(store),
            )
            yield Section("Server", server)
            bots = await _check_bots(setup, store)
            yield Section("Bots", bots)
            if trial is not None:
                blocked = any_failed((*settings, *slack.checks[:1], *people[:1], *bots[:1]))
                yield Section(TRIAL, (await _try(store, trial, blocked=blocked),))
    yield Section("Audit log", await asyncio.to_thread(check_log, log))


@dataclass(frozen=True, slots=True)
class _Slack:
    checks: tuple[Check, ...]
    client: SlackClient | None = None
    identity: Identity | None = None
    granted: frozenset[str] | None = None


async def _visit_slack(setup: Setup) -> _Slack:
    app = SlackClient(setup.app_token, setup.api_url) if setup.app_token else None
    if setup.bot_token is None or "SLACK_API_URL" in setup.wrong:
        untried = "there is none to try, or no address to try it at"
        return _Slack((skipped("bot token", untried), skipped("app token", untried)))
    client = SlackClient(setup.bot_token, setup.api_url)
    (token, identity), app_token = await asyncio.gather(
        check_bot_token(client), check_app_token(app)
    )
    if identity is None:
        return _Slack((token, skipped("scopes", _UNASKED), app_token))
    greeting = await greet(setup.bot_token, setup.api_url)
    scopes = check_scopes(greeting.scopes, setup)
    checks = (token, *scopes, app_token, check_clock(greeting.ahead))
    return _Slack(checks, client, identity, greeting.scopes)


async def _check_people(setup: Setup, slack: _Slack) -> tuple[Check, ...]:
    if slack.client is None or slack.identity is None:
        return (skipped("channel", _UNASKED), skipped("reviewers", _UNASKED))
    channel: tuple[Check, ...] = (skipped("channel", "none is named"),)
    place = None
    if setup.channel is not None:
        granted = slack.granted or frozenset()
        channel, place = await check_channel(
            slack.client, setup.channel, granted, slack.identity.user
        )
    reviewers: tuple[Check, ...] = (skipped("reviewers", "none are named"),)
    if setup.reviewers:
        reviewers = await check_reviewers(
            slack.client, setup.reviewers, slack.identity.team_id, place
        )
    requester = await check_requester(slack.client, setup.requester, setup.reviewers)
    return (*channel, *reviewers, requester)


async def _store(setup: Setup) -> ReviewStore | Check:
    unusable = setup.wrong & {"REDIS_URL", "SUDOAGENT_NAMESPACE", "SUDOAGENT_STATE_DIR"}
    if unusable:
        return skipped("server", f"{', '.join(sorted(unusable))} must be right first")
    return await open_store(setup)


async def _check_bots(setup: Setup, store: ReviewStore) -> tuple[Check, ...]:
    try:
        present = await _present(store)
        frozen = await store.presence.freeze_state()
    except StoreError as error:
        return (failed("bots", error.reason, "see that the server stays reachable"),)
    return (*check_bots(present, setup.keyring, setup.namespace), check_freeze(frozen))


async def _present(store: ReviewStore) -> Mapping[str, tuple[str, ...]]:
    """Return the bots, waiting a moment for one that was started just now."""
    give_up = time.monotonic() + _BOT_SECONDS
    while True:
        found = await store.presence.bot_keys()
        if found or time.monotonic() >= give_up:
            return found
        await asyncio.sleep(_LOOK_SECONDS)


async def _try(store: ReviewStore, trial: Trial, *, blocked: bool) -> Check:
    if blocked:
        return skipped("request", "what failed above keeps it from being asked")
    trial.waiting()
    return await check_by_posting(store, wait=trial.wait)
