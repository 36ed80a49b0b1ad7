"""A channel learns of what a cap held back, from one message for each asker and hour."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import aiohttp
import pytest

from sudoagent.playground import AsyncPlayground, Message
from sudoagent.playground.cast import BOT_TOKEN, CHANNEL
from sudoagent.review.request import encode
from sudoagent.review.store import Caps, HeldBack, Hint
from sudoagent.slack.client import SlackClient
from sudoagent.slack.notices import held_back_marker, held_back_notice
from sudoagent_bot import notifier as notifier_module
from sudoagent_bot.in_flight import end
from sudoagent_bot.notifier import Notifier
from sudoagent_bot.outages import Outages
from sudoagent_bot.web import Web
from support.bot import Asker, BotProcess


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Delays that a person would wait for are short."""
    monkeypatch.setattr(notifier_module, "_LOOK", 0.1)
    monkeypatch.setattr(notifier_module, "_GATHER", 0.02)


@pytest.fixture
async def web(aslack: AsyncPlayground) -> AsyncIterator[Web]:
    url = aslack.environment["SLACK_API_URL"]
    async with aiohttp.ClientSession() as session:
        yield Web(SlackClient(BOT_TOKEN, url, timeout=20.0), url, session, lambda _: None)


@contextlib.asynccontextmanager
async def notifying(asker: Asker, web: Web) -> AsyncIterator[Notifier]:
    """A bot's notifier at work; it hears nothing and looks by itself."""
    working = Notifier(asker.store, web, Outages())
    task = asyncio.create_task(working.work())
    try:
        yield working
    finally:
        await end([task])


async def hold_back(
    asker: Asker, agent: str = "billing-agent", channel: str = "#approvals"
) -> None:
    request = asker.request(agent=agent, requester=None, channel=channel)
    sealed = asker.keyring.seal(encode(request), "request")
    reply = await asker.store.create(request, sealed, caps=Caps(total=10, per_asker=0))
    assert reply.kind == "held_back"


async def shown(asker: Asker) -> HeldBack:
    """Wait until everything that was held back is shown; return the last of it."""
    async with asyncio.timeout(60):
        while True:
            found = await asker.store.presence.held_back()
            if all(held.shown == held.count for held in found):
                return found[-1]
            await asyncio.sleep(0.02)


async def notices(aslack: AsyncPlayground) -> list[Message]:
    return [m for m in await aslack.messages(CHANNEL) if "held back" in m.words]


async def test_one_message_counts_on(asker: Asker, web: Web, aslack: AsyncPlayground) -> None:
    async with notifying(asker, web):
        await hold_back(asker)
        await shown(asker)
        (first,) = await notices(aslack)
        assert "1 request of billing-agent was held back" in first.words
        await hold_back(asker)
        await hold_back(asker)
        held = await shown(asker)
    (second,) = await notices(aslack)
    assert second.ts == first.ts == held.message_ts
    assert held.message_channel == CHANNEL, "cards are repainted by the channel's id"
    assert "3 requests of billing-agent were held back" in second.words


async def test_each_asker_has_a_message_but_a_channel_is_not_filled_with_them(
    asker: Asker, web: Web, aslack: AsyncPlayground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifier_module, "_MOST_IN_A_CHANNEL", 3)
    for number in range(5):
        await hold_back(asker, agent=f"agent {number}")
    async with notifying(asker, web):
        async with asyncio.timeout(60):
            while len(await notices(aslack)) < 3:  # noqa: ASYNC110 - Slack says no more
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.5)
    assert len(await notices(aslack)) == 3


async def test_two_bots_tell_it_once(asker: Asker, web: Web, aslack: AsyncPlayground) -> None:
    async with notifying(asker, web), notifying(asker, web):
        for _ in range(5):
            await hold_back(asker)
            await asyncio.sleep(0.05)
        await shown(asker)
    assert len(await notices(aslack)) == 1


async def test_a_message_of_a_bot_that_died_is_found(
    asker: Asker, web: Web, aslack: AsyncPlayground
) -> None:
    await hold_back(asker)
    (held,) = await asker.store.presence.held_back()
    assert await asker.store.presence.begin_notice(held, lease_ms=100) == 0
    notice = held_back_notice(held.asker, held.count, held.since)
    await web.post(CHANNEL, notice, held_back_marker(held.asker, held.since))
    async with notifying(asker, web):
        await shown(asker)
    assert len(await notices(aslack)) == 1


async def test_what_slack_cannot_take_now_is_told_later(
    asker: Asker, web: Web, aslack: AsyncPlayground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifier_module, "_LEASE_MS", 500)
    await aslack.fail("chat.postMessage", "error", error="is_archived")
    await hold_back(asker)
    async with notifying(asker, web):
        await shown(asker)
    assert len(await notices(aslack)) == 1


async def test_what_slack_never_takes_is_not_tried_before_there_is_more(
    asker: Asker, web: Web, aslack: AsyncPlayground
) -> None:
    await aslack.fail("chat.postMessage", "error", error="no_permission", times=100)
    await hold_back(asker)
    async with notifying(asker, web):
        await shown(asker)
        await asyncio.sleep(0.5)
        assert len(await aslack.calls("chat.postMessage")) == 1


async def test_a_deleted_message_is_not_posted_again(
    asker: Asker, web: Web, aslack: AsyncPlayground
) -> None:
    async with notifying(asker, web):
        await hold_back(asker)
        held = await shown(asker)
        assert held.message_ts is not None
        await aslack.delete_message(held.message_ts)
        await hold_back(asker)
        await shown(asker)
    assert await notices(aslack) == []


def test_it_looks_when_something_was_held_back_and_not_for_every_vote(
    asker: Asker, web: Web
) -> None:
    notifier = Notifier(asker.store, web, Outages())
    notifier.hear(Hint(kind="request", request_id="x"))
    assert not notifier._woken.is_set()
    notifier.hear(Hint(kind="held_back"))
    assert notifier._woken.is_set()


async def test_the_real_bot_does_it(bot: BotProcess, asker: Asker, aslack: AsyncPlayground) -> None:
    await hold_back(asker)
    await aslack.wait_for_message("1 request of billing-agent was held back")
