"""The same idempotency key in a later run takes up what the earlier one left."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from sudoagent import (
    ApprovalDenied,
    ApprovalError,
    ApproverUnavailable,
    FollowUp,
    OutcomeUnknown,
)
from sudoagent.approvers import _slack_resuming
from sudoagent.review.recount import opened_request
from sudoagent.review.seal import Keyring

from .slack_deployment import ALICE, BOB, PATIENCE, Asking, Deployment, call

KEY = "refund of ticket 5120"


def again(deployment: Deployment, **options: Any) -> Asking:
    """Ask about the same call under the same key, as another run would."""
    return deployment.asking(ctx=call(idempotency_key=KEY, **options.pop("call", {})), **options)


async def test_a_pending_request_is_waited_for_with_the_same_card(deployment: Deployment) -> None:
    earlier = again(deployment)
    await earlier.posted()
    later = again(deployment)
    await asyncio.sleep(0.2)
    assert not later.task.done()
    assert len(deployment.cards()) == 1
    await earlier.vote()
    verdicts = await asyncio.gather(earlier.task, later.task, return_exceptions=True)
    ran = [verdict for verdict in verdicts if not isinstance(verdict, BaseException)]
    refused = [verdict for verdict in verdicts if isinstance(verdict, OutcomeUnknown)]
    assert (len(ran), len(refused)) == (1, 1)


async def test_an_approval_that_nobody_used_is_used_without_asking_again(
    deployment: Deployment,
) -> None:
    request_id = await deployment.left_by_a_dead_run(call(idempotency_key=KEY))
    await deployment.vote(request_id)
    verdict = await again(deployment).verdict()
    assert verdict.approved
    assert verdict.request_id == request_id
    assert verdict.facts == {"taken_up": "asked by an earlier run"}
    assert deployment.cards() == []
    assert (await deployment.stored(request_id)).claimed_by is not None


async def test_an_approval_is_good_until_its_sealed_deadline_whatever_is_stored_beside_it(
    deployment: Deployment,
) -> None:
    request_id = await deployment.left_by_a_dead_run(call(idempotency_key=KEY))
    await deployment.vote(request_id)
    until = (await deployment.request(request_id)).expires_at
    await deployment.redis("HSET", deployment.key(request_id), "expires_at", str(until + 10**9))
    remaining = (until - await deployment.store.now_ms()) / 1000
    verdict = await again(deployment).verdict()
    assert verdict.approved
    assert verdict.valid_until is not None
    assert verdict.valid_until <= time.monotonic() + remaining


async def test_a_denial_stays_a_denial(deployment: Deployment) -> None:
    earlier = again(deployment)
    await earlier.vote("deny", BOB)
    await earlier.verdict()
    verdict = await again(deployment).verdict()
    assert verdict.outcome == "denied"
    assert verdict.request_id == earlier.id
    assert len(deployment.cards()) == 1


async def test_a_claim_that_was_erased_from_the_store_is_remembered(
    deployment: Deployment,
) -> None:
    earlier = again(deployment)
    await earlier.vote()
    assert (await earlier.verdict()).approved
    await deployment.redis("HDEL", deployment.key(earlier.id), "claimed_by", "claimed_at")
    with pytest.raises(OutcomeUnknown, match=earlier.id):
        await again(deployment).verdict()


async def test_a_used_approval_leaves_the_outcome_unknown(deployment: Deployment) -> None:
    earlier = again(deployment)
    await earlier.vote()
    assert (await earlier.verdict()).approved
    with pytest.raises(OutcomeUnknown, match=earlier.id) as caught:
        await again(deployment).verdict()
    assert caught.value.request_id == earlier.id
    assert len(deployment.cards()) == 1


@pytest.mark.parametrize(
    "other",
    [{"kwargs": {"user_id": "user_2", "refund_amount": 999_999.0}}, {"action": "delete_user"}],
    ids=["arguments", "action"],
)
async def test_the_same_key_for_another_call_is_refused(
    deployment: Deployment, other: dict[str, Any]
) -> None:
    earlier = again(deployment)
    await earlier.vote()
    await earlier.verdict()
    with pytest.raises(ApprovalDenied, match="one key, one effect"):
        await again(deployment, call=other).verdict()


@pytest.mark.parametrize(
    ("stricter", "why"),
    [
        ({"rules": {"quorum": 2}}, "fewer reviewers"),
        ({"rules": {"reviewers": [BOB]}}, "other reviewers"),
        ({"requester": ALICE}, "somebody else"),
        ({"rules": {"number_match": True}}, "no number"),
        ({"rules": {"risk": "high"}}, "risk was lower"),
        ({"call": {"metadata": {"agent": "another"}}}, "another agent"),
        ({"call": {"metadata": {"environment": "production"}}}, "another environment"),
    ],
    ids=["quorum", "reviewers", "requester", "number", "risk", "agent", "environment"],
)
async def test_an_answer_by_laxer_rules_is_no_answer_to_a_stricter_question(
    deployment: Deployment, stricter: dict[str, Any], why: str
) -> None:
    request_id = await deployment.left_by_a_dead_run(call(idempotency_key=KEY))
    await deployment.vote(request_id)
    with pytest.raises(ApprovalDenied, match=why) as caught:
        await again(deployment, **stricter).verdict()
    assert caught.value.request_id == request_id
    assert (await deployment.stored(request_id)).claimed_by is None


async def test_who_may_decide_about_his_own_requests_now_is_not_asked_before(
    deployment: Deployment,
) -> None:
    own = {"requester": ALICE, "allow_requester": True}
    earlier = again(deployment, **own)
    await earlier.posted()
    with pytest.raises(ApprovalDenied, match="its requester may decide"):
        await again(deployment, requester=ALICE).verdict()
    await earlier.vote("deny")
    await earlier.verdict()


async def test_whom_an_earlier_run_would_have_asked_later_must_be_asked_now(
    deployment: Deployment,
) -> None:
    widening = FollowUp(escalate_after=30, escalate_to=["U0DANA"])
    earlier = again(deployment, rules={"follow_up": widening})
    await earlier.posted()
    with pytest.raises(ApprovalDenied, match="other reviewers"):
        await again(deployment).verdict()
    later = again(deployment, rules={"follow_up": widening})
    await earlier.vote("deny")
    assert (await later.verdict()).outcome == "denied"
    await earlier.verdict()


async def test_an_answer_by_stricter_rules_is_taken_up(deployment: Deployment) -> None:
    strict = {"quorum": 2, "risk": "high", "reviewers": [BOB, ALICE]}
    earlier = again(deployment, rules=strict)
    await earlier.posted()
    later = again(deployment)
    await earlier.vote()
    await earlier.vote(user_id=BOB)
    verdicts = await asyncio.gather(earlier.task, later.task, return_exceptions=True)
    assert sum(not isinstance(verdict, BaseException) for verdict in verdicts) == 1
    assert len(deployment.cards()) == 1


@pytest.mark.parametrize("end", ["expired", "cancelled"])
async def test_what_ended_without_an_answer_is_asked_anew(deployment: Deployment, end: str) -> None:
    if end == "expired":
        earlier = again(deployment, timeout=4.0)
        assert (await earlier.verdict()).outcome == "expired"
    else:
        earlier = again(deployment)
        await earlier.posted()
        earlier.task.cancel()
        await asyncio.wait([earlier.task])
    later = again(deployment)
    await later.vote()
    verdict = await later.verdict()
    assert verdict.approved
    assert verdict.request_id is None
    assert len(deployment.cards()) == 2
    with pytest.raises(OutcomeUnknown):
        await again(deployment).verdict()


async def test_what_should_have_expired_is_asked_anew(deployment: Deployment) -> None:
    request_id = await deployment.left_by_a_dead_run(call(idempotency_key=KEY))
    await deployment.redis("HSET", deployment.key(request_id), "expires_at", "1")
    later = again(deployment)
    await later.vote()
    assert (await later.verdict()).request_id is None
    assert (await deployment.stored(request_id)).state == "expired"


async def test_a_card_that_was_never_posted_is_given_up(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_slack_resuming, "_PLACING_SECONDS", 1.0)
    deployment.slack.fail("chat.postMessage", "timeout", seconds=8.0)
    earlier = again(deployment)
    await earlier.created()
    later = again(deployment)
    await later.vote()
    assert (await later.verdict()).approved
    stored = await deployment.stored(earlier.id)
    assert (stored.state, stored.why) == ("cancelled", "unposted")
    assert (await earlier.verdict()).outcome == "cancelled"


async def test_an_earlier_request_of_somebody_else_is_not_trusted(deployment: Deployment) -> None:
    earlier = again(deployment)
    await earlier.vote()
    await earlier.verdict()
    with pytest.raises(ApprovalError, match="cannot be trusted"):
        await again(deployment, signing_key="the key of somebody else").verdict()


async def test_a_rotated_key_still_accepts_what_the_old_one_signed(
    deployment: Deployment,
) -> None:
    earlier = again(deployment)
    await earlier.vote("deny")
    await earlier.verdict()
    stored = await deployment.stored(earlier.id)
    ring = Keyring(["the key of next year", "the-key-of-this-deployment"])
    assert opened_request(stored, ring, deployment.store.namespace)


async def test_a_lost_request_of_a_known_key_is_not_run(deployment: Deployment) -> None:
    earlier = again(deployment)
    await earlier.vote()
    await earlier.verdict()
    await deployment.redis("DEL", deployment.key(earlier.id))
    with pytest.raises(ApprovalError, match="lost"):
        await again(deployment).verdict()


async def test_a_broken_request_of_a_known_key_is_not_run(deployment: Deployment) -> None:
    earlier = again(deployment)
    await earlier.vote("deny")
    await earlier.verdict()
    await deployment.redis("HSET", deployment.key(earlier.id), "state", "yes")
    with pytest.raises(ApprovalError, match="cannot be trusted"):
        await again(deployment).verdict()
    await deployment.redis("DEL", deployment.key(earlier.id))


async def test_a_run_that_was_faster_by_a_moment_is_joined(botless: Deployment) -> None:
    slower = again(botless, bot_wait=PATIENCE)
    await asyncio.sleep(0.3)
    request_id = await botless.left_by_a_dead_run(call(idempotency_key=KEY))
    await botless.bot_arrives()
    await botless.vote(request_id)
    verdict = await slower.verdict()
    assert verdict.approved
    assert verdict.request_id == request_id


async def test_two_runs_at_once_execute_once(deployment: Deployment) -> None:
    runs = [again(deployment) for _ in range(5)]
    await deployment.vote(await deployment.pending())
    answers = await asyncio.gather(*(run.task for run in runs), return_exceptions=True)
    assert sum(not isinstance(answer, BaseException) for answer in answers) == 1
    assert sum(isinstance(answer, OutcomeUnknown) for answer in answers) == 4
    assert len(deployment.cards()) == 1


async def test_a_server_that_is_away_is_said_before_anything_is_asked(
    deployment: Deployment,
) -> None:
    with pytest.raises(ApproverUnavailable):
        await again(deployment, redis_url="unix:///nowhere/at/all").verdict()
