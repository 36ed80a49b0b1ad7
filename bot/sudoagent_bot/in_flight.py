"""Work in the background, which a stopping bot finishes first."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterable
from typing import Any

__all__ = ["InFlight", "end"]

logger = logging.getLogger(__name__)

_ASK_AGAIN = 0.1  # seconds


class InFlight:
    """Runs work in the background. A failure is logged and ends that piece of work only."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._tasks)

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Start a piece of work and return at once."""
        task = asyncio.get_running_loop().create_task(_logged(work))
        # The loop itself holds tasks weakly.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self, seconds: float) -> None:
        """Wait until all work is done, for so many seconds at most, then give the rest up."""
        if self._tasks:
            _, left = await asyncio.wait(self._tasks, timeout=seconds)
            if left:
                logger.warning("gave up %d pieces of work that were not done in time", len(left))
            await end(left)


async def end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Cancel tasks until they have ended.

    Once is not always enough: before Python 3.12, ``asyncio.wait_for`` loses a cancellation that
    arrives together with its result, and redis-py sends every command through it.
    """
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=_ASK_AGAIN)


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:  # one click that goes wrong must not end the bot for all others
        logger.exception("a piece of work failed")
