"""The life of a bot: wait for store and Slack, serve, finish what was begun, leave."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, TypeVar

import aiohttp

from sudoagent.audit import JsonlAuditLogger
from sudoagent.errors import ConfigurationError
from sudoagent.review.store import ReviewStore, StoreError
from sudoagent.slack.client import SlackClient
from sudoagent.slack.failures import SlackFailure
from sudoagent.slack.wording import use_wording

from .app import Bot, Site, assembled
from .config import Config
from .in_flight import end
from .metrics import Metrics
from .monitoring import Vitals, monitored
from .refusals import Refusals
from .web import TOKEN_REFUSED, Web, Workspace

__all__ = ["TokenRefused", "serve"]

logger = logging.getLogger(__name__)

_DRAIN_SECONDS = 3.0
_ACKNOWLEDGE_SECONDS = 1.0
_ASK_AGAIN = 2.0  # seconds between attempts to reach Slack or the store at start
_TOKEN_CHECK = 10.0  # seconds

T = TypeVar("T")


class TokenRefused(Exception):
    """Slack does not accept a token, now or any more; the text says which and what to do."""


async def serve(config: Config, stop: asyncio.Event) -> None:
    """Run the bot until ``stop`` is set, then finish what was begun within three seconds.

    Slack or the store being away is waited out. Raises ``TokenRefused``, ``ConfigurationError``.
    """
    use_wording(config.wording)
    refused: list[str] = []

    def on_refused(reason: str) -> None:
        refused.append(reason)
        stop.set()

    vitals = Vitals(Metrics())
    async with contextlib.AsyncExitStack() as resources:
        await resources.enter_async_context(monitored(config.monitoring, vitals))
        store = await _unless(stop, _open_store(config))
        if store is not None:
            resources.push_async_callback(store.close)
            vitals.store = store
            web = await resources.enter_async_context(_web(config, on_refused))
            workspace = await _unless(stop, _introduce(web))
            if workspace is not None:
                await _serve(config, stop, vitals, store, web, workspace, on_refused)
    if refused:
        raise TokenRefused(refused[0])
    logger.info("stopped")


async def _serve(
    config: Config,
    stop: asyncio.Event,
    vitals: Vitals,
    store: ReviewStore,
    web: Web,
    workspace: Workspace,
    on_refused: Callable[[str], None],
) -> None:
    with contextlib.closing(JsonlAuditLogger(config.audit_path)) as audit:
        refusals, bot_id = Refusals(audit, web, vitals.metrics), str(uuid.uuid4())
        await refusals.begin(bot_id, config.namespace)
        site = Site(
            config=config,
            bot_id=bot_id,
            store=store,
            web=web,
            workspace=workspace,
            refusals=refusals,
            metrics=vitals.metrics,
            on_refused=on_refused,
        )
        bot = assembled(site)
        vitals.connected = bot.reception.is_connected
        try:
            await _run(bot, web, stop)
        except* ConfigurationError as wrong:
            # Which setting is wrong shows itself only when it is used: a port that is taken.
            raise wrong.exceptions[0] from None
        finally:
            await _finish(bot)


async def _run(bot: Bot, web: Web, stop: asyncio.Event) -> None:
    # A part that fails for a reason nobody thought of ends the bot: better seen than half alive.
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(part) for part in (*bot.work(), _watch_token(web))]
        await stop.wait()
        await end(tasks)


async def _finish(bot: Bot) -> None:
    # Nobody should begin to wait for this bot; then acknowledgements go out, which need the
    # connection; then the clicks behind them are settled, which does not.
    await bot.attendance.leave()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(bot.reception.drain(), _ACKNOWLEDGE_SECONDS)
    await bot.reception.close()
    working = (bot.in_flight, bot.sweeper, bot.narrator, bot.follower)
    await asyncio.gather(*(part.drain(_DRAIN_SECONDS) for part in working))


async def _open_store(config: Config) -> ReviewStore:
    while True:
        try:
            store = await ReviewStore.open(
                config.redis_url, config.namespace, state_dir=config.state_dir
            )
        except StoreError as error:
            logger.warning("waiting for the store: %s", error.reason)
            await asyncio.sleep(_ASK_AGAIN)
        else:
            logger.info("votes are stored in %s", store.facts.sentence)
            for warning in store.facts.warnings:
                logger.warning("%s", warning)
            return store


@contextlib.asynccontextmanager
async def _web(config: Config, on_refused: Callable[[str], None]) -> AsyncIterator[Web]:
    slack = SlackClient(config.bot_token, config.api_url)
    async with aiohttp.ClientSession(trust_env=True) as session:
        yield Web(slack, config.api_url, session, on_refused)


async def _introduce(web: Web) -> Workspace:
    while True:
        try:
            workspace = await web.workspace()
        except SlackFailure as failure:
            if failure.code not in TOKEN_REFUSED:
                logger.warning("waiting for Slack: %s", failure.reason)
            await asyncio.sleep(max(_ASK_AGAIN, failure.retry_after or 0))
        else:
            logger.info("serving the workspace %s (%s)", workspace.team, workspace.team_id)
            return workspace


async def _watch_token(web: Web) -> None:
    # A bot without clicks would not notice otherwise that its token was revoked.
    while True:
        await asyncio.sleep(_TOKEN_CHECK)
        with contextlib.suppress(SlackFailure):
            await web.workspace()


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """Return what the work returns, or ``None`` when it is time to stop before that."""
    working, stopping = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        await end((working, stopping))
