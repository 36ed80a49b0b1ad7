"""One desk per process and server, also on both sides of a fork."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Iterator

import pytest

from sudoagent.review.background import background
from sudoagent.review.desk import Desk, shared_desk
from sudoagent.review.request import Request
from sudoagent.review.store import StoreUnavailable
from support.reviews import create, vote
from support.valkey import Server, eventually, running, valkey_binary


@pytest.fixture
def place(valkey_server: Server, namespace: str) -> Iterator[tuple[str, str]]:
    yield valkey_server.url, namespace
    background().stop()


async def ask(place: tuple[str, str]) -> Request:
    return await create((await shared_desk(*place)).store)


async def wait(place: tuple[str, str], request: Request) -> str:
    desk = await shared_desk(*place)
    return (await desk.waiter.wait(request.id, time.monotonic() + 30)).kind


async def approve(place: tuple[str, str], request: Request) -> None:
    await vote((await shared_desk(*place)).store, request)


def test_a_process_has_one_desk_for_a_server_and_namespace(place: tuple[str, str]) -> None:
    async def desks() -> list[Desk]:
        return await asyncio.gather(*(shared_desk(*place) for _ in range(5)))

    assert len(set(map(id, background().run(desks())))) == 1


def test_another_namespace_is_another_desk(place: tuple[str, str]) -> None:
    url, namespace = place
    first = background().run(shared_desk(url, namespace))
    assert background().run(shared_desk(url, namespace + "x")) is not first


def test_a_desk_that_could_not_be_opened_is_tried_anew(own_server: Server) -> None:
    own_server.kill()
    with pytest.raises(StoreUnavailable):
        background().run(shared_desk(own_server.url, "late"))
    own_server.start()
    assert background().run(shared_desk(own_server.url, "late")).store.namespace == "late"
    background().stop()


def test_threads_and_event_loops_wait_at_the_same_desk(place: tuple[str, str]) -> None:
    requests = [background().run(ask(place)) for _ in range(4)]
    kinds: list[str] = []
    threads = [
        threading.Thread(
            target=lambda one: kinds.append(background().run(wait(place, one))), args=[r]
        )
        for r in requests[:2]
    ]

    async def loop() -> list[str]:
        waiting = [asyncio.create_task(background().arun(wait(place, r))) for r in requests[2:]]
        for request in requests:
            await background().arun(approve(place, request))
        return await asyncio.gather(*waiting)

    for thread in threads:
        thread.start()
    assert asyncio.run(loop()) == ["ended", "ended"]
    for thread in threads:
        thread.join()
    assert kinds == ["ended", "ended"]


def test_a_forked_child_waits_by_itself_and_the_parents_call_wakes_once(
    place: tuple[str, str],
) -> None:
    request = background().run(ask(place))
    woken: list[str] = []
    waiting = threading.Thread(target=lambda: woken.append(background().run(wait(place, request))))
    waiting.start()
    desk = background().run(shared_desk(*place))
    eventually(lambda: bool(desk.waiter._waiting), "the parent waits")
    child = os.fork()
    if child == 0:
        # No exception and no exit hook of the test runner may escape from here.
        code = 1
        try:
            own = background().run(ask(place))
            assert not background().run(shared_desk(*place)).waiter._waiting
            background().run(approve(place, own))
            code = 0 if background().run(wait(place, own)) == "ended" else 2
            # What the child does leaves the parent's subscription and connections alone.
            background().stop()
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert waiting.is_alive()
    background().run(approve(place, request))
    waiting.join()
    assert woken == ["ended"]


def test_it_says_which_server_it_uses_and_what_is_wrong_with_it(
    redis_in_memory: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="sudoagent.review.desk")
    background().run(shared_desk(redis_in_memory, "default"))
    background().stop()
    said = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert ("INFO", said[0][1]) == said[0]
    assert said[0][1].startswith("requests are stored in Valkey")
    assert "in memory only" in said[0][1]
    assert any(level == "WARNING" and "append" in words for level, words in said)


@pytest.fixture
def redis_in_memory() -> Iterator[str]:
    with running(valkey_binary(), "--appendonly", "no") as server:
        yield server.url
