"""The audit log is looked at, and never changed."""

from __future__ import annotations

import os
import shutil
from collections import namedtuple
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sudoagent.audit import AuditEntry, JsonlAuditLogger
from sudoagent.setup import log as module
from sudoagent.setup.log import check_log
from sudoagent.setup.result import Check


def write(path: Path, entries: int = 3) -> Path:
    logger = JsonlAuditLogger(path)
    for number in range(entries):
        logger.log(
            AuditEntry(
                timestamp=datetime.now(UTC),
                request_id=f"r{number}",
                action="refund",
                decision="allow",
                reason="within limit",
            )
        )
    logger.close()
    return path


def found(path: Path) -> dict[str, Check]:
    return {check.name: check for check in check_log(path)}


def test_a_log_that_is_not_there_yet_is_not_made(tmp_path: Path):
    path = tmp_path / "logs" / "audit.jsonl"
    checks = found(path)
    assert checks["audit log"].status == "ok"
    assert "will be made" in checks["audit log"].sentence
    assert list(tmp_path.iterdir()) == []
    assert found(tmp_path / "audit.jsonl")["audit log"].status == "ok"
    assert list(tmp_path.iterdir()) == []


def test_a_log_in_order_is_verified_and_left_alone(tmp_path: Path):
    path = write(tmp_path / "audit.jsonl")
    before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}
    checks = found(path)
    assert {check.status for check in checks.values()} == {"ok"}
    assert "3 entries" in checks["chain"].sentence
    assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == before


def test_an_edited_log_is_found(tmp_path: Path):
    path = write(tmp_path / "audit.jsonl")
    path.write_bytes(path.read_bytes().replace(b"within limit", b"without limi"))
    check = found(path)["chain"]
    assert check.status == "failed"
    assert "line 1" in check.sentence
    assert "audit verify" in (check.cure or "")


def test_a_folder_that_others_may_write_to_is_refused(tmp_path: Path):
    os.chmod(tmp_path, 0o777)
    check = found(tmp_path / "audit.jsonl")["audit log"]
    assert check.status == "failed"
    assert "may be written to by others" in check.sentence


def test_a_link_in_the_logs_place_is_refused(tmp_path: Path):
    (tmp_path / "elsewhere").touch()
    (tmp_path / "audit.jsonl").symlink_to(tmp_path / "elsewhere")
    assert "symbolic link" in found(tmp_path / "audit.jsonl")["audit log"].sentence


def test_a_folder_that_may_not_be_written_to_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anywhere
    for path in (tmp_path / "audit.jsonl", tmp_path / "logs" / "audit.jsonl"):
        check = found(path)["audit log"]
        assert (check.status, "may not be written to" in check.sentence) == ("failed", True)


def test_a_path_below_a_file_is_a_sentence(tmp_path: Path):
    (tmp_path / "file").touch()
    check = found(tmp_path / "file" / "audit.jsonl")["audit log"]
    assert check.status == "failed"


def test_a_name_that_no_file_can_have_is_a_sentence(tmp_path: Path):
    check = found(tmp_path / ("x" * 300) / "audit.jsonl")["audit log"]
    assert (check.status, "cannot be looked at" in check.sentence) == ("failed", True)


def test_a_large_log_is_left_to_verify(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = write(tmp_path / "audit.jsonl")
    monkeypatch.setattr(module, "_LARGE", 10)
    assert found(path)["chain"].status == "skipped"


def test_a_disk_that_is_nearly_full_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(100, 99, 5 << 20))
    check = found(tmp_path / "audit.jsonl")["disk"]
    assert (check.status, "5 MB" in check.sentence) == ("warning", True)
