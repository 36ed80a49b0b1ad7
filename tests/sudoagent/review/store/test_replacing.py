"""An idempotency key goes over to a successor when its request ended without an answer."""

from __future__ import annotations

import asyncio

import pytest

from sudoagent.review.request import Request
from sudoagent.review.store import CreateReply, ReviewStore
from support.reviews import is_over, make_request, sealed, vote

KEY = "order 7"


async def asked(store: ReviewStore, replaces: str | None = None) -> tuple[Request, CreateReply]:
    request = make_request(await store.now_ms())
    reply = await store.create(request, sealed(request), idempotency_key=KEY, replaces=replaces)
    return request, reply


async def bound(store: ReviewStore) -> str:
    binding = await store.bound(KEY)
    assert binding is not None
    return binding.request_id


async def test_a_withdrawn_request_gives_its_key_away(store: ReviewStore) -> None:
    first, _ = await asked(store)
    await store.cancel(first.id, "stopped")
    second, reply = await asked(store, replaces=first.id)
    assert reply.kind == "created"
    assert await bound(store) == second.id


async def test_an_expired_one_too_and_so_on(store: ReviewStore) -> None:
    previous: str | None = None
    for _ in range(3):
        request = make_request(await store.now_ms(), seconds=0.5)
        reply = await store.create(request, sealed(request), idempotency_key=KEY, replaces=previous)
        assert reply.kind == "created"
        await is_over(store, request)
        assert (await store.expire(request.id)).kind == "ended"
        previous = request.id
    assert await bound(store) == previous


async def test_only_one_successor_gets_it(store: ReviewStore) -> None:
    first, _ = await asked(store)
    await store.cancel(first.id, "stopped")
    answers = await asyncio.gather(*(asked(store, replaces=first.id) for _ in range(5)))
    created = [request.id for request, reply in answers if reply.kind == "created"]
    assert len(created) == 1
    others = {reply.request_id for _, reply in answers if reply.kind == "bound"}
    assert others == set(created)


@pytest.mark.parametrize("state", ["pending", "approved", "denied"])
async def test_a_request_that_may_still_count_keeps_it(store: ReviewStore, state: str) -> None:
    first, _ = await asked(store)
    if state != "pending":
        await vote(store, first, choice="approve" if state == "approved" else "deny")
    _, reply = await asked(store, replaces=first.id)
    assert (reply.kind, reply.request_id) == ("bound", first.id)


async def test_nobody_replaces_another_request_than_the_one_he_saw(store: ReviewStore) -> None:
    first, _ = await asked(store)
    await store.cancel(first.id, "stopped")
    for claim in (None, make_request().id):
        _, reply = await asked(store, replaces=claim)
        assert (reply.kind, reply.request_id) == ("bound", first.id)


async def test_the_same_command_again_has_the_same_answer(store: ReviewStore) -> None:
    first, _ = await asked(store)
    await store.cancel(first.id, "stopped")
    second = make_request(await store.now_ms())
    for _ in range(2):
        reply = await store.create(second, sealed(second), idempotency_key=KEY, replaces=first.id)
        assert reply.kind == "created"
