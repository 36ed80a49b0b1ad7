"""Somebody clicks in the moment between the post and the store's knowing where it is."""

from __future__ import annotations

import asyncio

from sudoagent.playground import AsyncPlayground
from sudoagent.playground.cast import CHANNEL, TEAM
from sudoagent.slack.messages import pending_card
from sudoagent_bot.placing import read_placed
from support.bot import Asker, BotProcess
from support.valkey import eventually


async def test_a_request_is_read_once_its_place_is_known(asker: Asker) -> None:
    request = asker.request()
    await asker.store_only(request)
    reading = asyncio.ensure_future(read_placed(asker.store, request.id, patience=20.0))
    await asyncio.sleep(0.1)
    assert not reading.done()
    await asker.store.attach_message(request.id, CHANNEL, "1.1", TEAM)
    found = await reading
    assert found is not None
    assert found.message_ts == "1.1"


async def test_a_request_without_a_card_is_not_waited_for_for_ever(asker: Asker) -> None:
    request = asker.request()
    await asker.store_only(request)
    found = await read_placed(asker.store, request.id, patience=0.1)
    assert found is not None
    assert found.message_ts is None
    assert await read_placed(asker.store, asker.request().id) is None


async def test_a_click_in_that_moment_counts(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
) -> None:
    request = asker.request()
    await asker.store_only(request)
    posted = await asker.post_only(pending_card(request), request.id)
    alice = aslack.as_person("U0ALICE")
    assert (await alice.click("approve", ts=posted.ts)).acknowledged
    await asyncio.sleep(0.3)
    await asker.store.attach_message(request.id, posted.channel, posted.ts, TEAM)
    await aslack.wait_for_revision(posted.ts, "Approved", without_buttons=True)
    assert bot.refusals == []


async def test_a_click_on_a_card_that_nobody_owns_up_to_is_refused(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
) -> None:
    request = asker.request()
    await asker.store_only(request)
    posted = await asker.post_only(pending_card(request), request.id)
    await aslack.as_person("U0ALICE").click("approve", ts=posted.ts)
    await asyncio.to_thread(eventually, lambda: bot.refusals, "the click is refused")
    assert bot.refusals[0]["metadata"]["refusal"] == "other_message"
    found = await asker.store.read(request.id)
    assert found is not None
    assert found.sealed_votes == ()
