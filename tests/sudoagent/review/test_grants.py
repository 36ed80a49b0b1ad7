"""Which calls a grant covers, and what proves that somebody gave it."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudoagent.review.grants import Scope, check_covers, grant_key, opened_grant
from sudoagent.review.recount import recount, tally
from sudoagent.review.request import (
    Argument,
    GrantOffer,
    MalformedRecord,
    Request,
    decode_request,
    encode,
)
from sudoagent.review.seal import BadSeal, Keyring
from sudoagent.review.store import StoredReview
from support.reviews import KEYRING, make_request, make_vote, sealed

NOW = 1_000_000
SCOPE = Scope(
    namespace="default",
    action="refund",
    agent="billing-agent",
    requester="U0RAVI",
    environment="production",
    policy=("shop.RefundPolicy", "0123456789abcdef"),
    rules=(frozenset({"U0ALICE", "U0BOB"}), "medium"),
    seconds=600,
    arguments={"customer": "cus_1", "limit": 5},
)
OTHERS: dict[str, Any] = {
    "namespace": "staging",
    "action": "refund_all",
    "agent": "other-agent",
    "requester": None,
    "environment": None,
    "policy": ("shop.RefundPolicy", "fedcba9876543210"),
    "rules": (frozenset({"U0ALICE"}), "medium"),
    "seconds": 601,
    "arguments": {"customer": "cus_2", "limit": 5},
}
ARGUMENTS = (Argument(name="customer", value="cus_1", type="str"),)


def offer(**changes: Any) -> GrantOffer:
    usual = {"seconds": 600, "same": ("customer",), "key": grant_key(KEYRING, SCOPE)}
    return GrantOffer(**{**usual, **changes})


def request(**changes: Any) -> Request:
    return make_request(NOW, **{"arguments": ARGUMENTS, "offer": offer(), **changes})


def stored(asked: Request, *votes: bytes) -> StoredReview:
    return StoredReview(
        id=asked.id,
        state="approved",
        sealed_request=sealed(asked),
        sealed_votes=votes,
        nonce=asked.nonce,
        digest=asked.digest,
        revision=2,
        created_at=asked.created_at,
        expires_at=asked.expires_at,
        now=NOW + 5,
    )


def granted(asked: Request, **changes: Any) -> StoredReview:
    return stored(asked, sealed(make_vote(asked, grant=True, **changes)))


class TestTheKey:
    def test_it_is_the_same_for_the_same_and_says_nothing(self) -> None:
        key = grant_key(KEYRING, SCOPE)
        assert key == grant_key(Keyring(["a secret of this test deployment", "x" * 16]), SCOPE)
        assert len(key) == 64
        assert "cus_1" not in key

    @pytest.mark.parametrize("field", [field.name for field in dataclasses.fields(Scope)])
    def test_it_differs_when_anything_differs(self, field: str) -> None:
        other = dataclasses.replace(SCOPE, **{field: OTHERS[field]})
        assert grant_key(KEYRING, other) != grant_key(KEYRING, SCOPE)

    def test_it_differs_with_the_signing_key(self) -> None:
        rotated = Keyring(["a newer secret of this deployment", "a secret of this test deployment"])
        assert grant_key(rotated, SCOPE) != grant_key(KEYRING, SCOPE)

    def test_it_does_not_depend_on_the_order_of_reviewers_or_arguments(self) -> None:
        other = dataclasses.replace(
            SCOPE,
            rules=(frozenset({"U0BOB", "U0ALICE"}), "medium"),
            arguments={"limit": 5, "customer": "cus_1"},
        )
        assert grant_key(KEYRING, other) == grant_key(KEYRING, SCOPE)

    @given(one=st.text(), other=st.text(), shift=st.text())
    def test_no_text_runs_over_into_its_neighbour(self, one: str, other: str, shift: str) -> None:
        left = dataclasses.replace(SCOPE, action=one + shift, agent=other)
        right = dataclasses.replace(SCOPE, action=one, agent=shift + other)
        same = (left.action, left.agent) == (right.action, right.agent)
        assert (grant_key(KEYRING, left) == grant_key(KEYRING, right)) is same

    @pytest.mark.parametrize("lookalike", [5.0, "5", True, [5], None])
    def test_values_of_another_type_are_other_values(self, lookalike: object) -> None:
        other = dataclasses.replace(SCOPE, arguments={"customer": "cus_1", "limit": lookalike})
        assert grant_key(KEYRING, other) != grant_key(KEYRING, SCOPE)


class TestTheProof:
    def test_an_offer_and_a_vote_that_takes_it_up(self) -> None:
        asked = request()
        grant = opened_grant(granted(asked), KEYRING, "default")
        assert grant.request == asked
        assert (grant.vote.user_id, grant.key) == ("U1", offer().key)
        assert grant.until == grant.vote.at + 600_000
        assert grant.ends.isoformat() == "1970-01-01T00:26:40.001000+00:00"

    def test_a_vote_that_does_not_take_it_up_is_none(self) -> None:
        asked = request()
        with pytest.raises(BadSeal, match="not borne out"):
            opened_grant(stored(asked, sealed(make_vote(asked))), KEYRING, "default")
        with pytest.raises(BadSeal, match="not borne out"):
            opened_grant(stored(asked), KEYRING, "default")

    def test_a_denial_beside_it_ends_it(self) -> None:
        asked = request()
        votes = (make_vote(asked, grant=True), make_vote(asked, "U2", "deny"))
        with pytest.raises(BadSeal, match="not borne out"):
            opened_grant(stored(asked, *map(sealed, votes)), KEYRING, "default")

    @pytest.mark.parametrize(
        "changes",
        [
            {"choice": "deny"},
            {"edits": {"customer": "cus_2"}},
            {"user": "U9"},
            {"request_id": make_request().id},
            {"nonce": "another"},
            {"digest": "another"},
            {"at": NOW + 600_001},
        ],
    )
    def test_a_vote_that_cannot_be_one_is_refused(self, changes: dict[str, Any]) -> None:
        with pytest.raises(BadSeal):
            opened_grant(granted(request(), **changes), KEYRING, "default")

    def test_what_was_not_offered_cannot_be_taken_up(self) -> None:
        asked = request(offer=None)
        with pytest.raises(BadSeal, match="does not offer"):
            tally(asked, [sealed(make_vote(asked, grant=True))], KEYRING)

    def test_it_is_of_one_namespace(self) -> None:
        with pytest.raises(BadSeal, match="namespace"):
            opened_grant(granted(request()), KEYRING, "staging")

    def test_the_verdict_says_until_when_it_stands(self) -> None:
        asked = request()
        votes = [sealed(make_vote(asked, grant=True))]
        verdict = recount(asked, "approved", votes, KEYRING)
        assert verdict.facts == {"granted_until": "1970-01-01T00:26:40.001000+00:00"}
        plain = recount(asked, "approved", [sealed(make_vote(asked))], KEYRING)
        assert plain.facts == {}

    @pytest.mark.parametrize(
        "changes",
        [
            {"offer": offer(seconds=0)},
            {"offer": offer(seconds=86_401)},
            {"offer": offer(same=())},
            {"offer": offer(same=("customer", "customer"))},
            {"offer": offer(same=("customer", "amount"))},
            {"offer": offer(key="*")},
            {"quorum": 2},
            {"arguments": ()},
            {"arguments": (msgspec.structs.replace(ARGUMENTS[0], cut=True),)},
            {"arguments": (msgspec.structs.replace(ARGUMENTS[0], uninspectable=True),)},
            {"arguments": ARGUMENTS * 2},
        ],
    )
    def test_an_offer_that_is_bound_to_nothing_is_no_record(self, changes: dict[str, Any]) -> None:
        with pytest.raises(MalformedRecord, match="bound to nothing"):
            decode_request(encode(request(**changes)))


class TestWhatItCovers:
    def test_the_same_until_it_ends(self) -> None:
        grant = opened_grant(granted(request()), KEYRING, "default")
        for moment in (NOW + 1, grant.until - 1):
            check_covers(grant, request(), server_now=moment, own_now=moment)

    def test_nothing_else(self) -> None:
        grant = opened_grant(granted(request()), KEYRING, "default")
        for other in (request(offer=offer(key="0" * 64)), request(offer=None)):
            with pytest.raises(BadSeal, match="other calls"):
                check_covers(grant, other, server_now=NOW, own_now=NOW)

    @pytest.mark.parametrize("ahead", [(0, 1), (1, 0), (1, 1)])
    def test_by_neither_clock_after_its_end(self, ahead: tuple[int, int]) -> None:
        grant = opened_grant(granted(request()), KEYRING, "default")
        server, own = (grant.until if over else NOW + 2 for over in ahead)
        with pytest.raises(BadSeal, match="is over"):
            check_covers(grant, request(), server_now=server, own_now=own)

    def test_not_before_it_was_given(self) -> None:
        grant = opened_grant(granted(request()), KEYRING, "default")
        check_covers(grant, request(), server_now=NOW - 4_000, own_now=NOW)
        with pytest.raises(BadSeal, match="set back"):
            check_covers(grant, request(), server_now=NOW - 6_000, own_now=NOW)
