"""A policy's answer is checked when it is made: a rule that cannot be met is no rule."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest

from sudoagent import AllowAllPolicy, Context, Decision, DenyAllPolicy, Policy, PolicyResult
from sudoagent.policies import check_timeout

CTX = Context(action="pay")


def result(**fields: Any) -> PolicyResult:
    return PolicyResult(**{"decision": Decision.ALLOW, "reason": "because", **fields})


def test_the_two_ready_policies() -> None:
    assert AllowAllPolicy().evaluate(CTX).decision is Decision.ALLOW
    assert DenyAllPolicy().evaluate(CTX).decision is Decision.DENY
    assert isinstance(AllowAllPolicy(), Policy)
    assert isinstance(DenyAllPolicy(), Policy)


@pytest.mark.parametrize("decision", list(Decision))
def test_a_decision_may_be_written_as_text(decision: Decision) -> None:
    assert result(decision=decision.value).decision is decision


@pytest.mark.parametrize("decision", ["ALLOW", "yes", "", True, 1, None, object()])
def test_an_unknown_decision_is_refused(decision: Any) -> None:
    with pytest.raises(ValueError, match=r"use Decision\.ALLOW"):
        result(decision=decision)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("reason", ["", "  ", None, 5, b"bytes"]),
        ("reviewers", [[], (), "U1", [""], ["U1", " "], [None], [5]]),
        ("quorum", [0, -1, 1.5, True, "2"]),
        ("deny_quorum", [0, -1, 1.5, True, "2"]),
        ("timeout", [0, -1, math.inf, -math.inf, math.nan, True, "60", 1e300, 10**400]),
        ("channel", ["", "  ", 5]),
        ("risk", ["", "extreme", "HIGH", 1]),
        ("highlight", ["amount"]),
        ("allow_uninspectable", ["false", 1, None]),
    ],
)
def test_what_cannot_be_meant_is_refused(field: str, values: list[Any]) -> None:
    for value in values:
        with pytest.raises(ValueError, match=field):
            result(**{field: value})


def test_rules_are_kept_as_they_were_given() -> None:
    given = result(
        reviewers=["U1", "S2"],
        quorum=2,
        deny_quorum=1,
        timeout=30,
        channel="#ops",
        risk="high",
        highlight=["amount"],
        allow_uninspectable=True,
    )

    assert (given.reviewers, given.highlight) == (("U1", "S2"), ("amount",))
    assert (given.quorum, given.deny_quorum, given.timeout) == (2, 1, 30)


def test_a_result_cannot_be_changed() -> None:
    names = ["U1"]
    given = result(reviewers=names)
    names.append("U2")

    with pytest.raises(dataclasses.FrozenInstanceError):
        given.decision = Decision.DENY  # type: ignore[misc]
    assert given.reviewers == ("U1",)


@pytest.mark.parametrize("seconds", [1, 0.5, 1e9, 600])
def test_a_time_that_a_person_could_be_given(seconds: float) -> None:
    assert check_timeout(seconds) == float(seconds)
