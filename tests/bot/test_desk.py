"""What the store answered decides what the clicker is told."""

from __future__ import annotations

from typing import Any

import pytest

from sudoagent.playground import AsyncPlayground
from sudoagent.review.store import VoteReply
from sudoagent_bot.desk import check_counted
from sudoagent_bot.rules import Refused
from support.bot import Asker, BotProcess, StartBot
from support.valkey import Server, eventually


@pytest.mark.parametrize("kind", ["counted", "decided"])
def test_a_vote_that_counts_is_no_refusal(kind: Any):
    check_counted(VoteReply(kind=kind, state="pending"))


def test_a_vote_that_no_replica_confirmed_is_logged(caplog: pytest.LogCaptureFixture):
    check_counted(VoteReply(kind="decided", state="approved", durable=False))
    assert "no replica" in caplog.text


@pytest.mark.parametrize(
    ("reply", "refusal"),
    [
        (VoteReply(kind="already_decided", state="approved"), "approved"),
        (VoteReply(kind="already_decided", state="denied"), "denied"),
        (VoteReply(kind="already_decided", state="cancelled"), "cancelled"),
        (VoteReply(kind="already_decided"), "unknown"),
        (VoteReply(kind="already_voted", state="pending"), "already_voted"),
        (VoteReply(kind="expired", state="expired"), "expired"),
        (VoteReply(kind="changed", state="pending"), "other_message"),
        (VoteReply(kind="frozen", state="pending"), "frozen"),
        (VoteReply(kind="unknown"), "unknown"),
        (VoteReply(kind="something_new"), "unknown"),  # type: ignore[arg-type]
    ],
)
def test_every_other_answer_is_a_refusal(reply: VoteReply, refusal: str):
    with pytest.raises(Refused) as raised:
        check_counted(reply)
    assert raised.value.refusal == refusal


async def test_after_the_end_no_dialog_asks_for_a_vote(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask()
    alice, bob = aslack.as_person("U0ALICE"), aslack.as_person("U0BOB")
    await alice.click("approve", ts=asked.ts)
    await aslack.wait_for_revision(asked.ts, "Approved")
    await bob.click("deny", ts=asked.ts, value=asked.id, blindly=True)
    await bob.wait_for_ephemeral("approved already")
    await bob.click("details", ts=asked.ts, value=asked.id, blindly=True)
    assert (await bob.view()).submit is None


async def test_past_the_deadline_no_dialog_asks_why_not(
    start_bot: StartBot, aslack: AsyncPlayground, asker: Asker, valkey_server: Server
):
    asked = await asker.ask(seconds=1.0)
    # Out of the sweeper's sight, as in the moment before it looks.
    valkey_server.call("ZREM", f"{asker.store._keys.prefix}pending", asked.id)
    start_bot().ready()
    await asker.is_over(asked)
    bob = aslack.as_person("U0BOB")
    await bob.click("deny", ts=asked.ts)
    await bob.wait_for_ephemeral("has expired")


async def test_a_dialog_that_slack_does_not_open_harms_nobody(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask()
    await aslack.fail("views.open", "error", error="expired_trigger_id")
    alice = aslack.as_person("U0ALICE")
    assert (await alice.click("details", ts=asked.ts)).acknowledged
    eventually(lambda: "a dialog could not be opened" in bot.log, "the failure is logged")
    await alice.click("approve", ts=asked.ts)
    await aslack.wait_for_revision(asked.ts, "Approved")


async def test_all_arguments_are_not_offered_for_approval_while_slack_cannot_be_asked(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask()
    await aslack.fail("users.info", "error", error="user_not_found")
    alice = aslack.as_person("U0ALICE")
    await alice.click("details", ts=asked.ts)
    await alice.wait_for_ephemeral("could not say who you are")
    assert await alice.views() == []


async def test_a_dialog_of_another_version_is_refused_as_an_old_button_is(
    bot: BotProcess, aslack: AsyncPlayground
):
    view = {"type": "modal", "id": "V1", "callback_id": "approve_v0", "private_metadata": ""}
    payload = {
        "type": "view_submission",
        "user": {"id": "U0ALICE", "team_id": "T0PLAYGROUND"},
        "team": {"id": "T0PLAYGROUND"},
        "view": view,
    }
    assert (await aslack.deliver("interactive", payload)).acknowledged
    eventually(lambda: bot.refusals, "the refusal is recorded")
    assert bot.refusals[0]["metadata"]["refusal"] == "old_button"
