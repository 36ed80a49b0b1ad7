"""Outcomes are not waited for: they are left to the thread that writes, and not lost with it."""

from __future__ import annotations

import contextlib
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sudoagent.audit import JsonlAuditLogger
from sudoagent.audit.verify import verify_files
from sudoagent.errors import AuditLogError
from support.audit import entry, objects, outcome
from support.valkey import eventually


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


def events(log: Path) -> list[str]:
    return [one["event"] for one in objects(log)]


class Disk:
    """The disk, whose writes can be kept waiting, or made to fail."""

    def __init__(self, write: Callable[[int, bytes], int]) -> None:
        self._write = write
        self.kept = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()
        self.failing = False

    def __call__(self, descriptor: int, data: bytes) -> int:
        if b'"seq":' in data:
            self.kept.set()
            assert self.go_on.wait(30)
            if self.failing:
                raise OSError(28, "No space left on device")
        return self._write(descriptor, data)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[Disk]:
    disk = Disk(os.write)
    monkeypatch.setattr(os, "write", disk)
    yield disk
    disk.go_on.set()


def someone_writes(logger: JsonlAuditLogger, disk: Disk) -> threading.Thread:
    """Another thread, in the middle of writing a decision."""
    disk.go_on.clear()
    disk.kept.clear()

    def log_it() -> None:
        with contextlib.suppress(AuditLogError):
            logger.log(entry())

    thread = threading.Thread(target=log_it)
    thread.start()
    assert disk.kept.wait(30)
    return thread


def test_an_outcome_is_left_to_the_thread_that_writes(log: Path, disk: Disk) -> None:
    logger = JsonlAuditLogger(log, durability="os")
    logger.log(done := entry())
    writer = someone_writes(logger, disk)
    logger.log(outcome(done))  # returns although nothing can be written now
    assert events(log) == ["decision"]
    disk.go_on.set()
    writer.join(30)
    assert events(log) == ["decision", "decision", "outcome"]
    assert all(report.intact for report in verify_files([log]))


def test_what_was_left_is_written_before_the_logger_is_closed(log: Path, disk: Disk) -> None:
    logger = JsonlAuditLogger(log, durability="os")
    logger.log(done := entry())
    writer = someone_writes(logger, disk)
    logger.log(outcome(done))
    threading.Timer(0.1, disk.go_on.set).start()
    logger.close()
    assert events(log) == ["decision", "decision", "outcome"]
    writer.join(30)


def test_an_outcome_that_could_not_be_written_is_told_in_the_programs_log(
    log: Path, disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    logger = JsonlAuditLogger(log, durability="os")
    logger.log(done := entry())
    writer = someone_writes(logger, disk)
    logger.log(outcome(done))
    disk.failing = True
    with caplog.at_level(logging.WARNING):
        disk.go_on.set()
        writer.join(30)
        eventually(lambda: caplog.records, "it is told")
    assert "that nobody waited for was not recorded" in caplog.text
    assert "No space left" in caplog.text


PROGRAM = """
import os, sys, threading, time
from datetime import datetime, UTC
from sudoagent.audit import AuditEntry, JsonlAuditLogger

logger = JsonlAuditLogger(sys.argv[1], durability="os")
real, kept = os.write, threading.Event()

def slow(descriptor, data):
    kept.set()
    time.sleep(0.5)
    return real(descriptor, data)

def entry(event, **more):
    logger.log(AuditEntry(timestamp=datetime.now(UTC), request_id="r", action="pay",
        decision="allow", reason="small", event=event, **more))

entry("decision")
os.write = slow
threading.Thread(target=entry, args=("decision",), daemon=True).start()
kept.wait()
entry("outcome", outcome="success")
"""


def test_what_was_left_is_not_lost_when_the_program_ends(log: Path) -> None:
    run: Any = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(log)], capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert events(log) == ["decision", "decision", "outcome"]


def test_an_interrupt_right_after_a_write_does_not_part_the_chain(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logger = JsonlAuditLogger(log, durability="os")
    logger.log(entry())
    real = os.write

    def interrupted(descriptor: int, data: bytes) -> int:
        real(descriptor, data)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", interrupted)
        with pytest.raises(KeyboardInterrupt):
            logger.log(entry())
    logger.log(entry())
    (report,) = verify_files([log])
    assert report.intact
    assert events(log)[:2] == ["decision", "decision"]
