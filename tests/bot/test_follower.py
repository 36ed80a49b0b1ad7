"""Following a request up, whatever happens to a bot or to Slack meanwhile: once, and never late."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from sudoagent.playground import AsyncPlayground
from sudoagent.playground.cast import BOT_TOKEN, CHANNEL, TEAM
from sudoagent.review.request import SCHEMA_VERSION, Escalation, SignedVote, encode
from sudoagent.review.seal import Keyring
from sudoagent.review.store import StoredReview
from sudoagent.review.widening import next_follow_up
from sudoagent.slack import posting
from sudoagent.slack.client import SlackClient
from sudoagent.slack.messages import pending_card
from sudoagent_bot import follower as follower_module
from sudoagent_bot.follower import Follower
from sudoagent_bot.outages import Outages
from sudoagent_bot.reviewers import Reviewers
from sudoagent_bot.web import Web
from support.bot import Asked, Asker
from support.valkey import Server

ALICE, BOB, CAROL = "U0ALICE", "U0BOB", "U0CAROL"
DIRECT = {"direct": (ALICE, BOB), "reviewers": (ALICE, BOB), "channel": CHANNEL}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Delays that a person would wait for are short."""
    for name in ("_DELAY_MS", "_FROZEN_MS", "_UNTOLD_MS", "_MOMENT_MS"):
        monkeypatch.setattr(follower_module, name, 50)
    monkeypatch.setattr(follower_module, "_TICK", 0.05)
    monkeypatch.setattr(posting, "_LOOKS", (0.0, 0.05))


@pytest.fixture
async def web(aslack: AsyncPlayground) -> AsyncIterator[Web]:
    url = aslack.environment["SLACK_API_URL"]
    async with aiohttp.ClientSession() as session:
        yield Web(SlackClient(BOT_TOKEN, url, timeout=2.0), url, session, lambda _: None)


def follower(asker: Asker, web: Web, keyring: Keyring | None = None) -> Follower:
    return Follower(
        store=asker.store,
        web=web,
        reviewers=Reviewers(web, TEAM),
        keyring=keyring or asker.keyring,
        namespace=asker.store.namespace,
        outages=Outages(),
    )


@contextlib.asynccontextmanager
async def following(
    asker: Asker, web: Web, keyring: Keyring | None = None
) -> AsyncIterator[Follower]:
    """A bot's follower at work."""
    working = follower(asker, web, keyring)
    task = asyncio.create_task(working.work())
    try:
        yield working
    finally:
        task.cancel()
        await asyncio.wait([task])
        await working.drain(5.0)


async def ask(asker: Asker, **changes: Any) -> Asked:
    """Ask as the library does, with what is to follow."""
    request = asker.request(**changes)
    await asker.store_only(request)
    posted = await asker.post_only(pending_card(request), request.id)
    assert await asker.store.attach_message(
        request.id,
        posted.channel,
        posted.ts,
        TEAM,
        follow_up_at=next_follow_up(request, request.created_at),
    )
    return Asked(request, posted.channel, posted.ts)


async def soon(asker: Asker, milliseconds: int = 100) -> int:
    return await asker.store.now_ms() + milliseconds


async def vote(asker: Asker, asked: Asked, user: str = ALICE) -> None:
    ballot = SignedVote(
        v=SCHEMA_VERSION,
        request_id=asked.id,
        nonce=asked.request.nonce,
        digest=asked.request.digest,
        choice="approve",
        team_id=TEAM,
        user_id=user,
        at=await asker.store.now_ms(),
    )
    reply = await asker.store.vote(ballot, asker.keyring.seal(encode(ballot), "vote"))
    assert reply.kind in ("counted", "decided")


async def finished(asker: Asker) -> None:
    """Wait until nothing is to be followed up any more."""
    key = asker.store._keys.follow_ups

    async def look() -> bool:
        return not await asker.store._link.command("ZCARD", key)

    await eventually(look)


