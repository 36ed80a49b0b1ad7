"""What is said while nobody decides: to whom, and to nobody twice."""

from __future__ import annotations

import pytest

from sudoagent.playground.blockkit import check_message
from sudoagent.review.request import Escalation
from sudoagent.review.widening import as_of
from sudoagent.slack.messages import card
from sudoagent.slack.reminders import (
    copy_card,
    copy_marker,
    reminder,
    reminder_marker,
    widening_call,
    widening_marker,
)

from .reading import nodes, sentences
from .requests_at_hand import HOSTILE, request, vote

ASKED = request(
    escalation=Escalation(at=1_795_349_073_000, reviewers=("S0ONCALL",), channels=("#it",))
)
WIDENED = as_of(ASKED, 1_795_349_073_000)


def mentioned(message: object) -> set[str]:
    """Everybody whom a message pings when it is posted."""
    found = nodes(getattr(message, "blocks", message))
    ids = (node.get("user_id") or node.get("usergroup_id") for node in found)
    return {one for one in ids if one}


def test_a_card_says_when_more_people_are_asked_and_names_none_of_them() -> None:
    shown = card(ASKED)
    assert "⏫ If nobody decides, more people are asked at 2026-11-22 12:04 UTC" in sentences(shown)
    assert mentioned(shown) == {"U0ALICE", "U0BOB"}


def test_a_widened_card_says_since_when_and_names_everybody() -> None:
    shown = card(WIDENED, widened=True)
    assert "⏫ More people were asked at 2026-11-22 12:04 UTC" in sentences(shown)
    assert mentioned(shown) == {"U0ALICE", "U0BOB", "S0ONCALL"}
    ids = [{block["block_id"] for block in one.blocks} for one in (shown, card(ASKED))]
    assert not ids[0] & ids[1]


@pytest.mark.parametrize("state", ["approved", "denied", "expired", "cancelled"])
def test_a_decided_card_says_that_more_people_were_asked_if_they_were(state: str) -> None:
    decided = card(ASKED, state=state, votes=[vote("approve", "U0ALICE")])  # type: ignore[arg-type]
    assert "⏫" not in sentences(decided)
    decided = card(WIDENED, state=state, votes=[vote("approve", "U0ALICE")], widened=True)  # type: ignore[arg-type]
    assert "⏫ More people were asked" in sentences(decided)


def test_a_copy_pings_only_those_who_were_not_asked_before() -> None:
    copy = copy_card(WIDENED, [], widened=True, asked_before=("U0ALICE", "U0BOB"))
    assert mentioned(copy) == {"S0ONCALL"}
    assert "S0ONCALL, and 2 asked before" in sentences(copy)


def test_a_copy_for_a_channel_alone_pings_nobody() -> None:
    copy = copy_card(ASKED, [], widened=True, asked_before=ASKED.reviewers)
    assert mentioned(copy) == set()
    assert "Who can decide: 2 asked before" in sentences(copy)


def test_a_reminder_mentions_those_whom_it_is_for() -> None:
    told = reminder(ASKED, ("U0BOB", "S0GROUP"))
    assert mentioned(told) == {"U0BOB", "S0GROUP"}
    assert "this still waits for a decision. It expires at 2026-11-22 12:09 UTC." in sentences(told)
    assert told.text == "Reminder: refund_user still waits for a decision"


def test_a_reminder_for_nobody_is_said_into_the_room() -> None:
    told = reminder(ASKED, ())
    assert mentioned(told) == set()
    assert sentences(told).startswith("⏰ This still waits")


def test_those_who_are_asked_later_are_told_that_they_can_decide() -> None:
    told = widening_call(ASKED, ("S0ONCALL",))
    assert mentioned(told) == {"S0ONCALL"}
    assert told.text == "You can decide this now, too: refund_user"


def test_each_message_is_known_by_its_marker_and_by_no_other() -> None:
    marked = {
        copy_marker(ASKED): copy_card(ASKED, [], widened=True),
        reminder_marker(ASKED): reminder(ASKED, ()),
        widening_marker(ASKED): widening_call(ASKED, ()),
    }
    for marker in marked:
        fitting = [
            other
            for other, message in marked.items()
            if any(marker in block["block_id"] for block in message.blocks)
        ]
        assert fitting == [marker]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_calls_are_posted_as_strictly_as_cards(name: str) -> None:
    hostile = HOSTILE[name]
    for message in (
        reminder(hostile, hostile.reviewers),
        widening_call(hostile, hostile.reviewers),
        copy_card(hostile, [], widened=True, asked_before=hostile.reviewers[:1]),
    ):
        assert check_message([*message.blocks]) == []
        assert "<!" not in message.text
