"""Running `sudoagent audit` on a log with a story in it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sudoagent.audit import JsonlAuditLogger
from sudoagent.cli.audit import audit

from .audit import MOMENT, entry, outcome


@pytest.fixture
def audit_log(tmp_path: Path) -> Iterator[Path]:
    """Where the commands look unless told otherwise; nothing is there yet. Times are UTC."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield tmp_path / "sudo_audit.jsonl"
    time.tzset()


def run(*args: str) -> Result:
    result = CliRunner().invoke(audit, args)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def alter(log: Path, old: bytes, new: bytes) -> None:
    log.write_bytes(log.read_bytes().replace(old, new, 1))


APPROVAL: dict[str, Any] = {
    "kwargs": {"user_id": "u_1", "amount": 120.5},
    "policy": {"id": "shop.Refunds", "hash": "abcdef"},
    "policy_decision": "require_approval",
    "policy_reason": "refunds above 100 need a person",
    "approved": True,
    "approver": "slack",
    "votes": [
        {
            "choice": "approve",
            "team_id": "T1",
            "user_id": "U0ALICE",
            "at": MOMENT.isoformat(),
            "comment": "fine",
        }
    ],
    "slack_channel": "C1",
    "slack_message_ts": f"{MOMENT.timestamp() - 33:.6f}",
    "call_digest": "d1gest",
}


@pytest.fixture
def audit_story(audit_log: Path) -> str:
    """An approved call, a denied one and one without an outcome; the id of the first."""
    logger = JsonlAuditLogger(audit_log, durability="os", agent="billing")
    approved = entry(metadata=APPROVAL)
    logger.log(approved)
    logger.log(
        outcome(
            approved,
            timestamp=MOMENT + timedelta(seconds=1),
            outcome="error",
            error_type="TimeoutError",
            error="the bank did not answer",
        )
    )
    denied = [{**APPROVAL["votes"][0], "choice": "deny", "user_id": "U0BOB"}]
    logger.log(entry(decision="deny", action="drop", metadata={**APPROVAL, "votes": denied}))
    logger.log(entry(action="lost"))
    return approved.request_id
