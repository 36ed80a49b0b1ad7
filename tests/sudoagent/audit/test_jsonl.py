"""The log: what is written, and what its caller may rely on."""

from __future__ import annotations

import contextlib
import json
import os
import stat
from pathlib import Path

import jsonschema
import pytest

from sudoagent.audit import JsonlAuditLogger, TeeAuditLogger
from sudoagent.audit._head import head_path, read_head
from sudoagent.errors import AuditLogError, ConfigurationError
from support.audit import entry, kinds, objects, outcome, written

SCHEMA = json.loads((Path(__file__).parents[3] / "docs/audit-format.schema.json").read_text())


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


def test_every_kind_of_entry_fits_the_documented_schema(log: Path) -> None:
    validator = jsonschema.Draft202012Validator(SCHEMA)
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    vote = {"choice": "deny", "team_id": "T1", "user_id": "U1", "at": None, "comment": "no"}
    logger = JsonlAuditLogger(log, durability="os", rotate=4000, agent="billing")
    logger.log(entry(decision="deny", metadata={"votes": [vote], "approved": False}))
    logger.log(entry(metadata={"kwargs": {"text": "x" * 100_000}}))
    logger.log(outcome(entry()))
    with open(log, "ab") as file:
        file.write(b'{"timest')
    logger.log(entry())
    entries = [one for path in log.parent.glob("*.jsonl") for one in objects_but_torn(path)]
    log.unlink()
    logger.log(entry())
    entries += objects_but_torn(log)
    assert {one["event"] for one in entries} == {"decision", "outcome", "rotation", "recovery"}
    for one in entries:
        validator.validate(one)


def objects_but_torn(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line.endswith(b'"}')]


def test_the_file_is_for_its_owner_only_whatever_the_umask(log: Path) -> None:
    before = os.umask(0)
    try:
        written(log, 1)
    finally:
        os.umask(before)
    for path in (log, head_path(log)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_is_touched_before_the_first_entry(log: Path) -> None:
    logger = JsonlAuditLogger(log)
    assert logger.head is None
    assert list(log.parent.iterdir()) == []


def test_a_missing_directory_is_made_for_its_owner_only(tmp_path: Path) -> None:
    written(tmp_path / "new" / "audit.jsonl", 1)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_the_path_stays_where_it_was_when_the_program_changes_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    logger = JsonlAuditLogger("here.jsonl", durability="os")
    monkeypatch.chdir("/")
    logger.log(entry())
    assert (tmp_path / "here.jsonl").exists()


def test_the_head_is_the_newest_place_in_the_chain(log: Path) -> None:
    logger = written(log, 3)
    newest = objects(log)[-1]
    assert logger.head == f"3:{newest['hash'][:12]}"
    assert str(read_head(log)) == logger.head


def test_the_head_knows_what_other_processes_wrote(log: Path) -> None:
    logger = written(log, 1)
    other = written(log, 2)
    assert logger.head == other.head
    assert TeeAuditLogger(logger).head == logger.head


def test_a_new_logger_continues_the_chain(log: Path) -> None:
    for _ in range(3):
        written(log, 2).close()
    assert [one["seq"] for one in objects(log)] == [1, 2, 3, 4, 5, 6]
    assert kinds(log) == []


def test_an_error_names_no_value_of_the_entry(log: Path) -> None:
    log.mkdir()
    with pytest.raises(AuditLogError) as caught:
        JsonlAuditLogger(log).log(entry(metadata={"kwargs": {"password": "hunter2"}}))
    assert "hunter2" not in str(caught.value)
    assert "is a directory" in caught.value.reason


@pytest.mark.parametrize(
    "options",
    [
        {"durability": "maybe"},
        {"rotate": True},
        {"lock_timeout": 0},
        {"lock_timeout": float("nan")},
        {"lock_timeout": float("inf")},
    ],
)
def test_options_that_make_no_sense_are_refused(log: Path, options: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError):
        JsonlAuditLogger(log, **options)  # type: ignore[arg-type]


def test_descriptors_are_closed_with_the_logger(log: Path) -> None:
    def descriptors() -> list[str]:
        # Only those of the log's folder: other threads of the tests open and close their own.
        found = []
        for name in os.listdir("/proc/self/fd"):
            with contextlib.suppress(FileNotFoundError):
                found.append(os.readlink(f"/proc/self/fd/{name}"))
        return [path for path in found if path.startswith(str(log.parent))]

    for _ in range(20):
        logger = written(log, 1)
    assert descriptors()
    logger.close()
    del logger
    assert descriptors() == []


def test_a_head_file_that_is_removed_while_writing_comes_back(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sudoagent.audit._head._LOOK_EVERY", 0.0)
    logger = written(log, 1)
    head_path(log).unlink()
    logger.log(entry())
    assert str(read_head(log)) == logger.head


def test_an_unreadable_head_is_no_reason_to_fail(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logger = written(log, 2)
    logger.close()
    head_path(log).unlink()
    head_path(log).mkdir()
    assert logger.head == f"2:{objects(log)[1]['hash'][:12]}"


def test_an_entry_larger_than_what_is_read_at_once_is_found_again(log: Path) -> None:
    written(log, 1, max_entry_bytes=1 << 20).log(entry(metadata={"args": ["x" * 200_000]}))
    written(log, 1)
    assert [one["seq"] for one in objects(log)] == [1, 2, 3]
    assert kinds(log) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"reason": " "},
        {"action": ""},
        {"request_id": None},
        {"event": "recovery"},
        {"timestamp": "now"},
        {"timestamp": entry().timestamp.replace(tzinfo=None)},
    ],
    ids=str,
)
def test_an_entry_that_says_too_little_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=next(iter(changes))):
        entry(**changes)
