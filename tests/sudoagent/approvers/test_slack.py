"""SlackApprover: a question goes out, an answer that is proved comes back."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from sudoagent import (
    ApprovalError,
    ApproverUnavailable,
    Decision,
    FallbackApprover,
    PolicyResult,
    SudoEngine,
    Verdict,
)
from sudoagent.playground.cast import CHANNEL, REQUESTER, TEAM
from sudoagent.review.seal import Keyring

from .slack_deployment import ALICE, BOB, Deployment, call, eventually, over_limit

POST = "chat.postMessage"


async def test_an_approval_comes_back_with_who_when_and_where(deployment: Deployment) -> None:
    before = datetime.now(UTC)
    asking = deployment.asking()
    await asking.vote("approve", ALICE, comment="checked the ticket")
    verdict = await asking.verdict()
    (card,) = deployment.cards()
    assert verdict.approved
    assert verdict.reason == f"approved by {ALICE}"
    assert verdict.approver == "slack"
    assert verdict.comment == "checked the ticket"
    assert (verdict.channel, verdict.message_ts) == (CHANNEL, card.ts)
    (vote,) = verdict.votes
    assert (vote.team_id, vote.user_id, vote.choice) == (TEAM, ALICE, "approve")
    assert vote.at is not None
    assert abs((vote.at - before).total_seconds()) < 60


async def test_a_denial_comes_back_with_its_reason(deployment: Deployment) -> None:
    asking = deployment.asking()
    await asking.vote("deny", BOB, comment="wrong customer")
    verdict = await asking.verdict()
    assert verdict.outcome == "denied"
    assert verdict.reason == f"denied by {BOB}"
    assert verdict.comment == "wrong customer"


async def test_the_blocking_form_is_the_same(deployment: Deployment) -> None:
    answers: list[bool | Verdict] = []
    request_id = "0f2c6f0e-3f6b-4a52-9a55-0a1b2c3d4e5f"
    approver = deployment.approver()

    def ask() -> None:
        answers.append(approver.approve(call(), over_limit(), request_id))

    thread = threading.Thread(target=ask)
    thread.start()
    assert await deployment.pending() == request_id
    await deployment.vote(request_id)
    await asyncio.to_thread(thread.join, 30)
    assert [answer.approved for answer in answers if isinstance(answer, Verdict)] == [True]


async def test_an_approval_is_claimed_before_it_is_handed_out(deployment: Deployment) -> None:
    asking = deployment.asking()
    await asking.vote()
    await asking.verdict()
    assert (await deployment.stored(asking.id)).claimed_by is not None


async def test_the_card_shows_what_the_agent_wants_and_says(deployment: Deployment) -> None:
    said = {"agent": "billing-agent", "justification": "Ticket 5120", "environment": "production"}
    asking = deployment.asking(ctx=call(metadata=said), requester=REQUESTER)
    await asking.posted()
    (card,) = deployment.cards()
    assert f"billing-agent wants to run refund_user for <@{REQUESTER}>." in card.words
    assert 'user_id        "user_2"\nrefund_amount  1500.0' in card.words
    assert "Ticket 5120" in card.words
    assert "production" in card.words
    await asking.vote("deny")
    await asking.verdict()


async def test_secrets_reach_neither_slack_nor_redis(deployment: Deployment) -> None:
    canary = "correct-horse-battery"
    ctx = call(
        kwargs={"password": canary, "note": f"use {canary}"},
        metadata={"justification": f"the password is {canary}", "agent": canary},
    )
    asking = deployment.asking(ctx=ctx)
    stored = await asking.posted()
    (card,) = deployment.cards()
    assert canary not in card.words + card.text
    assert canary.encode() not in stored.sealed_request
    await asking.vote("deny")
    await asking.verdict()


async def test_nobody_answering_in_time_is_a_denial(deployment: Deployment) -> None:
    asking = deployment.asking(timeout=4.0)
    verdict = await asking.verdict()
    assert verdict.outcome == "expired"
    assert (await deployment.stored(asking.id)).state == "expired"
    assert await deployment.vote(asking.id) == "expired"


async def test_the_callers_deadline_comes_before_the_timeout(deployment: Deployment) -> None:
    asking = deployment.asking(ctx=call(deadline=time.monotonic() + 1.0), timeout=600)
    assert (await asking.verdict()).outcome == "expired"


async def test_a_deadline_that_has_passed_asks_nobody(deployment: Deployment) -> None:
    asking = deployment.asking(ctx=call(deadline=time.monotonic() - 1.0))
    assert (await asking.verdict()).outcome == "expired"
    assert deployment.cards() == []


async def test_cancelling_withdraws_the_request(deployment: Deployment) -> None:
    asking = deployment.asking()
    await asking.posted()
    asking.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking.verdict()
    stored = await deployment.stored(asking.id)
    assert (stored.state, stored.why) == ("cancelled", "stopped")
    assert await deployment.vote(asking.id) == "already_decided"


async def test_cancelling_while_the_card_is_posted_leaves_no_card_that_counts(
    deployment: Deployment,
) -> None:
    deployment.slack.slow_down(POST, 0.5)
    asking = deployment.asking()

    async def is_on_its_way() -> bool | None:
        return bool(deployment.slack.calls(POST)) or None

    await eventually(is_on_its_way)
    asking.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking.verdict()
    stored = await deployment.stored(asking.id)
    assert stored.state == "cancelled"
    assert stored.message_ts == deployment.cards()[0].ts


async def test_a_server_that_is_not_there_means_somebody_else_may_be_asked(
    deployment: Deployment,
) -> None:
    asking = deployment.asking(redis_url="unix:///nowhere/at/all")
    with pytest.raises(ApproverUnavailable, match="cannot be reached"):
        await asking.verdict()


async def test_an_id_that_is_taken_is_not_asked_again(deployment: Deployment) -> None:
    first = deployment.asking()
    await first.posted()
    second = deployment.asking(request_id=first.id)
    with pytest.raises(ApprovalError, match="another request"):
        await second.verdict()
    await first.vote("deny")
    await first.verdict()


async def test_call_digests_are_the_same_in_every_process(deployment: Deployment) -> None:
    one, other = deployment.approver(), deployment.approver()
    assert (
        one.digest_key
        == other.digest_key
        == Keyring(["the-key-of-this-deployment"]).derive("digest")
    )
    asking = deployment.asking()
    await asking.vote()
    await asking.verdict()
    assert one.digest_key is not None
    assert (await deployment.request(asking.id)).digest == call().digest(one.digest_key)


def test_the_approver_shows_no_secret(botless: Deployment) -> None:
    assert repr(botless.approver()) == "SlackApprover(channel='#approvals')"


async def test_the_engine_runs_what_was_approved(deployment: Deployment, tmp_path: Any) -> None:
    class AskAlways:
        def evaluate(self, ctx: Any) -> PolicyResult:
            return PolicyResult(decision=Decision.REQUIRE_APPROVAL, reason="always")

    sudo = SudoEngine(
        policy=AskAlways(),
        approver=FallbackApprover(deployment.approver(), deployment.approver()),
        logger=Entries(),
    )

    @sudo.guard()
    async def refund_user(user_id: str, refund_amount: float) -> str:
        return f"refunded {user_id}"

    running = asyncio.ensure_future(refund_user("user_2", 1500.0))
    await deployment.vote(await deployment.pending())
    assert await asyncio.wait_for(running, 30) == "refunded user_2"


class Entries:
    """A log in memory."""

    def __init__(self) -> None:
        self.entries: list[Any] = []

    def log(self, entry: Any) -> None:
        self.entries.append(entry)
