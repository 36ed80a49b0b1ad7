"""What a policy can offer to allow for a while: bounded in time, and bound to arguments."""

from __future__ import annotations

import math
from typing import Any

import pytest

from sudoagent import AllowFor, Decision, PolicyResult


def asking(offer: Any) -> PolicyResult:
    return PolicyResult(
        decision=Decision.REQUIRE_APPROVAL, reason="over the limit", allow_for=offer
    )


@pytest.mark.parametrize("seconds", [1, 600, 600.0, 86_400])
def test_from_a_second_to_a_day(seconds: float) -> None:
    offer = AllowFor(seconds=seconds, same=["customer"])  # type: ignore[arg-type]
    assert (offer.seconds, type(offer.seconds), offer.same) == (seconds, int, ("customer",))
    assert asking(offer).allow_for is offer


@pytest.mark.parametrize(
    "seconds", [0, -1, 0.5, 1.5, 86_401, math.inf, math.nan, True, "600", None, 10**400]
)
def test_no_other_time_is_one(seconds: Any) -> None:
    with pytest.raises(ValueError, match="seconds"):
        AllowFor(seconds=seconds, same=("customer",))


@pytest.mark.parametrize("same", [(), [], ("",), ("customer", " "), (1,), ("a", "a"), "customer"])
def test_what_is_bound_to_no_argument_is_a_wildcard_and_refused(same: Any) -> None:
    with pytest.raises(ValueError, match="same"):
        AllowFor(seconds=600, same=same)


def test_high_risk_is_meant_or_not() -> None:
    assert AllowFor(seconds=600, same=("customer",)).high_risk is False
    with pytest.raises(ValueError, match="high_risk"):
        AllowFor(seconds=600, same=("customer",), high_risk="yes")  # type: ignore[arg-type]


@pytest.mark.parametrize("offer", [600, ("customer",), True, {"seconds": 600}])
def test_a_result_takes_nothing_else_for_an_offer(offer: Any) -> None:
    with pytest.raises(ValueError, match="allow_for"):
        asking(offer)
