"""The composition root: a `Config` in, a running bot out."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import aiohttp
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from sudoagent.audit import JsonlAuditLogger
from sudoagent.review.store import ReviewStore, StoreError
from sudoagent.slack.client import SlackClient
from sudoagent.slack.failures import SlackFailure

from .attendance import Attendance
from .config import Config
from .desk import Desk
from .in_flight import InFlight, end
from .listeners import register
from .painter import Painter
from .refusals import Refusals
from .reviewers import Reviewers
from .socket_mode import Socket
from .sweeper import Sweeper
from .web import TOKEN_REFUSED, Web, Workspace

__all__ = ["TokenRefused", "bolt_app", "serve"]

logger = logging.getLogger(__name__)

_DRAIN_SECONDS = 3.0
_ACKNOWLEDGE_SECONDS = 1.0
_ASK_AGAIN = 2.0  # seconds between attempts to reach Slack or the store at start
_TOKEN_CHECK = 15.0  # seconds

T = TypeVar("T")


class TokenRefused(Exception):
    """Slack does not accept a token, now or any more; the text says which and what to do."""


async def serve(config: Config, stop: asyncio.Event) -> None:
    """Run the bot until ``stop`` is set, then finish what was begun within three seconds.

    Slack or the store being away is waited out. Raises ``TokenRefused``, ``ConfigurationError``.
    """
    refusals: list[str] = []

    def on_refused(reason: str) -> None:
        refusals.append(reason)
        stop.set()

    async with contextlib.AsyncExitStack() as resources:
        store = await _unless(stop, _open_store(config))
        if store is not None:
            resources.push_async_callback(store.close)
            session = aiohttp.ClientSession(trust_env=True)
            await resources.enter_async_context(session)
            slack = SlackClient(config.bot_token, config.api_url)
            web = Web(slack, config.api_url, session, on_refused)
            workspace = await _unless(stop, _introduce(web))
            if workspace is not None:
                await _serve(config, stop, store, web, workspace, on_refused)
    if refusals:
        raise TokenRefused(refusals[0])


def bolt_app(config: Config, workspace: Workspace) -> AsyncApp:
    """Return the Bolt app of one workspace.

    Authorization is a constant: Bolt's own would ask Slack between a click and its
    acknowledgement, and SLACK_CLIENT_ID with SLACK_CLIENT_SECRET in the environment would make it
    forget the token. Listeners only acknowledge, so their answer is sent as soon as they return.
    """
    known = AuthorizeResult(
        enterprise_id=None,
        team_id=workspace.team_id,
        bot_user_id=workspace.user_id,
        bot_token=config.bot_token,
    )

    async def authorize() -> AuthorizeResult:
        return known

    return AsyncApp(
        name="sudoagent-bot",
        logger=logging.getLogger("slack_bolt"),
        client=AsyncWebClient(config.bot_token, base_url=config.api_url, retry_handlers=[]),
        authorize=authorize,
        process_before_response=True,
    )


async def _serve(
    config: Config,
    stop: asyncio.Event,
    store: ReviewStore,
    web: Web,
    workspace: Workspace,
    on_refused: Callable[[str], None],
) -> None:
    audit = JsonlAuditLogger(config.audit_path)
    refusals = Refusals(audit, web)
    bot_id = str(uuid.uuid4())
    await refusals.begin(bot_id, config.namespace)
    painter = Painter(store, web, config.keyring, config.namespace, refusals)
    sweeper = Sweeper(store, painter, refusals)
    desk = Desk(
        store=store,
        web=web,
        reviewers=Reviewers(web, workspace.team_id),
        refusals=refusals,
        keyring=config.keyring,
        namespace=config.namespace,
        team_id=workspace.team_id,
        settled=sweeper.wake,
    )
    app = bolt_app(config, workspace)
    in_flight = InFlight()
    register(app, desk, in_flight)
    slack = SlackClient(config.app_token, config.api_url)
    socket = Socket(app, app_token=config.app_token, slack=slack, on_refused=on_refused)
    attendance = Attendance(store, bot_id, listening=socket.is_connected, counted=sweeper.share)
    try:
        async with asyncio.TaskGroup() as tasks:
            background = [
                tasks.create_task(work)
                for work in (
                    socket.connect(),
                    attendance.run(),
                    _watch_token(web),
                    *sweeper.work(),
                )
            ]
            await stop.wait()
            await end(background)
        await attendance.leave()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(socket.drain(), _ACKNOWLEDGE_SECONDS)
    finally:
        await socket.close()
        await asyncio.gather(in_flight.drain(_DRAIN_SECONDS), sweeper.drain(_DRAIN_SECONDS))
        audit.close()
    logger.info("stopped")


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
