"""What a namespace knows of itself."""

from __future__ import annotations

import asyncio

import pytest

from sudoagent.review.store import Caps, HeldBack, ReviewStore
from support.reviews import comes, create, make_request, sealed, vote
from support.valkey import Server


async def test_a_bot_is_present_while_it_says_so(store: ReviewStore) -> None:
    assert await store.presence.bots() == ()
    await store.presence.announce_bot("a", 60_000)
    await store.presence.announce_bot("b", 1000)
    assert set(await store.presence.bots()) == {"a", "b"}

    async def is_alone() -> bool:
        return await store.presence.bots() == ("a",)

    await comes(is_alone)
    await store.presence.retire_bot("a")
    assert await store.presence.bots() == ()


async def test_a_bot_says_which_keys_it_accepts(store: ReviewStore) -> None:
    await store.presence.announce_bot("a", 60_000, key_ids=("0123abcd", "89abcdef"))
    await store.presence.announce_bot("b", 60_000)
    await store.presence.announce_bot("c", 1, key_ids=("fedcba98",))
    await asyncio.sleep(0.05)
    assert await store.presence.bot_keys() == {"a": ("0123abcd", "89abcdef"), "b": ()}
    # A key that was changed with a restart is not remembered, nor is a bot that left.
    await store.presence.announce_bot("a", 60_000, key_ids=("00000000",))
    await store.presence.retire_bot("b")
    assert await store.presence.bot_keys() == {"a": ("00000000",)}


async def test_a_bots_keys_are_key_ids_or_nothing(store: ReviewStore) -> None:
    await store.presence.announce_bot("a", 60_000, key_ids=("\x1b[2J all is well",))
    assert await store.presence.bot_keys() == {"a": ()}


async def test_nothing_is_asked_voted_or_claimed_in_a_frozen_namespace(store: ReviewStore) -> None:
    approved, pending = await create(store), await create(store)
    await vote(store, approved)
    assert await store.presence.freeze("incident 12", "U9")
    assert not await store.presence.freeze("again", "U8")
    state = await store.presence.freeze_state()
    assert (state.frozen, state.reason, state.by) == (True, "incident 12", "U9")
    fresh = make_request(await store.now_ms())
    reply = await store.create(fresh, sealed(fresh))
    assert (reply.kind, reply.reason) == ("frozen", "incident 12")
    assert (await vote(store, pending)).kind == "frozen"
    assert (await store.claim(approved.id, "me")).kind == "frozen"
    stored = await store.read(pending.id)
    assert stored is not None
    assert (stored.frozen, stored.state) == (True, "pending")
    assert (await store.states([pending.id]))[1]
    assert (await store.cancel(pending.id, "frozen")).kind == "ended"


async def test_a_claim_from_before_the_freeze_is_still_known(store: ReviewStore) -> None:
    request = await create(store)
    await vote(store, request)
    await store.claim(request.id, "me")
    await store.presence.freeze("incident", "U9")
    assert (await store.claim(request.id, "me")).kind == "claimed"


async def test_work_goes_on_after_the_freeze(store: ReviewStore) -> None:
    request = await create(store)
    assert not await store.presence.unfreeze("U9")
    await store.presence.freeze("incident", "U9")
    assert await store.presence.unfreeze("U9")
    assert not (await store.presence.freeze_state()).frozen
    assert (await vote(store, request)).kind == "decided"


async def test_one_message_tells_of_all_that_was_held_back(store: ReviewStore) -> None:
    for _ in range(3):
        request = make_request(await store.now_ms(), agent="bot|7", channel="C1")
        await store.create(request, sealed(request), caps=Caps(total=10, per_asker=0))
    (held,) = await store.presence.held_back()
    assert (held.channel, held.asker, held.count, held.message_ts) == ("C1", "bot|7", 3, None)
    assert abs(held.since - await store.now_ms()) < 60_000
    await store.presence.attach_held_back(held, "C0123", "1.5")
    await store.presence.attach_held_back(held, "C0999", "2.5")
    (held,) = await store.presence.held_back()
    assert (held.message_channel, held.message_ts, held.shown) == ("C0123", "1.5", 3)


async def held_back(store: ReviewStore) -> HeldBack:
    """Let a cap refuse one more request; return what is held back by now."""
    request = make_request(await store.now_ms(), agent="bot 7", channel="C1")
    await store.create(request, sealed(request), caps=Caps(total=10, per_asker=0))
    (held,) = await store.presence.held_back()
    return held


async def test_one_bot_at_a_time_tells_of_it(store: ReviewStore) -> None:
    held = await held_back(store)
    assert await store.presence.begin_notice(held) == 0
    assert await store.presence.begin_notice(held) is None
    await store.presence.attach_held_back(held, "C0123", "1.5")
    assert await store.presence.begin_notice(held) is None, "it shows them all"
    assert await store.presence.begin_notice(await held_back(store)) == 1


async def test_what_a_bot_began_and_did_not_end_is_begun_again(store: ReviewStore) -> None:
    held = await held_back(store)
    assert await store.presence.begin_notice(held, lease_ms=50) == 0
    await asyncio.sleep(0.1)
    assert await store.presence.begin_notice(held) == 1


async def test_of_what_is_not_held_back_nothing_is_told(store: ReviewStore) -> None:
    nothing = HeldBack(channel="C1", asker="bot 7", count=3)
    assert await store.presence.begin_notice(nothing) is None
    await store.presence.attach_held_back(nothing, "C0123", "1.5")
    assert await store.presence.held_back() == ()


async def test_nothing_held_back_means_no_message(store: ReviewStore) -> None:
    assert await store.presence.held_back() == ()


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 400, "253402300800000", "-1", "many"])
async def test_numbers_that_are_none_are_not_read(
    store: ReviewStore, server: Server, number: str
) -> None:
    keys = store._keys
    with server.client() as client:
        client.hset(keys.freeze, mapping={"frozen": "1", "at": number, "by": "x", "reason": "y"})
        client.hset(keys.held, mapping={"count|C1|a": number, "count|C1|b": "2", "since": number})
        client.hset(keys.held, "shown|C1|b", number)
        client.expire(keys.freeze, 60)
        client.expire(keys.held, 60)
    state = await store.presence.freeze_state()
    assert (state.frozen, state.at) == (True, 0)
    assert await store.presence.held_back() == (HeldBack(channel="C1", asker="b", count=2),)
