"""What is known about one call: when its approval comes too late."""

from __future__ import annotations

import pytest

from sudoagent import Decision, PolicyResult, Verdict
from support.stepping import account


@pytest.mark.parametrize(
    ("valid_until", "after", "late"),
    [(None, 9.0, False), (None, 11.0, True), (150.0, 11.0, False), (105.0, 9.0, True)],
)
def test_a_yes_counts_until_the_policys_timeout_or_as_long_as_it_says_itself(
    valid_until: float | None, after: float, late: bool
) -> None:
    clock = [100.0]
    call = account(elapsed=lambda: clock[0])
    call.policy_said(PolicyResult(decision=Decision.REQUIRE_APPROVAL, reason="a lot", timeout=10.0))
    call.asks()
    clock[0] += after
    call.answered(Verdict(outcome="approved", reason="fine", valid_until=valid_until))
    assert call.is_late() is late
