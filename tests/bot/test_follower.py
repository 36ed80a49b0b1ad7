"""Following a request up: who is told what, once, in order, and nothing that was not sealed."""

from __future__ import annotations

import asyncio

import pytest

from sudoagent.playground import AsyncPlayground
from sudoagent.playground.cast import CHANNEL
from sudoagent.review.request import Escalation
from sudoagent.review.seal import Keyring
from sudoagent.review.store import StoredReview
from sudoagent_bot import follower as follower_module
from sudoagent_bot.web import Web
from support.bot import Asker
from support.valkey import Server

from .following import (
    ALICE,
    BOB,
    DIRECT,
    ask,
    cards_for,
    finished,
    following,
    soon,
)

pytestmark = pytest.mark.usefixtures("impatient_follower")


async def test_every_reviewer_gets_one_direct_message(
    asker: Asker, web: Web, aslack: AsyncPlayground
) -> None:
    asked = await ask(asker, **DIRECT)
    async with following(asker, web), following(asker, web):
        await finished(asker)
    for user in (ALICE, BOB):
        assert len(await cards_for(aslack, user)) == 1
    assert len((await asker.stored(asked)).messages) == 3


async def test_a_reminder_is_posted_once_by_however_many_bots(
    asker: Asker, web: Web, aslack: AsyncPlayground
) -> None:
    asked = await ask(asker, remind_at=await soon(asker))
    async with following(asker, web), following(asker, web), following(asker, web):
        await finished(asker)
    [reply] = await aslack.replies(asked.ts)
    assert "S0APPROVERS" in reply.words


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
