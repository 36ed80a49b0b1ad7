"""Grants in Redis: made with the verdict or not at all, counted, revoked for good, ended."""

from __future__ import annotations

import asyncio

import pytest

from sudoagent.review.request import Argument, GrantOffer, Request
from sudoagent.review.store import GrantTerms, ReviewStore, StandingGrant
from support.reviews import create, make_vote, sealed
from support.valkey import Server

KEY = "0123456789abcdef" * 4
OTHER_KEY = "f" * 64
OFFER = GrantOffer(seconds=600, same=("customer",), key=KEY)
ARGUMENTS = (Argument(name="customer", value="cus_1", type="str"),)


async def offered(store: ReviewStore) -> Request:
    return await create(store, arguments=ARGUMENTS, offer=OFFER)


async def vote(
    store: ReviewStore, request: Request, user: str = "U1", choice: str = "approve", ms: int = 0
) -> str:
    ballot = make_vote(request, user, choice, grant=choice == "approve")
    until = await store.now_ms() + (ms or 600_000)
    reply = await store.vote(ballot, sealed(ballot), grant=GrantTerms(key=KEY, until=until))
    return reply.kind


async def granted(store: ReviewStore, ms: int = 0) -> Request:
    request = await offered(store)
    assert await vote(store, request, ms=ms) == "decided"
    return request


async def test_the_vote_that_decides_makes_it(store: ReviewStore) -> None:
    assert await store.grants.find(KEY) is None
    request = await granted(store)
    assert await store.grants.find(KEY) == request.id
    (standing,) = await store.grants.standing()
    assert (standing.key, standing.request_id) == (KEY, request.id)
    assert 0 < standing.until - await store.now_ms() <= 600_000


async def test_a_denial_a_vote_too_late_and_an_end_in_the_past_make_none(
    store: ReviewStore,
) -> None:
    assert await vote(store, await offered(store), choice="deny") == "decided"
    request = await offered(store)
    await store.cancel(request.id, "stopped")
    assert await vote(store, request) == "already_decided"
    assert await vote(store, await offered(store), ms=-1) == "decided"
    assert await store.grants.find(KEY) is None
    assert await store.grants.standing() == ()


async def test_a_frozen_namespace_takes_no_grant_and_lets_nothing_pass(store: ReviewStore) -> None:
    request, other = await granted(store), await offered(store)
    await store.presence.freeze("an incident", "operator")
    assert await vote(store, other) == "frozen"
    used = await store.grants.use(KEY, request.id, "one")
    assert (used.kind, used.uses) == ("frozen", 0)
    await store.presence.unfreeze("operator")
    assert (await store.grants.use(KEY, request.id, "one")).kind == "used"


async def test_each_use_counts_once_however_often_it_is_sent(store: ReviewStore) -> None:
    request = await granted(store)
    for use, expected in (("one", 1), ("one", 1), ("two", 2)):
        assert (await store.grants.use(KEY, request.id, use)).uses == expected
    stored = await store.read(request.id)
    assert stored is not None
    assert stored.grant_uses == 2


async def test_only_the_request_that_the_key_leads_to_can_be_used(store: ReviewStore) -> None:
    first = await granted(store)
    second = await granted(store)
    assert (await store.grants.use(KEY, first.id, "one")).kind == "none"
    assert (await store.grants.use(OTHER_KEY, second.id, "one")).kind == "none"
    assert (await store.grants.use(KEY, second.id, "one")).kind == "used"
    assert [one.request_id for one in await store.grants.standing()] == [second.id]


async def test_what_is_revoked_is_gone_at_once_and_the_thread_tells_so(store: ReviewStore) -> None:
    request = await granted(store)
    await store.grants.use(KEY, request.id, "one")
    before = await store.read(request.id)
    assert before is not None
    assert await store.threads.done(request.id, before.revision)

    assert (await store.grants.revoke(KEY, request.id, "T1/U2")).kind == "revoked"

    assert await store.grants.find(KEY) is None
    assert await store.grants.standing() == ()
    assert (await store.grants.use(KEY, request.id, "two")).kind == "none"
    after = await store.read(request.id)
    assert after is not None
    assert (after.grant_ended_by, after.grant_uses) == ("T1/U2", 1)
    assert after.revision == before.revision + 1
    assert await store.threads.take() == (request.id,)


