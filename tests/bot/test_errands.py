"""What is due about a request that nobody decides: whom to ask, remind and call, and not twice."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from sudoagent.review.request import Escalation, Request, SignedVote
from sudoagent.review.store.replies import MOST_COPIES, StoredReview
from sudoagent.review.widening import as_of, widened
from sudoagent_bot.errands import Errand, errands, groups_to_ask, unsettled_copies
from sudoagent_bot.opening import Opened
from support.reviews import make_request, make_vote

START = 1_000_000
REMIND, WIDEN, LATE = START + 10_000, START + 20_000, START + 30_000
LATER = Escalation(at=WIDEN, reviewers=("S0ONCALL", "U9"), channels=())
GROUPS = {"S0ONCALL": frozenset({"U7", "U8"}), "S0TEAM": frozenset({"U1", "U2", "U3"})}


def asked(**fields: Any) -> Request:
    return make_request(START, **{"reviewers": ("U1", "U2"), **fields})


def due(
    request: Request,
    at: int,
    votes: tuple[SignedVote, ...] = (),
    groups: dict[str, frozenset[str]] | None = None,
    **stored: Any,
) -> list[Errand]:
    found = at_hand(request, at, votes, **stored)
    return list(errands(*found, GROUPS if groups is None else groups))


def at_hand(
    request: Request, at: int, votes: tuple[SignedVote, ...] = (), **fields: Any
) -> tuple[Opened, StoredReview]:
    usual: dict[str, Any] = {
        "id": request.id,
        "state": "pending",
        "sealed_request": b"",
        "sealed_votes": (),
        "nonce": request.nonce,
        "digest": request.digest,
        "revision": 1,
        "created_at": request.created_at,
        "expires_at": request.expires_at,
        "now": at,
        "channel": "C1",
        "message_ts": "1.1",
    }
    stored = StoredReview(**{**usual, **fields})
    return Opened(as_of(request, at), votes, None, widened(request, at)), stored


def names(found: list[Errand]) -> list[str]:
    return [f"{errand.kind} {errand.name}" for errand in found]


def test_nothing_is_due_before_its_time() -> None:
    assert due(asked(remind_at=REMIND, escalation=LATER), REMIND - 1) == []


def test_those_who_have_not_voted_are_reminded_in_the_thread() -> None:
    request = asked(remind_at=REMIND, quorum=2, requester="U2")
    request = msgspec.structs.replace(request, reviewers=("U1", "U2", "U3"))
    [errand] = due(request, REMIND, (make_vote(request, "U1"),))
    # Nor is the requester, who may not.
    assert errand.people == ("U3",)
    assert (errand.channel, errand.thread) == ("C1", "1.1")
    allowed = msgspec.structs.replace(request, allow_requester=True)
    [errand] = due(allowed, REMIND)
    assert errand.people == ("U1", "U2", "U3")


def test_a_card_in_a_thread_is_answered_in_that_thread() -> None:
    [errand] = due(asked(remind_at=REMIND, thread="0.5"), REMIND)
    assert errand.thread == "0.5"


@pytest.mark.parametrize(
    ("voter", "groups", "people"),
    [
        (None, {}, ("S0TEAM", "U9")),
        ("U9", GROUPS, ("S0TEAM",)),
        ("U2", GROUPS, ("U1", "U3", "U9")),
        # When Slack does not say who is in the group, nobody in it is pinged by guess.
        ("U2", {}, ("U9",)),
    ],
)
def test_a_group_is_reminded_without_those_who_have_voted(
    voter: str | None, groups: dict[str, frozenset[str]], people: tuple[str, ...]
) -> None:
    request = asked(reviewers=("S0TEAM", "U9"), remind_at=REMIND, quorum=2)
    votes = (make_vote(request, voter),) if voter else ()
    [errand] = due(request, REMIND, votes, groups)
    assert errand.people == people


def test_whoever_got_a_direct_message_is_reminded_there() -> None:
    request = asked(direct=("U1", "U2", "U3"), channel="U1", remind_at=REMIND, quorum=2)
    found = due(
        request,
        REMIND,
        (make_vote(request, "U2"),),
        channel="D1",
        message_ts="5.5",
        copies={"U2": "D2/6.6", "U3": "D3/7.7"},
    )
    assert [(e.name, e.channel, e.thread, e.people) for e in found] == [
        ("remind:U1", "D1", "5.5", ("U1",)),
        ("remind:U3", "D3", "7.7", ("U3",)),
    ]
    # Somebody who could not be written to cannot be reminded.
    found = due(request, REMIND, channel="D1", message_ts="5.5", copies={"U2": "-", "U3": "-"})
    assert names(found) == ["remind remind:U1"]


def test_direct_messages_are_due_at_once_but_for_the_first_card() -> None:
    request = asked(direct=("U1", "U2"), channel="U1")
    assert names(due(request, START)) == ["copy U2"]
    beside = asked(direct=("U1", "U2"), channel="#ops")
    assert names(due(beside, START)) == ["copy U1", "copy U2"]


def test_what_is_there_is_not_due_and_what_may_be_there_is() -> None:
    request = asked(direct=("U1", "U2", "U3"), channel="#ops", remind_at=REMIND)
    copies = {"U1": "D1/1.1", "U2": "?1", "U3": "-"}
    assert names(due(request, START, copies=copies)) == ["copy U2"]
    found = due(
        asked(remind_at=REMIND, escalation=LATER),
        WIDEN,
        replies={"remind": "2.2", "widen": "?2"},
    )
    assert names(found) == ["widen widen"]


def test_more_people_are_called_in_the_thread() -> None:
    [errand] = due(asked(escalation=LATER), WIDEN)
    assert (errand.kind, errand.people) == ("widen", ("S0ONCALL", "U9"))
    [errand] = due(asked(escalation=LATER, requester="U9"), WIDEN)
    assert errand.people == ("S0ONCALL",)


def test_another_channel_gets_a_card_and_the_thread_no_call() -> None:
    there = msgspec.structs.replace(LATER, channels=("#it", "#ops"))
    request = asked(escalation=there)
    assert names(due(request, WIDEN)) == ["copy #it", "copy #ops"]
    copies = {"#it": "C2/2.2", "#ops": "-"}
    assert due(request, WIDEN, copies=copies) == []
    # Only where no card could be posted, the thread has to call.
    copies = {"#it": "-", "#ops": "-"}
    assert names(due(request, WIDEN, copies=copies)) == ["widen widen"]


def test_the_requests_own_channel_gets_no_second_card() -> None:
    here = msgspec.structs.replace(LATER, reviewers=(), channels=("#approvals",))
    assert due(asked(channel="#approvals", escalation=here), WIDEN) == []


def test_those_who_are_asked_later_get_direct_messages_too() -> None:
    request = asked(
        direct=("U1", "U8"), channel="U1", reviewers=("U1", "U8"), escalation=LATER, requester="U7"
    )
    found = due(request, WIDEN, copies={"U8": "D8/1.1"})
    assert names(found) == ["copy U9"]
    # Nobody is guessed when Slack does not say who is in the group.
    unknown = msgspec.structs.replace(LATER, reviewers=("S0ONCALL",))
    request = asked(direct=("U1",), channel="U1", escalation=unknown)
    assert due(request, WIDEN, groups={}) == []


def test_a_request_has_only_so_many_copies() -> None:
    people = tuple(f"U{number:03}" for number in range(MOST_COPIES + 5))
    request = asked(direct=people, channel="#ops")
    copies = {user: f"D{user}/1.1" for user in people[: MOST_COPIES - 1]} | {people[-1]: "?1"}
    assert names(due(request, START, copies=copies)) == [f"copy {people[-1]}"]


def test_slack_is_asked_about_groups_only_where_it_matters() -> None:
    team = asked(reviewers=("S0TEAM", "U9"), remind_at=REMIND, quorum=2)
    voted = (make_vote(team, "U9"),)
    assert groups_to_ask(*at_hand(team, REMIND)) == ()
    assert groups_to_ask(*at_hand(team, REMIND - 1, voted)) == ()
    assert groups_to_ask(*at_hand(team, REMIND, voted)) == ("S0TEAM",)
    direct = asked(direct=("U1",), channel="U1", escalation=LATER)
    assert groups_to_ask(*at_hand(direct, WIDEN - 1)) == ()
    assert groups_to_ask(*at_hand(direct, WIDEN)) == ("S0ONCALL",)
    assert groups_to_ask(*at_hand(asked(escalation=LATER), LATE)) == ()


def test_copies_that_may_be_there_are_known() -> None:
    _, stored = at_hand(asked(), START, copies={"U1": "?2", "U2": "D2/1.1", "U3": "-"})
    assert unsettled_copies(stored) == ("U1",)
