"""Counting the votes again: only what reviewers sealed makes an approval."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudoagent.review.recount import recount
from sudoagent.review.request import Request
from sudoagent.review.seal import BadSeal, Keyring
from support.reviews import KEYRING, make_request, make_vote, sealed


def cast(request: Request, *votes: tuple[str, str], **fields: Any) -> list[bytes]:
    return [sealed(make_vote(request, user, choice, **fields)) for user, choice in votes]


def test_a_sealed_quorum_is_an_approval_that_says_who_and_when() -> None:
    request = make_request(quorum=2)
    first = make_vote(request, "U2", at=request.created_at + 5)
    second = make_vote(request, "U1", at=request.created_at + 9, comment="fine by me")
    verdict = recount(request, "approved", [sealed(second), sealed(first)], KEYRING)
    assert verdict.approved
    assert verdict.reason == "approved by U2, U1"
    assert verdict.comment == "fine by me"
    assert [vote.user_id for vote in verdict.votes] == ["U2", "U1"]
    assert verdict.decided_at is not None
    assert verdict.decided_at.timestamp() * 1000 == request.created_at + 9


def test_a_deny_is_a_deny_with_its_comment() -> None:
    request = make_request()
    votes = cast(request, ("U1", "deny"), comment="not this customer")
    verdict = recount(request, "denied", votes, KEYRING)
    assert (verdict.outcome, verdict.comment) == ("denied", "not this customer")
    assert verdict.reason == "denied by U1"


@pytest.mark.parametrize(
    ("state", "why", "reason"),
    [
        ("expired", None, "nobody answered in time"),
        ("cancelled", None, "the request was withdrawn"),
        ("cancelled", "the caller gave up", "the caller gave up"),
    ],
)
def test_an_end_without_a_vote_needs_no_proof(state: Any, why: str | None, reason: str) -> None:
    verdict = recount(make_request(), state, [b"rubbish"], KEYRING, why=why)
    assert (verdict.outcome, verdict.reason) == (state, reason)


def test_a_stored_denial_is_believed_because_it_only_refuses() -> None:
    assert recount(make_request(), "denied", [], KEYRING).outcome == "denied"


def test_an_approval_is_not_believed() -> None:
    with pytest.raises(BadSeal, match="not borne out"):
        recount(make_request(), "approved", [], KEYRING)


@pytest.mark.parametrize("state", ["pending", "surprise"])
def test_a_quorum_of_votes_without_the_stored_approval_approves_nothing(state: Any) -> None:
    request = make_request()
    with pytest.raises(BadSeal):
        recount(request, state, cast(request, ("U1", "approve")), KEYRING)


def test_a_hidden_deny_among_the_votes_refuses() -> None:
    request = make_request()
    votes = cast(request, ("U1", "approve"), ("U2", "deny"))
    with pytest.raises(BadSeal):
        recount(request, "approved", votes, KEYRING)


class TestForgedApprovals:
    """Whoever can write to Redis stores votes of his own making under an approved state."""

    def refused(self, request: Request, *votes: bytes) -> None:
        with pytest.raises(BadSeal):
            recount(request, "approved", votes, KEYRING)

    def test_sealed_with_another_key(self) -> None:
        request = make_request()
        stranger = Keyring(["some other deployment's secret"])
        vote = make_vote(request)
        with pytest.raises(BadSeal):
            recount(request, "approved", [sealed(vote)], stranger)

    def test_a_request_presented_as_a_vote(self) -> None:
        request = make_request()
        self.refused(request, sealed(request))

    def test_a_vote_sealed_with_the_requests_key(self) -> None:
        request = make_request()
        payload = KEYRING.open(sealed(make_vote(request)), "vote")
        self.refused(request, KEYRING.seal(payload, "request"))

    def test_a_deny_turned_into_an_approval(self) -> None:
        request = make_request()
        (deny,) = cast(request, ("U1", "deny"))
        self.refused(request, deny.replace(b'"deny"', b'"approve"'))

    def test_a_vote_from_another_request(self) -> None:
        request, other = make_request(), make_request()
        self.refused(request, *cast(other, ("U1", "approve")))

    @pytest.mark.parametrize("field", ["nonce", "digest"])
    def test_a_vote_on_an_earlier_form_of_this_request(self, field: str) -> None:
        request = make_request()
        self.refused(request, *cast(request, ("U1", "approve"), **{field: "other"}))

    def test_one_vote_stored_twice(self) -> None:
        request = make_request(quorum=2)
        (vote,) = cast(request, ("U1", "approve"))
        self.refused(request, vote, vote)

    def test_two_votes_of_one_reviewer(self) -> None:
        request = make_request(quorum=2)
        first, second = make_vote(request), make_vote(request, comment="again")
        self.refused(request, sealed(first), sealed(second))

    def test_a_vote_after_the_deadline(self) -> None:
        request = make_request()
        late = request.expires_at + 1
        self.refused(request, *cast(request, ("U1", "approve"), at=late))

    def test_the_requesters_own_vote(self) -> None:
        request = make_request(requester="U1")
        self.refused(request, *cast(request, ("U1", "approve")))

    def test_somebody_who_is_not_on_the_list(self) -> None:
        request = make_request()
        self.refused(request, *cast(request, ("U666", "approve")))

    def test_rubbish_under_a_genuine_seal(self) -> None:
        self.refused(make_request(), KEYRING.seal(b"{}", "vote"))


def test_the_requester_may_vote_where_the_request_allows_it() -> None:
    request = make_request(requester="U1", allow_requester=True)
    assert recount(request, "approved", cast(request, ("U1", "approve")), KEYRING).approved


def test_members_of_a_group_were_checked_when_they_voted() -> None:
    request = make_request(reviewers=("S123",))
    assert recount(request, "approved", cast(request, ("U77", "approve")), KEYRING).approved


def test_after_a_rotation_the_old_keys_votes_still_count() -> None:
    request = make_request()
    rotated = Keyring(["the new secret of this deployment", "a secret of this test deployment"])
    assert recount(request, "approved", cast(request, ("U1", "approve")), rotated).approved


@given(
    choices=st.lists(
        st.tuples(st.sampled_from(["U1", "U2", "U3"]), st.sampled_from(["approve", "deny"])),
        max_size=5,
    ),
    quorum=st.integers(1, 3),
    deny_quorum=st.integers(1, 3),
)
def test_an_approval_always_rests_on_a_quorum_of_different_reviewers(
    choices: list[tuple[str, str]], quorum: int, deny_quorum: int
) -> None:
    request = make_request(quorum=quorum, deny_quorum=deny_quorum)
    votes = [sealed(make_vote(request, user, choice)) for user, choice in choices]
    approvers = {user for user, choice in choices if choice == "approve"}
    denies = [user for user, choice in choices if choice == "deny"]
    sound = len({user for user, _ in choices}) == len(choices)
    enough = len(approvers) >= quorum and len(denies) < deny_quorum
    try:
        approved = recount(request, "approved", votes, KEYRING).approved
    except BadSeal:
        approved = False
    assert approved == (sound and enough)
