"""Entries and logs for tests of the audit log."""

from __future__ import annotations

import json
import os
import signal
import time
import traceback
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sudoagent.audit import JsonlAuditLogger, RedactedEntry
from sudoagent.audit.verify import Report, verify_files

MOMENT = datetime(2026, 1, 31, 12, 30, 15, 123456, tzinfo=UTC)


def entry(**changes: Any) -> RedactedEntry:
    """An entry of an allowed call, with a request id of its own."""
    fields: dict[str, Any] = {
        "timestamp": MOMENT,
        "request_id": str(uuid.uuid4()),
        "action": "refund_user",
        "decision": "allow",
        "reason": "small refunds are fine",
        "metadata": {"args": [], "kwargs": {"user_id": "u_1", "amount": 12.5}},
    }
    return RedactedEntry(**{**fields, **changes})


def outcome(of: RedactedEntry, **changes: Any) -> RedactedEntry:
    """The outcome of that call."""
    fields: dict[str, Any] = {
        "request_id": of.request_id,
        "action": of.action,
        "event": "outcome",
        "outcome": "success",
        "reason": "the call ended",
        "metadata": {"duration_ms": 1.5},
    }
    return entry(**{**fields, **changes})


def written(path: Path, count: int, **options: Any) -> JsonlAuditLogger:
    """A log with so many entries, not synced."""
    logger = JsonlAuditLogger(path, **{"durability": "os", **options})
    for number in range(count):
        logger.log(entry(reason=f"entry number {number + 1}"))
    return logger


def objects(path: Path) -> list[dict[str, Any]]:
    """The entries of a file, read by another JSON library."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def verified(path: Path, **options: Any) -> Report:
    """The report on the one log at the path."""
    (report,) = verify_files([path], **options)
    return report


def kinds(path: Path, **options: Any) -> list[str]:
    """What kinds of damage are found, in order."""
    return [damage.kind for damage in verified(path, **options).damage]


def forked(work: Callable[[], object]) -> int:
    """Do the work in a forked child, which ends without unwinding; return its process id."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            work()
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(code)
    return child


def ended(child: int, seconds: float = 60.0) -> int:
    """Wait for a child and return its exit code; negative for the signal that killed it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    raise AssertionError("the child process hangs")
