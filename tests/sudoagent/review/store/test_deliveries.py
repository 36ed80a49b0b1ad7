"""What Slack delivers twice counts once, whichever bot it comes to."""

from __future__ import annotations

import asyncio

from sudoagent.review.store import ReviewStore


async def is_first(
    store: ReviewStore, body: bytes = b"a click", stamp: str = "1700000000", retry: bool = False
) -> bool:
    return await store.deliveries.is_first(body, stamp, is_retry=retry)


async def test_the_same_body_with_the_same_stamp_is_a_repetition(store: ReviewStore) -> None:
    assert await is_first(store)
    assert not await is_first(store)
    assert not await is_first(store)


async def test_the_same_body_at_another_time_is_another_click(store: ReviewStore) -> None:
    assert await is_first(store)
    assert await is_first(store, stamp="1700000001")
    assert await is_first(store, body=b"another click")


async def test_a_second_try_counts_when_the_first_never_came(store: ReviewStore) -> None:
    assert await is_first(store, retry=True)
    assert not await is_first(store, stamp="1700000060", retry=True)


async def test_a_second_try_does_not_count_when_the_first_one_came(store: ReviewStore) -> None:
    assert await is_first(store)
    assert not await is_first(store, stamp="1700000060", retry=True)
    assert not await is_first(store, stamp="1700000360", retry=True)


async def test_of_many_at_once_one_is_the_first(store: ReviewStore) -> None:
    found = await asyncio.gather(*(is_first(store) for _ in range(20)))
    assert sorted(found) == [False] * 19 + [True]
