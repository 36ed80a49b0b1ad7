"""One daemon thread with one event loop per process, where all of the library's waiting happens.

Blocking and asynchronous callers hand it the same coroutine, so everything that talks to Redis and
Slack is written once, there is one subscription per process, and neither the application's event
loop nor asyncio's default executor is ever occupied. A forked child gets a thread of its own.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import logging
import os
import threading
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from functools import partial
from typing import Any, Generic, Protocol, TypeVar

from ..errors import ApprovalError
from .termination import heeding_termination

__all__ = ["Background", "Closable", "background"]

logger = logging.getLogger(__name__)

# How long an interrupted caller is held back so that its request can be withdrawn first.
_FAREWELL_SECONDS = 3.0
# A signal that arrives in the moment before a wait begins does not end it: the interrupt is raised
# when the next one begins.
_LONGEST_WAIT = 0.5
# How long the end of the program waits for what nobody waits for otherwise.
_ERRAND_SECONDS = 2.0


class Closable(Protocol):
    """Something that is opened once per process and closed at its end."""

    async def close(self) -> None:
        """Let go of everything that is held."""
        ...


T = TypeVar("T")
C = TypeVar("C", bound=Closable)


class Background:
    """Runs coroutines for callers in any thread and any event loop."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._jobs: set[asyncio.Task[Any]] = set()
        self._errands: set[asyncio.Task[None]] = set()
        self._shared: dict[Hashable, asyncio.Task[Any]] = {}
        self._winding_up: asyncio.Task[None] | None = None
        self._thread = threading.Thread(target=self._serve, name="sudoagent", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what ``work`` returns, blocking this thread until then.

        An interrupt (Ctrl-C, SIGTERM in the main thread) cancels ``work`` and is raised once that
        has finished, after three seconds at most. Raises ``ApprovalError`` on this thread itself.
        """
        if threading.current_thread() is self._thread:
            # A log handler, for example. Waiting here would be waiting for oneself.
            work.close()
            raise ApprovalError("nobody can be asked from the thread that asks: use another one")
        # A bare lock, because an interrupt may come at any moment: inside threading.Event it can
        # leave a lock unlocked twice, and a RuntimeError instead of the interrupt.
        gate = threading.Lock()
        gate.acquire()
        job = _Job(self, work, partial(_open, gate))
        with heeding_termination:
            try:
                job.submit()
                _wait_at(gate)
            except BaseException:
                if job.cancel(partial(_open, gate)):
                    gate.acquire(timeout=_FAREWELL_SECONDS)
                raise
        return job.result()

    async def arun(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what ``work`` returns; the caller's event loop goes on meanwhile.

        Cancelling the caller cancels ``work``, and takes effect once that has finished, after
        three seconds at most.
        """
        loop = asyncio.get_running_loop()
        finished = loop.create_future()
        job = _Job(self, work, partial(_notify, loop, finished))
        with heeding_termination:
            try:
                job.submit()
                await finished
            except asyncio.CancelledError:
                farewell = loop.create_future()
                if job.cancel(partial(_notify, loop, farewell)):
                    await asyncio.wait([farewell], timeout=_FAREWELL_SECONDS)
                raise
        return job.result()

    def dispatch(self, errand: Coroutine[Any, Any, None]) -> None:
        """Start ``errand`` and return at once; what it raises is logged.

        Nobody waits for it but the end of the program, for two seconds. An interpreter that is
        ending already starts nothing any more.
        """
        try:
            self._loop.call_soon_threadsafe(self._start_errand, errand)
        except RuntimeError:
            errand.close()

    async def shared(self, key: Hashable, open_it: Callable[[], Awaitable[C]]) -> C:
        """Return the one object of this process under ``key``; open it if there is none yet.

        To be called by work that runs here. Raises what ``open_it`` raises, each time anew.
        """
        opening = self._shared.get(key)
        if opening is None or (opening.done() and opening.exception() is not None):
            opening = asyncio.ensure_future(_opened(open_it))
            self._shared[key] = opening
        # Shielded: others may be waiting for the same object when this caller gives up.
        return await asyncio.shield(opening)

    def stop(self) -> None:
        """Cancel all work, let it say goodbye for a few seconds, close what is shared, and end."""
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._begin_to_wind_up)
        self._thread.join(2 * _FAREWELL_SECONDS + _ERRAND_SECONDS)

    def _start_errand(self, errand: Coroutine[Any, Any, None]) -> None:
        task = self._loop.create_task(_logged(errand))
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.close()

    def _begin_to_wind_up(self) -> None:
        if self._winding_up is None:
            self._winding_up = self._loop.create_task(self._wind_up())

    async def _wind_up(self) -> None:
        jobs = list(self._jobs)
        for job in jobs:
            job.cancel()
        if jobs:
            await asyncio.wait(jobs, timeout=_FAREWELL_SECONDS)
        await _last_errands(set(self._errands))
        for opening in self._shared.values():
            with contextlib.suppress(Exception):
                await (await opening).close()
        self._loop.stop()


