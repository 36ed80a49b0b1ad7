"""What Redis says is not believed, what fails is not approved, what was approved is used once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from sudoagent import ApprovalError, ApproverUnavailable, OutcomeUnknown
from sudoagent.playground import Playground
from sudoagent.playground.cast import CHANNEL
from sudoagent.review.seal import Keyring
from sudoagent.review.store import ClaimReply, ReviewStore
from support.valkey import Server

from .slack_deployment import ALICE, PATIENCE, Deployment, eventually

Meanwhile = Callable[[Deployment, str], Awaitable[Any]]


async def test_a_forged_vote_approves_nothing(deployment: Deployment) -> None:
    asking = deployment.asking()
    assert await asking.vote(keyring=Keyring(["the key of somebody else"])) == "decided"
    with pytest.raises(ApprovalError, match="cannot be trusted"):
        await asking.verdict()


async def test_a_vote_on_another_call_approves_nothing(deployment: Deployment) -> None:
    asking = deployment.asking()
    assert await asking.vote(digest="0" * 64) == "decided"
    with pytest.raises(ApprovalError, match="cannot be trusted"):
        await asking.verdict()


async def test_a_state_that_was_written_by_hand_approves_nothing(deployment: Deployment) -> None:
    asking = deployment.asking()
    await asking.posted()
    await deployment.redis("HSET", deployment.key(asking.id), "state", "approved", "approvals", "1")
    await deployment.hint(asking.id)
    with pytest.raises(ApprovalError, match="cannot be trusted"):
        await asking.verdict()


async def test_a_request_that_was_lost_is_not_approved(deployment: Deployment) -> None:
    asking = deployment.asking()
    await asking.posted()
    await deployment.redis("DEL", deployment.key(asking.id))
    await deployment.hint(asking.id)
    with pytest.raises(ApprovalError, match="does not know the request any more"):
        await asking.verdict()


async def test_a_request_that_became_something_else_is_not_approved(
    deployment: Deployment,
) -> None:
    asking = deployment.asking()
    await asking.posted()
    await deployment.redis("HSET", deployment.key(asking.id), "state", "yes")
    await deployment.hint(asking.id)
    with pytest.raises(ApprovalError, match="is not a request"):
        await asking.verdict()
    await deployment.redis("DEL", deployment.key(asking.id))


async def _claimed_by_another(deployment: Deployment, request_id: str) -> None:
    await deployment.redis("HSET", deployment.key(request_id), "claimed_by", "another")


async def _frozen(deployment: Deployment, _: str) -> None:
    namespace = deployment.store.namespace
    async with await ReviewStore.open(deployment.redis_url, namespace) as store:
        await store.presence.freeze("incident 7", ALICE)


async def _gone(deployment: Deployment, request_id: str) -> None:
    await deployment.redis("DEL", deployment.key(request_id))


@pytest.mark.parametrize(
    ("meanwhile", "error"),
    [(_claimed_by_another, OutcomeUnknown), (_gone, ApprovalError)],
    ids=["claimed by another", "gone"],
)
async def test_an_approval_that_cannot_be_claimed_runs_nothing(
    deployment: Deployment,
    monkeypatch: pytest.MonkeyPatch,
    meanwhile: Meanwhile,
    error: type[Exception],
) -> None:
    _just_before_claiming(deployment, monkeypatch, meanwhile)
    asking = deployment.asking()
    await asking.vote()
    with pytest.raises(error):
        await asking.verdict()


async def test_an_approval_that_is_frozen_before_it_is_claimed_is_a_denial(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    _just_before_claiming(deployment, monkeypatch, _frozen)
    asking = deployment.asking()
    await asking.vote()
    verdict = await asking.verdict()
    assert verdict.outcome == "denied"
    assert verdict.facts == {"refusal": "frozen"}
    assert verdict.reason.startswith("approvals are frozen: ")


async def test_a_claim_that_a_failover_could_forget_runs_nothing(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unconfirmed(*_: object) -> ClaimReply:
        return ClaimReply(kind="claimed", owner="us", durable=False)

    monkeypatch.setattr(ReviewStore, "claim", unconfirmed)
    asking = deployment.asking()
    await asking.vote()
    with pytest.raises(ApprovalError, match="no replica confirmed"):
        await asking.verdict()


async def test_a_message_of_another_kind_is_not_taken_for_the_card(deployment: Deployment) -> None:
    deployment.slack.slow_down("chat.postMessage", 2.0)
    asking = deployment.asking()
    await asking.created()
    await deployment.store.attach_message(asking.id, CHANNEL, "1.1")
    with pytest.raises(ApprovalError, match="another message"):
        await asking.verdict()


@pytest.fixture
async def alone(slack: Playground, own_server: Server) -> Any:
    """A deployment with a server of its own, to be hurt."""
    async with await ReviewStore.open(own_server.url, "alone", patience=0.1) as store:
        yield Deployment(slack, own_server.url, store)


async def test_a_full_server_refuses_to_be_asked(alone: Deployment, own_server: Server) -> None:
    await alone.bot_arrives()
    own_server.call("CONFIG", "SET", "maxmemory", "1")
    with pytest.raises(ApproverUnavailable, match="full"):
        await alone.asking().verdict()
    assert alone.cards() == []


async def test_a_server_that_dies_while_a_bot_is_waited_for(
    alone: Deployment, own_server: Server
) -> None:
    asking = alone.asking(bot_wait=PATIENCE)
    await alone.store.presence.freeze_state()
    own_server.kill()
    with pytest.raises(ApproverUnavailable, match="cannot be reached"):
        await asking.verdict()


async def test_a_server_that_dies_while_waiting_never_means_yes(
    alone: Deployment, own_server: Server
) -> None:
    await alone.bot_arrives()
    asking = alone.asking(timeout=5.0)
    await asking.posted()
    own_server.kill()
    assert (await asking.verdict()).outcome == "expired"


async def test_a_request_that_could_not_be_withdrawn_is_said_in_the_log(
    alone: Deployment, own_server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    await alone.bot_arrives()
    asking = alone.asking()
    await asking.posted()
    own_server.kill()
    asking.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking.verdict()

    async def logged() -> bool | None:
        return "could not be withdrawn" in caplog.text or None

    await eventually(logged)


def _just_before_claiming(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, meanwhile: Meanwhile
) -> None:
    claim = ReviewStore.claim

    async def delayed(store: ReviewStore, request_id: str, owner: str) -> ClaimReply:
        await meanwhile(deployment, request_id)
        return await claim(store, request_id, owner)

    monkeypatch.setattr(ReviewStore, "claim", delayed)
