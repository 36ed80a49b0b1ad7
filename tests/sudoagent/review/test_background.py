"""One loop per process: its callers, their interrupts, forks and the end of the program."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from sudoagent.errors import ApprovalError
from sudoagent.review import background as background_module
from sudoagent.review.background import Background, background


@pytest.fixture
def own() -> Iterator[Background]:
    made = Background()
    yield made
    made.stop()


async def answer() -> int:
    await asyncio.sleep(0)
    return 42


async def fail() -> None:
    raise LookupError("as it was raised")


class Waiting:
    """Work that waits for ever, and takes its time to say goodbye."""

    def __init__(self) -> None:
        self.began = threading.Event()
        self.said_goodbye = threading.Event()

    async def forever(self) -> None:
        self.began.set()
        try:
            await asyncio.sleep(3600)
        finally:
            await asyncio.sleep(0.05)
            self.said_goodbye.set()


def test_blocking_and_awaiting_callers_get_the_same_answer(own: Background) -> None:
    assert own.run(answer()) == 42
    assert asyncio.run(own.arun(answer())) == 42


def test_its_own_thread_does_not_wait_for_itself(own: Background) -> None:
    async def as_a_log_handler_might() -> int:
        return own.run(answer())

    with pytest.raises(ApprovalError, match="use another"):
        own.run(as_a_log_handler_might())
    assert own.run(answer()) == 42


def test_what_the_work_raises_reaches_the_caller_as_it_was(own: Background) -> None:
    with pytest.raises(LookupError, match="as it was raised"):
        own.run(fail())
    with pytest.raises(LookupError, match="as it was raised"):
        asyncio.run(own.arun(fail()))


def test_hundreds_of_threads_and_tasks_wait_on_one_thread(own: Background) -> None:
    release: dict[str, asyncio.Event] = {}

    async def wait() -> int:
        await release.setdefault("event", asyncio.Event()).wait()
        return 1

    async def let_go() -> None:
        release.setdefault("event", asyncio.Event()).set()

    results: list[int] = []
    threads = [threading.Thread(target=lambda: results.append(own.run(wait()))) for _ in range(50)]

    async def tasks() -> list[int]:
        waiting = [asyncio.create_task(own.arun(wait())) for _ in range(200)]
        await asyncio.sleep(0.05)
        await own.arun(let_go())
        return await asyncio.gather(*waiting)

    for thread in threads:
        thread.start()
    assert sum(asyncio.run(tasks())) == 200
    for thread in threads:
        thread.join()
    assert sum(results) == 50


async def test_the_callers_loop_goes_on_and_its_executor_stays_free(own: Background) -> None:
    work = [Waiting() for _ in range(100)]
    tasks = [asyncio.create_task(own.arun(one.forever())) for one in work]
    await asyncio.sleep(0.05)
    assert await asyncio.to_thread(lambda: "free") == "free"
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_cancelling_the_caller_takes_effect_after_the_work_said_goodbye(
    own: Background,
) -> None:
    work = Waiting()
    task = asyncio.create_task(own.arun(work.forever()))
    while not work.began.is_set():  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert work.said_goodbye.is_set()


async def test_cancelling_a_caller_whose_work_has_just_finished_is_harmless(
    own: Background,
) -> None:
    for _ in range(50):
        task = asyncio.create_task(own.arun(answer()))
        await asyncio.sleep(0)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            assert await task == 42


def test_ctrl_c_ends_the_wait_after_the_work_said_goodbye(own: Background) -> None:
    work = Waiting()

    def interrupt() -> None:
        work.began.wait()
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        own.run(work.forever())
    assert work.said_goodbye.is_set()


def test_an_interrupt_in_the_moment_before_the_wait_is_not_lost(own: Background) -> None:
    work = Waiting()

    def interrupt() -> None:
        work.began.wait()
        time.sleep(0.2)  # the caller waits by now
        # As in that moment: the signal has arrived, and ends no wait of the main thread.
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        own.run(work.forever())
    assert work.said_goodbye.is_set()


def test_a_stopped_background_ends_its_callers_and_takes_no_more() -> None:
    made, work, errors = Background(), Waiting(), []

    def call() -> None:
        try:
            made.run(work.forever())
        except ApprovalError as error:
            errors.append(str(error))

    caller = threading.Thread(target=call)
    caller.start()
    work.began.wait()
    made.stop()
    caller.join()
    assert errors == ["the program is ending: the question was withdrawn"]
    assert work.said_goodbye.is_set()
    with pytest.raises(ApprovalError, match="the program is ending"):
        made.run(answer())
    made.stop()


class Thing:
    opened = 0

    def __init__(self) -> None:
        self.closed = False
        Thing.opened += 1

    async def close(self) -> None:
        self.closed = True


def test_what_is_shared_is_opened_once_and_closed_at_the_end() -> None:
    made = Background()
    Thing.opened = 0

    async def open_it() -> Thing:
        await asyncio.sleep(0.01)
        return Thing()

    async def all_at_once() -> list[Thing]:
        return await asyncio.gather(*(made.shared("key", open_it) for _ in range(10)))

    things = made.run(all_at_once())
    assert len(set(map(id, things))) == Thing.opened == 1
    made.stop()
    assert things[0].closed


def test_what_could_not_be_opened_is_tried_anew(own: Background) -> None:
    failures = [ConnectionError("down"), None]

    async def open_it() -> Thing:
        failure = failures.pop(0)
        if failure:
            raise failure
        return Thing()

    with pytest.raises(ConnectionError):
        own.run(own.shared("key", open_it))
    assert isinstance(own.run(own.shared("key", open_it)), Thing)


def test_every_caller_gets_the_same_background_until_it_has_stopped() -> None:
    first = background()
    assert background() is first
    first.stop()
    second = background()
    assert second is not first
    second.stop()


def test_an_interrupt_before_the_work_was_submitted_leaves_nothing_running(
    own: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    work = Waiting()
    monkeypatch.setattr("sudoagent.review.background._Job.submit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        own.run(work.forever())
    assert not work.began.is_set()


def test_an_interrupt_after_the_work_has_finished_waits_for_nothing(
    own: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit: Any = background_module._Job.submit

    def submit_then_interrupt(job: Any) -> None:
        submit(job)
        while not (job._task and job._task.done()):
            time.sleep(0.001)
        raise KeyboardInterrupt

    monkeypatch.setattr(background_module._Job, "submit", submit_then_interrupt)
    with pytest.raises(KeyboardInterrupt):
        own.run(answer())


def test_a_forked_child_has_a_background_of_its_own(own: Background) -> None:
    assert background().run(answer()) == 42
    child = os.fork()
    if child == 0:
        # No exception and no exit hook of the test runner may escape from here.
        try:
            os._exit(0 if background().run(answer()) == 42 else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert background().run(answer()) == 42
    background().stop()


PROGRAM = """
import asyncio, sys, threading
from sudoagent.review.background import background

