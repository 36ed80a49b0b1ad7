"""The composition root: what a bot is made of, and how the parts know each other."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from sudoagent.review.store import ReviewStore
from sudoagent.slack.client import SlackClient

from .attendance import Attendance
from .brake import Brake
from .config import Config
from .desk import Desk
from .in_flight import InFlight
from .listeners import register
from .painter import Painter
from .refusals import Refusals
from .reviewers import Reviewers
from .socket_mode import Socket
from .sweeper import Sweeper
from .web import Web, Workspace

__all__ = ["Bot", "assembled", "bolt_app"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """The parts that run, and that have to be stopped in order."""

    socket: Socket
    sweeper: Sweeper
    attendance: Attendance
    in_flight: InFlight


def assembled(
    config: Config,
    *,
    bot_id: str,
    store: ReviewStore,
    web: Web,
    workspace: Workspace,
    refusals: Refusals,
    on_refused: Callable[[str], None],
) -> Bot:
    """Put a bot together. To be called on the event loop that runs it."""
    reviewers = Reviewers(web, workspace.team_id)
    painter = Painter(store, web, config.keyring, config.namespace, refusals)
    sweeper = Sweeper(store, painter, refusals)
    desk = Desk(
        store=store,
        web=web,
        reviewers=reviewers,
        refusals=refusals,
        keyring=config.keyring,
        namespace=config.namespace,
        team_id=workspace.team_id,
        settled=sweeper.wake,
    )
    brake = Brake(
        store=store,
        web=web,
        reviewers=reviewers,
        refusals=refusals,
        admins=config.admins,
        team_id=workspace.team_id,
    )
    app, in_flight = bolt_app(config, workspace), InFlight()
    register(app, desk, brake, in_flight)
    slack = SlackClient(config.app_token, config.api_url)
    socket = Socket(app, app_token=config.app_token, slack=slack, on_refused=on_refused)
    attendance = Attendance(
        store,
        bot_id,
        key_ids=config.keyring.key_ids,
        listening=socket.is_connected,
        counted=sweeper.share,
    )
    return Bot(socket=socket, sweeper=sweeper, attendance=attendance, in_flight=in_flight)


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
