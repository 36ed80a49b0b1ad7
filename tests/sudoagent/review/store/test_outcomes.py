"""What became of an approved call: stored once, by whoever claimed it, and by nobody else."""

from __future__ import annotations

import pytest

from sudoagent.review.request import Request
from sudoagent.review.store import ReviewStore, StoredReview
from support.reviews import create, make_outcome, make_request, sealed, vote
from support.valkey import Server

OWNER = "this very run"


async def claimed(store: ReviewStore) -> Request:
    """A request that was approved, claimed, and painted and told since."""
    request = await create(store)
    await vote(store, request)
    assert (await store.claim(request.id, OWNER)).kind == "claimed"
    revision = (await stored(store, request)).revision
    assert await store.repaints.done(request.id, revision)
    assert await store.threads.done(request.id, revision)
    return request


async def stored(store: ReviewStore, request: Request) -> StoredReview:
    found = await store.read(request.id)
    assert found is not None
    return found


async def report(
    store: ReviewStore, request: Request, outcome: str = "success", owner: str = OWNER
) -> str:
    told = make_outcome(request, outcome)
    return await store.report(told, sealed(told), owner)


async def test_an_outcome_is_stored_and_both_queues_learn_of_it(store: ReviewStore) -> None:
    request = await claimed(store)
    before = await stored(store, request)
    assert before.sealed_outcome is None

    assert await report(store, request) == "reported"

    after = await stored(store, request)
    assert after.sealed_outcome == sealed(make_outcome(request))
    assert (after.state, after.revision) == ("approved", before.revision + 1)
    assert await store.repaints.take() == (request.id,)
    assert await store.threads.take() == (request.id,)


async def test_the_same_report_again_changes_nothing(store: ReviewStore) -> None:
    request = await claimed(store)
    await report(store, request)
    once = await stored(store, request)

    assert await report(store, request) == "reported"

    assert (await stored(store, request)).revision == once.revision


async def test_the_first_outcome_stays(store: ReviewStore) -> None:
    request = await claimed(store)
    await report(store, request, "error")

    assert await report(store, request, "success") == "already_reported"

    told = (await stored(store, request)).sealed_outcome
    assert told == sealed(make_outcome(request, "error"))


async def test_nobody_reports_on_an_approval_that_he_did_not_claim(store: ReviewStore) -> None:
    request = await claimed(store)

    assert await report(store, request, owner="somebody else") == "not_claimed"

    assert (await stored(store, request)).sealed_outcome is None


@pytest.mark.parametrize("end", ["pending", "approved", "denied", "cancelled"])
async def test_nothing_is_reported_on_what_was_not_claimed(store: ReviewStore, end: str) -> None:
    request = await create(store)
    if end in ("approved", "denied"):
        await vote(store, request, choice="approve" if end == "approved" else "deny")
    elif end == "cancelled":
        await store.cancel(request.id, "stopped")

    assert await report(store, request) == "not_claimed"


async def test_nothing_is_reported_on_what_is_not_there(store: ReviewStore) -> None:
    assert await report(store, make_request()) == "unknown"


async def test_an_outcome_lives_no_longer_than_its_request(
    store: ReviewStore, server: Server
) -> None:
    request = await claimed(store)
    key = store._keys.request(request.id)
    before = server.call("PTTL", key)

    await report(store, request)

    after = server.call("PTTL", key)
    assert isinstance(before, int)
    assert isinstance(after, int)
    assert 0 < after <= before
