"""Following up: nothing is begun once it is decided, and nothing is posted without a trace."""

from __future__ import annotations

from typing import Any

import pytest

from sudoagent.review.request import Request
from sudoagent.review.store import ReviewStore, StoredReview
from sudoagent.review.store.replies import MOST_COPIES
from support.reviews import comes, create, is_over, make_request, vote


async def asked(store: ReviewStore, *, due: int | None = 0, **fields: Any) -> Request:
    """A request with a card, to be followed up in so many milliseconds."""
    request = await create(store, **fields)
    at = None if due is None else await store.now_ms() + due
    assert await store.attach_message(request.id, "C1", "1.1", "T1", follow_up_at=at)
    return request


async def read(store: ReviewStore, request: Request) -> StoredReview:
    found = await store.read(request.id)
    assert found is not None
    return found


async def test_a_request_is_due_when_it_was_said_to_be(store: ReviewStore) -> None:
    await asked(store, due=None)
    now, later = await asked(store), await asked(store, due=1000)
    assert await store.follow_ups.take(5) == (now.id,)
    assert await comes(lambda: store.follow_ups.take(5)) == (later.id,)


async def test_what_one_bot_has_taken_no_other_gets_until_its_lease_ends(
    store: ReviewStore,
) -> None:
    request = await asked(store)
    assert await store.follow_ups.take(lease_ms=1000) == (request.id,)
    assert await store.follow_ups.take() == ()
    assert await comes(store.follow_ups.take) == (request.id,)


async def test_it_is_taken_again_at_its_time_and_never_once_it_is_done(store: ReviewStore) -> None:
    request = await asked(store)
    await store.follow_ups.take()
    await store.follow_ups.again(request.id, await store.now_ms() - 1)
    assert await store.follow_ups.take() == (request.id,)
    await store.follow_ups.done(request.id)
    await store.follow_ups.again(request.id, 0)
    assert await store.follow_ups.take() == ()


async def test_a_request_that_is_decided_before_it_has_a_card_is_not_followed_up(
    store: ReviewStore,
) -> None:
    request = await create(store)
    await store.cancel(request.id, "stopped")
    assert await store.attach_message(request.id, "C1", "1.1", follow_up_at=0)
    assert await store.follow_ups.take() == ()


async def test_copies_are_among_the_messages_that_carry_the_request(store: ReviewStore) -> None:
    request = await asked(store)
    assert await store.follow_ups.begin_copy(request.id, "U0ALICE") == 0
    assert (await read(store, request)).messages == (("C1", "1.1"),)
    await store.follow_ups.copied(request.id, "U0ALICE", "D0ALICE", "2.2", 1)
    await store.follow_ups.begin_copy(request.id, "#nowhere")
    await store.follow_ups.give_copy_up(request.id, "#nowhere")
    stored = await read(store, request)
    assert stored.messages == (("C1", "1.1"), ("D0ALICE", "2.2"))
    assert stored.copies == {"U0ALICE": "D0ALICE/2.2", "#nowhere": "-"}
    for place in ("U0ALICE", "#nowhere"):
        assert await store.follow_ups.begin_copy(request.id, place) is None


async def test_a_copy_without_a_first_card_carries_nothing(store: ReviewStore) -> None:
    request = await create(store)
    await store.follow_ups.begin_copy(request.id, "U0ALICE")
    await store.follow_ups.copied(request.id, "U0ALICE", "D0ALICE", "2.2", 1)
    assert (await read(store, request)).messages == ()


async def test_whoever_begins_again_is_told_that_it_was_begun(store: ReviewStore) -> None:
    request = await asked(store)
    begun = [await store.follow_ups.begin_copy(request.id, "#it") for _ in range(3)]
    assert begun == [0, 1, 2]
    begun = [await store.follow_ups.begin_reminder(request.id, "remind") for _ in range(2)]
    assert begun == [0, 1]
    await store.follow_ups.reminded(request.id, "remind", "3.3")
    assert await store.follow_ups.begin_reminder(request.id, "remind") is None
    assert (await read(store, request)).replies == {"remind": "3.3"}


async def test_the_first_place_stays(store: ReviewStore) -> None:
    request = await asked(store)
    await store.follow_ups.begin_copy(request.id, "#it")
    await store.follow_ups.copied(request.id, "#it", "C2", "2.2", 1)
    await store.follow_ups.copied(request.id, "#it", "C2", "3.3", 1)
    await store.follow_ups.give_copy_up(request.id, "#it")
    assert (await read(store, request)).copies == {"#it": "C2/2.2"}
    await store.follow_ups.give_reminder_up(request.id, "remind")
    assert (await read(store, request)).replies == {}


@pytest.mark.parametrize("end", ["vote", "cancel", "deadline"])
async def test_nothing_is_begun_once_it_is_decided(store: ReviewStore, end: str) -> None:
    request = await asked(store, seconds=1.0 if end == "deadline" else 600)
    await store.follow_ups.begin_copy(request.id, "#begun")
    if end == "vote":
        await vote(store, request)
    elif end == "cancel":
        await store.cancel(request.id, "stopped")
    else:
        await is_over(store, request)
    assert await store.follow_ups.begin_copy(request.id, "#it") is None
    assert await store.follow_ups.begin_reminder(request.id, "remind") is None
    # What was begun before may be there, and has to be looked for.
    assert await store.follow_ups.begin_copy(request.id, "#begun") == 1


async def test_a_copy_that_shows_less_than_is_stored_is_repainted(store: ReviewStore) -> None:
    request = await asked(store, quorum=2)
    await store.follow_ups.begin_copy(request.id, "#it")
    await vote(store, request, "U1")
    stored = await read(store, request)
    assert await store.repaints.done(request.id, stored.revision)
    await store.follow_ups.copied(request.id, "#it", "C2", "2.2", stored.revision - 1)
    assert await store.repaints.take() == (request.id,)


async def test_a_copy_that_shows_all_is_left_alone(store: ReviewStore) -> None:
    request = await asked(store)
    await store.follow_ups.begin_copy(request.id, "#it")
    await store.follow_ups.copied(request.id, "#it", "C2", "2.2", 1)
    assert await store.repaints.take() == ()


async def test_widening_repaints_once_and_only_what_is_pending(store: ReviewStore) -> None:
    request = await asked(store)
    before = (await read(store, request)).revision
    assert [await store.follow_ups.widen(request.id) for _ in range(3)] == [True, False, False]
    assert (await read(store, request)).revision == before + 1
    assert await store.repaints.take() == (request.id,)
    decided = await asked(store)
    await store.cancel(decided.id, "stopped")
    revision = (await read(store, decided)).revision
    assert not await store.follow_ups.widen(decided.id)
    assert (await read(store, decided)).revision == revision


async def test_copies_are_bounded(store: ReviewStore) -> None:
    request = await asked(store)
    for number in range(MOST_COPIES):
        assert await store.follow_ups.begin_copy(request.id, f"U{number:04}") == 0
    assert await store.follow_ups.begin_copy(request.id, "U9999") is None
    assert await store.follow_ups.begin_reminder(request.id, "remind") == 0


async def test_a_request_that_is_gone_is_nobodys_errand(store: ReviewStore) -> None:
    gone = make_request()
    assert await store.follow_ups.begin_copy(gone.id, "#it") is None
    await store.follow_ups.copied(gone.id, "#it", "C2", "2.2", 1)
    await store.follow_ups.widen(gone.id)
    assert await store.read(gone.id) is None