async def test_the_same_revocation_again_changes_nothing(store: ReviewStore) -> None:
    request = await granted(store)
    await store.grants.revoke(KEY, request.id, "T1/U2")
    once = await store.read(request.id)
    assert (await store.grants.revoke(KEY, request.id, "T1/U2")).kind == "revoked"
    assert (await store.grants.revoke(KEY, request.id, "T1/U3")).kind == "ended"
    assert once is not None
    again = await store.read(request.id)
    assert again is not None
    assert (again.grant_ended_by, again.revision) == ("T1/U2", once.revision)


async def test_a_vote_that_is_sent_again_does_not_bring_it_back(store: ReviewStore) -> None:
    request = await granted(store)
    await store.grants.revoke(KEY, request.id, "T1/U2")
    assert await vote(store, request) == "decided"
    assert await store.grants.find(KEY) is None


async def test_a_vote_that_comes_after_its_revocation_does_not_make_it(store: ReviewStore) -> None:
    request = await offered(store)
    assert (await store.grants.revoke(KEY, request.id, "T1/U2")).kind == "ended"
    assert await vote(store, request) == "decided"
    assert await store.grants.find(KEY) is None


async def test_what_was_written_back_stays_revoked(store: ReviewStore, server: Server) -> None:
    request = await granted(store)
    await store.grants.revoke(KEY, request.id, "T1/U2")
    name = f"sudoagent:{{{store.namespace}}}:grant:{KEY}"
    until = await store.now_ms() + 600_000
    server.call("HSET", name, "v", "1", "request", request.id, "until", until)
    server.call("PEXPIRE", name, 600_000)
    assert (await store.grants.use(KEY, request.id, "one")).kind == "none"


async def test_unknown_ones_cannot_be_revoked(store: ReviewStore) -> None:
    unknown = "0f2c6f0e-3f6b-4a52-9a55-0a1b2c3d4e5f"
    assert (await store.grants.revoke(KEY, unknown, "T1/U2")).kind == "unknown"
    request = await granted(store)
    # The key leads to a request that is lost: what it leads to ends all the same.
    assert (await store.grants.revoke(KEY, unknown, "T1/U2")).kind == "revoked"
    assert (await store.grants.use(KEY, request.id, "one")).kind == "none"


async def test_one_that_is_over_is_told_in_its_thread_once(store: ReviewStore) -> None:
    request = await granted(store, ms=100)
    stored = await store.read(request.id)
    assert stored is not None
    await store.threads.done(request.id, stored.revision)
    over = 0
    async with asyncio.timeout(60):
        while not over:
            await asyncio.sleep(0.05)
            over = await store.grants.end_due()
    assert over == 1
    assert await store.threads.take() == (request.id,)
    assert await store.grants.end_due() == 0
    assert (await store.grants.use(KEY, request.id, "one")).kind == "none"


async def test_what_is_no_grant_is_not_listed(store: ReviewStore, server: Server) -> None:
    request = await granted(store)
    prefix = f"sudoagent:{{{store.namespace}}}:"
    far = await store.now_ms() + 600_000
    for member in ("nonsense", f"{KEY} nonsense", f"* {request.id}", f"{OTHER_KEY} {request.id}"):
        server.call("ZADD", prefix + "grants", far, member)
    assert [type(one) for one in await store.grants.standing()] == [StandingGrant]


@pytest.mark.parametrize("key", ["", "*", "g" * 64, "a" * 63, f"{'a' * 64}:x"])
async def test_what_is_no_key_reaches_no_server(store: ReviewStore, key: str) -> None:
    with pytest.raises(ValueError, match="grant key"):
        await store.grants.find(key)


async def test_a_grant_that_ends_never_is_none(store: ReviewStore, server: Server) -> None:
    request = await granted(store)
    with server.client() as client:
        client.zadd(store._keys.grants, {f"{KEY} {request.id}": float("inf"), "junk": 1e300})
    assert await store.grants.standing() == ()
