"""The Home tab: what waits, what was decided, what is frozen; within limits, whatever comes."""

from __future__ import annotations

import json
import uuid
from typing import Any

import msgspec
import pytest

from sudoagent.playground.blockkit import check_view
from sudoagent.slack import texts
from sudoagent.slack.home import (
    MOST_WAITING,
    Decided,
    Frozen,
    HomeFacts,
    Waiting,
    home_view,
    notice_modal,
    on_home,
)

from .reading import nodes, sentences
from .requests_at_hand import HOSTILE, MENTIONS, argument, hostile_text, request, vote

AT = 1_795_348_773_000
FREEZE = Frozen(by="T0PLAYGROUND/U0BOB", at=AT, reason="incident 812")


def asked(**changes: Any) -> Waiting:
    return Waiting(request=request(id=str(uuid.uuid4()), **changes))


def shown(facts: HomeFacts) -> str:
    return sentences(home_view(facts)["blocks"])


def buttons(view: dict[str, Any]) -> list[str]:
    return [node["action_id"] for node in nodes(view["blocks"]) if "action_id" in node]


def test_what_waits_has_the_buttons_of_its_card() -> None:
    one = asked(agent="billing-agent", requester="U0RAVI")
    view = home_view(HomeFacts(waiting=(one,)), "the note")
    words = sentences(view["blocks"])
    assert "🟡 billing-agent wants to run refund_user for U0RAVI." in words
    assert "refund_amount  1500.0" in words
    assert "Why it asks: over limit" in words
    assert buttons(view) == ["approve", "deny", "details"]
    values = {node["value"] for node in nodes(view["blocks"]) if "action_id" in node}
    assert values == {one.request.id}
    assert (view["type"], view["private_metadata"]) == ("home", "the note")
    assert check_view(view) == []


def test_nothing_that_is_hidden_here_can_be_approved_here() -> None:
    many = asked(arguments=tuple(argument(f"line_{n}", n) for n in range(9)))
    view = home_view(HomeFacts(waiting=(many,)))
    assert buttons(view) == ["details", "deny"]
    assert texts.HIDDEN_NOTICE in sentences(view["blocks"])
    assert on_home(many.request).hidden
    assert not on_home(asked().request).hidden
    long = asked(arguments=(argument("note", "x" * 590), argument("dangerous", True)))
    assert on_home(long.request).hidden


def test_high_risk_is_confirmed_here_too() -> None:
    view = home_view(HomeFacts(waiting=(asked(risk="high"),)))
    (approve,) = [n for n in nodes(view["blocks"]) if n.get("action_id") == "approve"]
    assert "confirm" in approve


def test_a_quorum_says_how_far_it_is() -> None:
    one = Waiting(request=request(quorum=2), votes=(vote("approve", "U0BOB"),))
    assert "Needs: 1/2 approvals" in shown(HomeFacts(waiting=(one,)))


def test_where_the_agent_says_that_it_acts_is_shown() -> None:
    assert "as the agent says: production" in shown(
        HomeFacts(waiting=(asked(environment="production"),))
    )


def test_more_than_fits_is_said_to_be_more() -> None:
    facts = HomeFacts(waiting=tuple(asked() for _ in range(MOST_WAITING + 7)), unreadable=2)
    view = home_view(facts)
    assert "7 more" in sentences(view["blocks"])
    assert "cannot be trusted: 2." in sentences(view["blocks"])
    assert buttons(view).count("approve") == MOST_WAITING == len(facts.shown)
    assert check_view(view) == []


def test_nothing_waits_and_nothing_was_decided() -> None:
    words = shown(HomeFacts())
    assert texts.HOME_NOTHING in words
    assert texts.HOME_NOTHING_DECIDED in words


def test_what_was_decided_says_how_it_ended() -> None:
    decided = (
        Decided(
            request=request(agent="a"), choice="approve", state="pending", at=1_795_348_773_000
        ),
        Decided(request=request(agent="b"), choice="deny", state="denied", at=AT),
    )
    first, second = shown(HomeFacts(decided=decided)).splitlines()[-2:]
    assert first.startswith("✅ You approved refund_user for a, 2026-11-22 11:59 UTC: others")
    assert second.startswith("⛔ You denied refund_user for b, 2026-11-22 11:59 UTC: it was denied")
    assert check_view(home_view(HomeFacts(decided=decided * 40))) == []


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("T0PLAYGROUND/U0BOB", "U0BOB"),
        ("ops@host-1", "ops@host-1"),
        (MENTIONS, "<!ch"),
    ],
)
def test_a_freeze_says_by_whom_and_why(by: str, expected: str) -> None:
    frozen = Frozen(by=by, at=FREEZE.at, reason="incident *812*")
    words = shown(HomeFacts(frozen=frozen))
    assert f"🧊 Frozen by {expected}" in words
    assert "incident *812*" in words
    assert check_view(home_view(HomeFacts(frozen=frozen))) == []


def test_somebody_who_decides_nothing_sees_nothing() -> None:
    facts = HomeFacts(closed=True, frozen=FREEZE, waiting=(asked(),))
    assert shown(facts) == texts.HOME_CLOSED
    assert shown(HomeFacts(unknown=True)) == texts.HOME_UNKNOWN


@pytest.mark.parametrize("name", HOSTILE)
def test_a_full_tab_of_the_worst_is_within_slacks_limits_and_parses_nothing(name: str) -> None:
    worst = HOSTILE[name]
    copies = [msgspec.structs.replace(worst, id=str(uuid.uuid4())) for _ in range(MOST_WAITING + 1)]
    facts = HomeFacts(
        waiting=tuple(Waiting(request=one) for one in copies),
        decided=tuple(
            Decided(request=one, choice="deny", state="denied", at=one.created_at) for one in copies
        ),
        frozen=Frozen(by=hostile_text(), at=1, reason=hostile_text()),
        unreadable=10**6,
    )
    view = home_view(facts, "x" * 2000)
    assert check_view(view) == []
    assert len(view["blocks"]) <= 100
    parsed = [node for node in nodes(view["blocks"]) if node.get("type") == "mrkdwn"]
    assert all(node["text"].startswith("⏳ Expires <!date^") for node in parsed)
    assert "\u202e" not in json.dumps(view, ensure_ascii=False)


def test_a_notice_is_a_dialog_that_only_says_something() -> None:
    view = notice_modal(texts.REFUSAL["expired"])
    assert check_view(view) == []
    assert sentences(view["blocks"]) == texts.REFUSAL["expired"]
    assert "submit" not in view
