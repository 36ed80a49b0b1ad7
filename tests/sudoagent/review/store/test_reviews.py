"""A request's life on real servers: Valkey and, where it is installed, Redis."""

from __future__ import annotations

import asyncio
import uuid

import pytest

from sudoagent.review.request import MAX_RECORD_BYTES, MalformedRecord
from sudoagent.review.store import Binding, Caps, ReviewStore
from support.reviews import create, is_over, make_request, make_vote, sealed, vote
from support.valkey import Server


async def test_a_new_request_is_pending_and_reads_back_as_it_was_sealed(store: ReviewStore) -> None:
    request = await create(store)
    stored = await store.read(request.id)
    assert stored is not None
    assert (stored.state, stored.sealed_request) == ("pending", sealed(request))
    assert (stored.nonce, stored.digest) == (request.nonce, request.digest)
    assert (stored.created_at, stored.expires_at) == (request.created_at, request.expires_at)
    assert not stored.ended
    assert await store.pending() == (request.id,)


async def test_creating_again_changes_nothing(store: ReviewStore) -> None:
    request = await create(store)
    await vote(store, request)
    assert (await store.create(request, sealed(request))).kind == "created"
    stored = await store.read(request.id)
    assert stored is not None
    assert stored.state == "approved"


async def test_another_request_cannot_take_a_used_id(store: ReviewStore) -> None:
    request = await create(store)
    other = make_request(await store.now_ms(), id=request.id)
    assert (await store.create(other, sealed(other))).kind == "conflict"


async def test_a_request_that_is_over_already_is_not_created(store: ReviewStore) -> None:
    late = make_request(await store.now_ms() - 10_000, seconds=5)
    assert (await store.create(late, sealed(late))).kind == "expired"
    assert await store.read(late.id) is None


@pytest.mark.parametrize(("choice", "state"), [("approve", "approved"), ("deny", "denied")])
async def test_one_vote_decides_by_default(store: ReviewStore, choice: str, state: str) -> None:
    request = await create(store)
    reply = await vote(store, request, choice=choice)
    assert (reply.kind, reply.state, reply.durable) == ("decided", state, True)
    stored = await store.read(request.id)
    assert stored is not None
    assert (stored.state, len(stored.sealed_votes)) == (state, 1)
    assert stored.ended_at is not None
    assert await store.pending() == ()


async def test_a_quorum_needs_different_reviewers(store: ReviewStore) -> None:
    request = await create(store, quorum=2)
    assert (await vote(store, request, "U1")).kind == "counted"
    again = await vote(store, request, "U1", comment="me again")
    assert (again.kind, again.approvals) == ("already_voted", 1)
    decided = await vote(store, request, "U2")
    assert (decided.kind, decided.state, decided.approvals) == ("decided", "approved", 2)


async def test_the_same_user_id_of_another_workspace_is_another_reviewer(
    store: ReviewStore,
) -> None:
    request = await create(store, quorum=2)
    assert (await vote(store, request, "U1", team_id="T1")).kind == "counted"
    assert (await vote(store, request, "U1", team_id="T2")).kind == "decided"


async def test_one_deny_ends_it_unless_the_request_says_otherwise(store: ReviewStore) -> None:
    request = await create(store, quorum=2, deny_quorum=2)
    assert (await vote(store, request, "U1", "approve")).kind == "counted"
    counted = await vote(store, request, "U2", "deny")
    assert (counted.kind, counted.approvals, counted.denies) == ("counted", 1, 1)
    assert (await vote(store, request, "U3", "deny")).state == "denied"


async def test_a_reviewer_cannot_change_an_approval_into_a_second_one(store: ReviewStore) -> None:
    request = await create(store, quorum=2)
    await vote(store, request, "U1", "approve")
    assert (await vote(store, request, "U1", "deny")).kind == "already_voted"


async def test_a_vote_whose_reply_was_lost_gets_the_same_answer_again(store: ReviewStore) -> None:
    request = await create(store, quorum=2)
    first, second = make_vote(request, "U1"), make_vote(request, "U2")
    answers = [await store.vote(first, sealed(first)) for _ in range(3)]
    assert answers == [answers[0]] * 3
    answers = [await store.vote(second, sealed(second)) for _ in range(3)]
    assert [answer.kind for answer in answers] == ["decided"] * 3
    assert answers[0].approvals == 2