async def eventually(look: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(600):
        if await look():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it never came true")


async def cards_for(aslack: AsyncPlayground, user: str) -> list[str]:
    told = await aslack.as_person(user).direct_messages()
    return [message.ts for message in told if message.thread_ts is None]


async def test_every_reviewer_gets_one_direct_message(
    asker: Asker, web: Web, aslack: AsyncPlayground
) -> None:
    asked = await ask(asker, **DIRECT)
    async with following(asker, web), following(asker, web):
        await finished(asker)
    for user in (ALICE, BOB):
        assert len(await cards_for(aslack, user)) == 1
    assert len((await asker.stored(asked)).messages) == 3


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
    await aslack.fail("chat.postMessage", "lose_response")
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


async def test_a_reminder_is_posted_once_by_however_many_bots(
    asker: Asker, web: Web, aslack: AsyncPlayground
) -> None:
    asked = await ask(asker, remind_at=await soon(asker))
    async with following(asker, web), following(asker, web), following(asker, web):
        await finished(asker)
    [reply] = await aslack.replies(asked.ts)
    assert "S0APPROVERS" in reply.words


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


async def test_everybody_gets_their_turn_in_order(
    asker: Asker, web: Web, aslack: AsyncPlayground
) -> None:
    now = await asker.store.now_ms()
    later = Escalation(at=now + 400, reviewers=("S0ONCALL",), channels=("#general",))
    asked = await ask(asker, reviewers=(ALICE,), remind_at=now + 100, escalation=later)
    async with following(asker, web):
        await finished(asker)
    stored = await asker.stored(asked)
    assert set(stored.replies) == {"remind"}
    assert [channel for channel, _ in stored.messages] == [CHANNEL, "C0GENERAL"]
    assert stored.revision == 2
    posts = await aslack.calls("chat.postMessage")
    assert [post.arguments["channel"] for post in posts] == [CHANNEL, CHANNEL, "#general"]


async def test_nothing_is_said_while_everything_is_frozen(
    asker: Asker, web: Web, aslack: AsyncPlayground
) -> None:
    asked = await ask(asker, remind_at=await soon(asker))
    await asker.store.presence.freeze("look into it", "T0/U0ALICE")
    async with following(asker, web):
        await asyncio.sleep(0.6)
        assert await aslack.replies(asked.ts) == []
        await asker.store.presence.unfreeze("T0/U0ALICE")
        await finished(asker)
    assert len(await aslack.replies(asked.ts)) == 1


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


async def test_a_channel_gets_messages_at_a_pace(
    asker: Asker, web: Web, aslack: AsyncPlayground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower_module, "MESSAGES_A_MINUTE", 120.0)
    monkeypatch.setattr(follower_module, "_BURST", 2)
    at = await soon(asker)
    for _ in range(4):
        await ask(asker, remind_at=at)
    before = len(await aslack.calls("chat.postMessage"))
    async with following(asker, web):
        await finished(asker)
    calls = (await aslack.calls("chat.postMessage"))[before:]
    assert len(calls) == 4
    # Two at once, then one each half second.
    assert calls[-1].at - calls[0].at >= 0.5


@pytest.mark.parametrize("attack", ["foreign seal", "malformed", "gone"])
async def test_what_the_library_did_not_write_is_not_followed_up(
    asker: Asker, web: Web, aslack: AsyncPlayground, valkey_server: Server, attack: str
) -> None:
    asked = await ask(asker, remind_at=await soon(asker))
    key = asker.store._keys.request(asked.id)
    if attack == "malformed":
        valkey_server.call("HSET", key, "v", 2)
    elif attack == "gone":
        valkey_server.call("DEL", key)
    keyring = Keyring(["somebody else's key"]) if attack == "foreign seal" else None
    async with following(asker, web, keyring):
        await finished(asker)
    assert await aslack.replies(asked.ts) == []


async def test_redis_cannot_add_people_or_places(
    asker: Asker, web: Web, aslack: AsyncPlayground
) -> None:
    """Whoever can write to Redis can have a request looked at, and nothing more."""
    asked = await asker.ask()
    await asker.store._link.command("ZADD", asker.store._keys.follow_ups, 0, asked.id)
    key = asker.store._keys.request(asked.id)
    await asker.store._link.command("HSET", key, "copy:U0RAVI", "?1", "widened_at", 1)
    async with following(asker, web):
        await finished(asker)
    assert await aslack.as_person("U0RAVI").direct_messages() == []
    found: StoredReview = await asker.stored(asked)
    assert found.messages == ((asked.channel, asked.ts),)
