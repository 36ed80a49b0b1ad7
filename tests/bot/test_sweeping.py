"""What no click drives: deadlines, repaints that somebody else left, records not to be trusted."""

from __future__ import annotations

import asyncio
import signal
from typing import Any

from sudoagent.playground import AsyncPlayground
from sudoagent.review.request import SCHEMA_VERSION, SignedOutcome, SignedVote, encode
from sudoagent.review.seal import Keyring
from support.bot import SIGNING_KEY, Asked, Asker, BotProcess, StartBot
from support.valkey import Server, eventually


async def vote_as_a_dying_bot(asker: Asker, asked: Asked, choice: Any = "approve") -> None:
    """Leave what a bot leaves that is killed between the script and the repaint."""
    vote = SignedVote(
        v=SCHEMA_VERSION,
        request_id=asked.id,
        nonce=asked.request.nonce,
        digest=asked.request.digest,
        choice=choice,
        team_id="T0PLAYGROUND",
        user_id="U0ALICE",
        at=asked.request.created_at + 1,
    )
    reply = await asker.store.vote(vote, asker.keyring.seal(encode(vote), "vote"))
    assert reply.kind == "decided"


async def test_a_request_expires_although_whoever_asked_is_gone(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask(seconds=1.0)
    await aslack.wait_for_revision(asked.ts, "Expired", without_buttons=True)
    assert (await asker.stored(asked)).state == "expired"


async def test_a_withdrawn_request_loses_its_buttons(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask()
    await asker.store.cancel(asked.id, "stopped")
    card = await aslack.wait_for_revision(asked.ts, "Withdrawn", without_buttons=True)
    assert "was stopped" in card.words


async def test_the_next_bot_repaints_what_a_killed_one_left_and_takes_over_pending_cards(
    start_bot: StartBot, aslack: AsyncPlayground, asker: Asker
):
    decided, overdue, pending = [await asker.ask(seconds=s) for s in (600.0, 1.0, 600.0)]
    await vote_as_a_dying_bot(asker, decided)
    # On loan to the dead bot, until the loan ends.
    assert await asker.store.repaints.take(lease_ms=500) == (decided.id,)
    start_bot().ready()
    await aslack.wait_for_revision(decided.ts, "Approved", without_buttons=True)
    await aslack.wait_for_revision(overdue.ts, "Expired", without_buttons=True)
    await aslack.as_person("U0BOB").click("approve", ts=pending.ts)
    await aslack.wait_for_revision(pending.ts, "Approved", without_buttons=True)


async def test_decisions_are_repainted_before_expiries(
    start_bot: StartBot, aslack: AsyncPlayground, asker: Asker
):
    overdue = [await asker.ask(seconds=1.0) for _ in range(4)]
    await asker.is_over(*overdue)
    for asked in overdue:
        assert (await asker.store.expire(asked.id)).kind == "ended"
    decided = [await asker.ask() for _ in range(3)]
    for asked in decided:
        await vote_as_a_dying_bot(asker, asked)
    start_bot().ready()
    for asked in decided:
        await aslack.wait_for_revision(asked.ts, "Approved")
    order = [call.arguments["ts"] for call in await aslack.calls("chat.update")]
    assert set(order[:3]) == {asked.ts for asked in decided}


async def test_a_decision_does_not_wait_behind_a_backlog_of_expiries(
    start_bot: StartBot, aslack: AsyncPlayground, asker: Asker
):
    overdue = [await asker.ask(seconds=1.0) for _ in range(20)]
    await asker.is_over(*overdue)
    for asked in overdue:
        assert (await asker.store.expire(asked.id)).kind == "ended"
    start_bot().ready()
    asked = await asker.ask()
    await aslack.as_person("U0ALICE").click("approve", ts=asked.ts)
    await aslack.wait_for_revision(asked.ts, "Approved")
    updated = [call.arguments["ts"] for call in await aslack.calls("chat.update")]
    assert updated.index(asked.ts) < len(overdue) - 1
    assert len(updated) < len(overdue)


async def test_a_card_that_slack_would_not_update_now_is_updated_later(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask()
    await aslack.fail("chat.update", "rate_limited", retry_after=4)
    await aslack.as_person("U0ALICE").click("approve", ts=asked.ts)
    await aslack.wait_for_revision(asked.ts, "Approved")
    refused, done = await aslack.calls("chat.update")
    assert done.at - refused.at >= 4


async def test_a_card_that_is_gone_does_not_hold_up_the_others(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    gone, there = await asker.ask(), await asker.ask()
    await aslack.delete_message(gone.ts)
    await vote_as_a_dying_bot(asker, gone)
    await vote_as_a_dying_bot(asker, there)
    await aslack.wait_for_revision(there.ts, "Approved")
    await asyncio.to_thread(bot.waits_to_log, "stays as it is")
    assert await asker.store.repaints.take() == ()


async def test_a_request_that_ended_before_it_was_posted_is_painted_when_it_is(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    request = asker.request()
    await asker.store_only(request)
    await asker.store.cancel(request.id, "exit")
    await asyncio.sleep(0.2)
    asked = await asker.post(request)
    await aslack.wait_for_revision(asked.ts, "Withdrawn", without_buttons=True)


async def test_records_that_the_library_did_not_write_are_refused_recorded_and_survived(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker, valkey_server: Server
):
    def write(asked: Asked, *fields: object) -> None:
        valkey_server.call("HSET", asker.store._keys.request(asked.id), *fields)

    forged = Keyring(["not-the-key-of-this-deployment"])
    unsigned, foreign, forged_one, oversized, state = [await asker.ask() for _ in range(5)]
    write(unsigned, "sealed", encode(unsigned.request))
    write(foreign, "v", 2)
    write(forged_one, "sealed", forged.seal(encode(forged_one.request), "request"))
    write(oversized, "padding", b"x" * 400_000)
    write(state, "state", "approved", "approvals", 3)
    hostile = (unsigned, foreign, forged_one, oversized, state)
    alice = aslack.as_person("U0ALICE")
    for asked in hostile[:-1]:
        assert (await alice.click("approve", ts=asked.ts)).acknowledged
    for asked in hostile:
        repaints = f"{asker.store._keys.prefix}repaints"
        valkey_server.call("ZADD", repaints, 1, asked.id)
        valkey_server.call("PEXPIRE", repaints, 600_000)
    await asyncio.to_thread(eventually, lambda: len(bot.refusals) >= 9, "nine records are refused")
    assert {entry["metadata"]["refusal"] for entry in bot.refusals} == {"tampered"}
    assert {entry["request_id"] for entry in bot.refusals} == {asked.id for asked in hostile}
    assert not await aslack.calls("chat.update")
    # The worker lives on.
    asked = await asker.ask()
    await alice.click("approve", ts=asked.ts)
    await aslack.wait_for_revision(asked.ts, "Approved")


async def test_something_else_in_the_place_of_a_due_request_is_recorded(
    start_bot: StartBot, asker: Asker, valkey_server: Server
):
    foreign, gone = await asker.ask(seconds=1.0), await asker.ask(seconds=1.0)
    valkey_server.call("HSET", asker.store._keys.request(foreign.id), "v", 2)
    valkey_server.call("DEL", asker.store._keys.request(gone.id))
    bot = start_bot().ready()
    await asyncio.to_thread(eventually, lambda: bot.refusals, "the record is refused")
    assert bot.refusals[0]["request_id"] == foreign.id
    assert bot.refusals[0]["metadata"]["refusal"] == "tampered"
    async with asyncio.timeout(60):
        while True:  # the one that is gone comes after the one that is refused
            if not await asker.store.due():
                break
            await asyncio.sleep(0.02)


async def test_a_vote_that_no_bot_sealed_is_not_shown_as_one(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask(quorum=2)
    vote = SignedVote(
        v=SCHEMA_VERSION,
        request_id=asked.id,
        nonce=asked.request.nonce,
        digest=asked.request.digest,
        choice="approve",
        team_id="T0PLAYGROUND",
        user_id="U0MALLORY",
        at=asked.request.created_at,
    )
    forged = Keyring(["not-the-key-of-this-deployment"]).seal(encode(vote), "vote")
    await asker.store.vote(vote, forged)
    await asyncio.to_thread(eventually, lambda: bot.refusals, "the vote is refused")
    assert bot.refusals[0]["metadata"]["refusal"] == "tampered"
    assert not await aslack.calls("chat.update")


async def test_a_request_sealed_with_the_former_key_is_still_served(
    start_bot: StartBot, aslack: AsyncPlayground, asker: Asker
):
    start_bot(SUDOAGENT_SIGNING_KEY=f"the-new-key-of-this-deployment,{SIGNING_KEY}").ready()
    asked = await asker.ask()
    await aslack.as_person("U0ALICE").click("approve", ts=asked.ts)
    await aslack.wait_for_revision(asked.ts, "Approved")


async def test_a_bot_is_seen_while_it_serves_and_not_after_it_left(
    start_bot: StartBot, aslack: AsyncPlayground, asker: Asker
):
    async def bots(count: int) -> None:
        async with asyncio.timeout(60):
            while len(await asker.store.presence.bots()) != count:  # noqa: ASYNC110 - Redis says no more
                await asyncio.sleep(0.05)

    assert await asker.store.presence.bots() == ()
    leaving, dying = start_bot().ready(), start_bot().ready()
    await bots(2)
    assert await asyncio.to_thread(leaving.terminate) == 0
    await bots(1)
    dying.signal(signal.SIGKILL)
    await bots(0)


async def report_outcome(asker: Asker, asked: Asked, keyring: Keyring, **fields: Any) -> None:
    """Leave what a library leaves that ran the call."""
    usual: dict[str, Any] = {
        "v": SCHEMA_VERSION,
        "request_id": asked.id,
        "nonce": asked.request.nonce,
        "digest": asked.request.digest,
        "outcome": "success",
        "seconds": 1.5,
    }
    told = SignedOutcome(**{**usual, **fields})
    assert (await asker.store.claim(asked.id, "a run")).kind == "claimed"
    sealed = keyring.seal(encode(told), "outcome")
    assert await asker.store.report(told, sealed, "a run") == "reported"


async def test_the_card_says_what_became_of_the_call(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    done, failed, unrun = [await asker.ask() for _ in range(3)]
    for asked in (done, failed, unrun):
        await vote_as_a_dying_bot(asker, asked)
    await report_outcome(asker, done, asker.keyring)
    await report_outcome(asker, failed, asker.keyring, outcome="error", error="ValueError: x")
    await report_outcome(asker, unrun, asker.keyring, outcome="cancelled", seconds=None)
    await aslack.wait_for_revision(done.ts, "Approved and done", without_buttons=True)
    await aslack.wait_for_revision(failed.ts, "it failed", without_buttons=True)
    await aslack.wait_for_revision(unrun.ts, "nothing ran", without_buttons=True)


async def test_an_outcome_that_the_library_did_not_seal_is_not_shown_as_one(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask()
    await vote_as_a_dying_bot(asker, asked)
    await aslack.wait_for_revision(asked.ts, "Approved by", without_buttons=True)
    await report_outcome(asker, asked, Keyring(["not-the-key-of-this-deployment"]))
    await asyncio.to_thread(eventually, lambda: bot.refusals, "the outcome is refused")
    assert bot.refusals[0]["metadata"]["refusal"] == "tampered"


async def test_the_card_in_an_archived_channel_stays_in_the_queue(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker, valkey_server: Server
):
    asked = await asker.ask()
    await aslack.fail("chat.update", "error", error="is_archived")
    await vote_as_a_dying_bot(asker, asked)
    await asyncio.to_thread(bot.waits_to_log, "has to wait")
    repaints = f"{asker.store._keys.prefix}repaints"
    queued = valkey_server.call("ZRANGE", repaints, 0, -1)
    assert queued == [asked.id.encode()]
