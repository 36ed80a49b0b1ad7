"""Attempts to state a number are counted once each, and there are only so many."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

from sudoagent.review.request import Request
from sudoagent.review.store import ReviewStore
from sudoagent.review.store.attempts import AttemptReply
from support.reviews import create, is_over, vote


async def attempt(store: ReviewStore, request: Request, **changes: Any) -> AttemptReply:
    usual = {"team_id": "T1", "user_id": "U1", "attempt": uuid.uuid4().hex, "most": 3}
    return await store.attempts.count(request.id, **{**usual, **changes})


async def test_each_reviewer_has_three_attempts_on_each_request(store: ReviewStore) -> None:
    request, other = await create(store), await create(store)
    made = [await attempt(store, request) for _ in range(5)]
    assert [(reply.kind, reply.made) for reply in made] == [
        ("counted", 1),
        ("counted", 2),
        ("counted", 3),
        ("exhausted", 3),
        ("exhausted", 3),
    ]
    assert (await attempt(store, request, user_id="U2")).made == 1
    assert (await attempt(store, request, team_id="T2")).made == 1
    assert (await attempt(store, other)).made == 1


async def test_a_repeated_command_is_the_same_attempt(store: ReviewStore) -> None:
    request = await create(store)
    for _ in range(3):
        assert await attempt(store, request, attempt="lost-reply") == AttemptReply(
            kind="counted", state="pending", made=1
        )


async def test_bots_that_count_at_once_give_no_more_attempts(store: ReviewStore) -> None:
    request = await create(store)
    replies = await asyncio.gather(*(attempt(store, request) for _ in range(20)))
    assert sorted(reply.made for reply in replies if reply.kind == "counted") == [1, 2, 3]


async def test_a_request_that_ended_takes_no_attempt(store: ReviewStore) -> None:
    request = await create(store)
    await vote(store, request, "U1", "deny")
    assert await attempt(store, request) == AttemptReply(kind="ended", state="denied")


async def test_past_its_deadline_it_takes_none_either(store: ReviewStore) -> None:
    request = await create(store, seconds=0.5)
    await is_over(store, request)
    assert await attempt(store, request) == AttemptReply(kind="ended", state="expired")


async def test_an_unknown_request_takes_none(store: ReviewStore) -> None:
    request = await create(store)
    unknown = await store.attempts.count(
        str(uuid.uuid4()), team_id="T1", user_id="U1", attempt="a", most=3
    )
    assert unknown == AttemptReply(kind="unknown")
    assert (await store.read(request.id)) is not None
