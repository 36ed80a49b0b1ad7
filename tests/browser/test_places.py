"""A reminder, more people and direct messages in the browser, with the real bot behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from sudoagent.playground import Message, Playground
from sudoagent.playground.cast import TEAM
from sudoagent.review.request import Escalation
from sudoagent.review.store import ReviewStore
from sudoagent.review.widening import next_follow_up
from sudoagent.slack.messages import pending_card
from sudoagent.slack.posting import post
from support.bot import Asked, Asker, BotProcess
from support.valkey import Server

from .conftest import Look, expect, keep

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def here(
    bot: BotProcess, slack: Playground, valkey_server: Server, namespace: str
) -> AsyncIterator[Asker]:
    """Somebody who asks, on the event loop of the browser."""
    async with await ReviewStore.open(valkey_server.url, namespace) as store:
        yield Asker(store, slack)


async def ask(here: Asker, **changes: Any) -> Asked:
    request = here.request(agent="billing-agent", **changes)
    await here.store_only(request)
    posted = await post(here._slack, request.channel, pending_card(request), marker=request.id)
    due = next_follow_up(request, request.created_at)
    place = (posted.channel, posted.ts, TEAM)
    assert await here.store.attach_message(request.id, *place, follow_up_at=due)
    return Asked(request, posted.channel, posted.ts)


async def test_who_does_not_answer_is_reminded(look: Look, here: Asker) -> None:
    alice = await look("U0ALICE")
    now = await here.store.now_ms()
    later = Escalation(at=now + 500_000, reviewers=("S0ONCALL",), channels=("#general",))
    await ask(here, reviewers=("U0ALICE",), remind_at=now + 1_000, escalation=later)
    await alice.get_by_text("If nobody decides, more people are asked at").wait_for()
    await alice.get_by_role("button", name="1 reply").click()
    thread = alice.get_by_label("Thread")
    await thread.get_by_text("this still waits for a decision").wait_for()
    await keep(alice, "reminder")


async def test_nobody_answers_until_somebody_else_does(look: Look, here: Asker) -> None:
    alice, carol = await look("U0ALICE"), await look("U0CAROL")
    now = await here.store.now_ms()
    later = Escalation(at=now + 1_000, reviewers=("S0ONCALL",), channels=("#general",))
    await ask(here, reviewers=("U0ALICE",), escalation=later)
    await carol.get_by_text("general").first.click()
    await carol.get_by_text("and 1 asked before").wait_for()
    await keep(carol, "escalated")
    await carol.get_by_role("button", name="Approve refund_user").click()
    await carol.get_by_text("Approved by").wait_for()
    await alice.get_by_text("Approved by").first.wait_for()
    await expect(alice.get_by_role("button", name="Approve refund_user")).to_have_count(0)
    await alice.get_by_text("More people were asked at").first.wait_for()


def copies(seen: list[Message]) -> bool:
    return sum("refund_user" in message.words for message in seen) >= 2


async def test_a_direct_message_is_decided_for_everybody(
    look: Look, here: Asker, slack: Playground
) -> None:
    people = ("U0ALICE", "U0BOB")
    await ask(here, reviewers=people, direct=people, channel="U0ALICE")
    # The bot posts the second one in its own time.
    await asyncio.to_thread(slack.wait_until, copies, timeout=60)
    alice, bob = await look("U0ALICE"), await look("U0BOB")
    for page in (alice, bob):
        conversations = page.locator(".list", has_text="Direct messages")
        await conversations.get_by_text("Approvals", exact=True).click()
        await page.get_by_role("button", name="Deny refund_user").wait_for()
    await keep(bob, "direct-message")
    await bob.get_by_role("button", name="Deny refund_user").click()
    dialog = bob.get_by_role("dialog", name="Deny this call")
    await dialog.get_by_label("Reason").fill("Wrong customer")
    await dialog.get_by_role("button", name="Deny").click()
    for page in (alice, bob):
        await page.get_by_text("Denied by").wait_for()
        await expect(page.get_by_role("button", name="Deny refund_user")).to_have_count(0)
