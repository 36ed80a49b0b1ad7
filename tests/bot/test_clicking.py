"""From a click in Slack to a vote in the store and a card that says so, with the real bot."""

from __future__ import annotations

import asyncio
from typing import Any

from sudoagent.playground import AsyncPlayground, Person, Playground, View
from sudoagent.playground.cast import REVIEWERS
from sudoagent.review.request import Argument, SignedVote, decode_vote
from support.bot import Asker, BotProcess, StartBot
from support.valkey import eventually


async def only_vote(asker: Asker, asked: Any) -> SignedVote:
    (sealed,) = (await asker.stored(asked)).sealed_votes
    return decode_vote(asker.keyring.open(sealed, "vote"))


async def test_approve_stores_a_sealed_vote_and_repaints_the_card(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask()
    pressed = await aslack.as_person("U0ALICE").click("approve", ts=asked.ts)
    assert pressed.acknowledged
    card = await aslack.wait_for_revision(asked.ts, "Approved", without_buttons=True)
    assert "U0ALICE" in card.words
    assert (await asker.stored(asked)).state == "approved"
    vote = await only_vote(asker, asked)
    assert (vote.choice, vote.team_id, vote.user_id) == ("approve", "T0PLAYGROUND", "U0ALICE")
    assert (vote.request_id, vote.nonce) == (asked.id, asked.request.nonce)
    assert bot.refusals == []


async def test_deny_asks_why_and_keeps_the_reason(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask()
    bob = aslack.as_person("U0BOB")
    assert (await bob.click("deny", ts=asked.ts)).acknowledged
    dialog = await bob.view()
    assert "refund_user" in dialog.words
    assert (await asker.stored(asked)).state == "pending"
    assert (await bob.submit({"text": "Wrong customer"})).acknowledged
    card = await aslack.wait_for_revision(asked.ts, "Denied", without_buttons=True)
    assert "Wrong customer" in card.words
    vote = await only_vote(asker, asked)
    assert (vote.choice, vote.comment) == ("deny", "Wrong customer")


async def test_a_secret_in_a_reason_does_not_travel_on(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask()
    bob = aslack.as_person("U0BOB")
    await bob.click("deny", ts=asked.ts)
    await bob.view()
    await bob.submit({"text": "no: password=hunter2hunter2"})
    card = await aslack.wait_for_revision(asked.ts, "Denied")
    assert "hunter2" not in card.words
    assert "hunter2" not in str((await only_vote(asker, asked)).comment)


async def test_a_no_is_not_lost_when_slack_opens_no_dialog(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask()
    await aslack.fail("views.open", "error", error="internal_error", times=20)
    await aslack.as_person("U0BOB").click("deny", ts=asked.ts)
    await aslack.wait_for_revision(asked.ts, "Denied", without_buttons=True)
    assert (await only_vote(asker, asked)).comment is None


async def test_two_reviewers_are_needed_where_the_quorum_says_two(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask(quorum=2)
    alice, carol = aslack.as_person("U0ALICE"), aslack.as_person("U0CAROL")
    await alice.click("approve", ts=asked.ts)
    card = await aslack.wait_for_revision(asked.ts, "U0ALICE")
    assert "approve" in card.action_ids
    await alice.click("approve", ts=asked.ts)
    await alice.wait_for_ephemeral("voted on this already")
    assert (await asker.stored(asked)).state == "pending"
    await carol.click("approve", ts=asked.ts)
    await aslack.wait_for_revision(asked.ts, "Approved", without_buttons=True)
    await carol.click("approve", ts=asked.ts, value=asked.id, blindly=True)
    await carol.wait_for_ephemeral("approved already")
    assert [entry["metadata"]["refusal"] for entry in bot.refusals] == ["already_voted", "approved"]


async def test_all_arguments_are_shown_and_can_be_approved_there_with_a_comment(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask()
    alice, gus = aslack.as_person("U0ALICE"), aslack.as_person("U0GUS")
    await gus.click("details", ts=asked.ts)
    assert (await gus.view()).submit is None
    await alice.click("details", ts=asked.ts)
    dialog = await alice.view()
    assert "1500.0" in dialog.words
    await alice.submit({"text": "Checked with finance"})
    card = await aslack.wait_for_revision(asked.ts, "Approved", without_buttons=True)
    assert "Checked with finance" in card.words
    assert bot.refusals == []


def turn_to_the_last_page(reader: Person) -> View:
    page = reader.view()
    while page.submit is None:
        shown = page.hash
        assert reader.click("next_page", view_id=page.id).acknowledged
        eventually(lambda shown=shown: reader.view().hash != shown, "the page is turned")
        page = reader.view()
    return page


async def test_what_the_card_hides_is_not_approved_with_one_click(
    bot: BotProcess, slack: Playground, aslack: AsyncPlayground, asker: Asker
):
    arguments = tuple(
        Argument(name=f"line_{number}", value="x" * 400, type="str") for number in range(40)
    )
    asked = await asker.ask(arguments=arguments)
    alice = aslack.as_person("U0ALICE")
    await alice.click("approve", ts=asked.ts, value=asked.id, blindly=True)
    assert (await alice.view()).submit is None
    page = await asyncio.to_thread(turn_to_the_last_page, slack.as_person("U0ALICE"))
    assert "line_39" in page.words
    assert (await asker.stored(asked)).state == "pending"
    await alice.submit()
    await aslack.wait_for_revision(asked.ts, "Approved", without_buttons=True)


async def test_those_who_may_not_decide_are_told_why_and_recorded_and_change_nothing(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    everybody = ("U0ALICE", "U0GUS", "U0SAM", "U0DANA", "U0ROBO", "U0RAVI")
    asked = await asker.ask(reviewers=everybody)
    expected = {
        "U0BOB": ("not_a_reviewer", "not on the list"),
        "U0RAVI": ("own_request", "somebody else"),
        "U0GUS": ("guest", "Guests"),
        "U0SAM": ("other_workspace", "another workspace"),
    }
    for person, (_, words) in expected.items():
        hand = aslack.as_person(person)
        for button in ("approve", "deny"):
            assert (await hand.click(button, ts=asked.ts)).acknowledged
        await hand.wait_for_ephemeral(words)
    recorded = {entry["metadata"]["user_id"]: entry for entry in bot.refusals}
    for person, (refusal, _) in expected.items():
        entry = recorded[person]
        assert entry["metadata"]["refusal"] == refusal
        assert (entry["request_id"], entry["decision"]) == (asked.id, "deny")
    stored = await asker.stored(asked)
    assert (stored.state, stored.sealed_votes, stored.revision) == ("pending", (), 1)
    assert not await aslack.calls("chat.update")
    assert not await aslack.calls("views.open")
    assert "failed" not in bot.log


def click_payload(asked: Any, clicker: str, **changes: Any) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "type": "block_actions",
        "user": {"id": clicker, "team_id": "T0PLAYGROUND"},
        "team": {"id": "T0PLAYGROUND"},
        "channel": {"id": asked.channel},
        "message": {"ts": asked.ts},
        "actions": [{"type": "button", "action_id": "approve", "block_id": "b", "value": asked.id}],
    }
    return {name: value for name, value in {**payload, **changes}.items() if value is not None}


async def refused_as(bot: BotProcess, number: int) -> str:
    await asyncio.to_thread(
        eventually, lambda: len(bot.refusals) >= number, f"refusal {number} is recorded"
    )
    return bot.refusals[-1]["metadata"]["refusal"]


async def test_a_forged_or_odd_click_is_acknowledged_refused_and_recorded(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask()
    other = await asker.ask()
    button = {"type": "button", "action_id": "approve", "block_id": "b"}
    forgeries: list[tuple[str, dict[str, Any]]] = [
        ("cannot_check", {"user": {}}),
        ("cannot_check", {"user": {"id": "U0ALICE", "team_id": None}}),
        ("other_workspace", {"user": {"id": "U0ALICE", "team_id": "T0ELSEWHERE"}}),
        ("other_workspace", {"team": {"id": "T0ELSEWHERE"}}),
        ("deactivated", {"user": {"id": "U0DANA", "team_id": "T0PLAYGROUND"}}),
        ("bot", {"user": {"id": "U0ROBO", "team_id": "T0PLAYGROUND"}}),
        ("other_message", {"message": {"ts": other.ts}}),
        ("other_message", {"channel": {"id": "C0GENERAL"}}),
        ("other_message", {"message": None}),
        ("unknown", {"actions": [{**button, "value": "*"}]}),
        ("unknown", {"actions": [{**button, "value": asked.id.replace("4", "5")}]}),
        ("unknown", {"actions": [button]}),
        ("old_button", {"actions": [{**button, "action_id": "approve_v0", "value": asked.id}]}),
    ]
    asked = await asker.ask(reviewers=("U0ALICE", "U0DANA", "U0ROBO"))
    for number, (refusal, change) in enumerate(forgeries, 1):
        delivered = await aslack.deliver("interactive", click_payload(asked, "U0ALICE", **change))
        assert delivered.acknowledged, change
        assert await refused_as(bot, number) == refusal, change
    assert (await asker.stored(asked)).sealed_votes == ()
    # Without the fields that only help to answer, a genuine click counts.
    await aslack.deliver("interactive", click_payload(asked, "U0ALICE"))
    await aslack.wait_for_revision(asked.ts, "Approved")


async def test_the_bot_calls_no_address_that_came_with_a_click(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    called: list[str] = []

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        called.append("called")
        writer.close()

    async with await asyncio.start_server(note, "127.0.0.1", 0) as trap:
        host, port = trap.sockets[0].getsockname()
        asked = await asker.ask()
        payload = click_payload(asked, "U0BOB", response_url=f"http://{host}:{port}/")
        payload["actions"][0]["action_id"] = "gone"
        await aslack.deliver("interactive", payload)
        # Told by chat.postEphemeral instead.
        await aslack.as_person("U0BOB").wait_for_ephemeral("no longer in use")
    assert called == []


async def test_what_no_listener_knows_is_acknowledged_all_the_same(
    bot: BotProcess, aslack: AsyncPlayground
):
    unknown: list[tuple[str, dict[str, Any]]] = [
        ("interactive", {"type": "block_actions", "actions": []}),
        ("interactive", {"type": "view_submission", "view": {"callback_id": "gone"}}),
        ("interactive", {"type": "view_submission"}),
        ("interactive", {"type": "view_closed", "view": {"callback_id": "gone"}}),
        ("interactive", {"type": "shortcut", "callback_id": "gone"}),
        ("interactive", {"type": "message_action", "callback_id": "gone"}),
        ("interactive", {"type": "something_new"}),
        ("interactive", {}),
        ("slash_commands", {"command": "/gone", "text": ""}),
        ("events_api", {"type": "event_callback", "event": {"type": "app_mention"}}),
    ]
    for kind, payload in unknown:
        user = {"user": {"id": "U0ALICE", "team_id": "T0PLAYGROUND"}}
        delivered = await aslack.deliver(kind, {**user, **payload})
        assert delivered.acknowledged, (kind, payload, delivered.missed)
    assert await aslack.missed() == []


async def test_when_slack_cannot_be_asked_about_a_person_or_group_nobody_decides(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask()
    alice = aslack.as_person("U0ALICE")
    for number, method in enumerate(("usergroups.users.list", "users.info"), 1):
        await aslack.fail(method, "error", error="fatal_error", times=20)
        await alice.click("approve", ts=asked.ts)
        assert await refused_as(bot, number) == "cannot_check"
        await aslack.fail(method, "error", error="fatal_error", times=0)
    assert (await asker.stored(asked)).sealed_votes == ()


async def test_two_bots_and_two_reviewers_at_once_give_one_verdict(
    start_bot: StartBot, aslack: AsyncPlayground, asker: Asker
):
    for bot in (start_bot(), start_bot()):
        bot.ready()
    for _ in range(5):
        asked = await asker.ask()
        alice, bob = aslack.as_person("U0ALICE"), aslack.as_person("U0BOB")
        await asyncio.gather(alice.click("approve", ts=asked.ts), bob.click("approve", ts=asked.ts))
        await aslack.wait_for_revision(asked.ts, "Approved", without_buttons=True)
        assert len((await asker.stored(asked)).sealed_votes) == 1


async def test_a_hundred_clicks_at_once_are_all_acknowledged(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask(quorum=3)
    people = [aslack.as_person(REVIEWERS[number % 3]) for number in range(100)]
    pressed = await asyncio.gather(
        *(hand.click("approve", ts=asked.ts, value=asked.id, blindly=True) for hand in people)
    )
    assert all(click.acknowledged for click in pressed)
    await aslack.wait_for_revision(asked.ts, "Approved", without_buttons=True)
    assert len((await asker.stored(asked)).sealed_votes) == 3
