"""How a request ended can be one of four things, and reads as a yes only when it is one."""

from __future__ import annotations

from typing import Any

import pytest

from sudoagent import Verdict


@pytest.mark.parametrize(
    ("outcome", "approved"),
    [("approved", True), ("denied", False), ("expired", False), ("cancelled", False)],
)
def test_only_approved_approves(outcome: Any, approved: bool) -> None:
    verdict = Verdict(outcome=outcome, reason="said so")

    assert verdict.approved is approved
    assert bool(verdict) is approved


@pytest.mark.parametrize("outcome", ["", "Approved", "yes", None, True])
def test_there_is_no_fifth(outcome: Any) -> None:
    with pytest.raises(ValueError, match="not one of the four"):
        Verdict(outcome=outcome, reason="said so")


@pytest.mark.parametrize("reason", ["", " ", None, 5])
def test_it_has_a_reason(reason: Any) -> None:
    with pytest.raises(ValueError, match="reason"):
        Verdict(outcome="approved", reason=reason)