class _Job(Generic[T]):
    """One coroutine on its way through the background loop."""

    __slots__ = ("_finished", "_owner", "_task", "_work")

    def __init__(
        self, owner: Background, work: Coroutine[Any, Any, T], finished: Callable[[], object]
    ) -> None:
        self._owner = owner
        self._work = work
        self._finished = finished
        self._task: asyncio.Task[T] | None = None

    def submit(self) -> None:
        """Start the work. Raises ``ApprovalError`` when its loop has ended."""
        try:
            self._owner._loop.call_soon_threadsafe(self._start)
        except RuntimeError as error:
            self._work.close()
            raise ApprovalError("the program is ending: nobody can be asked any more") from error

    def result(self) -> T:
        """Return what the work returned, or raise what it raised. Only once it has finished."""
        assert self._task is not None
        if self._task.cancelled():
            raise ApprovalError("the program is ending: the question was withdrawn")
        return self._task.result()

    def cancel(self, finished: Callable[[], object]) -> bool:
        """Ask the work to end, and call ``finished`` when it has. False: its loop is gone."""
        try:
            self._owner._loop.call_soon_threadsafe(self._cancel, finished)
        except RuntimeError:
            return False
        return True

    def _start(self) -> None:
        self._task = self._owner._loop.create_task(self._work)
        self._owner._jobs.add(self._task)
        self._task.add_done_callback(self._finish)

    def _cancel(self, finished: Callable[[], object]) -> None:
        self._finished = finished
        if self._task is None:
            # The interrupt came before the work was submitted.
            self._work.close()
            finished()
        elif not self._task.cancel():
            finished()

    def _finish(self, task: asyncio.Task[T]) -> None:
        self._owner._jobs.discard(task)
        if not task.cancelled():
            # Whoever was interrupted does not look at the result any more.
            task.exception()
        self._finished()


def _wait_at(gate: threading.Lock) -> None:
    """Wait until the gate is opened, or until an interrupt."""
    if threading.current_thread() is not threading.main_thread():
        gate.acquire()  # Interrupts are raised in the main thread alone.
        return
    while not gate.acquire(timeout=_LONGEST_WAIT):
        continue


def _open(gate: threading.Lock) -> None:
    with contextlib.suppress(RuntimeError):  # It is open already.
        gate.release()


def _notify(loop: asyncio.AbstractEventLoop, finished: asyncio.Future[None]) -> None:
    with contextlib.suppress(RuntimeError):  # The caller's loop is closed: nobody waits.
        loop.call_soon_threadsafe(_mark, finished)


def _mark(finished: asyncio.Future[None]) -> None:
    if not finished.done():
        finished.set_result(None)


async def _last_errands(errands: set[asyncio.Task[None]]) -> None:
    if not errands:
        return
    _, late = await asyncio.wait(errands, timeout=_ERRAND_SECONDS)
    for errand in late:
        errand.cancel()
    await asyncio.gather(*late, return_exceptions=True)


async def _logged(errand: Coroutine[Any, Any, None]) -> None:
    try:
        await errand
    except Exception as error:
        # The type only: what a foreign exception says may contain argument values.
        logger.warning("an errand failed: %s", type(error).__name__)


async def _opened(open_it: Callable[[], Awaitable[C]]) -> C:
    return await open_it()


_current: Background | None = None
_guard = threading.Lock()
# A forked child shares the parent's sockets and its epoll set. Collecting the parent's objects
# there would close and unregister them, so they are kept.
_inherited: list[Background] = []


def background() -> Background:
    """Return this process's background thread, started by the first call."""
    global _current  # noqa: PLW0603 - one per process is the point
    with _guard:
        if _current is None or not _current._thread.is_alive():
            _current = Background()
        return _current


def _forget_parent() -> None:
    global _current, _guard  # noqa: PLW0603 - the child starts anew
    _guard = threading.Lock()
    if _current is not None:
        _inherited.append(_current)
    _current = None


def _stop_current() -> None:
    if _current is not None:
        _current.stop()


os.register_at_fork(after_in_child=_forget_parent)
atexit.register(_stop_current)