async def test_a_vote_after_the_end_is_told_how_it_ended(store: ReviewStore) -> None:
    request = await create(store)
    await vote(store, request, "U1", "deny")
    late = await vote(store, request, "U2", "approve")
    assert (late.kind, late.state) == ("already_decided", "denied")


async def test_a_vote_past_the_deadline_expires_the_request(store: ReviewStore) -> None:
    request = await create(store, seconds=0.5)
    await is_over(store, request)
    reply = await vote(store, request)
    assert (reply.kind, reply.state) == ("expired", "expired")
    assert (await vote(store, request, "U2")).kind == "expired"
    stored = await store.read(request.id)
    assert stored is not None
    assert (stored.state, stored.sealed_votes) == ("expired", ())


@pytest.mark.parametrize("changed", [{"digest": "other"}, {"nonce": "other"}])
async def test_a_vote_on_something_else_than_what_is_stored_does_not_count(
    store: ReviewStore, changed: dict[str, str]
) -> None:
    request = await create(store)
    assert (await vote(store, request, **changed)).kind == "changed"
    stored = await store.read(request.id)
    assert stored is not None
    assert stored.state == "pending"


async def test_a_vote_on_a_request_that_is_not_there_is_unknown(store: ReviewStore) -> None:
    assert (await vote(store, make_request())).kind == "unknown"


async def test_only_the_deadline_expires(store: ReviewStore) -> None:
    request = await create(store, seconds=1.0)
    early = await store.expire(request.id)
    assert early.kind == "not_due"
    assert 0 < early.remaining_ms <= 1000
    assert await store.due() == ()
    await is_over(store, request)
    assert await store.due() == (request.id,)
    assert [(await store.expire(request.id)).kind for _ in range(2)] == ["ended", "ended"]
    assert await store.due() == ()
    assert (await store.cancel(request.id, "why")).kind == "already_ended"


async def test_cancelling_withdraws_a_pending_request_and_says_why(store: ReviewStore) -> None:
    request = await create(store)
    assert (await store.cancel(request.id, "the caller gave up")).kind == "ended"
    assert (await store.cancel(request.id, "the caller gave up")).kind == "ended"
    stored = await store.read(request.id)
    assert stored is not None
    assert (stored.state, stored.why) == ("cancelled", "the caller gave up")
    assert (await vote(store, request)).kind == "already_decided"


async def test_cancelling_after_the_verdict_leaves_the_verdict(store: ReviewStore) -> None:
    request = await create(store)
    await vote(store, request)
    reply = await store.cancel(request.id, "too late")
    assert (reply.kind, reply.state) == ("already_ended", "approved")


async def test_ending_an_unknown_request_says_so(store: ReviewStore) -> None:
    assert (await store.cancel(str(uuid.uuid4()), "why")).kind == "unknown"
    assert (await store.expire(str(uuid.uuid4()))).kind == "unknown"


async def test_an_approval_is_claimed_once(store: ReviewStore) -> None:
    request = await create(store)
    await vote(store, request)
    assert (await store.claim(request.id, "first")).kind == "claimed"
    assert (await store.claim(request.id, "first")).kind == "claimed"
    second = await store.claim(request.id, "second")
    assert (second.kind, second.owner) == ("taken", "first")


async def test_fifty_claims_at_once_have_one_winner(store: ReviewStore) -> None:
    request = await create(store)
    await vote(store, request)
    replies = await asyncio.gather(*(store.claim(request.id, str(n)) for n in range(50)))
    assert sorted(reply.kind for reply in replies) == ["claimed"] + ["taken"] * 49


@pytest.mark.parametrize("choice", [None, "deny"])
async def test_nothing_but_an_approval_can_be_claimed(
    store: ReviewStore, choice: str | None
) -> None:
    request = await create(store)
    if choice:
        await vote(store, request, choice=choice)
    assert (await store.claim(request.id, "me")).kind == "not_approved"
    assert (await store.claim(str(uuid.uuid4()), "me")).kind == "unknown"


