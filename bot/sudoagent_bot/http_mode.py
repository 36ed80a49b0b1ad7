"""HTTP mode: Slack posts to an address of ours, and signs what it posts.

Nothing of a request is looked at before its timestamp and signature are found good. What is not
Slack's gets a 4xx without a reason, which is in the log.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest

from sudoagent.errors import ConfigurationError

from .clicks import DELIVERY, Delivery
from .config import Place
from .metrics import Metrics
from .signatures import Forged, Recent, check_signature, check_timestamp

__all__ = ["HttpReception", "Malformed", "read_body"]

logger = logging.getLogger(__name__)

PATH = "/slack/events"
# Slack sends a message's blocks along with a click, and encodes them for a form.
_LARGEST_BODY = 1024 * 1024
_READ_SECONDS = 5.0
_CLOSE_SECONDS = 1.0
_ODD = "it is signed, but its fields are not those that Slack sends"
_FORM = "application/x-www-form-urlencoded"


class Malformed(ValueError):
    """Signed, but not of a form that Slack sends."""


class HttpReception:
    """The server, at ``place``; port 0 is a free one.

    The same Bolt app handles what comes, as in Socket Mode. Proxies and load balancers may ask
    ``/healthz``.
    """

    def __init__(self, app: AsyncApp, *, secret: str, place: Place, metrics: Metrics) -> None:
        self._app = app
        self._secret = secret
        self._place = place
        self._metrics = metrics
        self._recent = Recent()
        self._runner: web.AppRunner | None = None
        self._answering = 0
        self._all_answered = asyncio.Event()
        self._all_answered.set()

    async def connect(self) -> None:
        """Listen. Raises ``ConfigurationError`` when the port cannot be had."""
        server = web.Application(client_max_size=_LARGEST_BODY)
        server.add_routes([web.post(PATH, self._receive), web.get("/healthz", _alive)])
        # Slack compresses nothing, and what is not signed must not be unpacked.
        runner = web.AppRunner(
            server,
            access_log=None,
            shutdown_timeout=_CLOSE_SECONDS,
            auto_decompress=False,
        )
        await runner.setup()
        try:
            await web.TCPSite(runner, self._place.host, self._place.port).start()
        except OSError as error:
            await runner.cleanup()
            reason = f"PORT: {self._place.port} cannot be listened on ({error.strerror})"
            raise ConfigurationError(reason) from error
        self._runner = runner
        port = runner.addresses[0][1]
        logger.info("listening for Slack on port %d, %s", port, PATH)

    async def is_connected(self) -> bool:
        """Whether the server listens; whether Slack can reach it, only Slack knows."""
        return self._runner is not None

    async def drain(self) -> None:
        """Return when all requests that came so far have been answered."""
        await self._all_answered.wait()

    async def close(self) -> None:
        """Stop listening."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        began = time.monotonic()
        self._answering += 1
        self._all_answered.clear()
        try:
            response = await self._checked(request)
            self._metrics.acknowledged(time.monotonic() - began)
            return response
        except (Forged, Malformed) as error:
            logger.warning("turned away what is not Slack's: %s", error)
            self._metrics.delivery("turned_away")
            return web.Response(status=401 if isinstance(error, Forged) else 400)
        finally:
            self._answering -= 1
            if not self._answering:
                self._all_answered.set()

    async def _checked(self, request: web.Request) -> web.StreamResponse:
        timestamp = _only(request, "X-Slack-Request-Timestamp")
        signature = _only(request, "X-Slack-Signature")
        check_timestamp(timestamp, signature, time.time())
        assert timestamp is not None
        assert signature is not None
        try:
            async with asyncio.timeout(_READ_SECONDS):
                body = await request.read()
        except TimeoutError:
            return web.Response(status=408)
        check_signature(self._secret, timestamp, body, signature)
        if not self._recent.is_new(signature, time.time()):
            logger.info("what Slack delivered once more changes nothing")
            self._metrics.delivery("repeated")
            return web.Response()
        self._metrics.delivery("taken")
        is_retry = "X-Slack-Retry-Num" in request.headers
        came = Delivery(body=body, stamp=timestamp, is_retry=is_retry)
        return await self._dispatch(read_body(body, request.content_type), came)

    async def _dispatch(self, payload: dict[str, Any], came: Delivery) -> web.StreamResponse:
        if payload.get("type") == "url_verification":
            return web.Response(text=str(payload.get("challenge", "")))
        try:
            # Bolt's own reading of a body loses a command in which somebody types "payload".
            request = AsyncBoltRequest(mode="socket_mode", body=payload, context={DELIVERY: came})
            answer = await self._app.async_dispatch(request)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            # Bolt takes the fields of a payload for what Slack documents.
            raise Malformed(_ODD) from error
        if answer.status >= 500:
            raise Malformed(_ODD)
        if answer.status == 404:
            # As in Socket Mode: to the reviewer, anything else is an error sign beside the button.
            return web.Response()
        return await to_aiohttp_response(answer)


def read_body(body: bytes, content_type: str) -> dict[str, Any]:
    """Return what Slack sent: an event as JSON, an interaction in a form, or a command's form.

    Raises ``Malformed``.
    """
    try:
        text = body.decode()
        if content_type != _FORM:
            return _object(json.loads(text))
        fields = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=100))
        return _object(json.loads(fields["payload"])) if "payload" in fields else {**fields}
    except (ValueError, RecursionError) as error:
        raise Malformed("it is signed, but it cannot be read") from error


def _object(decoded: object) -> dict[str, Any]:
    if not isinstance(decoded, dict):
        raise Malformed("it is signed, but it is no JSON object")
    return decoded


def _only(request: web.Request, name: str) -> str | None:
    """Return a header that is there once; of two, nobody could say which one was checked."""
    values = request.headers.getall(name, [])
    return values[0] if len(values) == 1 else None


async def _alive(_: web.Request) -> web.Response:
    return web.Response(text="ok\n")
