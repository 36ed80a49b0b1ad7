"""More people may decide once the sealed time has come: not before, and nobody else."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from sudoagent.review.recount import recount, tally
from sudoagent.review.request import Escalation, Request, decode_request, encode
from sudoagent.review.seal import BadSeal
from sudoagent.review.widening import as_of, next_follow_up, widened
from support.reviews import KEYRING, make_request, make_vote, sealed

ASKED = make_request(reviewers=("U1",))
HALF = ASKED.created_at + 30_000
LATER = Escalation(at=HALF, reviewers=("U9", "U1"), channels=("#it",))


def asked(**changes: Any) -> Request:
    return msgspec.structs.replace(ASKED, escalation=LATER, **changes)


def test_the_list_grows_when_it_is_time() -> None:
    request = asked()
    assert as_of(request, HALF - 1) == request
    assert as_of(request, HALF).reviewers == ("U1", "U9")
    assert as_of(as_of(request, HALF), HALF + 1).reviewers == ("U1", "U9")
    assert as_of(ASKED, HALF) == ASKED
    assert [widened(request, at) for at in (HALF - 1, HALF)] == [False, True]


def test_what_is_sealed_survives_the_journey() -> None:
    request = asked(direct=("U1",), thread="1.2345", remind_at=HALF - 5)
    assert decode_request(encode(request)) == request


def test_a_vote_of_somebody_who_is_asked_later_counts_from_then_on() -> None:
    request = asked()
    vote = make_vote(request, user_id="U9", at=HALF)
    assert tally(request, [sealed(vote)], KEYRING).outcome == "approved"
    assert recount(request, "approved", [sealed(vote)], KEYRING).approved


@pytest.mark.parametrize(
    ("user", "at"), [("U9", HALF - 1), ("U8", HALF + 1)], ids=["too early", "never asked"]
)
def test_anybody_else_or_any_earlier_is_a_forgery(user: str, at: int) -> None:
    request = asked()
    vote = make_vote(request, user_id=user, at=at)
    with pytest.raises(BadSeal, match="may not vote"):
        tally(request, [sealed(vote)], KEYRING)


def test_redis_cannot_add_people() -> None:
    """Whoever writes to the store has no seal for a request with more reviewers."""
    vote = make_vote(ASKED, user_id="U9", at=HALF + 1)
    with pytest.raises(BadSeal, match="may not vote"):
        recount(ASKED, "approved", [sealed(vote)], KEYRING)


def test_the_next_thing_to_do_is_the_earliest_that_is_left() -> None:
    request = asked(remind_at=HALF - 10_000)
    start = request.created_at
    assert next_follow_up(ASKED, start) is None
    assert next_follow_up(request, start) == HALF - 10_000
    assert next_follow_up(request, HALF - 10_000) == HALF
    assert next_follow_up(request, HALF) is None


def test_direct_messages_besides_the_first_card_are_due_at_once() -> None:
    start = ASKED.created_at
    assert next_follow_up(asked(direct=("U1", "U2"), channel="U1"), start) == start
    assert next_follow_up(asked(direct=("U1",), channel="C1"), start) == start
    assert next_follow_up(asked(direct=("U1",), channel="U1"), start) == HALF
