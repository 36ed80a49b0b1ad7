"""Every example runs as a program, where nobody is at the terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sudoagent.playground import Playground
from support.bot import BotProcess

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def run(name: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    ours = ("SLACK_", "SUDOAGENT_", "REDIS_")
    environment = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    return subprocess.run(
        [sys.executable, EXAMPLES / f"{name}.py"],
        cwd=folder,
        env=environment | {"SUDOAGENT_STATE_DIR": str(folder / "state")} | variables,
        input="y\n" * 10,  # what feeds standard input is nobody's answer
        text=True,
        capture_output=True,
        start_new_session=True,  # no controlling terminal
        timeout=90,
    )


def log(folder: Path) -> list[tuple[str, str, str]]:
    lines = (folder / "sudo_audit.jsonl").read_text("utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    return [(e["event"], e["action"], e["outcome"] or e["decision"]) for e in entries]


def test_quickstart_denies_where_nobody_can_be_asked(tmp_path: Path) -> None:
    done = run("quickstart", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Refunding 10.0 to user_1" in done.stdout
    assert "Refunding 1500.0" not in done.stdout
    assert "Denied: there is no terminal" in done.stdout
    assert log(tmp_path) == [
        ("decision", "refund_user", "allow"),
        ("outcome", "refund_user", "success"),
        ("decision", "refund_user", "deny"),
    ]


def test_quickstart_chooses_an_approver_that_says_yes(tmp_path: Path) -> None:
    done = run("quickstart", tmp_path, SUDOAGENT_AUTO_APPROVE="1")
    assert done.returncode == 0, done.stderr
    assert "Refunding 1500.0 to user_2" in done.stdout


def test_the_library_itself_has_no_switch_that_approves(tmp_path: Path) -> None:
    done = run("non_interactive_deny", tmp_path, SUDOAGENT_AUTO_APPROVE="1")
    assert done.returncode == 3
    assert "dropping" not in done.stdout


def test_custom_policy(tmp_path: Path) -> None:
    done = run("custom_policy", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "(would run: git status)" in done.stdout
    assert "Denied: denied by the approver" in done.stdout


def test_custom_logger_blocks_what_cannot_be_kept(tmp_path: Path) -> None:
    done = run("custom_logger", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "billing is at 1.4.2" in done.stdout
    assert "Blocked: the decision could not be recorded: OSError" in done.stdout
    assert "1.4.3" not in done.stdout


def test_async_agent(tmp_path: Path) -> None:
    done = run("async_agent", tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "sent 'lunch' to ann@example.com",
        "sent 'your invoice' to customer@example.org",
        "denied: denied (not to customers, please)",
        "archived the thread with bob@example.com",
    ]


def test_non_interactive_deny_says_what_is_missing(tmp_path: Path) -> None:
    done = run("non_interactive_deny", tmp_path)
    assert done.returncode == 3, done.stderr
    assert "Denied: nobody could be asked" in done.stdout
    assert "SLACK_BOT_TOKEN" in done.stdout
    assert "there is no terminal" in done.stdout


@pytest.mark.timeout(180)
def test_slack_refunds_waits_for_a_click(
    tmp_path: Path, slack: Playground, bot: BotProcess
) -> None:
    shared = {**slack.environment, **bot.environment}
    ours = {k: v for k, v in shared.items() if k.startswith(("SLACK_", "SUDOAGENT_", "REDIS_"))}
    environment = {k: v for k, v in os.environ.items() if k not in ours} | ours
    with subprocess.Popen(
        [sys.executable, EXAMPLES / "slack_refunds.py"],
        cwd=tmp_path,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as agent:
        card = slack.wait_for_message("1500", timeout=60)
        slack.as_person("U0ALICE").click("approve", ts=card.ts)
        said, errors = agent.communicate(timeout=60)
    assert agent.returncode == 0, errors
    assert said.splitlines() == [
        "refunded 20.0 EUR to cus_8841",
        "refunded 1500.0 EUR to cus_8842",
    ]


def test_every_example_is_tested() -> None:
    tested = Path(__file__).read_text("utf-8")
    assert {path.stem for path in EXAMPLES.glob("*.py") if path.stem not in tested} == set()
