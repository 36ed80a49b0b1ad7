"""The queue of cards to repaint: nothing is painted by two, and nothing is forgotten."""

from __future__ import annotations

from sudoagent.review.store import ReviewStore
from support.reviews import comes, create, is_over, vote


async def test_every_change_is_queued_and_painting_it_clears_the_queue(store: ReviewStore) -> None:
    request = await create(store)
    assert await store.repaints.take() == ()
    await vote(store, request)
    assert await store.repaints.take() == (request.id,)
    stored = await store.read(request.id)
    assert stored is not None
    assert await store.repaints.done(request.id, stored.revision)
    assert await store.repaints.take() == ()


async def test_what_one_bot_has_taken_no_other_gets_until_its_lease_ends(
    store: ReviewStore,
) -> None:
    request = await create(store)
    await store.cancel(request.id, "withdrawn")
    assert await store.repaints.take(lease_ms=1000) == (request.id,)
    assert await store.repaints.take() == ()
    assert await comes(store.repaints.take) == (request.id,)


async def test_a_change_during_painting_is_painted_afterwards_by_the_same_queue(
    store: ReviewStore,
) -> None:
    request = await create(store, quorum=2)
    await vote(store, request, "U1")
    assert await store.repaints.take() == (request.id,)
    seen = await store.read(request.id)
    await vote(store, request, "U2")
    # Not handed to a second bot, whose newer picture the first one could overwrite.
    assert await store.repaints.take() == ()
    assert seen is not None
    assert not await store.repaints.done(request.id, seen.revision)
    assert await store.repaints.take() == (request.id,)


async def test_decisions_go_before_expiries(store: ReviewStore) -> None:
    late = [await create(store, seconds=0.5) for _ in range(3)]
    decided = await create(store)
    await is_over(store, *late)
    for request in late:
        await store.expire(request.id)
    await vote(store, decided)
    assert await store.repaints.take(1) == (decided.id,)
    assert set(await store.repaints.take(10)) == {request.id for request in late}


async def test_what_slack_refused_for_now_comes_back_later(store: ReviewStore) -> None:
    request = await create(store)
    await vote(store, request)
    await store.repaints.take()
    await store.repaints.requeue(request.id, 1000)
    assert await store.repaints.take() == ()
    assert await comes(store.repaints.take) == (request.id,)


async def test_a_request_that_ended_before_its_message_was_known_is_painted_after(
    store: ReviewStore,
) -> None:
    request = await create(store)
    await store.cancel(request.id, "withdrawn")
    assert await store.repaints.take() == (request.id,)
    stored = await store.read(request.id)
    assert stored is not None
    assert await store.repaints.done(request.id, stored.revision)
    await store.attach_message(request.id, "C1", "1.5")
    assert await store.repaints.take() == (request.id,)


async def test_requests_that_are_gone_leave_the_queue(store: ReviewStore) -> None:
    request = await create(store)
    await vote(store, request)
    await store._link.command("DEL", store._keys.request(request.id))
    assert await store.repaints.take() == (request.id,)
    assert await store.repaints.done(request.id, 0)
    assert await store.repaints.take() == ()
