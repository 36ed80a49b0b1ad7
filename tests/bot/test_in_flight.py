"""Work in the background is finished when there is time, and ended for certain when not."""

from __future__ import annotations

import asyncio

import pytest

from sudoagent_bot.in_flight import InFlight, end


async def test_what_was_begun_is_finished():
    done: list[int] = []

    async def work(number: int) -> None:
        await asyncio.sleep(0.01)
        done.append(number)

    in_flight = InFlight()
    for number in range(3):
        in_flight.start(work(number))
    assert len(in_flight) == 3
    await in_flight.drain(30.0)
    assert sorted(done) == [0, 1, 2]
    assert len(in_flight) == 0


async def test_what_takes_too_long_is_given_up(caplog: pytest.LogCaptureFixture):
    in_flight = InFlight()
    in_flight.start(asyncio.sleep(3600))
    await in_flight.drain(0.01)
    assert "gave up 1" in caplog.text


async def test_a_failure_is_logged_and_ends_that_piece_of_work_only(
    caplog: pytest.LogCaptureFixture,
):
    async def fail() -> None:
        raise RuntimeError("no")

    in_flight = InFlight()
    in_flight.start(fail())
    in_flight.start(asyncio.sleep(0))
    await in_flight.drain(30.0)
    assert caplog.text.count("a piece of work failed") == 1


async def test_nothing_to_drain_takes_no_time():
    await InFlight().drain(30.0)


async def test_a_task_that_loses_a_cancellation_is_cancelled_again():
    async def stubborn() -> None:
        for _ in range(3):
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                continue
        await asyncio.sleep(3600)

    task = asyncio.ensure_future(stubborn())
    await asyncio.sleep(0)
    await end([task])
    assert task.cancelled()
