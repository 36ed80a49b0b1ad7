"""Threads to tell something in: no reply is lost, and none is posted twice without a look."""

from __future__ import annotations

from sudoagent.review.store import ReviewStore
from support.reviews import comes, create, make_request, vote


async def test_every_vote_is_to_be_told(store: ReviewStore) -> None:
    request = await create(store, quorum=2)
    assert await store.threads.take() == ()
    await vote(store, request, "U1")
    assert await store.threads.take() == (request.id,)
    stored = await store.read(request.id)
    assert stored is not None
    assert await store.threads.done(request.id, stored.revision)
    assert await store.threads.take() == ()
    await vote(store, request, "U2")
    assert await store.threads.take() == (request.id,)


async def test_a_refused_vote_is_not_told(store: ReviewStore) -> None:
    request = await create(store)
    await store.cancel(request.id, "stopped")
    await vote(store, request)
    assert await store.threads.take() == ()


async def test_what_one_bot_has_taken_no_other_gets_until_its_lease_ends(
    store: ReviewStore,
) -> None:
    request = await create(store)
    await vote(store, request)
    assert await store.threads.take(lease_ms=1000) == (request.id,)
    assert await store.threads.take() == ()
    assert await comes(store.threads.take) == (request.id,)


async def test_a_vote_during_the_telling_is_told_afterwards(store: ReviewStore) -> None:
    request = await create(store, quorum=2)
    await vote(store, request, "U1")
    assert await store.threads.take() == (request.id,)
    seen = await store.read(request.id)
    assert seen is not None
    await vote(store, request, "U2")
    assert not await store.threads.done(request.id, seen.revision)
    assert await store.threads.take() == (request.id,)


async def test_what_is_given_back_comes_again_after_its_delay(store: ReviewStore) -> None:
    request = await create(store)
    await vote(store, request)
    await store.threads.take()
    await store.threads.requeue(request.id, 1000)
    assert await store.threads.take() == ()
    assert await comes(store.threads.take) == (request.id,)


async def test_a_request_that_is_gone_leaves_the_queue(store: ReviewStore) -> None:
    assert await store.threads.done(make_request().id, 2**53)


async def test_votes_before_the_message_is_known_are_told_once_it_is(store: ReviewStore) -> None:
    request = await create(store)
    await vote(store, request)
    stored = await store.read(request.id)
    assert stored is not None
    await store.threads.take()
    assert await store.threads.done(request.id, stored.revision)
    await store.attach_message(request.id, "C1", "1.1")
    assert await store.threads.take() == (request.id,)


async def test_a_reply_is_begun_once_and_said_once(store: ReviewStore) -> None:
    request = await create(store)
    assert await store.threads.begin(request.id, "run") == 0
    await store.threads.said(request.id, "run", "2.2")
    assert await store.threads.begin(request.id, "run") is None
    await store.threads.said(request.id, "run", "3.3")
    stored = await store.read(request.id)
    assert stored is not None
    assert stored.replies == {"run": "2.2"}


async def test_whoever_begins_again_learns_that_it_may_be_there(store: ReviewStore) -> None:
    request = await create(store)
    await store.threads.begin(request.id, "run")
    assert await store.threads.begin(request.id, "run") == 1
    assert await store.threads.begin(request.id, "run") == 2
    assert await store.threads.begin(request.id, "vote:T1/U1") == 0


async def test_a_reply_that_is_given_up_is_not_begun_again(store: ReviewStore) -> None:
    request = await create(store)
    await store.threads.begin(request.id, "run")
    await store.threads.give_up(request.id, "run")
    assert await store.threads.begin(request.id, "run") is None


async def test_nothing_is_begun_or_said_about_what_is_gone(store: ReviewStore) -> None:
    gone = make_request().id
    assert await store.threads.begin(gone, "run") is None
    await store.threads.said(gone, "run", "2.2")
    assert await store.read(gone) is None
