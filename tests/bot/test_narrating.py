"""The thread under a card: each vote and the outcome, told once, whatever happens to a bot."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from sudoagent.playground import AsyncPlayground, Message
from sudoagent.playground.cast import BOT_TOKEN
from sudoagent.review.request import SCHEMA_VERSION, SignedOutcome, SignedVote, encode
from sudoagent.review.seal import Keyring
from sudoagent.slack import posting
from sudoagent.slack.client import SlackClient
from sudoagent_bot import narrator as narrator_module
from sudoagent_bot.in_flight import end
from sudoagent_bot.narrator import Narrator, untold
from sudoagent_bot.opening import opened_review
from sudoagent_bot.outages import Outages
from sudoagent_bot.web import Web
from support.bot import Asked, Asker

OWNER = "this very run"
NAMES = {"U0ALICE": "Alice Moreau", "U0BOB": None}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Delays that a person would wait for are short."""
    monkeypatch.setattr(narrator_module, "_DELAY_MS", 50)
    monkeypatch.setattr(narrator_module, "_LONG_DELAY_MS", 300)
    monkeypatch.setattr(narrator_module, "_TICK", 0.05)
    monkeypatch.setattr(posting, "_LOOKS", (0.0, 0.05))


@pytest.fixture
async def web(aslack: AsyncPlayground) -> AsyncIterator[Web]:
    url = aslack.environment["SLACK_API_URL"]
    async with aiohttp.ClientSession() as session:
        yield Web(SlackClient(BOT_TOKEN, url, timeout=20.0), url, session, lambda _: None)


async def name_of(user_id: str) -> str | None:
    return NAMES.get(user_id)


def narrator(asker: Asker, web: Web) -> Narrator:
    return Narrator(asker.store, web, asker.keyring, asker.store.namespace, name_of, Outages())


@contextlib.asynccontextmanager
async def narrating(asker: Asker, web: Web) -> AsyncIterator[Narrator]:
    """A bot's narrator at work."""
    working = narrator(asker, web)
    task = asyncio.create_task(working.work())
    try:
        yield working
    finally:
        await end([task])
        await working.drain(5.0)


async def vote(
    asker: Asker, asked: Asked, user: str = "U0ALICE", choice: Any = "approve", **changes: Any
) -> None:
    fields: dict[str, Any] = {
        "v": SCHEMA_VERSION,
        "request_id": asked.id,
        "nonce": asked.request.nonce,
        "digest": asked.request.digest,
        "choice": choice,
        "team_id": "T0PLAYGROUND",
        "user_id": user,
        "at": await asker.store.now_ms(),
    }
    ballot = SignedVote(**{**fields, **changes})
    reply = await asker.store.vote(ballot, asker.keyring.seal(encode(ballot), "vote"))
    assert reply.kind in ("counted", "decided")


async def report(asker: Asker, asked: Asked, keyring: Keyring | None = None, **fields: Any) -> None:
    usual: dict[str, Any] = {
        "v": SCHEMA_VERSION,
        "request_id": asked.id,
        "nonce": asked.request.nonce,
        "digest": asked.request.digest,
        "outcome": "success",
        "seconds": 1.5,
    }
    told = SignedOutcome(**{**usual, **fields})
    assert (await asker.store.claim(asked.id, OWNER)).kind == "claimed"
    sealed = (keyring or asker.keyring).seal(encode(told), "outcome")
    assert await asker.store.report(told, sealed, OWNER) == "reported"


async def finished(asker: Asker) -> None:
    """Wait until nothing is to be told any more."""

    async def look() -> bool:
        threads = asker.store._keys.threads
        return not await asker.store._link.command("ZCARD", threads)

    await eventually(look)


