"""Whoever can write to Redis, or chooses arguments, does not get a call past the reviewers."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from sudoagent import AllowFor, ApprovalDenied
from sudoagent.review.request import Request
from sudoagent.review.seal import Keyring
from support.parts import Asks

from .granting import SAME_CUSTOMER, Till, refund
from .slack_deployment import BOB, PATIENCE, Deployment


@pytest.fixture
def till(deployment: Deployment) -> Till:
    return Till(deployment)


def key_of(request: Request) -> str:
    assert request.offer is not None
    return request.offer.key


async def plant(till: Till, key: str, request_id: str, until: int | None = None) -> None:
    """Write a grant as the store would."""
    ends = until or await till.deployment.store.now_ms() + 600_000
    name = f"sudoagent:{{{till.deployment.store.namespace}}}:grant:{key}"
    fields = ("v", "1", "request", request_id, "until", str(ends))
    await till.deployment.redis("HSET", name, *fields)
    await till.deployment.redis("PEXPIRE", name, "600000")


async def refused(till: Till, customer: str = "cus_1") -> str:
    """Make a call that must be asked about although something is stored; return why."""
    await till.is_asked(till.engine().aexecute(refund, customer))
    return str(till.decision["grant_refused"])


async def approved_once(till: Till, customer: str = "cus_1") -> Request:
    task, request_id = await till.asked(till.engine().aexecute(refund, customer))
    await till.deployment.vote(request_id)
    await asyncio.wait_for(task, PATIENCE)
    return await till.deployment.request(request_id)


async def test_a_plain_approval_cannot_be_made_a_grant(till: Till) -> None:
    request = await approved_once(till)
    await plant(till, key_of(request), request.id)
    assert await refused(till) == "the stored grant is not borne out by the sealed votes"


async def test_one_customers_grant_does_not_serve_for_another(till: Till) -> None:
    granted = await till.granted(customer="cus_1")
    other = await approved_once(till, "cus_2")
    await plant(till, key_of(other), granted.id)
    assert await refused(till, "cus_2") == "the stored grant was given for other calls"


async def test_a_grant_that_is_over_cannot_be_brought_back(till: Till) -> None:
    policy = Asks(allow_for=AllowFor(seconds=1, same=("customer",)))
    request = await till.granted(till.engine(policy))
    await till.has_ended(request)
    await plant(till, key_of(request), request.id)
    await till.is_asked(till.engine(policy).aexecute(refund, "cus_1"))
    assert till.decision["grant_refused"] == "the stored grant is over"


async def test_a_revoked_one_that_is_written_back_stays_revoked(till: Till) -> None:
    request = await till.granted()
    await till.deployment.store.grants.revoke(key_of(request), request.id, "T/U")
    await plant(till, key_of(request), request.id)
    await till.is_asked(till.engine().aexecute(refund, "cus_1"))


async def test_a_vote_that_others_sealed_gives_nothing(till: Till) -> None:
    task, request_id = await till.asked(till.engine().aexecute(refund, "cus_1"))
    forger = Keyring(["the key of somebody else"])
    request = await till.allows(request_id, keyring=forger)
    await asyncio.wait({task}, timeout=PATIENCE)
    assert task.exception() is not None
    await plant(till, key_of(request), request.id)
    assert "key that this deployment does not accept" in await refused(till)


@pytest.mark.parametrize("voter", ["U0STRANGER", "U0RAVI"])
async def test_a_vote_of_somebody_who_may_not_vote_gives_nothing(till: Till, voter: str) -> None:
    engine = till.engine(requester="U0RAVI")
    task, request_id = await till.asked(engine.aexecute(refund, "cus_1"))
    await till.allows(request_id, voter)
    await asyncio.wait({task}, timeout=PATIENCE)
    assert task.exception() is not None
    await till.is_asked(engine.aexecute(refund, "cus_1"))


async def test_without_an_offer_a_vote_cannot_allow_for_a_while(till: Till) -> None:
    task, request_id = await till.asked(till.engine(Asks()).aexecute(refund, "cus_1"))
    await till.deployment.vote(request_id, grant=True)
    await asyncio.wait({task}, timeout=PATIENCE)
    assert "what the request does not offer" in str(task.exception())


async def test_what_is_no_grant_at_all_never_allows(till: Till) -> None:
    request = await approved_once(till)
    prefix = f"sudoagent:{{{till.deployment.store.namespace}}}:"
    name = f"{prefix}grant:{key_of(request)}"
    for request_id in ("*", "", "..", request.id.replace("4", "5")):
        await till.deployment.redis("HSET", name, "v", "1", "request", request_id)
        await till.deployment.redis("PEXPIRE", name, "600000")
        await till.is_asked(till.engine().aexecute(refund, "cus_1"))
    await till.deployment.redis("DEL", name)
    await till.deployment.redis("SET", name, "approved", "PX", "600000")
    with pytest.raises(ApprovalDenied):
        await till.engine().aexecute(refund, "cus_1")


async def test_a_request_that_was_changed_in_redis_gives_nothing(till: Till) -> None:
    request = await till.granted()
    key = till.deployment.key(request.id)
    await till.deployment.redis("HSET", key, "sealed", "s1.00000000.AAAA.{}")
    assert "does not accept" in await refused(till)
    await till.deployment.redis("HSET", key, "revision", "many")
    assert "lacks a field" in await refused(till)


async def test_keyword_names_of_the_agent_do_not_stand_for_the_marked_argument(till: Till) -> None:
    def pay(customer: str, /, **extra: Any) -> str:
        return customer

    engine = till.engine()
    task, request_id = await till.asked(engine.aexecute(pay, "cus_1"))
    await till.allows(request_id)
    await asyncio.wait_for(task, PATIENCE)
    task, request_id = await till.asked(engine.aexecute(pay, "cus_2", customer="cus_1"))
    await till.deployment.vote(request_id, "deny")
    await asyncio.wait({task}, timeout=PATIENCE)
    assert task.exception() is not None


async def test_two_reviewers_who_both_allow_it_are_one_grant_that_one_click_ends(
    till: Till,
) -> None:
    first, first_id = await till.asked(till.engine().aexecute(refund, "cus_1"))
    second = asyncio.ensure_future(till.engine().aexecute(refund, "cus_1"))
    store = till.deployment.store
    second_id = await till.deployment.pending(besides=first_id)
    request = await till.allows(first_id)
    await till.allows(second_id, BOB)
    await asyncio.wait_for(asyncio.gather(first, second), PATIENCE)
    assert [one.request_id for one in await store.grants.standing()] == [second_id]
    # Whoever presses Revoke on the one that was replaced means these calls, too.
    assert (await store.grants.revoke(key_of(request), first_id, "T/U")).kind == "revoked"
    assert await store.grants.standing() == ()
    await till.is_asked(till.engine().aexecute(refund, "cus_1"))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"allow_for": AllowFor(seconds=9, same=("customer", "typo"))}, "no argument typo"),
        ({"allow_for": SAME_CUSTOMER, "risk": "high"}, "the risk is high"),
        ({"allow_for": SAME_CUSTOMER, "quorum": 2}, "more than one reviewer"),
    ],
)
async def test_what_is_not_offered_is_recorded_with_the_call(
    till: Till, changes: dict[str, Any], why: str
) -> None:
    request = await till.is_asked(till.engine(Asks(**changes)).aexecute(refund, "cus_1"))
    assert request.offer is None
    assert why in till.decision["allow_for"]
