"""Following a request up, whatever happens to a bot, to Slack or to the store meanwhile."""

from __future__ import annotations

import asyncio

import pytest

from sudoagent.playground import AsyncPlayground
from sudoagent.review.request import Escalation
from sudoagent.review.store import StoreUnavailable
from sudoagent.slack.messages import pending_card
from sudoagent_bot import follower as follower_module
from sudoagent_bot.web import Web
from support.bot import Asker

from .following import (
    ALICE,
    BOB,
    CAROL,
    DIRECT,
    ask,
    cards_for,
    eventually,
    finished,
    following,
    soon,
    vote,
)

pytestmark = pytest.mark.usefixtures("impatient_follower")


async def test_a_copy_that_a_killed_bot_had_posted_is_found_and_not_posted_again(
    asker: Asker, web: Web, aslack: AsyncPlayground
) -> None:
    asked = await ask(asker, **DIRECT)
    await asker.store.follow_ups.begin_copy(asked.id, BOB)
    posted = await web.post(BOB, pending_card(asked.request), asked.id)
    async with following(asker, web):
        await finished(asker)
    assert await cards_for(aslack, BOB) == [posted.ts]
    assert (await asker.stored(asked)).copies[BOB] == f"{posted.channel}/{posted.ts}"


async def test_a_copy_that_a_killed_bot_had_not_posted_is_posted(
    asker: Asker, web: Web, aslack: AsyncPlayground
) -> None:
    asked = await ask(asker, **DIRECT)
    await asker.store.follow_ups.begin_copy(asked.id, BOB)
    async with following(asker, web):
        await finished(asker)
    assert len(await cards_for(aslack, BOB)) == 1


async def test_a_lost_answer_does_not_make_two(
    asker: Asker, web: Web, aslack: AsyncPlayground
) -> None:
    await ask(asker, **{**DIRECT, "direct": (BOB,)})
    await aslack.fail("chat.postMessage", "lost_response")
    async with following(asker, web):
        await finished(asker)
    assert len(await cards_for(aslack, BOB)) == 1


async def test_a_copy_of_a_request_that_was_decided_meanwhile_is_found_and_repainted(
    asker: Asker, web: Web, aslack: AsyncPlayground
) -> None:
    asked = await ask(asker, **DIRECT)
    for user in (ALICE, BOB):
        await asker.store.follow_ups.begin_copy(asked.id, user)
    posted = await web.post(BOB, pending_card(asked.request), asked.id)
    await vote(asker, asked)
    await asker.store.repaints.done(asked.id, 2**53)
    async with following(asker, web):
        await finished(asker)
    stored = await asker.stored(asked)
    # Alice's was never posted, and never is now.
    assert stored.copies == {ALICE: "-", BOB: f"{posted.channel}/{posted.ts}"}
    assert await cards_for(aslack, ALICE) == []
    assert await asker.store.repaints.take() == (asked.id,)


async def test_without_the_permission_to_look_a_lost_copy_is_given_up(
    asker: Asker, web: Web, aslack: AsyncPlayground
) -> None:
    for scope in ("im:history", "channels:history", "groups:history"):
        await aslack.remove_scope(scope)
    asked = await ask(asker, **{**DIRECT, "direct": (BOB,)})
    await asker.store.follow_ups.begin_copy(asked.id, BOB)
    async with following(asker, web):
        await finished(asker)
    assert (await asker.stored(asked)).copies == {BOB: "-"}
    ended = await ask(asker, **{**DIRECT, "direct": (BOB,)})
    await asker.store.follow_ups.begin_copy(ended.id, BOB)
    await vote(asker, ended)
    async with following(asker, web):
        await finished(asker)
    assert (await asker.stored(ended)).copies == {BOB: "-"}


async def test_when_slack_is_away_or_busy_it_happens_later(
    asker: Asker, web: Web, aslack: AsyncPlayground
) -> None:
    await ask(asker, **{**DIRECT, "direct": (BOB,)})
    await aslack.fail("chat.postMessage", "rate_limited", retry_after=1)
    await aslack.fail("chat.postMessage", "error", error="service_unavailable", times=3)
    async with following(asker, web):
        await finished(asker)
    assert len(await cards_for(aslack, BOB)) == 1