async def eventually(look: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await look():  # noqa: ASYNC110 - Redis says no more
            await asyncio.sleep(0.02)


async def replies(aslack: AsyncPlayground, asked: Asked) -> list[str]:
    return [message.words for message in await thread(aslack, asked)]


async def thread(aslack: AsyncPlayground, asked: Asked) -> list[Message]:
    return await aslack.replies(asked.ts)


async def test_the_thread_tells_each_vote_and_the_outcome_in_order(
    asker: Asker, web: Web, aslack: AsyncPlayground
) -> None:
    asked = await asker.ask(quorum=2)
    async with narrating(asker, web):
        await vote(asker, asked, comment="Checked with finance")
        await aslack.wait_for_message("Alice Moreau approved", thread_ts=asked.ts)
        await vote(asker, asked, "U0BOB")
        await report(asker, asked, audit_head="4:0123456789ab")
        await aslack.wait_for_message("is done, after 1.5 s", thread_ts=asked.ts)
        await finished(asker)
    first, second, third = await replies(aslack, asked)
    assert "Checked with finance" in first
    assert "U0BOB approved" in second
    assert "4:0123456789ab" in third


async def test_a_failure_is_told_with_its_error(
    asker: Asker, web: Web, aslack: AsyncPlayground
) -> None:
    asked = await asker.ask()
    await vote(asker, asked)
    await report(asker, asked, outcome="error", error="ValueError: [redacted]")
    async with narrating(asker, web):
        told = await aslack.wait_for_message("failed after", thread_ts=asked.ts)
    assert "ValueError: [redacted]" in told.words


async def test_what_is_to_be_told_outlives_every_bot(
    asker: Asker, web: Web, aslack: AsyncPlayground
) -> None:
    asked = await asker.ask()
    await vote(asker, asked, choice="deny")
    async with narrating(asker, web):
        await aslack.wait_for_message("denied", thread_ts=asked.ts)


class TestKilledInBetween:
    """A bot is killed between saying that it posts a reply, posting it, and saying that it did."""

    async def test_before_it_posted(self, asker: Asker, web: Web, aslack: AsyncPlayground) -> None:
        asked = await asker.ask()
        await vote(asker, asked)
        assert await asker.store.threads.begin(asked.id, "vote:T0PLAYGROUND/U0ALICE") == 0

        async with narrating(asker, web):
            await finished(asker)

        assert len(await replies(aslack, asked)) == 1

    async def test_after_it_posted(self, asker: Asker, web: Web, aslack: AsyncPlayground) -> None:
        asked = await asker.ask()
        await vote(asker, asked)
        await report(asker, asked)
        ts = await self.post_and_die(asker, web, asked)

        async with narrating(asker, web):
            await finished(asker)

        told, ran = await thread(aslack, asked)
        assert "approved" in told.words
        assert "is done" in ran.words
        stored = await asker.stored(asked)
        assert stored.replies["vote:T0PLAYGROUND/U0ALICE"] == ts

    async def test_while_it_had_the_request_on_loan(
        self, asker: Asker, web: Web, aslack: AsyncPlayground
    ) -> None:
        asked = await asker.ask()
        await vote(asker, asked)
        assert await asker.store.threads.take(lease_ms=200) == (asked.id,)
        await self.post_and_die(asker, web, asked)

        async with narrating(asker, web):
            await finished(asker)

        assert len(await replies(aslack, asked)) == 1

    async def test_and_nobody_may_look(
        self, asker: Asker, web: Web, aslack: AsyncPlayground, caplog: pytest.LogCaptureFixture
    ) -> None:
        asked = await asker.ask()
        await vote(asker, asked)
        await self.post_and_die(asker, web, asked)
        for scope in ("channels:history", "groups:history", "im:history"):
            await aslack.remove_scope(scope)

        async with narrating(asker, web):
            await finished(asker)

        assert len(await replies(aslack, asked)) == 1, "the same words twice would be untrue"
        assert "given up" in caplog.text
        assert "history" in caplog.text

    async def post_and_die(self, asker: Asker, web: Web, asked: Asked) -> str:
        stored = await asker.stored(asked)
        opened = opened_review(stored, asker.keyring, asker.store.namespace)
        reply = next(untold(opened, stored))
        assert await asker.store.threads.begin(asked.id, reply.name) == 0
        message = reply.message("Alice Moreau")
        posted = await web.post(asked.channel, message, reply.marker, thread_ts=asked.ts)
        return posted.ts


@pytest.mark.parametrize("fault", ["lost_response", "lost_request", "server_error"])
async def test_in_bad_weather_every_reply_is_there_once(
    asker: Asker, web: Web, aslack: AsyncPlayground, fault: Any
) -> None:
    asked = await asker.ask(quorum=2)
    await aslack.fail("chat.postMessage", fault, times=2)
    async with narrating(asker, web):
        await vote(asker, asked)
        await vote(asker, asked, "U0BOB")
        await finished(asker)
    assert len(await replies(aslack, asked)) == 2


async def test_when_slack_limits_the_rate_replies_wait(
    asker: Asker, web: Web, aslack: AsyncPlayground
) -> None:
    asked = await asker.ask()
    await aslack.fail("chat.postMessage", "rate_limited", retry_after=1)
    await vote(asker, asked)
    async with narrating(asker, web):
        await finished(asker)
    refused, done = (await aslack.calls("chat.postMessage"))[-2:]
    assert done.at - refused.at >= 1
    assert len(await replies(aslack, asked)) == 1


async def test_a_channel_gets_replies_at_a_pace(
    asker: Asker, web: Web, aslack: AsyncPlayground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(narrator_module, "REPLIES_A_MINUTE", 120.0)
    monkeypatch.setattr(narrator_module, "_BURST", 2)
    many = [await asker.ask() for _ in range(5)]
    for asked in many:
        await vote(asker, asked)
    before = len(await aslack.calls("chat.postMessage"))
    async with narrating(asker, web):
        await finished(asker)
    calls = (await aslack.calls("chat.postMessage"))[before:]
    assert len(calls) == 5
    # Two at once, then one each half second.
    assert calls[-1].at - calls[0].at >= 1.0


async def test_a_channel_that_is_archived_gets_its_replies_when_it_is_back(
    asker: Asker, web: Web, aslack: AsyncPlayground
) -> None:
    asked = await asker.ask()
    await vote(asker, asked)
    await aslack.fail("chat.postMessage", "error", error="is_archived")
    async with narrating(asker, web):
        await finished(asker)
    assert len(await replies(aslack, asked)) == 1


async def test_the_thread_of_a_deleted_card_is_given_up(
    asker: Asker, web: Web, aslack: AsyncPlayground
) -> None:
    gone, there = await asker.ask(), await asker.ask()
    await aslack.delete_message(gone.ts)
    await vote(asker, gone)
    await vote(asker, there)
    async with narrating(asker, web):
        await finished(asker)
    assert len(await replies(aslack, there)) == 1


@pytest.mark.parametrize("what", ["vote", "outcome"])
async def test_what_was_forged_is_not_told(
    asker: Asker, web: Web, aslack: AsyncPlayground, what: str
) -> None:
    asked = await asker.ask()
    forger = Keyring(["not-the-key-of-this-deployment"])
    await vote(asker, asked)
    if what == "outcome":
        await report(asker, asked, keyring=forger)
    else:
        key = asker.store._keys.request(asked.id)
        await asker.store._link.command("HSET", key, "vote:T/U", "s1.x.y.{}")
    async with narrating(asker, web):
        await finished(asker)
    assert await replies(aslack, asked) == []


async def test_what_is_no_request_or_has_no_card_is_dropped(asker: Asker, web: Web) -> None:
    uncarded, foreign, gone = asker.request(), await asker.ask(), await asker.ask()
    await asker.store_only(uncarded)
    await vote(asker, Asked(uncarded, "", ""))
    await vote(asker, foreign)
    await vote(asker, gone)
    keys = asker.store._keys
    await asker.store._link.command("HSET", keys.request(foreign.id), "v", "2")
    await asker.store._link.command("DEL", keys.request(gone.id))
    async with narrating(asker, web):
        await finished(asker)


async def test_a_reply_that_takes_too_long_goes_to_whoever_comes_next(
    asker: Asker, web: Web, aslack: AsyncPlayground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(narrator_module, "_REPLY_SECONDS", 0.3)
    monkeypatch.setattr(narrator_module, "_LEASE_MS", 500)
    asked = await asker.ask()
    await vote(asker, asked)
    await aslack.fail("chat.postMessage", "timeout", seconds=1.0)
    async with narrating(asker, web):
        await finished(asker)
    assert len(await replies(aslack, asked)) == 1


async def test_a_refused_token_loses_no_reply(asker: Asker, aslack: AsyncPlayground) -> None:
    refused: list[str] = []
    asked = await asker.ask()
    await vote(asker, asked)
    await aslack.fail("chat.postMessage", "error", error="token_revoked")
    url = aslack.environment["SLACK_API_URL"]
    async with aiohttp.ClientSession() as session:
        web = Web(SlackClient(BOT_TOKEN, url), url, session, refused.append)
        async with narrating(asker, web):
            await finished(asker)
    assert len(refused) == 1
    assert len(await replies(aslack, asked)) == 1


async def test_two_narrators_tell_everything_once(
    asker: Asker, web: Web, aslack: AsyncPlayground
) -> None:
    asked = [await asker.ask(quorum=3) for _ in range(3)]
    async with narrating(asker, web) as one, narrating(asker, web) as other:
        for narrator_at_work in (one, other):
            narrator_at_work.share(2)
        for each in asked:
            for user in ("U0ALICE", "U0BOB"):
                await vote(asker, each, user)
        await finished(asker)
    for each in asked:
        assert len(await replies(aslack, each)) == 2
