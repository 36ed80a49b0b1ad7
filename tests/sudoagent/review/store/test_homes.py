"""Home tabs that bots share, and what a reviewer decided, on real servers."""

from __future__ import annotations

import asyncio
import uuid

from sudoagent.review.store import DueHome, ReviewStore
from support.valkey import Server

ALICE, BOB = "T0HOME/U0ALICE", "T0HOME/U0BOB"


async def taken(store: ReviewStore, limit: int = 10, lease_ms: int = 60_000) -> list[DueHome]:
    return list(await store.homes.take(limit, lease_ms=lease_ms))


async def test_whoever_opens_theirs_gets_it_at_once_and_once(store: ReviewStore) -> None:
    await store.homes.opened(ALICE)
    (home,) = await taken(store)
    assert (home.person, home.user_id, home.shown) == (ALICE, "U0ALICE", "")
    assert await taken(store) == []
    assert await store.homes.done(home, "a fingerprint")
    assert await taken(store) == []


async def test_a_change_is_due_for_everybody_who_looks_and_says_what_they_see(
    store: ReviewStore,
) -> None:
    for person in (ALICE, BOB):
        await store.homes.opened(person)
    for home in await taken(store):
        await store.homes.done(home, f"shown to {home.user_id}")
    await store.homes.changed(0)
    again = {home.person: home.shown for home in await taken(store)}
    assert again == {ALICE: "shown to U0ALICE", BOB: "shown to U0BOB"}


async def test_nobody_looks_nothing_is_due(store: ReviewStore) -> None:
    await store.homes.changed(0)
    assert await taken(store) == []


async def test_several_changes_wait_for_one_moment(store: ReviewStore) -> None:
    await store.homes.opened(ALICE)
    (home,) = await taken(store)
    await store.homes.done(home, "x")
    await store.homes.changed(60_000)
    await store.homes.changed(0)  # heard by another bot: the first one counts
    assert await taken(store) == []


async def test_a_change_while_it_is_published_makes_it_due_again(store: ReviewStore) -> None:
    await store.homes.opened(ALICE)
    (home,) = await taken(store)
    await store.homes.changed(0)
    assert await taken(store) == []  # still on loan
    assert not await store.homes.done(home, "x")
    (again,) = await taken(store)
    assert again.shown == "x"
    assert await store.homes.done(again, "y")


async def test_what_a_killed_bot_took_is_taken_over(store: ReviewStore) -> None:
    await store.homes.opened(ALICE)
    assert len(await taken(store, lease_ms=1)) == 1
    await asyncio.sleep(0.01)
    assert len(await taken(store)) == 1


async def test_what_slack_would_not_take_is_tried_later(store: ReviewStore) -> None:
    await store.homes.opened(ALICE)
    (home,) = await taken(store)
    await store.homes.later(home, 60_000)
    assert await taken(store) == []
    (home,) = [home] if await store.homes.opened(ALICE) is None else []
    assert len(await taken(store)) == 1  # whoever opens it anew does not wait for that


async def test_only_so_many_are_taken_and_the_rest_later(store: ReviewStore) -> None:
    for number in range(5):
        await store.homes.opened(f"T0HOME/U{number:03}")
    assert [len(await taken(store, limit=3)) for _ in range(3)] == [3, 2, 0]


async def test_what_somebody_else_wrote_there_is_nobodys_home(
    store: ReviewStore, server: Server
) -> None:
    queue, viewers, _ = store._keys.homes
    for key in (queue, viewers):
        server.call("ZADD", key, 1, "../evil", 1, "T0HOME/U0ALICE<!channel>", 1, ALICE)
        server.call("PEXPIRE", key, 60_000)
    assert [home.person for home in await taken(store)] == [ALICE]


async def test_what_was_decided_is_listed_the_latest_first(store: ReviewStore) -> None:
    ids = [str(uuid.uuid4()) for _ in range(60)]
    for request_id in ids[:-1]:
        await store.homes.note_decided(ALICE, request_id)
    await asyncio.sleep(0.005)
    await store.homes.note_decided(ALICE, ids[-1])
    await asyncio.sleep(0.005)
    await store.homes.note_decided(ALICE, ids[-1])
    found = await store.homes.decided(ALICE, 10)
    assert found[0] == ids[-1]
    assert len(found) == len(set(found)) == 10
    assert len(await store.homes.decided(ALICE, 100)) == 50
    assert await store.homes.decided(BOB) == ()
