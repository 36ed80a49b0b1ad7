"""Socket Mode: connections of apps, envelopes sent to any one of them, acknowledgements awaited.

docs.slack.dev, "Using Socket Mode".
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from aiohttp import WSMsgType, web

from .cast import APP_ID
from .courier import Delivery, EnvelopeKind
from .passes import PassRefusedError
from .workspace import Event, Workspace

__all__ = ["SocketMode"]

MOST_CONNECTIONS = 10
PING_EVERY = 10.0
# How long a connection that was told to go may still acknowledge.
GRACE = 10.0


class _Acknowledgement(msgspec.Struct):
    envelope_id: str
    payload: dict[str, Any] | None = None


@dataclass(eq=False)
class _Connection:
    socket: web.WebSocketResponse
    request: web.Request

    def cut(self) -> None:
        """Break the TCP connection, without closing the WebSocket."""
        if self.request.transport is not None:
            self.request.transport.abort()


class SocketMode:
    """All Socket Mode connections of the app."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._connections: list[_Connection] = []
        self._retiring: set[_Connection] = set()
        self._waiting: dict[str, asyncio.Future[dict[str, Any] | None]] = {}

    @property
    def count(self) -> int:
        """How many connections take payloads now."""
        return len(self._connections)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one connection until either side ends it."""
        try:
            self._workspace.tickets.take(request.query.get("ticket", ""))
        except PassRefusedError as refused:
            raise web.HTTPUnauthorized(text=f"the ticket is {refused.why}") from None
        socket = web.WebSocketResponse(heartbeat=PING_EVERY)
        await socket.prepare(request)
        connection = _Connection(socket, request)
        if self.count >= MOST_CONNECTIONS:
            await _send(socket, _disconnect("too_many_websockets"))
            await socket.close()
            return socket
        self._connections.append(connection)
        try:
            await _send(socket, self._hello(request.host))
            self._tell()
            await self._listen(socket)
        finally:
            self._forget(connection)
        return socket

    async def deliver(
        self, kind: EnvelopeKind, payload: Mapping[str, Any], *, accepts_response: bool = False
    ) -> Delivery:
        """Send one envelope and wait for its acknowledgement, three seconds at most."""
        envelope_id = secrets.token_hex(16)
        answer: asyncio.Future[dict[str, Any] | None] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = answer
        envelope: dict[str, Any] = {
            "envelope_id": envelope_id,
            "type": kind,
            "accepts_response_payload": accepts_response,
            "payload": dict(payload),
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": 0, "retry_reason": ""}
        started = time.monotonic()
        try:
            if not await self._send_to_any(envelope):
                return Delivery("no app is connected", 0.0)
            response = await asyncio.wait_for(answer, self._workspace.acknowledge_within)
        except TimeoutError:
            within = self._workspace.acknowledge_within
            return Delivery(f"the app did not acknowledge within {within:g} s", within)
        finally:
            del self._waiting[envelope_id]
        return Delivery(None, time.monotonic() - started, response)

    def drop(self) -> int:
        """Cut every connection; returns how many there were."""
        connections = [*self._connections, *self._retiring]
        for connection in connections:
            self._forget(connection)
            connection.cut()
        return len(connections)

    async def refresh(self, reason: str) -> int:
        """Tell every connection that it will end. Unless it is only a warning, it then ends."""
        told = list(self._connections)
        for connection in told:
            # Others may go while this one is told.
            if reason != "warning" and connection in self._connections:
                self._forget(connection)
                self._retiring.add(connection)
                asyncio.get_running_loop().call_later(GRACE, connection.cut)
            await _send(connection.socket, _disconnect(reason))
        return len(told)

    async def close(self) -> None:
        """End every connection properly."""
        for connection in [*self._connections, *self._retiring]:
            await connection.socket.close()

    async def _send_to_any(self, envelope: dict[str, Any]) -> bool:
        for connection in list(self._connections):
            # One that is gone since the one before it failed cannot be the next.
            if connection not in self._connections:
                continue
            self._connections.remove(connection)
            self._connections.append(connection)
            if await _send(connection.socket, envelope):
                return True
        return False

    async def _listen(self, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            with contextlib.suppress(msgspec.DecodeError):
                acknowledgement = msgspec.json.decode(message.data, type=_Acknowledgement)
                waiting = self._waiting.get(acknowledgement.envelope_id)
                if waiting is not None and not waiting.done():
                    waiting.set_result(acknowledgement.payload)

    def _hello(self, host: str) -> dict[str, Any]:
        return {
            "type": "hello",
            "num_connections": self.count,
            "debug_info": {
                "host": host,
                "build_number": 1,
                "approximate_connection_time": 18_060,
            },
            "connection_info": {"app_id": APP_ID},
        }

    def _forget(self, connection: _Connection) -> None:
        self._retiring.discard(connection)
        if connection in self._connections:
            self._connections.remove(connection)
            self._tell()

    def _tell(self) -> None:
        self._workspace.tell(Event("connected", {"count": self.count}))


def _disconnect(reason: str) -> dict[str, Any]:
    return {"type": "disconnect", "reason": reason, "debug_info": {"host": "playground"}}


async def _send(socket: web.WebSocketResponse, message: dict[str, Any]) -> bool:
    try:
        await socket.send_json(message)
    except (ConnectionError, RuntimeError):
        return False
    return True
