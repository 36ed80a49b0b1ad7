"""Whom SlackApprover asks, and what it does not even ask."""

from __future__ import annotations

from typing import Any

import pytest

from sudoagent import ApprovalDenied, ApprovalError

from .slack_deployment import ALICE, BOB, CAROL, Deployment, call


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


async def test_what_was_taken_out_of_a_text_is_not_approved_with_one_click(
    deployment: Deployment,
) -> None:
    borrowed = {"sql": "SELECT 1; DROP TABLE users;", "options": {"token": "DROP TABLE users;"}}
    asking = deployment.asking(ctx=call(kwargs=borrowed))
    await asking.vote("deny")
    await asking.verdict()
    (card,) = deployment.cards()
    assert "DROP TABLE" not in card.words
    assert "approve" not in card.action_ids


async def test_an_argument_that_repeats_the_action_does_not_hide_it(deployment: Deployment) -> None:
    asking = deployment.asking(ctx=call("delete_all_users", kwargs={"token": "delete_all_users"}))
    await asking.vote("deny")
    await asking.verdict()
    (card,) = deployment.cards()
    assert "delete_all_users" in card.words


@pytest.mark.parametrize("action", ["a" * 101, "\u202e" * 20], ids=["long", "long made visible"])
async def test_an_action_that_could_not_be_read_in_full_is_not_asked_about(
    deployment: Deployment, action: str
) -> None:
    asking = deployment.asking(ctx=call(action))
    with pytest.raises(ApprovalDenied, match="the action's name"):
        await asking.verdict()
    assert deployment.cards() == []


async def test_an_action_stands_in_full_on_the_card(deployment: Deployment) -> None:
    asking = deployment.asking(ctx=call("a" * 100))
    await asking.vote("deny")
    await asking.verdict()
    (card,) = deployment.cards()
    assert card.words.count("a" * 100) == 2


async def test_a_call_of_any_size_is_cut_and_said_to_be_cut(deployment: Deployment) -> None:
    ctx = call(kwargs={f"note_{n}": "x" * 30_000 for n in range(50)})
    asking = deployment.asking(ctx=ctx)
    await asking.vote("deny")
    await asking.verdict()
    request = await deployment.request(asking.id)
    assert any(argument.cut for argument in request.arguments)
    assert "approve" not in deployment.cards()[0].action_ids
