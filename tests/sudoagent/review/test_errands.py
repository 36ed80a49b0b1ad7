"""Work in the background for which nobody waits but the end of the program."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from sudoagent.review import background as background_module
from sudoagent.review.background import Background


@pytest.fixture
def own() -> Iterator[Background]:
    made = Background()
    yield made
    made.stop()


def test_an_errand_is_run_while_its_caller_goes_on(own: Background) -> None:
    caller_is_gone, done = threading.Event(), threading.Event()

    async def errand() -> None:
        while not caller_is_gone.is_set():  # noqa: ASYNC110 - the caller is another thread
            await asyncio.sleep(0.001)
        done.set()

    own.dispatch(errand())
    caller_is_gone.set()
    assert done.wait(20)


def test_a_failing_errand_is_logged_by_its_type_alone(
    own: Background, caplog: pytest.LogCaptureFixture
) -> None:
    async def errand() -> None:
        raise LookupError("the customer's secret")

    with caplog.at_level(logging.WARNING):
        own.dispatch(errand())
        own.stop()
    assert "LookupError" in caplog.text
    assert "secret" not in caplog.text


def test_the_end_waits_for_an_errand() -> None:
    ending, done = Background(), threading.Event()

    async def errand() -> None:
        await asyncio.sleep(0.1)
        done.set()

    ending.dispatch(errand())
    ending.stop()
    assert done.is_set()


def test_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background_module, "_ERRAND_SECONDS", 0.05)
    ending, began, cancelled = Background(), threading.Event(), threading.Event()

    async def errand() -> None:
        began.set()
        try:
            await asyncio.sleep(3600)
        finally:
            cancelled.set()

    ending.dispatch(errand())
    assert began.wait(60)
    ending.stop()
    assert cancelled.is_set()


def test_after_the_end_nothing_is_started_and_nobody_is_troubled() -> None:
    ended = Background()
    ended.stop()

    async def errand() -> None:
        raise AssertionError("started")

    ended.dispatch(errand())


def test_a_program_that_ends_at_once_still_runs_its_errand() -> None:
    source = (
        "import asyncio\n"
        "from sudoagent.review.background import background\n"
        "async def errand():\n"
        "    await asyncio.sleep(0.2)\n"
        "    print('told', flush=True)\n"
        "background().dispatch(errand())\n"
    )
    ran = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, timeout=60)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "told\n", "")
