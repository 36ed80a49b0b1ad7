"""A call is refused: nothing runs, the caller is told why, and the log says so once."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sudoagent import (
    ApprovalDenied,
    Context,
    Decision,
    DenyAllPolicy,
    JsonlAuditLogger,
    PolicyError,
    PolicyResult,
    SudoEngine,
)


def test_a_policy_refuses(private_path: Path) -> None:
    log = private_path / "audit.jsonl"
    sudo = SudoEngine(policy=DenyAllPolicy(), logger=JsonlAuditLogger(log))
    dropped = []

    @sudo.guard()
    def drop_table(name: str) -> None:
        dropped.append(name)

    # The agent gets an exception. Its text is a sentence that the agent can read, too.
    with pytest.raises(ApprovalDenied, match="everything is denied") as denied:
        drop_table("users")

    # Nothing happened, and there is one entry for it.
    assert dropped == []
    (line,) = log.read_text().splitlines()
    entry = json.loads(line)
    assert (entry["decision"], entry["action"]) == ("deny", "drop_table")
    assert entry["request_id"] == denied.value.request_id


def test_a_policy_that_fails_refuses(private_path: Path) -> None:
    class Careless:
        def evaluate(self, ctx: Context) -> PolicyResult:
            if ctx.kwargs["ammount"] <= 500:  # a typing error
                return PolicyResult(decision=Decision.ALLOW, reason="small")
            return PolicyResult(decision=Decision.DENY, reason="large")

    log = private_path / "audit.jsonl"
    sudo = SudoEngine(policy=Careless(), logger=JsonlAuditLogger(log))

    @sudo.guard()
    def refund(amount: float) -> None:
        raise AssertionError("it ran")

    # Doubt is a no. The policy's own exception is the cause, for whoever repairs it.
    with pytest.raises(PolicyError) as failed:
        refund(5.0)
    assert isinstance(failed.value.__cause__, KeyError)
    assert json.loads(log.read_text())["decision"] == "deny"


FRONT_PAGE = """
from sudoagent import ApprovalDenied, Context, Decision, PolicyResult, SudoEngine

class HighValueRefundPolicy:
    def evaluate(self, ctx: Context) -> PolicyResult:
        refund_amount = ctx.kwargs.get("refund_amount", 0)
        if refund_amount <= 500:
            return PolicyResult(decision=Decision.ALLOW, reason="within limit")
        return PolicyResult(decision=Decision.REQUIRE_APPROVAL, reason="over limit")

sudo = SudoEngine(policy=HighValueRefundPolicy())

@sudo.guard()
def refund_user(user_id: str, refund_amount: float) -> None:
    print(f"Refunding {refund_amount} to {user_id}")

refund_user("user_1", refund_amount=10.0)
try:
    refund_user("user_2", 1500.0)          # by position: still asks
except ApprovalDenied as e:
    print(f"Denied: {e}")
"""


def test_without_anybody_to_ask_the_answer_is_no(private_path: Path) -> None:
    # In a session without a terminal, such as a cron job or a container.
    ran = subprocess.run(
        [sys.executable, "-c", FRONT_PAGE],
        cwd=private_path,
        start_new_session=True,
        input="y\n",
        capture_output=True,
        text=True,
    )

    assert ran.returncode == 0, ran.stderr
    first, second = ran.stdout.splitlines()
    assert first == "Refunding 10.0 to user_1"
    assert second.startswith("Denied: there is no terminal to ask in")
    lines = (private_path / "sudo_audit.jsonl").read_text().splitlines()
    assert [json.loads(line)["decision"] for line in lines] == ["allow", "allow", "deny"]
