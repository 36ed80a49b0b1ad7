"""Agents that are killed at the worst moment, and what a second run with the same key finds."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
import uuid

import pytest

from sudoagent.review.recount import recount
from sudoagent.review.request import decode_request
from sudoagent.review.store import ReviewStore
from sudoagent.review.waiter import Waiter
from support.reviews import KEYRING, make_request, make_vote, sealed
from support.valkey import Server

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600)]

# Takes up the request of an idempotency key, or makes it; waits, claims, and says where it is. At
# the stage that it is told, it stands still until it is killed.
AGENT = """
import asyncio, json, sys, time, uuid
from sudoagent.review.request import decode_request
from sudoagent.review.store import ReviewStore
from sudoagent.review.waiter import Waiter

async def main(url, request, sealed, key, stop_at):
    def stage(name):
        print(name, flush=True)
        if name == stop_at:
            time.sleep(3600)

    async with await ReviewStore.open(url) as store:
        found = await store.create(request, sealed, idempotency_key=key)
        stage("asked")
        waiter = Waiter(store)
        ending = await waiter.wait(found.request_id, time.monotonic() + 60)
        stage(ending.review.state)
        claim = await store.claim(found.request_id, str(uuid.uuid4()))
        stage(claim.kind)
        if claim.kind == "claimed":
            print("executed", flush=True)
        await waiter.close()

url, request, sealed, key, stop_at = json.loads(sys.argv[1])
asyncio.run(main(url, decode_request(request.encode()), sealed.encode(), key, stop_at))
"""


class Agent:
    def __init__(self, url: str, key: str, stop_at: str, now: int) -> None:
        request = make_request(now)
        payload = KEYRING.open(sealed(request), "request").decode()
        told = json.dumps([url, payload, sealed(request).decode(), key, stop_at])
        self.process = subprocess.Popen(
            [sys.executable, "-c", AGENT, told], stdout=subprocess.PIPE, text=True
        )

    def reaches(self, stage: str) -> None:
        assert self.process.stdout is not None
        line = self.process.stdout.readline().strip()
        while line and line != stage:
            line = self.process.stdout.readline().strip()
        assert line == stage

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def finish(self) -> list[str]:
        assert self.process.stdout is not None
        # Not by communicate(), which does not know of what was read ahead of a line.
        with self.process.stdout as rest:
            said = rest.read()
        self.process.wait(60)
        return said.split()


async def click(store: ReviewStore, key: str) -> None:
    found = await store.bound(key)
    assert found is not None
    stored = await store.read(found.request_id)
    assert stored is not None
    request = decode_request(KEYRING.open(stored.sealed_request, "request"))
    ballot = make_vote(request)
    assert (await store.vote(ballot, sealed(ballot))).kind == "decided"


@pytest.mark.parametrize(
    ("killed_at", "second_run"),
    [
        ("asked", ["approved", "claimed", "executed"]),
        ("approved", ["approved", "claimed", "executed"]),
        # It may have executed: nobody can know, so nobody executes again.
        ("claimed", ["approved", "taken"]),
    ],
)
async def test_a_second_run_goes_on_where_the_first_was_killed(
    own_server: Server, killed_at: str, second_run: list[str]
) -> None:
    key = uuid.uuid4().hex
    async with await ReviewStore.open(own_server.url) as store:
        now = await store.now_ms()
        first = Agent(own_server.url, key, killed_at, now)
        await asyncio.to_thread(first.reaches, "asked")
        if killed_at != "asked":
            await click(store, key)
            await asyncio.to_thread(first.reaches, killed_at)
        first.kill()
        second = Agent(own_server.url, key, "never", now)
        await asyncio.to_thread(second.reaches, "asked")
        if killed_at == "asked":
            await click(store, key)
        assert await asyncio.to_thread(second.finish) == second_run


async def test_a_killed_agents_request_can_be_approved_and_nothing_runs(
    own_server: Server,
) -> None:
    key = uuid.uuid4().hex
    async with await ReviewStore.open(own_server.url) as store:
        agent = Agent(own_server.url, key, "asked", await store.now_ms())
        await asyncio.to_thread(agent.reaches, "asked")
        agent.kill()
        await click(store, key)
        found = await store.bound(key)
        assert found is not None
        stored = await store.read(found.request_id)
        assert stored is not None
        assert (stored.state, stored.claimed_by) == ("approved", None)


async def test_an_agent_that_was_thought_dead_is_told_that_another_took_it(
    own_server: Server,
) -> None:
    async with await ReviewStore.open(own_server.url) as store:
        request = make_request(await store.now_ms())
        await store.create(request, sealed(request), idempotency_key="k")
        waiters = [Waiter(store), Waiter(store)]
        calls = [
            asyncio.create_task(waiter.wait(request.id, time.monotonic() + 60))
            for waiter in waiters
        ]
        await click(store, "k")
        claims = []
        for call in calls:
            review = (await call).review
            assert review is not None
            verdict = recount(request, review.state, review.sealed_votes, KEYRING)
            assert verdict.approved
            claims.append((await store.claim(request.id, str(uuid.uuid4()))).kind)
        assert claims == ["claimed", "taken"]
        for waiter in waiters:
            await waiter.close()
