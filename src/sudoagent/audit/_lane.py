"""One thread that does blocking work in batches for any number of awaiting callers."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from ._fork import watch

__all__ = ["Lane"]

T = TypeVar("T")
Result = tuple["asyncio.Future[None]", BaseException | None]
_IDLE = 1.0  # seconds after which the thread ends, so that none outlives its use


class Lane(Generic[T]):
    """Takes items in order and hands them over in batches: what came while the last one was done.

    ``work`` gets the items and returns for each one the error that it met, or ``None``. Not
    asyncio's default executor, whose few threads a slow disk would use up for everybody.
    """

    def __init__(self, work: Callable[[list[T]], list[BaseException | None]]) -> None:
        self._work = work
        self.after_fork()
        watch(self)

    def after_fork(self) -> None:
        """Begin with nothing waiting and no thread; called by itself in a forked child."""
        self._waiting: deque[tuple[T, asyncio.Future[None]]] = deque()
        self._change = threading.Condition(threading.Lock())
        self._running = False

    async def submit(self, item: T) -> None:
        """Return when the item is done, or raise its error. It is done even when cancelled."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        with self._change:
            self._waiting.append((item, future))
            if self._running:
                self._change.notify()
            else:
                self._running = True
                threading.Thread(target=self._run, name="sudoagent-audit", daemon=True).start()
        await future

    def _run(self) -> None:
        while batch := self._next_batch():
            items = [item for item, _ in batch]
            try:
                errors = self._work(items)
            except BaseException as error:  # handed to every caller, whatever it is
                errors = [error] * len(items)
            _settle([(future, error) for (_, future), error in zip(batch, errors, strict=True)])

    def _next_batch(self) -> list[tuple[T, asyncio.Future[None]]]:
        with self._change:
            if not self._waiting:
                self._change.wait(_IDLE)
            batch = list(self._waiting)
            self._waiting.clear()
            self._running = bool(batch)
            return batch


def _settle(done: list[Result]) -> None:
    by_loop: dict[asyncio.AbstractEventLoop, list[Result]] = {}
    for future, error in done:
        by_loop.setdefault(future.get_loop(), []).append((future, error))
    for loop, results in by_loop.items():
        # A loop that is closed has nobody left who waits.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_answer, results)


def _answer(results: list[Result]) -> None:
    for future, error in results:
        if future.done():
            continue  # cancelled: nobody waits any more
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(error)
