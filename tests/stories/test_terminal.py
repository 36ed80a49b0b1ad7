"""A call needs approval: the program asks the person at its terminal."""

from __future__ import annotations

import json
import os
import pwd
from collections.abc import Callable
from pathlib import Path
from typing import Any

from support.terminal import Screen

Start = Callable[..., Screen]

# An agent whose large refunds are asked about. Without further parts an engine asks in the
# terminal and writes to sudo_audit.jsonl.
AGENT = """
from sudoagent import ApprovalDenied, Context, Decision, PolicyResult, SudoEngine

class LargeRefunds:
    def evaluate(self, ctx: Context) -> PolicyResult:
        if ctx.kwargs["amount"] <= 500:
            return PolicyResult(decision=Decision.ALLOW, reason="within the limit")
        return PolicyResult(decision=Decision.REQUIRE_APPROVAL, reason="over the limit")

sudo = SudoEngine(policy=LargeRefunds())

@sudo.guard()
def refund(user_id: str, amount: float) -> None:
    print(f"Refunding {amount} to {user_id}")

refund("alice", amount=10.0)
try:
    refund("bob", 1500.0)
except ApprovalDenied as e:
    print(f"Denied: {e} ({e.comment})")
"""


def last_decision(path: Path) -> dict[str, Any]:
    lines = (path / "sudo_audit.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    found: dict[str, Any] = [entry for entry in entries if entry["event"] == "decision"][-1]
    return found


def test_the_person_says_yes(in_terminal: Start, private_path: Path) -> None:
    terminal = in_terminal(AGENT)

    # The small refund passes. The large one is shown, with the names of its arguments.
    terminal.until("Refunding 10.0 to alice")
    shown = terminal.until("Run it? [y/N, or: n why not]")
    assert "approve refund?" in shown
    assert 'user_id  "bob"' in shown
    assert "amount   1500.0" in shown
    assert "over the limit" in shown

    terminal.type("y")
    terminal.until("Refunding 1500.0 to bob")
    assert terminal.end() == 0

    # The log knows who it was.
    me = pwd.getpwuid(os.getuid()).pw_name
    entry = last_decision(private_path)
    assert entry["decision"] == "allow"
    assert entry["metadata"]["approved"] is True
    assert entry["metadata"]["approver"] == "terminal"
    assert [vote["user_id"] for vote in entry["metadata"]["votes"]] == [me]


def test_the_person_says_no_and_why(in_terminal: Start, private_path: Path) -> None:
    terminal = in_terminal(AGENT)
    terminal.until("Run it?")

    terminal.type("n ask finance first")

    terminal.until("(ask finance first)")
    assert terminal.end() == 0
    assert "Refunding 1500.0" not in terminal.shown
    entry = last_decision(private_path)
    assert entry["decision"] == "deny"
    assert entry["metadata"]["comment"] == "ask finance first"


def test_pressing_enter_is_a_no(in_terminal: Start, private_path: Path) -> None:
    terminal = in_terminal(AGENT)
    terminal.until("Run it?")

    terminal.type("")

    terminal.until("Denied: denied by")
    assert terminal.end() == 0
    assert last_decision(private_path)["decision"] == "deny"


def test_ctrl_c_stops_the_program_and_leaves_a_record(
    in_terminal: Start, private_path: Path
) -> None:
    terminal = in_terminal(AGENT)
    terminal.until("Run it?")

    terminal.press("\x03")

    assert terminal.end() != 0
    assert "Refunding 1500.0" not in terminal.shown
    entry = last_decision(private_path)
    assert (entry["decision"], entry["reason"]) == ("deny", "interrupted: KeyboardInterrupt")


def test_an_answer_on_standard_input_does_not_count(in_terminal: Start, private_path: Path) -> None:
    # As in `yes | python agent.py`: whatever feeds the agent must not approve for the person.
    reading, writing = os.pipe()
    os.write(writing, b"y\n" * 100)
    os.close(writing)
    terminal = in_terminal(AGENT, stdin=reading)
    os.close(reading)
    terminal.until("Run it?")

    terminal.type("n")

    terminal.until("Denied: denied by")
    terminal.end()
    assert last_decision(private_path)["decision"] == "deny"


def test_slack_cannot_be_reached(in_terminal: Start, private_path: Path) -> None:
    # Slack is not set up on this machine, so the question comes to the terminal, and says why.
    agent = AGENT.replace(
        "sudo = SudoEngine(policy=LargeRefunds())",
        "from sudoagent import FallbackApprover, InteractiveApprover, SlackApprover\n"
        "approver = FallbackApprover(SlackApprover(), InteractiveApprover())\n"
        "sudo = SudoEngine(policy=LargeRefunds(), approver=approver)",
    )
    nothing_set = dict.fromkeys(("SLACK_BOT_TOKEN", "SUDOAGENT_CHANNEL", "SUDOAGENT_REVIEWERS"), "")
    terminal = in_terminal(agent, env={**nothing_set, "SUDOAGENT_STATE_DIR": str(private_path)})

    terminal.until("falls back: Slack is not set up")
    terminal.until("Run it?")
    terminal.type("y")
    terminal.until("Refunding 1500.0 to bob")
    assert terminal.end() == 0

    metadata = last_decision(private_path)["metadata"]
    assert metadata["approver"] == "terminal"
    assert metadata["approver_note"].startswith("fell back because Slack is not set up")
