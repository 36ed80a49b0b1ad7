"""Telling pages and tests what changed, as it happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

from .workspace import Event, Workspace

__all__ = ["Feed"]


class Feed:
    """Lets tasks wait for the workspace's changes."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._queues: set[asyncio.Queue[Event | None]] = set()
        workspace.listeners.append(self._pass_on)

    async def changed(self, after: int, timeout: float) -> None:
        """Return once the workspace's version is above ``after``, or ``timeout`` seconds later."""
        if self._workspace.version > after:
            return
        with self._queue() as queue:
            try:
                await asyncio.wait_for(queue.get(), timeout)
            except TimeoutError:
                return

    async def events(self) -> AsyncIterator[Event]:
        """Yield every event from now until the playground closes."""
        with self._queue() as queue:
            while (event := await queue.get()) is not None:
                yield event

    def close(self) -> None:
        """End every ``events`` that is going on."""
        for queue in self._queues:
            queue.put_nowait(None)

    @contextmanager
    def _queue(self) -> Iterator[asyncio.Queue[Event | None]]:
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        self._queues.add(queue)
        try:
            yield queue
        finally:
            self._queues.discard(queue)

    def _pass_on(self, event: Event) -> None:
        for queue in self._queues:
            queue.put_nowait(event)
