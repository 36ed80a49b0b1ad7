"""The composition root: what a bot is made of, and how the parts know each other."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from sudoagent.review.store import ReviewStore
from sudoagent.slack.client import SlackClient

from .admins import Admins
from .aftermath import Aftermath
from .attendance import Attendance
from .brake import Brake
from .command import SudoCommand
from .config import Config
from .desk import Desk
from .docket import Docket
from .follower import Follower
from .grants import GrantBook, GrantDesk
from .home import Home
from .http_mode import HttpReception
from .in_flight import InFlight
from .intake import Intake
from .listeners import register
from .metrics import Metrics
from .narrator import Narrator
from .notifier import Notifier
from .outages import Outages
from .painter import Painter
from .reception import Reception
from .refusals import Refusals
from .reviewers import Reviewers
from .socket_mode import Socket
from .sweeper import Sweeper
from .web import Web, Workspace

__all__ = ["Bot", "Site", "assembled", "bolt_app"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """The parts that run, and that have to be stopped in order."""

    reception: Reception
    sweeper: Sweeper
    narrator: Narrator
    notifier: Notifier
    follower: Follower
    home: Home
    attendance: Attendance
    in_flight: InFlight

    def work(self) -> tuple[Coroutine[Any, Any, None], ...]:
        """Return what is to be run side by side, until it is cancelled."""
        return (
            self.reception.connect(),
            self.attendance.run(),
            self.home.run(),
            self.narrator.work(),
            self.notifier.work(),
            self.follower.work(),
            *self.sweeper.work(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What a bot is put together from: where it stands, and what it has at hand."""

    config: Config
    bot_id: str
    store: ReviewStore
    web: Web
    workspace: Workspace
    refusals: Refusals
    metrics: Metrics
    on_refused: Callable[[str], None]


def assembled(site: Site) -> Bot:
    """Put a bot together. To be called on the event loop that runs it."""
    config, store, outages, in_flight = site.config, site.store, Outages(), InFlight()
    reviewers = Reviewers(site.web, site.workspace.team_id)
    docket = Docket(store, reviewers, config.keyring, config.namespace)
    admins = Admins(config.admins, reviewers)
    book = GrantBook(store, reviewers, admins, config.keyring, config.namespace)
    home = _home(site, docket, book, reviewers, outages)
    painter, narrator = _painter(site), _narrator(site, reviewers, outages)
    notifier = Notifier(store, site.web, outages)
    follower = _follower(site, reviewers, outages)
    others = (home.hear, narrator.hear, notifier.hear)
    sweeper = Sweeper(store, painter, site.refusals, outages, others)
    aftermath = Aftermath(store=store, metrics=site.metrics, in_flight=in_flight, wake=sweeper.wake)
    intake = Intake(
        in_flight=in_flight,
        store=store,
        refusals=site.refusals,
        metrics=site.metrics,
        afterwards=home.after,
    )
    app = bolt_app(config, site.workspace)
    desk = _desk(site, reviewers, aftermath)
    grants = _grants(site, book)
    register(app, intake, desk, _command(site, docket, admins, grants), home, grants)
    reception = _reception(site, app)
    sharing = [sweeper.share, narrator.share, follower.share, home.share]
    attendance = _attendance(site, reception, sharing)
    return Bot(
        reception=reception,
        sweeper=sweeper,
        narrator=narrator,
        notifier=notifier,
        follower=follower,
        home=home,
        attendance=attendance,
        in_flight=in_flight,
    )


def _painter(site: Site) -> Painter:
    config = site.config
    return Painter(
        site.store, site.web, config.keyring, config.namespace, site.refusals, site.metrics
    )


def _narrator(site: Site, reviewers: Reviewers, outages: Outages) -> Narrator:
    config = site.config
    return Narrator(
        site.store, site.web, config.keyring, config.namespace, reviewers.name_of, outages
    )


def _grants(site: Site, book: GrantBook) -> GrantDesk:
    return GrantDesk(
        book=book,
        store=site.store,
        web=site.web,
        refusals=site.refusals,
        metrics=site.metrics,
        team_id=site.workspace.team_id,
    )


def _home(
    site: Site, docket: Docket, book: GrantBook, reviewers: Reviewers, outages: Outages
) -> Home:
    return Home(
        store=site.store,
        web=site.web,
        docket=docket,
        grants=book,
        reviewers=reviewers,
        keyring=site.config.keyring,
        namespace=site.config.namespace,
        team_id=site.workspace.team_id,
        metrics=site.metrics,
        outages=outages,
    )


def _follower(site: Site, reviewers: Reviewers, outages: Outages) -> Follower:
    return Follower(
        store=site.store,
        web=site.web,
        reviewers=reviewers,
        keyring=site.config.keyring,
        namespace=site.config.namespace,
        outages=outages,
    )


def _desk(site: Site, reviewers: Reviewers, aftermath: Aftermath) -> Desk:
    return Desk(
        store=site.store,
        web=site.web,
        reviewers=reviewers,
        refusals=site.refusals,
        keyring=site.config.keyring,
        namespace=site.config.namespace,
        team_id=site.workspace.team_id,
        metrics=site.metrics,
        settled=aftermath.voted,
    )


def _command(site: Site, docket: Docket, admins: Admins, grants: GrantDesk) -> SudoCommand:
    return SudoCommand(
        brake=Brake(site.store, admins, site.refusals),
        docket=docket,
        admins=admins,
        grants=grants,
        web=site.web,
        refusals=site.refusals,
        metrics=site.metrics,
        team_id=site.workspace.team_id,
    )


def _reception(site: Site, app: AsyncApp) -> Reception:
    config = site.config
    if config.http is not None:
        return HttpReception(
            app,
            secret=config.http.signing_secret,
            place=config.http.place,
            metrics=site.metrics,
        )
    assert config.app_token is not None
    return Socket(
        app,
        app_token=config.app_token,
        slack=SlackClient(config.app_token, config.api_url),
        on_refused=site.on_refused,
        acknowledged=site.metrics.acknowledged,
    )


def _attendance(
    site: Site, reception: Reception, sharing: Sequence[Callable[[int], None]]
) -> Attendance:
    def counted(bots: int) -> None:
        for share in sharing:
            share(bots)

    return Attendance(
        site.store,
        site.bot_id,
        key_ids=site.config.keyring.key_ids,
        listening=reception.is_connected,
        counted=counted,
    )


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
