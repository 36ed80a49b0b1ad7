"""A proxy in front of a server, for the faults that a network has and a process has not."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator
from typing import Literal

Mode = Literal["pass", "silent", "lose_replies"]

# Closing such a socket sends RST instead of FIN.
_RESET = struct.pack("ii", 1, 0)


class Proxy:
    """Forwards TCP connections to a unix socket, as long as it is told to.

    ``silent``: whatever arrives is swallowed, in both directions, and no connection is closed.
    ``lose_replies``: the server gets the next command, and its reply is lost with the connection.
    """

    def __init__(self, target: str) -> None:
        self._target = target
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.mode: Mode = "pass"
        self.port = 0

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Reset every connection that is open."""
        for writer in list(self._writers):
            sock = writer.get_extra_info("socket")
            if sock.family == socket.AF_INET:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            writer.transport.abort()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, back = await asyncio.open_unix_connection(self._target)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, back}
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(self._copy(reader, back, False), self._copy(there, writer, True))
        self._tasks.discard(task)
        self._writers -= {writer, back}

    async def _copy(
        self, source: asyncio.StreamReader, target: asyncio.StreamWriter, replies: bool
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                if self.mode == "lose_replies" and replies:
                    self.mode = "pass"
                    self.cut()
                    return
                if self.mode != "silent":
                    target.write(data)
                    await target.drain()
        target.close()

    async def stop(self) -> None:
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@contextlib.asynccontextmanager
async def proxy_to(target: str) -> AsyncIterator[Proxy]:
    """A running proxy to the unix socket at ``target``."""
    proxy = Proxy(target)
    listener = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = listener.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        listener.close()
        await proxy.stop()
