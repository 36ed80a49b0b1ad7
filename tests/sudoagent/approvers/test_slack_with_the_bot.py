"""The library asks, the real bot hears the click, the library learns the verdict."""

from __future__ import annotations

import asyncio

import pytest

from sudoagent.playground import AsyncPlayground

from .slack_deployment import ALICE, BOB, Deployment


@pytest.mark.usefixtures("bot")
async def test_a_click_on_approve_is_the_verdict(
    botless: Deployment, aslack: AsyncPlayground
) -> None:
    asking = botless.asking(bot_wait=15.0)
    await asking.posted()
    card = await aslack.wait_for_message("refund_user")
    click = await aslack.as_person(ALICE).click("approve", ts=card.ts)
    assert click.acknowledged
    verdict = await asking.verdict()
    assert verdict.approved
    assert verdict.reason == f"approved by {ALICE}"
    painted = await aslack.wait_for_revision(card.ts, "Approved by", without_buttons=True)
    assert f"<@{ALICE}>" in painted.words


@pytest.mark.usefixtures("bot")
async def test_a_denial_brings_its_reason_to_the_agent(
    botless: Deployment, aslack: AsyncPlayground
) -> None:
    asking = botless.asking(bot_wait=15.0)
    await asking.posted()
    bob = aslack.as_person(BOB)
    await bob.click("deny")
    await bob.view(callback_id="deny_reason")
    await bob.submit({"text": "Wrong customer"})
    verdict = await asking.verdict()
    assert (verdict.outcome, verdict.comment) == ("denied", "Wrong customer")


@pytest.mark.usefixtures("bot")
async def test_a_request_that_is_withdrawn_loses_its_buttons(
    botless: Deployment, aslack: AsyncPlayground
) -> None:
    asking = botless.asking(bot_wait=15.0)
    stored = await asking.posted()
    asking.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking.verdict()
    assert stored.message_ts is not None
    painted = await aslack.wait_for_revision(stored.message_ts, without_buttons=True)
    assert "gave up waiting. Nothing ran." in painted.words
