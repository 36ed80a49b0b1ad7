"""`/sudo` with the real bot: who may ask for what."""

from __future__ import annotations

import uuid

import pytest

from sudoagent.playground import AsyncPlayground
from support.bot import Asker, BotProcess, StartBot
from support.valkey import Server


@pytest.fixture
def bot(start_bot: StartBot) -> BotProcess:
    return start_bot(SUDOAGENT_ADMINS="U0CAROL").ready()


async def answer(aslack: AsyncPlayground, person: str, text: str, expected: str) -> str:
    hand = aslack.as_person(person)
    assert (await hand.slash("/sudo", text)).acknowledged
    return (await hand.wait_for_ephemeral(expected)).words


async def test_everybody_gets_help_and_learns_whether_it_is_frozen(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    for person in ("U0ALICE", "U0RAVI", "U0GUS"):
        await answer(aslack, person, "help", "/sudo show ID")
        await answer(aslack, person, "", "/sudo show ID")
        told = await answer(aslack, person, "status", "Not frozen")
        assert "decision" not in told
    await asker.store.presence.freeze("incident 812", "operator@host")
    told = await answer(aslack, "U0RAVI", "status", "Frozen: every guarded call is denied.")
    assert "812" not in told
    assert "operator" not in told
    told = await answer(aslack, "U0CAROL", "status", "incident 812")
    assert "operator@host" in told
    assert bot.refusals == []


async def test_reviewers_see_what_waits_for_them_and_administrators_what_waits_for_anybody(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask(reviewers=("U0ALICE",), agent="billing-agent")
    told = await answer(aslack, "U0ALICE", "pending", "Waiting for you: 1")
    assert "billing-agent wants to run refund_user" in told
    assert asked.id in told
    assert asked.id not in await answer(aslack, "U0BOB", "pending", "Nothing waits for you")
    assert asked.id in await answer(aslack, "U0CAROL", "PENDING ", "Waiting for somebody: 1")
    await aslack.as_person("U0ALICE").click("approve", ts=asked.ts)
    await aslack.wait_for_revision(asked.ts, "Approved")
    await answer(aslack, "U0CAROL", "pending", "Nothing waits for anybody")
    assert bot.refusals == []


async def test_a_request_is_shown_to_its_reviewers_and_to_administrators(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask(reviewers=("U0ALICE",))
    for person in ("U0ALICE", "U0CAROL"):
        told = await answer(aslack, person, f"show {asked.id}", "refund_amount")
        assert "Home tab" in told
        shown = (await aslack.as_person(person).ephemerals())[-1]
        assert shown.action_ids == []
    for person in ("U0BOB", "U0RAVI", "U0GUS"):
        await answer(aslack, person, f"show {asked.id}", "not on the list")
    assert {entry["metadata"]["refusal"] for entry in bot.refusals} == {"not_a_reviewer"}
    await aslack.as_person("U0ALICE").click("deny", ts=asked.ts)
    await aslack.as_person("U0ALICE").view()
    await aslack.as_person("U0ALICE").submit({"text": "Wrong customer"})
    await aslack.wait_for_revision(asked.ts, "Denied")
    await answer(aslack, "U0ALICE", f"show `{asked.id.upper()}`", "Wrong customer")


async def test_what_is_not_there_or_not_to_be_trusted_is_not_shown(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker, valkey_server: Server
):
    await answer(aslack, "U0ALICE", "show", "Say which")
    await answer(aslack, "U0ALICE", "show me everything", "Say which")
    await answer(aslack, "U0ALICE", f"show {uuid.uuid4()}", "not known any more")
    asked, oversized = await asker.ask(), await asker.ask()
    valkey_server.call("HSET", asker.store._keys.request(asked.id), "sealed", "forged")
    valkey_server.call("HSET", asker.store._keys.request(oversized.id), "x", b"x" * 400_000)
    decided = await asker.ask()
    valkey_server.call("HSET", asker.store._keys.request(decided.id), "state", "approved")
    await answer(aslack, "U0CAROL", f"show {asked.id}", "cannot be trusted")
    await answer(aslack, "U0CAROL", f"show {decided.id}", "cannot be trusted")
    await answer(aslack, "U0ALICE", f"show {oversized.id}", "cannot be trusted")
    told = await answer(aslack, "U0CAROL", "pending", "Nothing waits")
    assert asked.id not in told
    await aslack.as_person("U0ALICE").open_home()


async def test_people_of_another_workspace_learn_nothing(bot: BotProcess, aslack: AsyncPlayground):
    for words in ("help", "status", "pending"):
        await answer(aslack, "U0SAM", words, "another workspace")


async def test_a_command_from_nobody_or_nowhere_is_refused(
    bot: BotProcess, aslack: AsyncPlayground
):
    for change in ({"user_id": ""}, {"team_id": ""}):
        payload = {
            "command": "/sudo",
            "text": "status",
            "user_id": "U0ALICE",
            "team_id": "T0PLAYGROUND",
            "channel_id": "C0APPROVALS",
        }
        assert (await aslack.deliver("slash_commands", {**payload, **change})).acknowledged
    await aslack.as_person("U0ALICE").wait_for_ephemeral("could not say who you are")


async def test_when_the_store_is_away_that_is_said(
    start_bot: StartBot, aslack: AsyncPlayground, own_server: Server
):
    start_bot(REDIS_URL=own_server.url).ready()
    own_server.kill()
    hand = aslack.as_person("U0ALICE")
    assert (await hand.slash("/sudo", "pending")).acknowledged
    await hand.wait_for_ephemeral("could not be stored")


async def test_an_answer_that_slack_does_not_take_is_only_logged(
    bot: BotProcess, aslack: AsyncPlayground
):
    await aslack.fail("chat.postEphemeral", "error", error="user_not_in_channel")
    command = {"command": "/sudo", "text": "help", "user_id": "U0ALICE"}
    where = {"team_id": "T0PLAYGROUND", "channel_id": "C0APPROVALS"}
    assert (await aslack.deliver("slash_commands", {**command, **where})).acknowledged
    bot.waits_to_log("somebody could not be answered")
