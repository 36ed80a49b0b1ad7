"""The connection on which Slack delivers clicks: Socket Mode that is never deaf for long."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import logging
import time
from collections.abc import Callable, Coroutine
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

import aiohttp
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.response import BoltResponse
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from sudoagent.slack.client import SlackClient
from sudoagent.slack.failures import SlackFailure

from .in_flight import end
from .web import TOKEN_REFUSED

__all__ = ["Socket"]

logger = logging.getLogger(__name__)

PING_INTERVAL = 2.0  # seconds; a connection that does not answer within half of it is given up
_DIAL_SECONDS = 10.0
# For an address: little at first, since asking anew often cures silence, then what slowness takes.
_ADDRESS_SECONDS = (1.0, 2.0, 4.0, 8.0)
_CLOSE_SECONDS = 1.0
_LINGER_SECONDS = 10.0  # Slack may still deliver on a connection that it asked us to replace
_SHORTEST_LIFE = 1.0
_WAITS = (0.2, 0.5, 1.0, 2.0)  # seconds, if Slack does not name a time itself
# What apps.connections.open says to an app token that can never open a connection.
_REFUSED: Final = TOKEN_REFUSED | {"forbidden_team", "missing_scope"}
_ADVICE = (
    "Slack refuses SLACK_APP_TOKEN ({code}): on your Slack app's page, Basic Information, "
    "App-Level Tokens, generate one (xapp-…) with the scope connections:write"
)


class Socket(SocketModeClient):
    """slack_sdk's aiohttp client, with the habits changed that would lose a click.

    A ticket admits one connection, so each attempt asks for a new address; the parent class would
    try a spent one for ever. When Slack announces a refresh, the new connection is open before the
    old one is let go, and what still arrives on the old one is handled. An app token that Slack
    refuses is no weather: ``on_refused`` is told why, and the client stops trying. Addresses,
    which hold tickets, are never logged.
    """

    def __init__(
        self,
        app: AsyncApp,
        *,
        app_token: str,
        slack: SlackClient,
        on_refused: Callable[[str], None],
        acknowledged: Callable[[float], None],
    ) -> None:
        super().__init__(
            app_token=app_token, logger=logger, web_client=app.client, ping_interval=PING_INTERVAL
        )
        self._app = app
        self._slack = slack
        self._on_refused = on_refused
        self._acknowledged = acknowledged
        self._opened_at = -_SHORTEST_LIFE
        self._unacknowledged = 0
        self._all_acknowledged = asyncio.Event()
        self._all_acknowledged.set()
        self._work: set[asyncio.Task[None]] = set()
        self.socket_mode_request_listeners.append(self._acknowledge)

    async def connect(self) -> None:
        """Connect, trying until it succeeds, the token is refused or the client is closed."""
        tries = zip(_WAITS, _ADDRESS_SECONDS, strict=True)
        last = (_WAITS[-1], _ADDRESS_SECONDS[-1])
        for wait, patience in itertools.chain(tries, itertools.repeat(last)):
            if self.closed:
                return
            try:
                session = await self._dial(patience)
            except SlackFailure as failure:
                if failure.code in _REFUSED:
                    self._on_refused(_ADVICE.format(code=failure.code))
                    return
                logger.warning("no connection to Slack: %s", failure.reason)
                wait = max(wait, failure.retry_after or 0)
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                logger.warning("no connection to Slack: %s", type(error).__name__)
            else:
                self._take_over(session)
                return
            await asyncio.sleep(wait)

    async def connect_to_new_endpoint(self, force: bool = False) -> None:
        """Replace the connection: when it is gone, or at once with ``force``."""
        async with self.connect_operation_lock:
            if force or not await self.is_connected():
                # Slack ends each connection beyond the tenth of an app as soon as it is open.
                await asyncio.sleep(self._opened_at + _SHORTEST_LIFE - time.monotonic())
                await self.connect()

    async def issue_new_wss_url(self, patience: float = _ADDRESS_SECONDS[0]) -> str:
        """Return the address for one connection, within seconds. Raises ``SlackFailure``."""
        answer = await self._slack.call("apps.connections.open", patience=patience)
        address = answer.get("url")
        if not isinstance(address, str):
            raise SlackFailure("apps.connections.open", "Slack named no address to connect to")
        return address

    async def drain(self) -> None:
        """Return when every click that was delivered so far has been acknowledged."""
        await self._all_acknowledged.wait()

    async def close(self) -> None:
        """Close all connections. Never raises for a connection that is broken already."""
        await super().close()  # type: ignore[no-untyped-call]  # slack_sdk leaves it untyped
        await end(self._work)

    async def _dial(self, patience: float) -> aiohttp.ClientWebSocketResponse:
        async with asyncio.timeout(_DIAL_SECONDS):
            address = await self.issue_new_wss_url(patience)
            # The SDK reads HTTPS_PROXY but not NO_PROXY.
            bypass = proxy_bypass(urlsplit(address).hostname or "")
            return await self.aiohttp_client_session.ws_connect(
                address,
                heartbeat=self.ping_interval,
                timeout=aiohttp.ClientWSTimeout(ws_close=_CLOSE_SECONDS),
                proxy=None if bypass else self.proxy,
            )

    def _take_over(self, session: aiohttp.ClientWebSocketResponse) -> None:
        self._opened_at = time.monotonic()
        retired, self.current_session = self.current_session, session
        self._start(self._receive(session))
        if retired is not None and not retired.closed:
            self._start(_close_later(retired))
        logger.info("connected to Slack")

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _receive(self, session: aiohttp.ClientWebSocketResponse) -> None:
        with contextlib.suppress(aiohttp.ClientError, OSError):
            async for message in session:
                if message.type is aiohttp.WSMsgType.TEXT:
                    await self.enqueue_message(message.data)
        if session is self.current_session and not self.closed:
            logger.warning("the connection to Slack is gone, connecting again")
            await self.connect_to_new_endpoint()

    async def _acknowledge(
        self, client: AsyncBaseSocketModeClient, request: SocketModeRequest
    ) -> None:
        came = time.monotonic()
        self._unacknowledged += 1
        self._all_acknowledged.clear()
        try:
            response = await run_async_bolt_app(self._app, request)
            # What no listener wants is acknowledged all the same: to the reviewer, silence is an
            # error sign beside the button.
            if response.status not in (200, 404):
                logger.warning("a delivery from Slack ended with status %d", response.status)
            await client.send_socket_mode_response(
                SocketModeResponse(envelope_id=request.envelope_id, payload=_payload(response))
            )
            self._acknowledged(time.monotonic() - came)
        finally:
            self._unacknowledged -= 1
            if not self._unacknowledged:
                self._all_acknowledged.set()


def _payload(response: BoltResponse) -> dict[str, Any] | None:
    """Return what a listener answered besides acknowledging: what is wrong with a dialog."""
    if response.status != 200 or not response.body.startswith("{"):
        return None
    return dict(json.loads(response.body))


async def _close_later(session: aiohttp.ClientWebSocketResponse) -> None:
    try:
        await asyncio.sleep(_LINGER_SECONDS)
    finally:
        await session.close()
