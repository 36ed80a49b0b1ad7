"""What a process remembers of the approvals it used."""

from __future__ import annotations

import pytest

from sudoagent.approvers import _slack_uses
from sudoagent.approvers._slack_uses import Uses


def test_a_second_use_is_noticed() -> None:
    uses = Uses()
    assert uses.first("a")
    assert uses.first("b")
    assert not uses.first("a")


def test_the_oldest_are_forgotten_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_slack_uses, "_MOST", 2)
    uses = Uses()
    assert all([uses.first("a"), uses.first("b"), uses.first("c")])
    assert not uses.first("c")
    assert not uses.first("b")
    assert uses.first("a")
