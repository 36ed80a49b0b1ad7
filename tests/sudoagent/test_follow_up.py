"""What happens while nobody answers: in which order, when, and never in quiet hours."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sudoagent import Decision, PolicyResult
from sudoagent.follow_up import FollowUp, QuietHours, is_channel

NIGHT = QuietHours("22:00", "07:00", "Europe/Berlin")
LUNCH = QuietHours("12:00", "13:30", "America/New_York")


def moment(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


@pytest.mark.parametrize(
    ("hours", "before", "after"),
    [
        (NIGHT, "2026-01-15T20:59:59+00:00", "2026-01-15T20:59:59+00:00"),
        (NIGHT, "2026-01-15T21:00:00+00:00", "2026-01-16T06:00:00+00:00"),
        (NIGHT, "2026-01-16T03:00:00+00:00", "2026-01-16T06:00:00+00:00"),
        (NIGHT, "2026-01-16T06:00:00+00:00", "2026-01-16T06:00:00+00:00"),
        # The nights in which the clock is put forward and back.
        (NIGHT, "2026-03-28T22:00:00+00:00", "2026-03-29T05:00:00+00:00"),
        (NIGHT, "2026-10-25T00:30:00+00:00", "2026-10-25T06:00:00+00:00"),
        (LUNCH, "2026-07-01T16:00:00+00:00", "2026-07-01T17:30:00+00:00"),
        (LUNCH, "2026-07-01T17:30:00+00:00", "2026-07-01T17:30:00+00:00"),
        (LUNCH, "2026-07-01T15:59:00+00:00", "2026-07-01T15:59:00+00:00"),
    ],
)
def test_quiet_hours_end_by_the_clock_on_the_wall(
    hours: QuietHours, before: str, after: str
) -> None:
    found = hours.passed(moment(before))
    assert datetime.fromtimestamp(found / 1000, UTC) == datetime.fromisoformat(after)


def test_an_hour_that_happens_twice_is_not_left_backwards() -> None:
    hours = QuietHours("01:00", "02:30", "Europe/Berlin")
    second_time = moment("2026-10-25T01:10:00+00:00")
    assert hours.passed(second_time) >= second_time


@pytest.mark.parametrize(
    "given",
    [
        ("22:00", "22:00", "UTC"),
        ("24:00", "07:00", "UTC"),
        ("9:00", "10:00", "UTC"),
        (22, "07:00", "UTC"),
        ("22:00", "07:00", "Middle/Earth"),
        ("22:00", "07:00", "../../etc/passwd"),
        ("22:00", "07:00", ""),
        ("22:00", "07:00", None),
    ],
)
def test_quiet_hours_that_are_none_are_refused(given: tuple[Any, Any, Any]) -> None:
    with pytest.raises(ValueError, match="quiet hours"):
        QuietHours(*given)


def test_everything_has_its_time() -> None:
    follow_up = FollowUp(remind_after=120, escalate_after=300, escalate_to=("S0ONCALL", "#it"))
    assert follow_up.moments(1_000, 601_000, "medium") == (121_000, 301_000)
    assert (follow_up.people, follow_up.channels) == (("S0ONCALL",), ("#it",))


def test_what_would_come_after_the_deadline_does_not_come() -> None:
    follow_up = FollowUp(remind_after=120, escalate_after=300, escalate_to=("S0ONCALL",))
    assert follow_up.moments(0, 300_000, "low") == (120_000, None)
    assert follow_up.moments(0, 1_000, "high") == (None, None)


def test_quiet_hours_put_off_all_but_the_riskiest() -> None:
    follow_up = FollowUp(remind_after=60, quiet=NIGHT)
    asked = moment("2026-01-15T23:00:00+01:00")
    expires = moment("2026-01-16T12:00:00+01:00")
    assert follow_up.moments(asked, expires, "medium")[0] == moment("2026-01-16T07:00:00+01:00")
    assert follow_up.moments(asked, expires, "high")[0] == asked + 60_000
    assert follow_up.moments(asked, asked + 3_600_000, "low") == (None, None)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"remind_after": 0},
        {"remind_after": -1},
        {"remind_after": True},
        {"remind_after": "120"},
        {"remind_after": float("nan")},
        {"remind_after": float("inf")},
        {"escalate_after": 10},
        {"escalate_to": ("U0ALICE",)},
        {"remind_after": 10, "escalate_to": ("U0ALICE",)},
        {"remind_after": 10, "escalate_after": 10, "escalate_to": ("U0ALICE",)},
        {"remind_after": 20, "escalate_after": 10, "escalate_to": ("U0ALICE",)},
        {"escalate_after": 10, "escalate_to": "S0ONCALL"},
        {"escalate_after": 10, "escalate_to": ("alice",)},
        {"escalate_after": 10, "escalate_to": ("alice@example.com",)},
        {"escalate_after": 10, "escalate_to": ("#a b",)},
        {"escalate_after": 10, "escalate_to": ("#",)},
        {"escalate_after": 10, "escalate_to": (7,)},
        {"escalate_after": 10, "escalate_to": ("#a", "#b", "#c", "#d")},
        {"escalate_after": 10, "escalate_to": tuple(f"U{number:03}" for number in range(51))},
        {"remind_after": 10, "quiet": ("22:00", "07:00", "UTC")},
    ],
    ids=str,
)
def test_a_follow_up_that_is_none_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"remind_after|escalate|quiet"):
        FollowUp(**given)


def test_names_are_kept_once_and_for_good() -> None:
    places = ["U0ALICE", "U0ALICE", "#it"]
    follow_up = FollowUp(escalate_after=10, escalate_to=places)
    places.append("U0MALLORY")
    assert follow_up.escalate_to == ("U0ALICE", "#it")


@pytest.mark.parametrize("name", ["#incidents", "#störungen", "C0INCIDENTS", "G0SECRET"])
def test_channels_are_told_from_people(name: str) -> None:
    assert is_channel(name)
    assert not is_channel("U0ALICE")
    assert not is_channel("S0ONCALL")


def test_a_policy_says_what_follows_and_where_it_goes() -> None:
    result = ask(timeout=600, follow_up=FollowUp(remind_after=120), direct=True)
    assert result.follow_up == FollowUp(remind_after=120)
    assert ask(channel="#ops", thread="1700000000.0001").thread == "1700000000.0001"


@pytest.mark.parametrize(
    "given",
    [
        {"timeout": 60, "follow_up": FollowUp(remind_after=60)},
        {"follow_up": {"remind_after": 60}},
        {"direct": "yes"},
        {"thread": "1700000000.0001"},
        {"thread": "latest", "channel": "#ops"},
        {"thread": 1700000000.0001, "channel": "#ops"},
    ],
    ids=str,
)
def test_a_policy_that_asks_for_the_impossible_is_wrong(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"expires|follow_up|direct|thread"):
        ask(**given)


def ask(**rules: Any) -> PolicyResult:
    return PolicyResult(decision=Decision.REQUIRE_APPROVAL, reason="over limit", **rules)
