"""Allowed for a while: which calls pass without being asked about, and which never do."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace
from typing import Any

import pytest

from sudoagent import AllowFor, ApprovalDenied
from sudoagent.approvers import _slack_grants
from sudoagent.review.seal import Keyring
from support.parts import Asks

from .granting import SAME_CUSTOMER, AsksToo, Till, refund, refund_all
from .slack_deployment import ALICE, BOB, CAROL, SIGNING_KEY, Deployment


@pytest.fixture
def till(deployment: Deployment) -> Till:
    return Till(deployment)


async def test_the_same_call_passes_and_its_entry_says_by_whose_word(till: Till) -> None:
    request = await till.granted()
    first = till.decision
    assert first["granted_until"]
    assert first["request_id"] == request.id

    assert await till.passes(till.engine().aexecute(refund, "cus_1")) == "cus_1 got 1500.0"

    entry = till.decision
    assert entry["request_id"] != request.id
    assert entry["grant_request_id"] == request.id
    assert entry["granted_by"].endswith(f"/{ALICE}")
    assert (entry["grant_use"], entry["approved"], entry["verdict"]) == ("1", True, "approved")
    assert entry["granted_until"][:16] == first["granted_until"][:16]
    assert entry["reason"].startswith(f"allowed for a while by {ALICE}, until 20")
    # The vote is counted where it was given.
    assert (len(first["votes"]), entry["votes"], "decided_at" in entry) == (1, [], False)
    assert till.log.story[-2:] == [("decision", "allow"), ("outcome", "success")]


async def test_an_unmarked_argument_may_change_and_the_log_shows_it(till: Till) -> None:
    await till.granted()
    await till.passes(till.engine().aexecute(refund, "cus_1", 9999.0, note="all of it"))
    entry = till.decision
    assert entry["kwargs"] == {"customer": "cus_1", "amount": 9999.0, "note": "all of it"}
    assert entry["policy_decision"] == "require_approval"


async def test_every_use_is_counted(till: Till) -> None:
    request = await till.granted()
    calls = [till.passes(till.engine().aexecute(refund, "cus_1", n)) for n in range(5)]
    await asyncio.gather(*calls)
    assert (await till.deployment.stored(request.id)).grant_uses == 5


async def test_a_blocking_call_passes(till: Till) -> None:
    await till.granted()
    engine = till.engine()
    assert await till.passes(asyncio.to_thread(engine.execute, refund, "cus_1"))


DIFFERENT: dict[str, Any] = {
    "a marked argument": lambda till: till.engine().aexecute(refund, "cus_2"),
    "a marked argument of another type": lambda till: till.engine().aexecute(refund, 1),
    "another action": lambda till: till.engine().aexecute(refund_all, "cus_1"),
    "another agent": lambda till: till.engine(agent="other").aexecute(refund, "cus_1"),
    "another agent by its metadata": lambda till: (
        till.engine().using(metadata={"agent": "other"}).aexecute(refund, "cus_1")
    ),
    "no agent": lambda till: till.engine(agent=None).aexecute(refund, "cus_1"),
    "another requester": lambda till: till.engine(requester=CAROL).aexecute(refund, "cus_1"),
    "another environment": lambda till: (
        till.engine().using(metadata={"environment": "production"}).aexecute(refund, "cus_1")
    ),
    "another policy": lambda till: till.engine(AsksToo(allow_for=SAME_CUSTOMER)).aexecute(
        refund, "cus_1"
    ),
    "other reviewers": lambda till: till.engine(reviewers=[ALICE, BOB]).aexecute(refund, "cus_1"),
    "a higher risk": lambda till: till.engine(
        Asks(allow_for=AllowFor(seconds=600, same=("customer",), high_risk=True), risk="high")
    ).aexecute(refund, "cus_1"),
    "a number to be stated": lambda till: till.engine(number_match=True).aexecute(refund, "cus_1"),
    "more reviewers": lambda till: till.engine(quorum=2).aexecute(refund, "cus_1"),
    "no offer any more": lambda till: till.engine(Asks()).aexecute(refund, "cus_1"),
    "another time": lambda till: till.engine(
        Asks(allow_for=AllowFor(seconds=599, same=("customer",)))
    ).aexecute(refund, "cus_1"),
    "other marks": lambda till: till.engine(
        Asks(allow_for=AllowFor(seconds=600, same=("customer", "note")))
    ).aexecute(refund, "cus_1"),
    "an idempotency key": lambda till: (
        till.engine().using(idempotency_key="one effect").aexecute(refund, "cus_1")
    ),
}


@pytest.mark.parametrize("what", list(DIFFERENT))
async def test_what_differs_in_anything_bound_is_asked_about(till: Till, what: str) -> None:
    await till.granted()
    await till.is_asked(DIFFERENT[what](till))


async def test_a_plain_approval_is_good_for_one_call(till: Till) -> None:
    task, request_id = await till.asked(till.engine().aexecute(refund, "cus_1"))
    await till.deployment.vote(request_id)
    await task
    assert "granted_until" not in till.decision
    await till.is_asked(till.engine().aexecute(refund, "cus_1"))


async def test_a_freeze_overrides_it(till: Till) -> None:
    await till.granted()
    await till.deployment.store.presence.freeze("an incident", "operator")
    with pytest.raises(ApprovalDenied, match="frozen"):
        await till.engine().aexecute(refund, "cus_1")
    await till.deployment.store.presence.unfreeze("operator")
    request = await till.deployment.store.grants.standing()
    assert len(request) == 1
    assert (await till.deployment.stored(request[0].request_id)).grant_uses == 0


async def test_what_is_revoked_is_asked_about_at_once(till: Till) -> None:
    request = await till.granted()
    assert request.offer is not None
    await till.passes(till.engine().aexecute(refund, "cus_1"))
    revoked = await till.deployment.store.grants.revoke(request.offer.key, request.id, "T/U")
    assert revoked.kind == "revoked"
    await till.is_asked(till.engine().aexecute(refund, "cus_1"))


async def test_calls_that_race_a_revocation_pass_or_are_asked_about(till: Till) -> None:
    request = await till.granted()
    assert request.offer is not None
    store, key = till.deployment.store, request.offer.key
    calls = [
        asyncio.ensure_future(till.engine(timeout=4.0).aexecute(refund, "cus_1", n))
        for n in range(8)
    ]
    await asyncio.sleep(0.01)
    await store.grants.revoke(key, request.id, "T/U")
    counted = (await till.deployment.stored(request.id)).grant_uses
    ended = await asyncio.gather(*calls, return_exceptions=True)
    passed = [result for result in ended if isinstance(result, str)]
    assert len(passed) == counted
    assert all(isinstance(r, ApprovalDenied) for r in ended if not isinstance(r, str))


async def test_it_ends_by_itself(till: Till) -> None:
    policy = Asks(allow_for=AllowFor(seconds=2, same=("customer",)))
    request = await till.granted(till.engine(policy))
    await till.has_ended(request)
    await till.is_asked(till.engine(policy).aexecute(refund, "cus_1"))


async def test_clocks_that_are_all_set_back_do_not_revive_it(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    await till.granted()
    await till.passes(till.engine().aexecute(refund, "cus_1"))
    # The server and the time of day still say that it stands; the time that passed says otherwise.
    much_later = SimpleNamespace(time=time.time, monotonic=lambda: time.monotonic() + 601)
    monkeypatch.setattr(_slack_grants, "time", much_later)
    await till.is_asked(till.engine().aexecute(refund, "cus_1"))
    assert till.decision["grant_refused"] == "the stored grant is over: a clock was set back"


async def test_one_that_is_over_by_our_own_clock_is_over(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    await till.granted()
    ahead = SimpleNamespace(time=lambda: time.time() + 601, monotonic=time.monotonic)
    monkeypatch.setattr(_slack_grants, "time", ahead)
    await till.is_asked(till.engine().aexecute(refund, "cus_1"))
    assert till.decision["grant_refused"] == "the stored grant is over"


async def test_a_grant_of_a_former_signing_key_covers_nothing(till: Till) -> None:
    await till.granted()
    rotated = f"a-new-key-of-this-deployment,{SIGNING_KEY}"
    keyring = Keyring.of_deployment(rotated, "")
    engine = till.engine(signing_key=rotated)
    till.deployment.keyring = keyring
    await till.is_asked(engine.aexecute(refund, "cus_1"))


async def test_the_reviewers_own_limits_hold_for_the_next_call(till: Till) -> None:
    await till.granted()
    with pytest.raises(ApprovalDenied):
        await till.engine().using(deadline=0.000_001).aexecute(refund, "cus_1")


async def test_of_ten_thousand_grants_those_that_are_used_are_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_slack_grants, "_ends", {})
    monkeypatch.setattr(_slack_grants, "_MOST_REMEMBERED", 3)
    first = _slack_grants._end("used", 5.0)
    for nonce in ("a", "b", "c", "d"):
        _slack_grants._end(nonce, 5.0)
        assert _slack_grants._end("used", 600.0) == first
    assert list(_slack_grants._ends) == ["c", "d", "used"]
