"""A server that answers as Slack should not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web


@dataclass
class OddSlack:
    """Answers each method with what the test says, and remembers what was asked.

    A list of answers is used up one by one, the last one for ever. `socket` serves web sockets:
    it says what the test tells it to, and closes when it has said it all. `seconds` is how long
    it thinks about a method.
    """

    url: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, Any]] = field(default_factory=list)
    sockets: list[list[str]] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def socket_url(self) -> str:
        return self.url.replace("http", "ws") + "/socket"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        method = request.path.rpartition("/")[2]
        if method == "socket":
            return await self._socket(request)
        body = await request.json() if request.content_type == "application/json" else {}
        self.asked.append((method, body))
        await asyncio.sleep(self.seconds.get(method, 0))
        if method == "moved":
            raise web.HTTPTemporaryRedirect(f"{self.url}/elsewhere")
        answer = self.answers.get(method, {})
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        return web.json_response({"ok": True, **answer})

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        says = self.sockets.pop(0) if self.sockets else None
        for words in says or []:
            await socket.send_str(words)
        if says is not None:
            await socket.close()
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                self.heard.append(message.data)
        return socket


@asynccontextmanager
async def odd_slack() -> AsyncIterator[OddSlack]:
    """Run one on this event loop."""
    odd = OddSlack()
    application = web.Application()
    application.router.add_route("*", "/{tail:.*}", odd.answer)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    odd.url = f"http://{host}:{port}"
    try:
        yield odd
    finally:
        await runner.cleanup()
