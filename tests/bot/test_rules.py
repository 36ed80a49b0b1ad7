"""Each rule of `rules` stops the attack that it is there for, whatever else is in order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from sudoagent.review.request import SCHEMA_VERSION, Escalation, Request, encode
from sudoagent.review.seal import Keyring
from sudoagent.review.store import StoredReview
from sudoagent.slack import texts
from sudoagent_bot.clicks import Click
from sudoagent_bot.refusals import sentence
from sudoagent_bot.rules import Refusal, Refused, entitled_person, listed, opened

KEYRING = Keyring(["the-deployments-own-key"])
REQUEST_ID = "6ba1f2a4-59b6-4c6d-9a2e-0f6c2b1f7e11"
OTHER_ID = "0d9f4a31-7a55-4d1c-8b52-3f3f6f2f9a02"

REQUEST = Request(
    v=SCHEMA_VERSION,
    id=REQUEST_ID,
    nonce="n1",
    namespace="default",
    action="refund_user",
    arguments=(),
    digest="d1",
    policy_reason="over limit",
    reviewers=("U0ALICE", "S0APPROVERS"),
    quorum=1,
    deny_quorum=1,
    risk="medium",
    channel="C0APPROVALS",
    created_at=1_000,
    expires_at=601_000,
    requester="U0RAVI",
)
CLICK = Click(
    action="approve",
    request_id=REQUEST_ID,
    team_id="T0HOME",
    place_team_id="T0HOME",
    user_id="U0ALICE",
    channel="C0APPROVALS",
    message_ts="1700000000.000100",
)


def stored(request: Request = REQUEST, keyring: Keyring = KEYRING, **changes: Any) -> StoredReview:
    facts: dict[str, Any] = {
        "id": REQUEST_ID,
        "state": "pending",
        "sealed_request": keyring.seal(encode(request), "request"),
        "sealed_votes": (),
        "nonce": request.nonce,
        "digest": request.digest,
        "revision": 1,
        "created_at": 1_000,
        "expires_at": 601_000,
        "now": 2_000,
        "channel": "C0APPROVALS",
        "message_ts": "1700000000.000100",
        "team_id": "T0HOME",
    }
    return StoredReview(**{**facts, **changes})


def refusal_of(click: Click, record: StoredReview | None) -> Refusal:
    with pytest.raises(Refused) as raised:
        opened(click, record, keyring=KEYRING, namespace="default", workspace="T0HOME")
    return raised.value.refusal


def test_a_click_in_order_opens_the_request_as_it_was_asked():
    found = opened(CLICK, stored(), keyring=KEYRING, namespace="default", workspace="T0HOME")
    assert found == REQUEST


@pytest.mark.parametrize("action", ["", "approve_all", "APPROVE", "approve "])
def test_a_button_of_another_time_does_nothing(action: str):
    assert refusal_of(replace(CLICK, action=action), stored()) == "old_button"


def test_nobody_decides_nothing():
    assert refusal_of(replace(CLICK, user_id=None), stored()) == "cannot_check"
    assert refusal_of(replace(CLICK, team_id=None), stored()) == "cannot_check"


def test_somebody_of_another_workspace_does_not_decide():
    assert refusal_of(replace(CLICK, team_id="T0ELSEWHERE"), stored()) == "other_workspace"


def test_a_click_in_another_workspace_does_not_decide():
    assert refusal_of(replace(CLICK, place_team_id="T0ELSEWHERE"), stored()) == "other_workspace"


def test_a_payload_that_names_the_workspace_once_is_enough():
    click = replace(CLICK, place_team_id=None)
    assert opened(click, stored(), keyring=KEYRING, namespace="default", workspace="T0HOME")


@pytest.mark.parametrize(
    "request_id", [None, "", "*", "../x", REQUEST_ID.upper(), REQUEST_ID + " "]
)
def test_an_id_that_the_library_did_not_make_is_unknown(request_id: str | None):
    assert refusal_of(replace(CLICK, request_id=request_id), stored()) == "unknown"


def test_a_request_that_is_not_stored_is_unknown():
    assert refusal_of(CLICK, None) == "unknown"


def test_a_request_sealed_by_somebody_else_is_not_trusted():
    assert refusal_of(CLICK, stored(keyring=Keyring(["somebody-elses-key"]))) == "tampered"


def test_an_unsigned_request_is_not_trusted():
    assert refusal_of(CLICK, stored(sealed_request=encode(REQUEST))) == "tampered"


def test_a_vote_does_not_pass_for_a_request():
    sealed = KEYRING.seal(encode(REQUEST), "vote")
    assert refusal_of(CLICK, stored(sealed_request=sealed)) == "tampered"


def test_a_genuine_request_under_another_id_is_not_trusted():
    moved = msgspec.structs.replace(REQUEST, id=OTHER_ID)
    assert refusal_of(CLICK, stored(moved)) == "tampered"


def test_a_genuine_request_of_another_deployment_is_not_trusted():
    moved = msgspec.structs.replace(REQUEST, namespace="staging")
    assert refusal_of(CLICK, stored(moved)) == "tampered"


@pytest.mark.parametrize(
    "place",
    [
        {"channel": "C0ELSEWHERE"},
        {"message_ts": "1700000000.000200"},
        {"channel": None},
        {"message_ts": None},
        {"channel": None, "message_ts": None},
    ],
)
def test_a_click_on_another_message_does_not_decide(place: dict[str, Any]):
    assert refusal_of(replace(CLICK, **place), stored()) == "other_message"


def test_a_click_on_any_stored_copy_counts():
    copies = {"U0ALICE": "D0ALICE/1700000000.000300", "#gone": "-", "U0BOB": "?1"}
    click = replace(CLICK, channel="D0ALICE", message_ts="1700000000.000300")
    record = stored(copies=copies)
    assert opened(click, record, keyring=KEYRING, namespace="default", workspace="T0HOME")
    for place in ({"message_ts": "1700000000.000100"}, {"channel": "-"}, {"channel": "?1"}):
        assert refusal_of(replace(click, **place), record) == "other_message"


def test_a_copy_without_a_first_card_carries_no_request():
    record = stored(channel=None, message_ts=None, copies={"U0ALICE": "D0ALICE/1.1"})
    click = replace(CLICK, channel="D0ALICE", message_ts="1.1")
    assert refusal_of(click, record) == "other_message"


def test_more_copies_than_a_request_can_have_carry_nothing():
    copies = {f"U{number}": f"D{number}/1.1" for number in range(100)}
    click = replace(CLICK, channel="D99", message_ts="1.1")
    assert refusal_of(click, stored(copies=copies)) == "other_message"


def test_more_people_may_decide_from_the_sealed_moment_on():
    later = Escalation(at=2_000, reviewers=("U0CAROL",))
    record = stored(msgspec.structs.replace(REQUEST, escalation=later))
    found = opened(CLICK, record, keyring=KEYRING, namespace="default", workspace="T0HOME")
    assert found.reviewers == ("U0ALICE", "S0APPROVERS", "U0CAROL")
    early = opened(
        CLICK, replace(record, now=1_999), keyring=KEYRING, namespace="default", workspace="T0HOME"
    )
    assert early.reviewers == REQUEST.reviewers


def test_a_request_whose_message_is_not_known_yet_cannot_be_clicked():
    unposted = stored(channel=None, message_ts=None)
    assert refusal_of(CLICK, unposted) == "other_message"
    assert refusal_of(replace(CLICK, channel=None, message_ts=None), unposted) == "other_message"


def test_a_request_posted_in_another_workspace_cannot_be_clicked_here():
    assert refusal_of(CLICK, stored(team_id="T0ELSEWHERE")) == "other_message"


def not_listed(user_id: str, *, unasked: frozenset[str] = frozenset(), **changes: Any) -> Refusal:
    request = msgspec.structs.replace(REQUEST, **changes)
    with pytest.raises(Refused) as raised:
        listed(request, user_id, {"S0APPROVERS": frozenset({"U0BOB", "U0RAVI"})}, unasked)
    return raised.value.refusal


def test_reviewers_are_listed_by_id_or_by_group():
    groups = {"S0APPROVERS": frozenset({"U0BOB"})}
    listed(REQUEST, "U0ALICE", {}, frozenset())
    listed(REQUEST, "U0BOB", groups, frozenset())


def test_a_stranger_to_the_list_does_not_decide():
    assert not_listed("U0MALLORY") == "not_a_reviewer"


def test_the_groups_of_other_requests_do_not_count():
    assert not_listed("U0BOB", reviewers=("S0OTHERS",)) == "not_a_reviewer"


def test_the_id_of_a_group_is_not_a_member_of_it():
    assert not_listed("S0OTHERS") == "not_a_reviewer"


def test_a_group_that_slack_does_not_tell_about_is_a_no():
    assert not_listed("U0MALLORY", unasked=frozenset({"S0APPROVERS"})) == "cannot_check"


def test_the_requester_does_not_decide_in_their_own_cause():
    assert not_listed("U0RAVI") == "own_request"
    assert not_listed("U0RAVI", reviewers=("U0RAVI",)) == "own_request"


def test_the_requester_may_decide_when_that_was_allowed_by_name():
    request = msgspec.structs.replace(REQUEST, reviewers=("U0RAVI",), allow_requester=True)
    listed(request, "U0RAVI", {}, frozenset())


def not_entitled(person: dict[str, Any] | None, user_id: str = "U0ALICE") -> Refusal:
    with pytest.raises(Refused) as raised:
        entitled_person(person, user_id=user_id, workspace="T0HOME")
    return raised.value.refusal


def test_a_full_member_is_entitled():
    entitled_person(
        {"id": "U0ALICE", "team_id": "T0HOME", "is_bot": False, "deleted": False},
        user_id="U0ALICE",
        workspace="T0HOME",
    )
    entitled_person({"id": "U0ALICE"}, user_id="U0ALICE", workspace="T0HOME")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"team_id": "T0ELSEWHERE"}, "other_workspace"),
        ({"team_id": None}, "other_workspace"),
        ({"is_stranger": True}, "other_workspace"),
        ({"deleted": True}, "deactivated"),
        ({"is_bot": True}, "bot"),
        ({"is_workflow_bot": True}, "bot"),
        ({"is_restricted": True}, "guest"),
        ({"is_ultra_restricted": True}, "guest"),
        ({"is_restricted": "false"}, "guest"),
        ({"is_bot": None}, "bot"),
        ({"id": "U0BOB"}, "cannot_check"),
    ],
)
def test_everybody_else_is_not(facts: dict[str, Any], expected: Refusal):
    assert not_entitled({"id": "U0ALICE", "team_id": "T0HOME", **facts}) == expected


def test_slackbot_is_a_bot_although_slack_says_otherwise():
    person = {"id": "USLACKBOT", "team_id": "T0HOME", "is_bot": False}
    assert not_entitled(person, "USLACKBOT") == "bot"


def test_somebody_about_whom_slack_cannot_be_asked_does_not_decide():
    assert not_entitled(None) == "cannot_check"
    assert not_entitled({}) == "cannot_check"


def test_every_refusal_has_a_sentence():
    from typing import get_args

    assert all(sentence(refusal) for refusal in get_args(Refusal))
    assert set(get_args(Refusal)) >= set(texts.REFUSAL)
