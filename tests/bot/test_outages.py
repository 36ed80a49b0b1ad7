"""Work that goes on for ever: an outage of the store is waited out, and logged once."""

from __future__ import annotations

import asyncio
import logging

import pytest

from sudoagent.review.store import StoreUnavailable
from sudoagent_bot import outages as outages_module
from sudoagent_bot.in_flight import end
from sudoagent_bot.outages import Outages


async def test_an_outage_is_waited_out_and_logged_when_it_begins_and_ends(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(outages_module, "_RETRY", 0.0)
    rounds = 0
    worked = asyncio.Event()

    async def work() -> None:
        nonlocal rounds
        rounds += 1
        await asyncio.sleep(0)
        if rounds in (2, 3, 4):
            raise StoreUnavailable("the server is away")
        if rounds == 6:
            worked.set()

    with caplog.at_level(logging.INFO):
        task = asyncio.create_task(Outages().outlast(work))
        await asyncio.wait_for(worked.wait(), 20)
        await end([task])

    assert caplog.text.count("nothing can be stored just now: the server is away") == 1
    assert caplog.text.count("the store answers again") == 1


async def test_a_failure_that_nobody_thought_of_is_not_waited_out() -> None:
    async def work() -> None:
        raise LookupError("a bug")

    with pytest.raises(LookupError):
        await Outages().outlast(work)
