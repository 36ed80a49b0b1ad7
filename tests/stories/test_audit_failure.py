"""The log cannot be written: what cannot be recorded does not happen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from sudoagent import (
    AllowAllPolicy,
    ApprovalDenied,
    AuditEntry,
    AuditLogError,
    DenyAllPolicy,
    JsonlAuditLogger,
    SudoEngine,
)


def test_the_log_is_a_directory(private_path: Path) -> None:
    (private_path / "audit.jsonl").mkdir()
    logger = JsonlAuditLogger(private_path / "audit.jsonl")
    sudo = SudoEngine(policy=AllowAllPolicy(), logger=logger)
    paid = []

    with pytest.raises(AuditLogError) as blocked:
        sudo.execute(paid.append, 1500.0)

    assert paid == []
    assert "audit.jsonl" in blocked.value.reason


# The file may grow to 8 kB and no further, as on a disk that is full.
FULL_DISK = """
import resource, signal
from sudoagent import AllowAllPolicy, AuditLogError, JsonlAuditLogger, SudoEngine

sudo = SudoEngine(policy=AllowAllPolicy(), logger=JsonlAuditLogger("audit.jsonl"))

@sudo.guard()
def pay(amount: float, note: str) -> None:
    print(f"paid {amount}")

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (8192, resource.RLIM_INFINITY))
pay(1.0, "small")
try:
    pay(2.0, "x" * 10_000)
except AuditLogError as error:
    print("BLOCKED", error)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
pay(3.0, "there is space again")
"""


def test_the_disk_is_full_and_later_has_space_again(private_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", FULL_DISK], cwd=private_path, capture_output=True, text=True
    )

    assert ran.returncode == 0, ran.stderr
    first, blocked, third = ran.stdout.splitlines()
    assert (first, third) == ("paid 1.0", "paid 3.0")
    assert blocked.startswith("BLOCKED")
    # What can be read afterwards is true: two payments, and none of the second one.
    lines = (private_path / "audit.jsonl").read_bytes().split(b"\n")
    entries = [json.loads(line) for line in lines if line.endswith(b"}")]
    assert sum(entry["outcome"] == "success" for entry in entries) == 2


class Unwritable:
    """A logger of one's own: it records, or it raises."""

    def __init__(self, working: int) -> None:
        self.working = working

    def log(self, entry: AuditEntry) -> None:
        self.working -= 1
        if self.working < 0:
            raise OSError(28, os.strerror(28))


def test_a_denial_that_cannot_be_recorded_is_an_audit_failure() -> None:
    sudo = SudoEngine(policy=DenyAllPolicy(), logger=Unwritable(working=0))

    with pytest.raises(AuditLogError) as blocked:
        sudo.execute(print, "hello")
    assert not isinstance(blocked.value, ApprovalDenied)


def test_an_outcome_that_cannot_be_recorded_changes_nothing() -> None:
    # It has happened already: the caller gets the function's own result.
    sudo = SudoEngine(policy=AllowAllPolicy(), logger=Unwritable(working=1))

    assert sudo.execute(len, "hello") == 5