async def test_two_reviewers_at_once_make_one_verdict(store: ReviewStore) -> None:
    for _ in range(20):
        request = await create(store)
        replies = await asyncio.gather(
            vote(store, request, "U1", "approve"), vote(store, request, "U2", "deny")
        )
        assert sorted(reply.kind for reply in replies) == ["already_decided", "decided"]
        assert replies[0].state == replies[1].state


async def test_the_first_message_stays_the_requests_message(store: ReviewStore) -> None:
    request = await create(store)
    assert await store.attach_message(request.id, "C9", "1.5", "T1")
    assert await store.attach_message(request.id, "C9", "1.5", "T1")
    assert not await store.attach_message(request.id, "C9", "2.5", "T1")
    stored = await store.read(request.id)
    assert stored is not None
    assert (stored.channel, stored.message_ts, stored.team_id) == ("C9", "1.5", "T1")
    assert not await store.attach_message(str(uuid.uuid4()), "C9", "1.5")


async def test_an_idempotency_key_leads_to_the_request_that_has_it(store: ReviewStore) -> None:
    first = make_request(await store.now_ms())
    assert await store.bound("order 7") is None
    created = await store.create(first, sealed(first), idempotency_key="order 7")
    assert created.kind == "created"
    assert await store.bound("order 7") == Binding(request_id=first.id, digest=first.digest)
    second = make_request(await store.now_ms())
    reply = await store.create(second, sealed(second), idempotency_key="order 7")
    assert (reply.kind, reply.request_id, reply.digest) == ("bound", first.id, first.digest)
    assert await store.read(second.id) is None
    assert (await store.create(first, sealed(first), idempotency_key="order 7")).kind == "created"


async def test_an_idempotency_key_may_be_any_text(store: ReviewStore) -> None:
    for key in ("", "é\ud800 \x00{x}", "x" * 100_000):
        request = make_request(await store.now_ms())
        await store.create(request, sealed(request), idempotency_key=key)
        found = await store.bound(key)
        assert found is not None
        assert found.request_id == request.id


async def test_each_asker_has_a_cap(store: ReviewStore) -> None:
    caps = Caps(total=100, per_asker=2)

    async def ask(asker: str) -> tuple[str, int]:
        request = make_request(await store.now_ms(), requester=asker)
        reply = await store.create(request, sealed(request), caps=caps)
        again = await store.create(request, sealed(request), caps=caps)
        assert again == reply
        return reply.kind, reply.held_back

    assert [await ask("UA") for _ in range(4)] == [
        ("created", 0),
        ("created", 0),
        ("held_back", 1),
        ("held_back", 2),
    ]
    assert await ask("UB") == ("created", 0)
    held = await store.presence.held_back()
    assert [(one.channel, one.asker, one.count) for one in held] == [("C1", "UA", 2)]


async def test_the_namespace_has_a_cap_and_ended_requests_do_not_count(store: ReviewStore) -> None:
    caps = Caps(total=2, per_asker=2)
    first = await create(store, requester="UA")
    second = await create(store, requester="UB", seconds=1.0)
    third = make_request(await store.now_ms(), requester="UC")
    assert (await store.create(third, sealed(third), caps=caps)).kind == "held_back"
    await vote(store, first)
    assert (await store.create(third, sealed(third), caps=caps)).kind == "created"
    await is_over(store, second)
    # The second one's deadline has passed, though nobody has said so in the store yet.
    fourth = make_request(await store.now_ms(), requester="UB")
    assert (await store.create(fourth, sealed(fourth), caps=caps)).kind == "created"


async def test_an_overdue_request_does_not_count_against_its_asker(store: ReviewStore) -> None:
    caps = Caps(total=10, per_asker=1)
    await is_over(store, await create(store, requester="UA", seconds=0.5))
    second = make_request(await store.now_ms(), requester="UA")
    assert (await store.create(second, sealed(second), caps=caps)).kind == "created"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "1",
        "x" * 36,
        "{t}:x",
        "00000000-0000-1000-8000-000000000000",
        "6F2C9D1E-8B7A-4C3D-9E0F-1A2B3C4D5E6F",
    ],
)
async def test_an_id_that_the_library_did_not_make_never_reaches_a_key(
    store: ReviewStore, name: str
) -> None:
    for ask in (store.read, store.expire, store.repaints.done):
        with pytest.raises(ValueError, match="not a request id"):
            await (ask(name, 1) if ask == store.repaints.done else ask(name))


