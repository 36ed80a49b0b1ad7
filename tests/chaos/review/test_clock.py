"""The server's clock is stepped while a call waits: nothing runs late, and nothing runs twice."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sudoagent.review.store import ReviewStore
from sudoagent.review.waiter import Waiter
from support.reviews import create, vote
from support.valkey import Server, eventually, running, valkey_binary

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600)]

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
HOUR = 3600


@dataclass
class Clock:
    """The clock of a server: a file that holds how far it is off."""

    file: Path
    server: Server | None = None

    def step(self, seconds: int) -> None:
        """Set how far it is off, and wait until the server goes by it."""
        self.file.write_text(f"{seconds:+d}\n")
        if self.server is not None:
            eventually(lambda: abs(self.skew() - seconds) < 60, "the clock is stepped")

    def skew(self) -> float:
        assert self.server is not None
        with self.server.client() as client:
            return client.time()[0] - time.time()


@pytest.fixture
def stepped(tmp_path: Path) -> Iterator[tuple[Server, Clock]]:
    """A server whose wall clock the test can step, and the clock."""
    if not LIBRARIES:
        pytest.skip("libfaketime is not installed (Debian: faketime)")
    clock = Clock(tmp_path / "clock")
    clock.step(0)
    wrapper = tmp_path / "server"
    wrapper.write_text(
        "#!/bin/sh\n"
        f"export LD_PRELOAD={LIBRARIES[0]} FAKETIME_TIMESTAMP_FILE={clock.file}\n"
        "export FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1\n"
        f'exec {valkey_binary()} "$@"\n'
    )
    wrapper.chmod(0o755)
    with running(str(wrapper), "--appendonly", "yes") as server:
        clock.server = server
        yield server, clock


async def test_a_clock_set_back_does_not_give_a_request_more_time(
    stepped: tuple[Server, Clock],
) -> None:
    server, clock = stepped
    async with await ReviewStore.open(server.url) as store:
        request = await create(store, seconds=1.0)
        waiter = Waiter(store)
        clock.step(-HOUR)
        ending = await waiter.wait(request.id, time.monotonic() + 1.0)
        assert ending.kind == "deadline"
        late = await vote(store, request)
        assert late.kind in ("already_decided", "expired")
        assert (await store.claim(request.id, str(uuid.uuid4()))).kind == "not_approved"
        await waiter.close()


async def test_a_clock_set_forward_ends_a_request_early_and_denies_it(
    stepped: tuple[Server, Clock],
) -> None:
    server, clock = stepped
    async with await ReviewStore.open(server.url) as store:
        request = await create(store, seconds=600)
        waiter = Waiter(store)
        waiting = asyncio.ensure_future(waiter.wait(request.id, time.monotonic() + 60))
        await asyncio.sleep(0.1)
        clock.step(HOUR)
        assert (await vote(store, request)).kind == "expired"
        ending = await waiting
        assert ending.kind == "ended"
        assert ending.review is not None
        assert ending.review.state == "expired"
        await waiter.close()


async def test_a_vote_that_counted_survives_a_step_and_is_claimed_once(
    stepped: tuple[Server, Clock],
) -> None:
    server, clock = stepped
    async with await ReviewStore.open(server.url) as store:
        request = await create(store, seconds=600)
        assert (await vote(store, request)).kind == "decided"
        clock.step(-HOUR)
        assert (await store.claim(request.id, str(uuid.uuid4()))).kind == "claimed"
        clock.step(600)
        assert (await store.claim(request.id, str(uuid.uuid4()))).kind in ("taken", "unknown")
