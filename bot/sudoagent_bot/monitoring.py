"""Health and counters over HTTP, for supervisors and Prometheus: `/healthz`, `/readyz`, `/metrics`.

Counts and yes or no, never an id, a name or a value of anything that is asked. It listens on this
machine only, unless told otherwise.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web

from sudoagent.errors import ConfigurationError
from sudoagent.review.store import ReviewStore, StoreError

from .config import Place
from .metrics import CONTENT_TYPE, Metrics, Sample

__all__ = ["Vitals", "monitored"]

logger = logging.getLogger(__name__)

_PROBE_SECONDS = 1.0


class Vitals:
    """How the bot is. ``store`` and ``connected`` are set once there are such."""

    def __init__(self, metrics: Metrics) -> None:
        self.metrics = metrics
        self.store: ReviewStore | None = None
        self.connected: Callable[[], Awaitable[bool]] | None = None

    async def is_connected(self) -> bool:
        """Whether Slack's deliveries can come."""
        return self.connected is not None and await self.connected()

    async def samples(self) -> tuple[Sample, ...]:
        """Return the values of this moment; those that the store does not tell are left out."""
        queued, pending = await self._depths()
        reachable = queued is not None
        return (
            Sample(
                "sudoagent_bot_connected", "Whether Slack can deliver.", await self.is_connected()
            ),
            Sample("sudoagent_bot_store_reachable", "Whether the store answers.", reachable),
            Sample("sudoagent_bot_repaint_queue", "Cards that wait to be repainted.", queued),
            Sample("sudoagent_bot_pending_requests", "Requests that wait for a decision.", pending),
        )

    async def _depths(self) -> tuple[int | None, int | None]:
        if self.store is None:
            return (None, None)
        try:
            async with asyncio.timeout(_PROBE_SECONDS):
                return (await self.store.repaints.depth(), await self.store.pending_count())
        except (StoreError, TimeoutError):
            return (None, None)


@contextlib.asynccontextmanager
async def monitored(place: Place | None, vitals: Vitals) -> AsyncIterator[None]:
    """Tell whoever asks there, for as long as this lasts. ``None``: nobody can ask.

    Raises ``ConfigurationError`` when the port cannot be had.
    """
    if place is None:
        yield
        return
    server = _server(vitals)
    runner = web.AppRunner(server, access_log=None, shutdown_timeout=_PROBE_SECONDS)
    await runner.setup()
    try:
        await _listen(runner, place)
        yield
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, place: Place) -> None:
    try:
        await web.TCPSite(runner, place.host, place.port).start()
    except OSError as error:
        raise ConfigurationError(
            f"SUDOAGENT_METRICS_PORT: {place.port} cannot be listened on ({error.strerror})"
        ) from error
    host, port = runner.addresses[0][:2]
    logger.info("health and counters are told at http://%s:%d", host, port)


def _server(vitals: Vitals) -> web.Application:
    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def readyz(_: web.Request) -> web.Response:
        # A bot without either takes no vote: whoever balances load should look for another.
        missing = [sample.name for sample in (await vitals.samples())[:2] if not sample.value]
        if missing:
            return web.Response(status=503, text=f"not ready: {', '.join(missing)} 0\n")
        return web.Response(text="ready\n")

    async def metrics(_: web.Request) -> web.Response:
        text = vitals.metrics.text(await vitals.samples())
        return web.Response(body=text.encode(), headers={"Content-Type": CONTENT_TYPE})

    server = web.Application()
    routes = {"/healthz": healthz, "/readyz": readyz, "/metrics": metrics}
    server.add_routes([web.get(path, handler) for path, handler in routes.items()])
    return server
