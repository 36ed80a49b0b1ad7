"""A policy allows a call: it runs, and the log says so twice."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from sudoagent import Context, Decision, JsonlAuditLogger, PolicyResult, SudoEngine


class SmallRefunds:
    """Refunds of up to 500 are fine."""

    def evaluate(self, ctx: Context) -> PolicyResult:
        # Every argument has its name here, however the call was written.
        if ctx.kwargs["amount"] <= 500:
            return PolicyResult(decision=Decision.ALLOW, reason="within the limit")
        return PolicyResult(decision=Decision.DENY, reason="over the limit")


def entries(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_small_refund_is_paid(private_path: Path) -> None:
    # An engine has a policy and a log. Whoever is to be asked comes in later stories.
    log = private_path / "audit.jsonl"
    sudo = SudoEngine(policy=SmallRefunds(), logger=JsonlAuditLogger(log))

    # Guard what the agent may call.
    @sudo.guard()
    def refund(user_id: str, amount: float = 20.0) -> str:
        return f"refunded {amount} to {user_id}"

    # It is called like before.
    assert refund("alice", amount=5.0) == "refunded 5.0 to alice"

    # What was decided was on disk before the function ran; how it ended came after.
    decision, outcome = entries(log)
    assert (decision["event"], decision["decision"]) == ("decision", "allow")
    assert decision["reason"] == "within the limit"
    assert decision["metadata"]["kwargs"] == {"user_id": "alice", "amount": 5.0}
    assert (outcome["event"], outcome["outcome"]) == ("outcome", "success")

    # Both belong to one call.
    assert decision["request_id"] == outcome["request_id"]


def test_async_functions_are_guarded_in_the_same_way(private_path: Path) -> None:
    log = private_path / "audit.jsonl"
    sudo = SudoEngine(policy=SmallRefunds(), logger=JsonlAuditLogger(log))

    @sudo.guard()
    async def refund(user_id: str, amount: float = 20.0) -> str:
        await asyncio.sleep(0)
        return f"refunded {amount} to {user_id}"

    assert asyncio.run(refund("alice")) == "refunded 20.0 to alice"
    assert [entry["event"] for entry in entries(log)] == ["decision", "outcome"]


def test_a_function_that_fails_fails_as_it_would(private_path: Path) -> None:
    log = private_path / "audit.jsonl"
    sudo = SudoEngine(policy=SmallRefunds(), logger=JsonlAuditLogger(log))

    @sudo.guard()
    def refund(amount: float) -> None:
        raise ConnectionError("the bank is closed")

    with pytest.raises(ConnectionError, match="the bank is closed"):
        refund(5.0)

    _, outcome = entries(log)
    assert (outcome["outcome"], outcome["error_type"]) == ("error", "ConnectionError")
