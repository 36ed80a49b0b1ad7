"""The playground as a server on the loopback interface."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from .cast import environment
from .control import Control
from .doorkeeper import keep_door
from .house import House

__all__ = ["Server", "running"]

PAGE = Path(__file__).parent / "page"
# Requests that a fault holds open must not hold up the end.
_PATIENCE = 0.5


class Server:
    """A running playground. ``url`` has no trailing slash."""

    def __init__(self, url: str, house: House) -> None:
        self.url = url
        self.house = house

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point library and bot here."""
        return environment(self.url)


@asynccontextmanager
async def running(
    *, host: str = "127.0.0.1", port: int = 0, rate_limits: bool = False
) -> AsyncIterator[Server]:
    """Run a playground until the block ends; port 0 takes a free one.

    Raises ``ValueError`` for a host that is not a loopback address, ``OSError`` for a taken port.
    """
    listener = _listen(host, port)
    house = House(rate_limits=rate_limits)
    runner = web.AppRunner(_application(house), access_log=None, shutdown_timeout=_PATIENCE)
    await runner.setup()
    try:
        await web.SockSite(runner, listener).start()
        yield Server(_address(listener), house)
    finally:
        await runner.cleanup()
        listener.close()


def _application(house: House) -> web.Application:
    application = web.Application(middlewares=[keep_door], client_max_size=2**22)
    control = Control(house)

    async def page(_: web.Request) -> web.StreamResponse:
        return web.FileResponse(PAGE / "index.html")

    async def close(_: web.Application) -> None:
        await house.close()

    application.on_shutdown.append(close)
    application.add_routes(
        [
            web.get("/", page),
            web.static("/page", PAGE),
            web.route("*", "/api/{method}", house.web_api.handle),
            web.post("/response/{name}", house.web_api.respond),
            web.get("/link/", house.sockets.handle),
            web.get("/_playground/feed", control.feed),
            web.post("/_playground/{order}", control.handle),
        ]
    )
    return application


def _listen(host: str, port: int) -> socket.socket:
    address = "127.0.0.1" if host == "localhost" else host
    # An address on the network would let everybody there press Approve.
    if not ipaddress.ip_address(address).is_loopback:
        raise ValueError(f"the playground listens on loopback only, not on {host}")
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
    except OSError:
        listener.close()
        raise
    return listener


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
