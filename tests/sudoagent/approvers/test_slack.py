"""SlackApprover: a question goes out, an answer that is proved comes back."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from sudoagent import (
    ApprovalDenied,
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

from .slack_deployment import ALICE, BOB, CAROL, Deployment, call, over_limit

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
    asking = deployment.asking(timeout=1.0)
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


async def test_the_policys_rules_come_before_the_approvers(deployment: Deployment) -> None:
    rules: dict[str, Any] = {
        "reviewers": [BOB, CAROL],
        "quorum": 2,
        "deny_quorum": 2,
        "timeout": 30.0,
        "channel": "C0FINANCE",
        "risk": "high",
        "highlight": ["refund_amount"],
    }
    asking = deployment.asking(rules=rules)
    stored = await asking.posted()
    request = await deployment.request(asking.id)
    assert stored.channel == "C0FINANCE"
    assert request.reviewers == (BOB, CAROL)
    assert request.risk == "high"
    assert 0 < request.expires_at - request.created_at <= 30_000
    await asking.vote("approve", BOB)
    assert not asking.task.done()
    await asking.vote("approve", CAROL)
    verdict = await asking.verdict()
    assert [vote.user_id for vote in verdict.votes] == [BOB, CAROL]


@pytest.mark.parametrize("requester", [ALICE, None], ids=["minus the requester", "too few"])
async def test_a_rule_that_nobody_can_meet_is_not_asked(
    deployment: Deployment, requester: str | None
) -> None:
    reviewers = [ALICE, BOB] if requester else [ALICE]
    asking = deployment.asking(quorum=2, reviewers=reviewers, requester=requester)
    with pytest.raises(ApprovalError, match="2 must approve, but only 1"):
        await asking.verdict()
    assert deployment.cards() == []


async def test_the_requester_may_count_when_that_is_allowed(deployment: Deployment) -> None:
    asking = deployment.asking(reviewers=[ALICE], requester=ALICE, allow_requester=True)
    await asking.vote("approve", ALICE)
    assert (await asking.verdict()).approved


async def test_more_reviewers_than_can_be_stored_are_refused(deployment: Deployment) -> None:
    asking = deployment.asking(rules={"reviewers": [f"U{n:08}" for n in range(8000)]})
    with pytest.raises(ApprovalError, match="too large"):
        await asking.verdict()


async def test_a_policy_that_names_people_instead_of_ids_is_refused(
    deployment: Deployment,
) -> None:
    asking = deployment.asking(rules={"reviewers": ["alice@example.com"]})
    with pytest.raises(ApprovalError, match=r"policy's answer.*Slack ids"):
        await asking.verdict()


async def test_what_cannot_be_shown_is_refused(deployment: Deployment) -> None:
    stream = iter([1, 2])
    asking = deployment.asking(ctx=call(kwargs={"stream": stream}))
    with pytest.raises(ApprovalDenied, match="stream"):
        await asking.verdict()
    assert list(stream) == [1, 2]
    assert deployment.cards() == []


async def test_what_cannot_be_shown_is_asked_about_when_the_policy_says_so(
    deployment: Deployment,
) -> None:
    ctx = call(kwargs={"stream": iter([1])})
    asking = deployment.asking(ctx=ctx, rules={"allow_uninspectable": True})
    await asking.vote()
    assert (await asking.verdict()).approved
    (card,) = deployment.cards()
    assert "cannot be shown" in card.words
    assert "approve" not in card.action_ids


async def test_a_call_of_any_size_is_cut_and_said_to_be_cut(deployment: Deployment) -> None:
    ctx = call(kwargs={f"note_{n}": "x" * 30_000 for n in range(50)})
    asking = deployment.asking(ctx=ctx)
    await asking.vote("deny")
    await asking.verdict()
    request = await deployment.request(asking.id)
    assert any(argument.cut for argument in request.arguments)
    assert "approve" not in deployment.cards()[0].action_ids


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


async def test_a_freeze_denies_waiting_calls(deployment: Deployment) -> None:
    asking = deployment.asking()
    await asking.posted()
    await deployment.store.presence.freeze("incident 7", "U0ALICE")
    assert (await asking.verdict()).reason == "approvals are frozen"
    stored = await deployment.stored(asking.id)
    assert (stored.state, stored.why) == ("cancelled", "frozen")


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
    await asking.created()
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