class TestWhoeverCanWriteToRedis:
    """Plants records by hand; nothing crashes, and nothing of theirs is taken for ours."""

    @pytest.mark.parametrize(
        "damage",
        [
            {"v": "2"},
            {"id": "6f2c9d1e-8b7a-4c3d-9e0f-1a2b3c4d5e6f"},
            {"state": "claimed"},
            {"revision": "many"},
            {"revision": "-1"},
            {"expires_at": ""},
            {"created_at": "9" * 400},  # more than a float can hold
            {"ended_at": "9" * 5000},  # more than int() reads
            {"ended_at": "253402300800000"},  # the year 10000
        ],
    )
    async def test_a_changed_field_makes_the_record_malformed(
        self, store: ReviewStore, server: Server, damage: dict[str, str]
    ) -> None:
        request = await create(store)
        with server.client() as client:
            client.hset(store._keys.request(request.id), mapping=damage)
        with pytest.raises(MalformedRecord):
            await store.read(request.id)
        assert (await store.claim(request.id, "me")).kind in ("unknown", "not_approved")

    async def test_places_of_cards_that_nobody_posted_are_not_all_painted(
        self, store: ReviewStore, server: Server
    ) -> None:
        request = await create(store)
        assert await store.attach_message(request.id, "C1", "1.0")
        with server.client() as client:
            places = {f"copy:{number}": f"C1/2.{number}" for number in range(1000)}
            client.hset(store._keys.request(request.id), mapping=places)
        found = await store.read(request.id)
        assert found is not None
        assert len(found.messages) == 31

    async def test_an_oversized_record_is_not_even_transferred(
        self, store: ReviewStore, server: Server
    ) -> None:
        request = await create(store)
        with server.client() as client:
            huge = "x" * (5 * MAX_RECORD_BYTES)
            client.hset(store._keys.request(request.id), "sealed", huge)
        with pytest.raises(MalformedRecord, match="oversized"):
            await store.read(request.id)

    async def test_a_record_of_another_type_is_reported_and_the_others_are_read(
        self, store: ReviewStore, server: Server
    ) -> None:
        request, foreign, missing = await create(store), str(uuid.uuid4()), str(uuid.uuid4())
        with server.client() as client:
            client.set(store._keys.request(foreign), "hello", ex=60)
        found = await store.read_many([request.id, foreign, missing])
        assert isinstance(found[foreign], MalformedRecord)
        assert found[missing] is None
        assert getattr(found[request.id], "state", None) == "pending"
        assert await store.states([request.id, foreign]) == (
            {request.id: "pending", foreign: None},
            False,
        )
        assert (await vote(store, make_request(id=foreign))).kind == "unknown"
        await store.repaints.done(foreign, 1)

    async def test_foreign_members_of_the_indexes_are_passed_over(
        self, store: ReviewStore, server: Server
    ) -> None:
        request = await create(store)
        with server.client() as client:
            for name in ("pending", "repaints"):
                client.zadd(store._keys.prefix + name, {"../../etc": 1})
                client.expire(store._keys.prefix + name, 60)
        assert await store.pending() == (request.id,)
        assert await store.due() == ()
        assert await store.repaints.take() == ()

    async def test_a_binding_to_nothing_of_ours_binds_nothing(
        self, store: ReviewStore, server: Server
    ) -> None:
        with server.client() as client:
            key = store._keys.idempotency("k")
            client.hset(key, mapping={"v": "1", "request": "nonsense", "digest": "d"})
            client.expire(key, 60)
        assert await store.bound("k") is None

    async def test_an_index_entry_without_its_request_is_cleared_by_expiring_it(
        self, store: ReviewStore, server: Server
    ) -> None:
        request = await create(store, seconds=0.5)
        with server.client() as client:
            client.delete(store._keys.request(request.id))
        await is_over(store, request)
        assert await store.due() == (request.id,)
        assert (await store.expire(request.id)).kind == "unknown"
        assert await store.due() == ()
