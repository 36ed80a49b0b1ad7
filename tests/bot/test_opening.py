"""A stored request as its seals prove it: everything fits together, or nothing is shown."""

from __future__ import annotations

from typing import Any

import pytest

from sudoagent.review.request import Request
from sudoagent.review.store import StoredReview
from sudoagent_bot.opening import opened_review
from sudoagent_bot.rules import Refused
from support.reviews import KEYRING, make_outcome, make_request, make_vote, sealed

ASKED = make_request()


def stored(request: Request = ASKED, **changes: Any) -> StoredReview:
    fields: dict[str, Any] = {
        "id": request.id,
        "state": "approved",
        "sealed_request": sealed(request),
        "sealed_votes": (sealed(make_vote(request)),),
        "nonce": request.nonce,
        "digest": request.digest,
        "revision": 2,
        "created_at": request.created_at,
        "expires_at": request.expires_at,
        "now": request.created_at,
        "sealed_outcome": sealed(make_outcome(request, audit_head="4:0123456789ab")),
    }
    return StoredReview(**{**fields, **changes})


def test_request_votes_and_outcome_are_opened() -> None:
    opened = opened_review(stored(), KEYRING, "default")
    assert opened.request == ASKED
    assert [vote.user_id for vote in opened.votes] == ["U1"]
    assert opened.run is not None
    assert (opened.run.outcome, opened.run.seconds) == ("success", 1.5)
    assert opened.run.audit_head == "4:0123456789ab"


def test_a_call_of_which_nothing_is_known_yet() -> None:
    assert opened_review(stored(sealed_outcome=None), KEYRING, "default").run is None


@pytest.mark.parametrize(
    "changes",
    [
        {"sealed_votes": ()},
        {"state": "denied", "sealed_outcome": None},
        {"state": "pending", "sealed_votes": ()},
        {"state": "cancelled", "sealed_votes": ()},
        {"state": "expired", "sealed_outcome": None},
        {"state": "pending", "sealed_outcome": None},
        {"sealed_outcome": b"s1.x.y.{}"},
        {"sealed_outcome": sealed(make_outcome(make_request()))},
        {"sealed_request": b"s1.x.y.{}"},
        {"sealed_votes": (b"s1.x.y.{}",)},
    ],
    ids=[
        "approved by nobody",
        "denied by an approval",
        "an outcome of a pending call",
        "an outcome of a withdrawn call",
        "an approval passed off as an expiry",
        "an approval passed off as undecided",
        "a forged outcome",
        "an outcome of another call",
        "a forged request",
        "a forged vote",
    ],
)
def test_what_does_not_fit_together_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        opened_review(stored(**changes), KEYRING, "default")
    assert refused.value.refusal == "tampered"
