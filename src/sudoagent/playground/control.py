"""The control API: what tests, demonstrations and the page ask for, under ``/_playground/``.

Orders are ``POST /_playground/<name>`` with a JSON object, which no other website can send without
asking first (and then is refused); answers are ``{"ok": true, "answer": …}``.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import msgspec
from aiohttp import web

from .finding import RefusedOrderError
from .house import House
from .orders import WORKSPACE_ORDERS
from .personal_orders import PERSONAL_ORDERS
from .refusal import SlackError
from .wellformed import read_json

__all__ = ["Control"]

_Order: TypeAlias = Callable[[House, dict[str, Any], str], Awaitable[Any]]
_ORDERS: dict[str, _Order] = {
    order.__name__: order for order in (*WORKSPACE_ORDERS, *PERSONAL_ORDERS)
}


class Control:
    """Takes orders over HTTP."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Carry out one order."""
        if request.content_type != "application/json":
            return _refused("orders are JSON objects", status=415)
        order = _ORDERS.get(request.match_info["order"])
        if order is None:
            return _refused(f"there is no order {request.match_info['order']!r}", status=404)
        try:
            arguments = read_json(await request.text() or "{}")
            answer = await order(self._house, arguments, f"http://{request.host}")
        except (RefusedOrderError, ValueError) as refused:
            return _refused(str(refused))
        except SlackError as refused:
            return _refused(refused.code)
        except (KeyError, TypeError) as wrong:
            return _refused(f"the order's arguments are not right: {wrong}")
        body = msgspec.json.encode({"ok": True, "answer": answer})
        return web.Response(body=body, content_type="application/json")

    async def feed(self, request: web.Request) -> web.StreamResponse:
        """Stream changes to a page, as Server-Sent Events that name what to look at again."""
        reader = request.query.get("person", "")
        response = web.StreamResponse()
        response.headers["Content-Type"] = "text/event-stream"
        response.headers["Cache-Control"] = "no-store"
        await response.prepare(request)
        # A page that was closed is noticed when the next change is written to it.
        with contextlib.suppress(ConnectionResetError):
            await response.write(b": hello\n\n")
            async for event in self._house.feed.events():
                if event.reader in (None, reader):
                    told = json.dumps({"kind": event.kind, **event.body})
                    await response.write(f"data: {told}\n\n".encode())
        return response


def _refused(why: str, status: int = 400) -> web.Response:
    return web.json_response({"ok": False, "error": why}, status=status)
