"""`/sudo`: administrators stop everything from Slack; nobody else does."""

from __future__ import annotations

import pytest

from sudoagent.playground import AsyncPlayground
from sudoagent_bot.clicks import read_command
from support.bot import Asker, BotProcess, StartBot


@pytest.fixture
def bot(start_bot: StartBot) -> BotProcess:
    return start_bot(SUDOAGENT_ADMINS="U0ALICE,U0GUS").ready()


async def test_an_administrator_freezes_and_lets_run_again(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask()
    alice, bob = aslack.as_person("U0ALICE"), aslack.as_person("U0BOB")
    assert (await alice.slash("/sudo", "freeze Refunds *look* wrong")).acknowledged
    await alice.wait_for_ephemeral("Frozen: every guarded call is denied")
    state = await asker.store.presence.freeze_state()
    assert (state.frozen, state.reason) == (True, "Refunds *look* wrong")
    assert state.by == "T0PLAYGROUND/U0ALICE"
    await bob.click("approve", ts=asked.ts)
    await bob.wait_for_ephemeral("frozen")
    assert (await asker.stored(asked)).sealed_votes == ()
    await alice.slash("/sudo", "freeze again")
    await alice.wait_for_ephemeral("frozen already")
    await alice.slash("/sudo", "STATUS")
    await alice.wait_for_ephemeral("Refunds *look* wrong")
    await alice.slash("/sudo", "unfreeze")
    await alice.wait_for_ephemeral("run again")
    await alice.slash("/sudo", "unfreeze")
    await alice.wait_for_ephemeral("was not frozen")
    await alice.slash("/sudo", "status")
    await alice.wait_for_ephemeral("Waiting for a decision: 1")
    await bob.click("approve", ts=asked.ts)
    await aslack.wait_for_revision(asked.ts, "Approved")
    assert "Refunds" in bot.refusals[0]["reason"]
    assert bot.refusals[0]["metadata"]["user_id"] == "U0ALICE"


async def test_a_freeze_needs_a_reason_and_a_wrong_word_gets_help(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    alice = aslack.as_person("U0ALICE")
    await alice.slash("/sudo", "freeze")
    await alice.wait_for_ephemeral("Say why")
    for words in ("", "help", "self-destruct now"):
        await alice.slash("/sudo", words)
        await alice.wait_for_ephemeral("/sudo freeze REASON")
    assert not (await asker.store.presence.freeze_state()).frozen


@pytest.mark.parametrize(
    ("person", "refusal", "words"),
    [
        ("U0BOB", "not_an_admin", "SUDOAGENT_ADMINS"),
        ("U0GUS", "guest", "Guests"),
        ("U0SAM", "other_workspace", "another workspace"),
    ],
)
async def test_nobody_else_does(
    bot: BotProcess,
    aslack: AsyncPlayground,
    asker: Asker,
    person: str,
    refusal: str,
    words: str,
):
    hand = aslack.as_person(person)
    assert (await hand.slash("/sudo", "freeze because I can")).acknowledged
    await hand.wait_for_ephemeral(words)
    assert not (await asker.store.presence.freeze_state()).frozen
    (entry,) = bot.refusals
    assert entry["metadata"]["refusal"] == refusal


def test_a_command_is_read_without_trust():
    click = read_command({"text": "Freeze  it all ", "user_id": "U0ALICE", "team_id": "T0HOME"})
    assert (click.action, click.comment) == ("freeze", "it all")
    assert (click.user_id, click.team_id) == ("U0ALICE", "T0HOME")
    empty = read_command({})
    assert (empty.action, empty.comment, empty.user_id, empty.team_id) == ("", None, None, None)