began = threading.Event()

async def work():
    try:
        print("waiting", flush=True)
        began.set()
        await asyncio.sleep(3600)
    finally:
        await asyncio.sleep(0.05)
        print("withdrawn", flush=True)

def blocking(): background().run(work())
async def awaiting(): await background().arun(work())
"""


def run_program(ending: str, number: int | None = None) -> tuple[list[str], int]:
    """Run a program that waits; send it a signal once it does. Its lines and its exit code."""
    # Measuring coverage takes SIGTERM for itself, and such a program is left alone.
    environ = {name: text for name, text in os.environ.items() if "COVERAGE" not in name}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM + ending],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    lines = [process.stdout.readline().strip()]
    if number is not None:
        time.sleep(0.05)
        process.send_signal(number)
    # Not by communicate(), which does not know of what was read ahead of a line.
    with process.stdout as output:
        lines += output.read().split()
    return lines, process.wait(60)


@pytest.mark.parametrize("ending", ["blocking()", "asyncio.run(awaiting())"])
@pytest.mark.parametrize(("number", "codes"), [(signal.SIGTERM, [143]), (signal.SIGINT, [-2, 130])])
def test_a_signal_withdraws_the_question_first(ending: str, number: int, codes: list[int]) -> None:
    lines, code = run_program(ending, number)
    assert lines == ["waiting", "withdrawn"]
    assert code in codes


def test_the_end_of_the_interpreter_withdraws_what_a_daemon_thread_waits_for() -> None:
    ending = "t = threading.Thread(target=blocking, daemon=True); t.start(); began.wait()"
    lines, code = run_program(ending)
    assert lines[:2] == ["waiting", "withdrawn"]
    assert code == 0


def test_an_applications_own_sigterm_handler_is_left_alone(own: Background) -> None:
    seen: list[int] = []

    async def until_it_is_seen() -> None:
        while not seen:  # noqa: ASYNC110 - a signal handler tells nobody
            await asyncio.sleep(0.01)

    before = signal.signal(signal.SIGTERM, lambda number, frame: seen.append(number))
    try:
        threading.Timer(0.05, lambda: os.kill(os.getpid(), signal.SIGTERM)).start()
        own.run(until_it_is_seen())
        assert seen == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)


def test_after_waiting_sigterm_is_what_it_was(own: Background) -> None:
    before: Any = signal.getsignal(signal.SIGTERM)
    own.run(answer())
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_child_forked_while_the_main_thread_waits_dies_of_sigterm_as_usual(
    own: Background,
) -> None:
    codes: list[int] = []

    def fork() -> None:
        child = os.fork()
        if child == 0:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
            os._exit(0)
        codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))

    async def until_the_child_is_dead() -> None:
        while not codes:  # noqa: ASYNC110 - another thread waits for it
            await asyncio.sleep(0.01)

    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        forking = threading.Timer(0.05, fork)
        forking.start()
        own.run(until_the_child_is_dead())
        forking.join()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert codes == [-signal.SIGTERM]
