"""Cancellations that would otherwise be lost inside the client library."""

from __future__ import annotations

import asyncio

__all__ = ["Cancellations"]


class Cancellations:
    """Notices a cancellation of the current task that somebody swallowed.

    In Python 3.11, ``asyncio.wait_for`` drops a cancellation that arrives in the moment in which
    the awaited thing finishes (python/cpython#86296, mended in 3.12), and redis-py sends every
    command through it. A task that was told to end would go on for ever.
    """

    def __init__(self) -> None:
        task = asyncio.current_task()
        assert task is not None  # Coroutines run in tasks.
        self._task = task
        self._earlier = task.cancelling()

    def heed(self) -> None:
        """Raise ``CancelledError`` if the task was cancelled since, and nothing has come of it."""
        if self._task.cancelling() > self._earlier:
            raise asyncio.CancelledError
