"""Waiting for verdicts on a real server."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from sudoagent.review.request import Request
from sudoagent.review.store import Hint, ReviewStore
from sudoagent.review.waiter import Ending, Waiter
from support.reviews import create, make_request, sealed, vote
from support.valkey import Server, eventually


def soon(seconds: float = 30.0) -> float:
    return time.monotonic() + seconds


@asynccontextmanager
async def waiter_on(store: ReviewStore) -> AsyncIterator[Waiter]:
    waiter = Waiter(store)
    try:
        yield waiter
    finally:
        await waiter.close()


@pytest.fixture
async def waiter(store: ReviewStore) -> AsyncIterator[Waiter]:
    async with waiter_on(store) as made:
        yield made


async def waits(waiter: Waiter, request: Request, seconds: float = 30.0) -> asyncio.Task[Ending]:
    task = asyncio.create_task(waiter.wait(request.id, soon(seconds)))
    await asyncio.sleep(0.05)
    return task


@pytest.mark.parametrize(("choice", "state"), [("approve", "approved"), ("deny", "denied")])
async def test_a_vote_wakes_the_call_that_waits_for_it(
    store: ReviewStore, waiter: Waiter, choice: str, state: str
) -> None:
    request, other = await create(store), await create(store)
    waiting, bystander = await waits(waiter, request), await waits(waiter, other)
    await vote(store, request, choice=choice)
    ending = await waiting
    assert ending.kind == "ended"
    assert ending.review is not None
    assert (ending.review.state, len(ending.review.sealed_votes)) == (state, 1)
    assert not bystander.done()
    bystander.cancel()


async def test_an_answer_that_came_before_waiting_began_is_found(
    store: ReviewStore, waiter: Waiter
) -> None:
    request = await create(store)
    await vote(store, request)
    ending = await waiter.wait(request.id, soon())
    assert ending.kind == "ended"


async def test_a_vote_that_is_not_enough_wakes_nobody(store: ReviewStore, waiter: Waiter) -> None:
    request = await create(store, quorum=2)
    waiting = await waits(waiter, request)
    await vote(store, request, "U1")
    await asyncio.sleep(0.1)
    assert not waiting.done()
    await vote(store, request, "U2")
    assert (await waiting).kind == "ended"


async def test_several_calls_may_wait_for_one_request(store: ReviewStore, waiter: Waiter) -> None:
    request = await create(store)
    waiting = [await waits(waiter, request) for _ in range(3)]
    waiting.pop().cancel()
    await vote(store, request)
    assert [(await task).kind for task in waiting] == ["ended", "ended"]


async def test_a_thousand_calls_wait_on_one_subscription(
    store: ReviewStore, waiter: Waiter, server: Server
) -> None:
    with server.client() as client:
        before = client.info("clients")["connected_clients"]
        requests = [make_request(await store.now_ms(), requester=str(n)) for n in range(500)]
        for request in requests:
            await store.create(request, sealed(request))
        tasks = [asyncio.create_task(waiter.wait(one.id, soon())) for one in requests * 2]

        def subscriptions() -> list[int]:
            return list(dict(client.pubsub_numsub(store._keys.hints)).values())

        await asyncio.to_thread(eventually, lambda: subscriptions() == [1], "the subscription")
        assert len(waiter._waiting) == 500
        assert client.info("clients")["connected_clients"] <= before + 20
        assert subscriptions() == [1]
    await asyncio.gather(*(vote(store, request) for request in requests))
    assert {ending.kind for ending in await asyncio.gather(*tasks)} == {"ended"}


async def test_at_the_deadline_the_request_ends_in_the_store_too(
    store: ReviewStore, waiter: Waiter
) -> None:
    request = await create(store, seconds=0.9)
    ending = await waiter.wait(request.id, soon(0.85))
    assert ending.kind == "ended"
    assert ending.review is not None
    assert ending.review.state == "expired"
    assert (await vote(store, request)).kind == "expired"


async def test_the_deadline_holds_even_when_the_servers_clock_was_set_back(
    store: ReviewStore, waiter: Waiter
) -> None:
    request = await create(store, seconds=3600)
    ending = await waiter.wait(request.id, soon(0.1))
    assert ending == Ending(kind="deadline")
    assert (await vote(store, request)).kind == "already_decided"


async def test_a_verdict_at_the_last_moment_is_not_lost(store: ReviewStore, waiter: Waiter) -> None:
    async def a_verdict() -> tuple[Ending, str | None]:
        request = await create(store, seconds=0.9)
        waiting = asyncio.create_task(waiter.wait(request.id, soon(0.85)))
        await asyncio.sleep(0.85)
        reply = await vote(store, request)
        return await waiting, reply.state

    for ending, voted in await asyncio.gather(*(a_verdict() for _ in range(10))):
        assert ending.review is not None
        assert ending.review.state == voted


async def test_listening_can_be_cancelled_at_any_moment(store: ReviewStore) -> None:
    for steps in range(60):
        task = asyncio.create_task(store.listen(lambda hint: None))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        done, _ = await asyncio.wait([task], timeout=10)
        assert done, f"swallowed after {steps} steps"


async def test_a_command_can_be_cancelled_at_any_moment(store: ReviewStore) -> None:
    async def forever() -> None:
        while True:
            await store.now_ms()

    for steps in range(40):
        task = asyncio.create_task(forever())
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        done, _ = await asyncio.wait([task], timeout=10)
        assert done, f"swallowed after {steps} steps"


async def test_cancelling_one_call_leaves_nothing_behind(
    store: ReviewStore, waiter: Waiter
) -> None:
    request = await create(store)
    waiting = await waits(waiter, request)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert waiter._waiting == {}


async def test_a_freeze_ends_every_waiting_call_within_a_second(
    store: ReviewStore, waiter: Waiter
) -> None:
    requests = [await create(store) for _ in range(3)]
    waiting = [await waits(waiter, request) for request in requests]
    await store.presence.freeze("incident", "U9")
    endings = await asyncio.wait_for(asyncio.gather(*waiting), 10)
    assert {ending.kind for ending in endings} == {"frozen"}
    late = await waiter.wait(requests[0].id, soon())
    assert late.kind == "frozen"


async def test_a_forged_hint_ends_nothing(
    store: ReviewStore, waiter: Waiter, server: Server
) -> None:
    request = await create(store)
    waiting = await waits(waiter, request)
    with server.client() as client:
        for text in (f"request {request.id}", "frozen", "x" * 10_000, b"\xff\xfe", "approved"):
            client.publish(store._keys.hints, text)
    await asyncio.sleep(0.2)
    assert not waiting.done()
    waiting.cancel()


async def test_a_request_that_is_gone_is_lost_and_not_approved(
    store: ReviewStore, waiter: Waiter, server: Server
) -> None:
    request = await create(store)
    waiting = await waits(waiter, request)
    with server.client() as client:
        client.delete(store._keys.request(request.id))
        client.publish(store._keys.hints, f"request {request.id}")
    assert await waiting == Ending(kind="lost")
    assert await waiter.wait(str(uuid.uuid4()), soon()) == Ending(kind="lost")


async def test_a_record_that_is_not_ours_ends_the_wait_as_unreadable(
    store: ReviewStore, waiter: Waiter, server: Server
) -> None:
    request = await create(store)
    waiting = await waits(waiter, request)
    with server.client() as client:
        client.hset(store._keys.request(request.id), "v", "99")
        client.publish(store._keys.hints, f"request {request.id}")
    assert await waiting == Ending(kind="unreadable")


async def test_a_check_of_everything_finds_what_no_hint_told(
    store: ReviewStore, waiter: Waiter, server: Server
) -> None:
    requests = [await create(store) for _ in range(5)]
    waiting = [await waits(waiter, request) for request in requests]
    with server.client() as client:
        client.hset(store._keys.request(requests[3].id), "state", "denied")
    waiter._check_all()
    ending = await waiting[3]
    assert ending.kind == "ended"
    assert not waiting[0].done()
    for task in waiting:
        task.cancel()


async def test_an_id_of_no_request_is_refused_and_the_others_wait_on(
    store: ReviewStore, waiter: Waiter
) -> None:
    request = await create(store)
    waiting = await waits(waiter, request)
    with pytest.raises(ValueError, match="not a request id"):
        await waiter.wait("../etc", soon())
    await vote(store, request)
    assert (await waiting).kind == "ended"


async def test_others_may_overhear_what_the_subscription_brings(
    store: ReviewStore, waiter: Waiter
) -> None:
    first: list[Hint] = []
    second: list[Hint] = []
    waiter.overhear(first.append)
    await asyncio.to_thread(eventually, lambda: first, "the connection")
    waiter.overhear(second.append)
    assert second == [Hint(kind="connected")]
    await store.presence.freeze("why", "U9")
    await asyncio.to_thread(eventually, lambda: len(first) == 2, "the freeze")
    assert first == second == [Hint(kind="connected"), Hint(kind="frozen")]


class TestWithAServerThatFails:
    """Faults of one server, which this test alone uses."""

    async def test_a_killed_connection_loses_no_answer(self, own_server: Server) -> None:
        async with await ReviewStore.open(own_server.url) as store, waiter_on(store) as waiter:
            for _ in range(10):
                request = await create(store)
                waiting = await waits(waiter, request)
                own_server.call("CLIENT", "KILL", "TYPE", "pubsub")
                await vote(store, request)
                assert (await waiting).kind == "ended"

    async def test_an_answer_survives_the_servers_sudden_death(self, own_server: Server) -> None:
        async with await ReviewStore.open(own_server.url) as store, waiter_on(store) as waiter:
            request = await create(store)
            waiting = await waits(waiter, request)
            # Stored and on the disk, but announced to nobody.
            own_server.call("CLIENT", "KILL", "TYPE", "pubsub")
            await vote(store, request)
            own_server.kill()
            await asyncio.sleep(0.3)
            await asyncio.to_thread(own_server.start)
            assert (await asyncio.wait_for(waiting, 20)).kind == "ended"

    async def test_waiting_goes_on_while_the_server_is_away(self, own_server: Server) -> None:
        async with await ReviewStore.open(own_server.url) as store, waiter_on(store) as waiter:
            request = await create(store)
            own_server.kill()
            waiting = await waits(waiter, request)
            await asyncio.sleep(0.6)
            assert not waiting.done()
            await asyncio.to_thread(own_server.start)
            await vote(store, request)
            assert (await asyncio.wait_for(waiting, 20)).kind == "ended"

    async def test_the_deadline_holds_while_the_server_is_away(self, own_server: Server) -> None:
        async with await ReviewStore.open(own_server.url) as store, waiter_on(store) as waiter:
            request = await create(store)
            own_server.kill()
            began = time.monotonic()
            assert await waiter.wait(request.id, soon(0.2)) == Ending(kind="deadline")
            assert time.monotonic() - began < 15

    async def test_a_flushed_server_means_lost(self, own_server: Server) -> None:
        async with await ReviewStore.open(own_server.url) as store, waiter_on(store) as waiter:
            request = await create(store)
            waiting = await waits(waiter, request)
            own_server.call("FLUSHALL")
            own_server.call("CLIENT", "KILL", "TYPE", "pubsub")
            assert await asyncio.wait_for(waiting, 20) == Ending(kind="lost")
