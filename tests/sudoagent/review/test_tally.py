"""Votes and requests as far as their seals prove them: what a card shows, a verdict rests on."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from sudoagent.review.recount import opened_request, tally
from sudoagent.review.request import Request
from sudoagent.review.seal import BadSeal, Keyring
from sudoagent.review.store import StoredReview
from support.reviews import KEYRING, make_request, make_vote, sealed

ASKED = make_request(quorum=2, requester="U3")


def stored(request: Request, **changes: Any) -> StoredReview:
    fields: dict[str, Any] = {
        "id": request.id,
        "state": "pending",
        "sealed_request": sealed(request),
        "sealed_votes": (),
        "nonce": request.nonce,
        "digest": request.digest,
        "revision": 1,
        "created_at": request.created_at,
        "expires_at": request.expires_at,
        "now": request.created_at,
    }
    return StoredReview(**{**fields, **changes})


def test_a_request_of_ours_is_opened() -> None:
    assert opened_request(stored(ASKED), KEYRING, "default") == ASKED


@pytest.mark.parametrize(
    "changes",
    [
        {"sealed_request": b"s1.x.y.{}"},
        {"sealed_request": KEYRING.seal(b"{}", "request")},
        {"sealed_request": sealed(make_vote(ASKED))},
        {"id": make_request().id},
    ],
    ids=["forged", "malformed", "a vote", "another id"],
)
def test_a_request_that_is_not_ours_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadSeal):
        opened_request(stored(ASKED, **changes), KEYRING, "default")


def test_a_request_of_another_namespace_is_refused() -> None:
    with pytest.raises(BadSeal, match="namespace"):
        opened_request(stored(ASKED), KEYRING, "other")


@pytest.mark.parametrize(
    ("choices", "outcome"),
    [
        ({}, None),
        ({"U1": "approve"}, None),
        ({"U1": "approve", "U2": "approve"}, "approved"),
        ({"U1": "approve", "U2": "deny"}, "denied"),
    ],
    ids=["none", "too few", "enough", "one denial"],
)
def test_votes_are_counted(choices: dict[str, str], outcome: str | None) -> None:
    votes = [sealed(make_vote(ASKED, user, choice)) for user, choice in choices.items()]
    counted = tally(ASKED, votes, KEYRING)
    assert counted.outcome == outcome
    assert {vote.user_id: vote.choice for vote in counted.votes} == choices


def test_votes_are_in_the_order_in_which_they_were_cast() -> None:
    votes = [sealed(make_vote(ASKED, "U1", at=20)), sealed(make_vote(ASKED, "U2", at=10))]
    assert [vote.user_id for vote in tally(ASKED, votes, KEYRING).votes] == ["U2", "U1"]


def test_members_of_a_group_are_taken_at_the_bots_word() -> None:
    asked = msgspec.structs.replace(ASKED, reviewers=("S1",))
    assert tally(asked, [sealed(make_vote(asked, "U77"))], KEYRING).votes


@pytest.mark.parametrize(
    "vote",
    [
        b"s1.x.y.{}",
        KEYRING.seal(b"{}", "vote"),
        Keyring(["the secret of somebody else"]).seal(b"{}", "vote"),
        sealed(make_vote(make_request())),
        sealed(make_vote(ASKED, nonce="earlier")),
        sealed(make_vote(ASKED, digest="another call")),
        sealed(make_vote(ASKED, "U3")),
        sealed(make_vote(ASKED, "U77")),
    ],
    ids=["forged", "malformed", "key", "request", "nonce", "digest", "requester", "stranger"],
)
def test_a_vote_that_is_not_genuine_is_refused(vote: bytes) -> None:
    with pytest.raises(BadSeal):
        tally(ASKED, [vote], KEYRING)


def test_a_second_vote_of_one_reviewer_is_refused() -> None:
    votes = [sealed(make_vote(ASKED, at=1)), sealed(make_vote(ASKED, at=2))]
    with pytest.raises(BadSeal, match="more than one vote"):
        tally(ASKED, votes, KEYRING)
