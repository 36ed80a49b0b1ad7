"""Where a request goes, and who hears of it while nobody answers: library, bot and Slack."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sudoagent.errors import ApprovalError, ApproverUnavailable, ConfigurationError
from sudoagent.follow_up import FollowUp, QuietHours
from sudoagent.playground import AsyncPlayground, Message
from sudoagent.playground.cast import APPROVERS, REQUESTER, REVIEWERS

from .slack_deployment import ALICE, BOB, CAROL, Asking, Deployment, eventually

ONCALL = "S0ONCALL"  # Carol
GENERAL = "C0GENERAL"
DIRECT = {user: f"D{user[1:]}" for user in REVIEWERS}


async def cards(aslack: AsyncPlayground, asking: Asking, channel: str) -> list[Message]:
    """The cards of the request in a channel."""
    seen = await aslack.messages(channel)
    return [m for m in seen if m.thread_ts is None and asking.id in m.words]


async def all_copies(asking: Asking, count: int) -> None:
    """Wait until the store knows of so many cards."""

    async def look() -> bool | None:
        stored = await asking.deployment.store.read(asking.id)
        return True if stored is not None and len(stored.messages) == count else None

    await eventually(look)


async def test_a_request_is_posted_in_an_existing_thread(
    bot: object, botless: Deployment, aslack: AsyncPlayground
) -> None:
    parent = await aslack.as_person(ALICE).say("Ticket 5120", channel=GENERAL)
    asking = botless.asking(bot_wait=15.0, rules={"channel": "#general", "thread": parent.ts})
    stored = await asking.posted()
    assert stored.channel == GENERAL
    [card] = await aslack.replies(parent.ts)
    assert card.ts == stored.message_ts
    await aslack.as_person(ALICE).click("approve", ts=card.ts)
    assert (await asking.verdict()).approved
    # What is told later stands in that thread, too, since a thread has no threads.
    told = await aslack.wait_for_message("alice approved", thread_ts=parent.ts)
    assert told.channel == GENERAL


async def test_direct_messages_are_repainted_by_one_verdict(
    bot: object, botless: Deployment, aslack: AsyncPlayground
) -> None:
    asking = botless.asking(bot_wait=15.0, rules={"direct": True, "reviewers": [ALICE, BOB]})
    await asking.posted()
    await all_copies(asking, 2)
    assert not await cards(aslack, asking, "C0APPROVALS")
    [mine], [bobs] = [await cards(aslack, asking, DIRECT[user]) for user in (ALICE, BOB)]
    assert (await aslack.as_person(BOB).click("approve", ts=bobs.ts)).acknowledged
    assert (await asking.verdict()).reason == f"approved by {BOB}"
    for card in (mine, bobs):
        painted = await aslack.wait_for_revision(card.ts, "Approved by", without_buttons=True)
        assert f"<@{BOB}>" in painted.words


async def test_a_group_is_its_members_and_a_channel_beside_gets_a_card_too(
    bot: object, botless: Deployment, aslack: AsyncPlayground
) -> None:
    rules = {"direct": True, "reviewers": [APPROVERS], "channel": "#general", "quorum": 2}
    asking = botless.asking(bot_wait=15.0, rules=rules, requester=CAROL)
    stored = await asking.posted()
    assert stored.channel == GENERAL
    await all_copies(asking, 3)
    # The requester decides nothing, and is not bothered.
    assert not await aslack.as_person(CAROL).direct_messages()
    [alices] = await cards(aslack, asking, DIRECT[ALICE])
    await aslack.as_person(ALICE).click("approve", ts=alices.ts)
    [general] = await cards(aslack, asking, GENERAL)
    await aslack.wait_for_revision(general.ts, "1 of 2 approvals")
    # A second vote from another copy is one vote too many of the same person.
    await aslack.as_person(ALICE).click("approve", ts=general.ts)
    await aslack.as_person(ALICE).wait_for_ephemeral("You have voted on this already")
    await aslack.as_person(BOB).click("approve", ts=general.ts)
    assert (await asking.verdict()).approved
    await aslack.wait_for_revision(alices.ts, "Approved by", without_buttons=True)


async def test_whoever_has_not_voted_is_reminded_once(
    bot: object, botless: Deployment, aslack: AsyncPlayground
) -> None:
    follow_up = FollowUp(remind_after=5.0)
    asking = botless.asking(
        bot_wait=15.0, follow_up=follow_up, quorum=2, requester=REQUESTER, rules={"risk": "low"}
    )
    stored = await asking.posted()
    assert stored.message_ts is not None
    await asking.vote("approve", BOB)
    told = await aslack.wait_for_message("still waits", thread_ts=stored.message_ts)
    assert f"<@{ALICE}>" in told.words
    assert f"<@{CAROL}>" in told.words
    assert f"<@{BOB}>" not in told.words
    assert "refund_user" in told.text
    assert "user_2" not in told.text
    await asyncio.sleep(1.5)
    replies = await aslack.replies(stored.message_ts)
    assert sum("still waits" in reply.words for reply in replies) == 1
    await asking.vote("approve", ALICE)
    assert (await asking.verdict()).approved


async def test_in_direct_messages_everybody_is_reminded_where_they_were_asked(
    bot: object, botless: Deployment, aslack: AsyncPlayground
) -> None:
    rules = {"direct": True, "reviewers": [ALICE, BOB, CAROL], "quorum": 2}
    asking = botless.asking(bot_wait=15.0, rules=rules, follow_up=FollowUp(remind_after=8.0))
    await asking.posted()
    await all_copies(asking, 3)
    await asking.vote("approve", BOB)
    for user in (ALICE, CAROL):
        [card] = await cards(aslack, asking, DIRECT[user])
        told = await aslack.wait_for_message("still waits", thread_ts=card.ts)
        assert f"<@{user}>" in told.words
    [bobs] = await cards(aslack, asking, DIRECT[BOB])
    assert not any("still waits" in reply.words for reply in await aslack.replies(bobs.ts))
    await asking.vote("deny", ALICE)
    assert not (await asking.verdict()).approved


async def test_a_decided_request_is_never_reminded(
    bot: object, botless: Deployment, aslack: AsyncPlayground
) -> None:
    follow_up = FollowUp(remind_after=4.0, escalate_after=4.3, escalate_to=(ONCALL, "#general"))
    asking = botless.asking(bot_wait=15.0, follow_up=follow_up)
    stored = await asking.posted()
    await asking.vote()
    assert (await asking.verdict()).approved
    await asyncio.sleep(6.0)  # beyond both moments, and the bot looks every second
    assert stored.message_ts is not None
    words = [reply.words for reply in await aslack.replies(stored.message_ts)]
    assert not any("still waits" in said or "you can decide" in said for said in words)
    assert not await cards(aslack, asking, GENERAL)


async def test_more_people_may_decide_from_then_on_and_are_told_in_the_thread(
    bot: Any, botless: Deployment, aslack: AsyncPlayground
) -> None:
    follow_up = FollowUp(escalate_after=8.0, escalate_to=(ONCALL,))
    asking = botless.asking(bot_wait=15.0, follow_up=follow_up, reviewers=[ALICE])
    stored = await asking.posted()
    assert stored.message_ts is not None
    [card] = await cards(aslack, asking, "C0APPROVALS")
    assert "If nobody decides, more people are asked at" in card.words
    # Naming the group before it is time would be a ping.
    assert ONCALL not in card.words
    await aslack.as_person(CAROL).click("approve", ts=card.ts)
    told = await aslack.wait_for_message("you can decide this now", thread_ts=card.ts)
    assert ONCALL in told.words
    assert f"<@{ALICE}>" not in told.words
    assert [entry["metadata"]["refusal"] for entry in bot.refusals] == ["not_a_reviewer"]
    painted = await aslack.wait_for_revision(card.ts, "More people were asked at")
    assert ONCALL in painted.words
    await aslack.as_person(CAROL).click("approve", ts=card.ts)
    assert (await asking.verdict()).reason == f"approved by {CAROL}"


async def test_a_copy_in_another_channel_works_and_is_repainted_like_the_first(
    bot: object, botless: Deployment, aslack: AsyncPlayground
) -> None:
    follow_up = FollowUp(escalate_after=2.0, escalate_to=(ONCALL, "#general"))
    asking = botless.asking(bot_wait=15.0, follow_up=follow_up, reviewers=[ALICE, BOB])
    await asking.posted()
    [first] = await cards(aslack, asking, "C0APPROVALS")
    copy = await aslack.wait_for_message(asking.id, channel=GENERAL)
    assert ONCALL in copy.words
    assert f"<@{ALICE}>" not in copy.words
    assert "and 2 asked before" in copy.words
    await all_copies(asking, 2)
    await aslack.as_person(CAROL).click("approve", ts=copy.ts)
    assert (await asking.verdict()).approved
    for card in (first, copy):
        painted = await aslack.wait_for_revision(card.ts, "Approved by", without_buttons=True)
        assert f"<@{CAROL}>" in painted.words
    # Those who are called by the copy are not called in the thread as well.
    assert not any("you can decide" in reply.words for reply in await aslack.replies(first.ts))


async def test_where_the_other_channel_cannot_be_written_to_the_thread_calls(
    bot: object, botless: Deployment, aslack: AsyncPlayground
) -> None:
    follow_up = FollowUp(escalate_after=1.0, escalate_to=(ONCALL, "#nowhere"))
    asking = botless.asking(bot_wait=15.0, follow_up=follow_up, reviewers=[ALICE])
    stored = await asking.posted()
    thread = stored.message_ts
    told = await aslack.wait_for_message("you can decide this now", thread_ts=thread)
    assert ONCALL in told.words
    await asking.vote("deny", ALICE)
    assert not (await asking.verdict()).approved


async def test_those_who_are_asked_later_get_direct_messages_too(
    bot: object, botless: Deployment, aslack: AsyncPlayground
) -> None:
    follow_up = FollowUp(escalate_after=2.0, escalate_to=(ONCALL,))
    rules = {"direct": True, "reviewers": [ALICE], "follow_up": follow_up}
    asking = botless.asking(bot_wait=15.0, rules=rules)
    await asking.posted()
    copy = await aslack.wait_for_message(asking.id, channel=DIRECT[CAROL])
    await all_copies(asking, 2)
    await aslack.as_person(CAROL).click("approve", ts=copy.ts)
    assert (await asking.verdict()).approved


async def test_a_reviewer_who_cannot_be_written_to_holds_nobody_up(
    bot: Any, botless: Deployment, aslack: AsyncPlayground
) -> None:
    rules = {"direct": True, "reviewers": [ALICE, "U0DANA", BOB]}
    asking = botless.asking(bot_wait=15.0, rules=rules)
    await asking.posted()
    await all_copies(asking, 2)
    assert (await asking.deployment.stored(asking.id)).copies["U0DANA"] == "-"
    [bobs] = await cards(aslack, asking, DIRECT[BOB])
    await aslack.as_person(BOB).click("approve", ts=bobs.ts)
    assert (await asking.verdict()).approved


async def test_without_the_permission_to_read_groups_nobody_is_asked(
    deployment: Deployment, aslack: AsyncPlayground
) -> None:
    await aslack.remove_scope("usergroups:read")
    asking = deployment.asking(rules={"direct": True, "reviewers": [APPROVERS]})
    with pytest.raises(ApproverUnavailable, match="who is in the group S0APPROVERS"):
        await asking.verdict()
    assert await deployment.store.pending() == ()


async def test_nobody_is_left_to_be_sent_a_direct_message(deployment: Deployment) -> None:
    rules = {"direct": True, "reviewers": [ONCALL]}
    asking = deployment.asking(rules=rules, requester=CAROL)
    with pytest.raises(ApprovalError, match="nobody among the reviewers"):
        await asking.verdict()


async def test_no_channel_has_to_be_named_for_direct_messages(
    deployment: Deployment, aslack: AsyncPlayground
) -> None:
    asking = deployment.asking(direct=True, channel=None, reviewers=[BOB, ALICE])
    stored = await asking.posted()
    request = await deployment.request(asking.id)
    assert (request.channel, request.direct) == (BOB, (BOB, ALICE))
    assert stored.channel == DIRECT[BOB]
    await asking.vote()
    assert (await asking.verdict()).approved


async def test_a_lost_answer_to_a_direct_message_does_not_make_two(
    deployment: Deployment, aslack: AsyncPlayground
) -> None:
    await aslack.fail("chat.postMessage", "lost_response")
    asking = deployment.asking(rules={"direct": True, "reviewers": [ALICE]})
    stored = await asking.posted()
    assert stored.channel == DIRECT[ALICE]
    assert len(await cards(aslack, asking, DIRECT[ALICE])) == 1
    await asking.vote()
    assert (await asking.verdict()).approved


async def test_quiet_hours_put_things_off_and_high_risk_does_not(deployment: Deployment) -> None:
    now = datetime.now(UTC)
    start, end = (f"{now + timedelta(hours=hours):%H:%M}" for hours in (-6, 6))
    always = QuietHours(start, end, "UTC")
    follow_up = FollowUp(remind_after=1.0, escalate_after=2.0, escalate_to=(ONCALL,), quiet=always)
    for risk, is_followed in (("medium", False), ("high", True)):
        asking = deployment.asking(rules={"follow_up": follow_up, "risk": risk})
        await asking.posted()
        request = await deployment.request(asking.id)
        assert (request.remind_at is not None) is is_followed
        assert (request.escalation is not None) is is_followed
        await asking.vote()
        await asking.verdict()


async def test_a_follow_up_after_the_deadline_is_refused(deployment: Deployment) -> None:
    late = FollowUp(remind_after=90.0)
    with pytest.raises(ConfigurationError, match="expires after 60 seconds"):
        deployment.approver(follow_up=late)
    asking = deployment.asking(rules={"follow_up": late})
    with pytest.raises(ApprovalError, match="expires after 60 seconds"):
        await asking.verdict()


async def test_only_so_many_get_a_direct_message(
    deployment: Deployment, caplog: pytest.LogCaptureFixture
) -> None:
    many = [ALICE, *(f"U{number:06}" for number in range(30))]
    asking = deployment.asking(rules={"direct": True, "reviewers": many})
    await asking.posted()
    request = await deployment.request(asking.id)
    assert request.direct == tuple(many[:20])
    assert request.reviewers == tuple(many)
    assert "the first 20 of 31 reviewers" in caplog.text
    await asking.vote()
    assert (await asking.verdict()).approved
