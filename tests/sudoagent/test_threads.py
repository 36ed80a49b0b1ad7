"""A blocking function for an asynchronous caller runs on a thread of its own."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from typing import Any

import pytest

from sudoagent._threads import in_thread

WHO = contextvars.ContextVar("WHO", default="nobody")


async def test_the_result_comes_back() -> None:
    assert await in_thread(lambda *args, **kwargs: (args, kwargs), 1, func=2, self=3) == (
        (1,),
        {"func": 2, "self": 3},
    )


async def test_it_is_another_thread_that_does_not_hold_up_the_process() -> None:
    thread = await in_thread(threading.current_thread)

    assert thread is not threading.current_thread()
    assert thread.daemon


async def test_context_variables_are_the_tasks() -> None:
    WHO.set("alice")

    assert await in_thread(WHO.get) == "alice"

    await in_thread(WHO.set, "mallory")
    assert WHO.get() == "alice"


@pytest.mark.parametrize(
    "error",
    [ValueError("v"), KeyboardInterrupt(), SystemExit(1), asyncio.CancelledError()],
    ids=repr,
)
async def test_exceptions_come_back_as_they_are(error: BaseException) -> None:
    def fails() -> None:
        raise error

    with pytest.raises(type(error)) as raised:
        await in_thread(fails)
    assert raised.value is error


async def test_stop_iteration_would_end_the_caller() -> None:
    with pytest.raises(RuntimeError, match="StopIteration") as raised:
        await in_thread(next, iter(()))
    assert isinstance(raised.value.__cause__, StopIteration)


async def test_more_wait_than_an_executor_has_threads() -> None:
    everybody = threading.Barrier(100)

    await asyncio.gather(*(in_thread(everybody.wait, 60) for _ in range(100)))


async def test_a_cancelled_caller_does_not_hear_of_it_again() -> None:
    go_on, done = threading.Event(), threading.Event()

    def work() -> None:
        go_on.wait(60)
        done.set()
        raise ValueError("nobody listens")

    task = asyncio.ensure_future(in_thread(work))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    go_on.set()
    assert await in_thread(done.wait, 60)


def test_a_caller_whose_loop_is_closed_is_gone() -> None:
    go_on = threading.Event()
    worker: list[threading.Thread] = []

    def work() -> None:
        worker.append(threading.current_thread())
        go_on.wait(60)

    async def main() -> None:
        task: Any = asyncio.ensure_future(in_thread(work))
        while not worker:  # noqa: ASYNC110  # it begins on another thread
            await asyncio.sleep(0.001)
        task.cancel()

    asyncio.run(main())
    go_on.set()
    worker[0].join(60)

    assert not worker[0].is_alive()