async def test_a_reminder_that_a_killed_bot_had_posted_is_not_posted_again(
    asker: Asker, web: Web, aslack: AsyncPlayground
) -> None:
    asked = await ask(asker, remind_at=await soon(asker))
    async with following(asker, web):
        await finished(asker)
    [before] = await aslack.replies(asked.ts)
    key = asker.store._keys.request(asked.id)
    await asker.store._link.command("HSET", key, "reply:remind", "?1")
    queue = asker.store._keys.follow_ups
    await asker.store._link.command("ZADD", queue, 0, asked.id)
    async with following(asker, web):
        await finished(asker)
    assert [reply.ts for reply in await aslack.replies(asked.ts)] == [before.ts]


async def test_when_slack_does_not_say_who_is_in_the_group_it_is_asked_again(
    asker: Asker, web: Web, aslack: AsyncPlayground
) -> None:
    later = Escalation(at=await soon(asker), reviewers=("S0ONCALL",))
    await aslack.fail("usergroups.users.list", "error", error="internal_error", times=8)
    asked = await ask(asker, **{**DIRECT, "direct": (ALICE,)}, escalation=later)

    async def carol_is_asked() -> bool:
        return len((await asker.stored(asked)).messages) == 3

    async with following(asker, web):
        await eventually(carol_is_asked)
    assert len(await cards_for(aslack, CAROL)) == 1


async def test_a_reminder_that_slack_refuses_for_good_is_given_up(
    asker: Asker, web: Web, aslack: AsyncPlayground
) -> None:
    asked = await ask(asker, remind_at=await soon(asker))
    await aslack.fail("chat.postMessage", "error", error="invalid_blocks")
    async with following(asker, web):
        await finished(asker)
    assert (await asker.stored(asked)).replies == {"remind": "-"}


async def test_what_takes_too_long_is_done_by_whoever_takes_it_next(
    asker: Asker, web: Web, aslack: AsyncPlayground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower_module, "_ERRAND_SECONDS", 0.2)
    monkeypatch.setattr(follower_module, "_LEASE_MS", 600)
    await ask(asker, **{**DIRECT, "direct": (BOB,)})
    await aslack.slow_down("chat.postMessage", 1.0)
    async with following(asker, web):
        await asyncio.sleep(0.5)
        await aslack.slow_down("chat.postMessage", 0.0)
        await finished(asker)
    # The first one arrived after all, and was found.
    assert len(await cards_for(aslack, BOB)) == 1


async def test_a_lost_copy_is_looked_for_until_slack_answers(
    asker: Asker, web: Web, aslack: AsyncPlayground
) -> None:
    asked = await ask(asker, **{**DIRECT, "direct": (BOB,)})
    await asker.store.follow_ups.begin_copy(asked.id, BOB)
    posted = await web.post(BOB, pending_card(asked.request), asked.id)
    await vote(asker, asked)
    await aslack.fail("conversations.history", "error", error="internal_error", times=6)
    async with following(asker, web):
        await finished(asker)
    assert (await asker.stored(asked)).copies == {BOB: f"{posted.channel}/{posted.ts}"}


async def test_an_outage_of_the_store_is_waited_out(
    asker: Asker, web: Web, aslack: AsyncPlayground, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await ask(asker, remind_at=await soon(asker))
    monkeypatch.setattr(follower_module, "_LEASE_MS", 1500)
    queue = asker.store._keys.follow_ups
    begin, failures = asker.store.follow_ups.begin_reminder, [1, 2]

    async def fails_twice(request_id: str, reminder: str) -> int | None:
        if failures:
            failures.pop()
            raise StoreUnavailable("the server is away")
        return await begin(request_id, reminder)

    monkeypatch.setattr(asker.store.follow_ups, "begin_reminder", fails_twice)
    async with following(asker, web):
        await finished(asker)
    assert len(await aslack.replies(asked.ts)) == 1
    assert not await asker.store._link.command("ZCARD", queue)


async def test_a_request_that_is_decided_at_the_last_moment_is_let_be(
    asker: Asker, web: Web, aslack: AsyncPlayground, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = await ask(asker, remind_at=await soon(asker))
    begin = asker.store.follow_ups.begin_reminder

    async def after_a_vote(request_id: str, reminder: str) -> int | None:
        await vote(asker, asked)
        return await begin(request_id, reminder)

    monkeypatch.setattr(asker.store.follow_ups, "begin_reminder", after_a_vote)
    async with following(asker, web):
        await finished(asker)
    assert await aslack.replies(asked.ts) == []
