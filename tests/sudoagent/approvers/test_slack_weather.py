"""No bot, too many requests, a freeze, a Slack that refuses, limits or loses."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from sudoagent import ApprovalError, ApproverUnavailable
from sudoagent.playground.cast import CHANNEL, REQUESTER
from sudoagent.review.store import ReviewStore, StoreUnavailable

from .slack_deployment import Deployment

POST = "chat.postMessage"


async def test_without_a_bot_nobody_is_asked(botless: Deployment) -> None:
    asking = botless.asking(bot_wait=0.3)
    with pytest.raises(ApproverUnavailable, match="sudoagent-bot"):
        await asking.verdict()
    assert botless.cards() == []
    assert await botless.store.pending() == ()


async def test_a_bot_that_comes_a_little_later_is_waited_for(botless: Deployment) -> None:
    asking = botless.asking(bot_wait=30.0)
    await asyncio.sleep(0.3)
    await botless.bot_arrives()
    await asking.vote()
    assert (await asking.verdict()).approved


async def test_too_many_pending_requests_are_refused_by_name(deployment: Deployment) -> None:
    first = deployment.asking(max_pending_per_requester=1, requester=REQUESTER)
    await first.posted()
    verdict = await deployment.asking(max_pending_per_requester=1, requester=REQUESTER).verdict()
    assert verdict.outcome == "denied"
    assert verdict.reason.startswith("rate_limited")
    assert verdict.facts == {"refusal": "rate_limited", "held_back": "1"}
    assert len(deployment.cards()) == 1
    await first.vote("deny")
    await first.verdict()


async def test_a_freeze_denies_new_calls(deployment: Deployment) -> None:
    await deployment.store.presence.freeze("incident 7", "U0ALICE")
    verdict = await deployment.asking().verdict()
    assert verdict.outcome == "denied"
    assert verdict.reason == "approvals are frozen: incident 7"


async def test_the_reason_of_a_freeze_cannot_hide_anything_from_who_reads_it(
    deployment: Deployment,
) -> None:
    await deployment.store.presence.freeze("\x1b[2Jgo on\u202e", "U0ALICE")
    verdict = await deployment.asking().verdict()
    assert verdict.reason == r"approvals are frozen: \x1b[2Jgo on\u202e"


async def test_a_freeze_denies_waiting_calls(deployment: Deployment) -> None:
    asking = deployment.asking()
    await asking.posted()
    await deployment.store.presence.freeze("incident 7", "U0ALICE")
    assert (await asking.verdict()).reason == "approvals are frozen: incident 7"
    stored = await deployment.stored(asking.id)
    assert (stored.state, stored.why) == ("cancelled", "frozen")


@pytest.mark.parametrize("reply", [False, StoreUnavailable("the server is away")])
async def test_a_card_that_no_bot_will_ever_know_of_is_closed_by_whoever_posted_it(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, reply: Any
) -> None:
    async def attach(*_: Any, **__: Any) -> bool:
        if isinstance(reply, Exception):
            raise reply
        return bool(reply)

    monkeypatch.setattr(ReviewStore, "attach_message", attach)
    asking = deployment.asking()
    with pytest.raises(ApprovalError):
        await asking.verdict()
    (card,) = deployment.cards()
    assert card.action_ids == []
    assert "Withdrawn" in card.words
    assert (await deployment.stored(asking.id)).state == "cancelled"


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda slack: slack.archive(CHANNEL), "archived"),
        (lambda slack: slack.revoke_token(), "revoked"),
        (lambda slack: slack.remove_bot(CHANNEL), "/invite"),
    ],
    ids=["archived", "revoked", "removed"],
)
async def test_when_slack_refuses_the_card_somebody_else_may_be_asked(
    deployment: Deployment, spoil: Any, told: str
) -> None:
    spoil(deployment.slack)
    asking = deployment.asking()
    with pytest.raises(ApproverUnavailable, match=told):
        await asking.verdict()
    stored = await deployment.stored(asking.id)
    assert (stored.state, stored.why) == ("cancelled", "unposted")


async def test_a_rate_limited_card_is_posted_once_and_late(deployment: Deployment) -> None:
    deployment.slack.fail(POST, "rate_limited", retry_after=1)
    asking = deployment.asking()
    await asking.vote()
    assert (await asking.verdict()).approved
    assert len(deployment.cards()) == 1


async def test_a_lost_answer_leaves_one_card(deployment: Deployment) -> None:
    deployment.slack.fail(POST, "lost_response")
    asking = deployment.asking()
    await asking.vote()
    assert (await asking.verdict()).approved
    assert len(deployment.cards()) == 1


async def test_a_card_that_may_be_there_is_never_asked_elsewhere(deployment: Deployment) -> None:
    for scope in ("channels:history", "groups:history", "im:history"):
        deployment.slack.remove_scope(scope)
    deployment.slack.fail(POST, "lost_response")
    asking = deployment.asking()
    with pytest.raises(ApprovalError, match="could not be found out") as caught:
        await asking.verdict()
    assert not isinstance(caught.value, ApproverUnavailable)
    assert (await deployment.stored(asking.id)).state == "cancelled"
