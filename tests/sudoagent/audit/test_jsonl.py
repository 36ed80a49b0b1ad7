"""The log: what is written, by how many at once, and what its caller may rely on."""

from __future__ import annotations

import fcntl
import json
import multiprocessing
import os
import stat
import threading
import time
from collections import Counter
from pathlib import Path

import jsonschema
import pytest

from sudoagent.audit import AuditLogger, JsonlAuditLogger, TeeAuditLogger
from sudoagent.audit._head import head_path, read_head
from sudoagent.errors import AuditLogError, ConfigurationError
from support.audit import ended, entry, forked, kinds, objects, outcome, verified, written

SCHEMA = json.loads((Path(__file__).parents[3] / "docs/audit-format.schema.json").read_text())


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


def test_a_call_writes_its_decision_and_its_outcome(log: Path) -> None:
    logger: AuditLogger = JsonlAuditLogger(log)
    allowed = entry()
    logger.log(allowed)
    logger.log(outcome(allowed, outcome="error", error_type="ValueError", error="no such user"))
    first, second = objects(log)
    assert first["request_id"] == second["request_id"] == allowed.request_id
    assert (first["event"], first["decision"], first["reason"]) == (
        "decision",
        "allow",
        "small refunds are fine",
    )
    assert (second["event"], second["outcome"], second["error"]) == (
        "outcome",
        "error",
        "no such user",
    )
    assert first["pid"] == os.getpid()
    assert kinds(log) == []


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


def test_a_decision_is_synced_and_an_outcome_is_not(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    real = os.fdatasync
    monkeypatch.setattr(os, "fdatasync", lambda fd: (synced.append(fd), real(fd)))
    logger = JsonlAuditLogger(log)
    logger.log(entry())
    assert len(synced) == 1
    logger.log(outcome(entry()))
    assert len(synced) == 1
    written(log, 3, durability="os")
    assert len(synced) == 1


def test_a_decision_is_not_acknowledged_before_its_own_bytes_are_synced(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Followers of a sync that began before they wrote must wait for the next one."""
    durable = 0
    guard = threading.Lock()

    def slow(descriptor: int) -> None:
        nonlocal durable
        size = os.fstat(descriptor).st_size
        time.sleep(0.01)
        with guard:
            durable = max(durable, size)

    monkeypatch.setattr(os, "fdatasync", slow)
    logger = JsonlAuditLogger(log)
    early: list[str] = []

    def work() -> None:
        for _ in range(10):
            mine = entry()
            logger.log(mine)
            with guard:
                done = durable
            if mine.request_id.encode() not in log.read_bytes()[:done]:
                early.append(mine.request_id)

    _in_threads(work, 8)
    assert early == []


def test_one_sync_serves_all_who_wait(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    syncs = Counter[str]()

    def slow(descriptor: int) -> None:
        syncs["n"] += 1
        time.sleep(0.02)

    monkeypatch.setattr(os, "fdatasync", slow)
    logger = JsonlAuditLogger(log)
    _in_threads(lambda: [logger.log(entry()) for _ in range(5)], 8)
    assert syncs["n"] < 8 * 5
    assert verified(log).entries == 40


def test_many_threads_write_one_chain(log: Path) -> None:
    logger = JsonlAuditLogger(log, durability="os")
    _in_threads(lambda: [logger.log(entry()) for _ in range(50)], 8)
    assert [one["seq"] for one in objects(log)] == list(range(1, 401))
    assert kinds(log) == []


def _write(path: str, count: int) -> None:
    logger = JsonlAuditLogger(path, durability="os")
    for _ in range(count):
        logger.log(entry())


def test_many_processes_write_one_chain(log: Path) -> None:
    context = multiprocessing.get_context("spawn")
    spawned = [context.Process(target=_write, args=(str(log), 100)) for _ in range(2)]
    for worker in spawned:
        worker.start()
    children = [forked(lambda: _write(str(log), 100)) for _ in range(2)]
    assert [ended(child) for child in children] == [0, 0]
    for worker in spawned:
        worker.join()
    assert verified(log).entries == 400
    assert [one["seq"] for one in objects(log)] == list(range(1, 401))
    assert kinds(log) == []


def test_a_logger_can_be_used_on_both_sides_of_a_fork(log: Path) -> None:
    logger = written(log, 1)

    def work() -> None:
        for _ in range(50):
            logger.log(entry())

    children = [forked(work) for _ in range(3)]
    work()
    assert [ended(child) for child in children] == [0] * 3
    assert kinds(log) == []
    assert len({one["pid"] for one in objects(log)}) == 4
    assert verified(log).entries == 201


def test_a_fork_while_another_thread_writes_does_not_hang(log: Path) -> None:
    logger = written(log, 1)
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            logger.log(entry())

    thread = threading.Thread(target=work)
    thread.start()
    try:
        for _ in range(10):
            assert ended(forked(lambda: logger.log(entry()))) == 0
    finally:
        stop.set()
        thread.join()
    assert kinds(log) == []


def test_a_stuck_holder_of_the_lock_is_an_error_and_not_a_hang(log: Path) -> None:
    logger = written(log, 1, lock_timeout=0.2)
    with open(log, "rb") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        with pytest.raises(AuditLogError, match="does not let go"):
            logger.log(entry())
    logger.log(entry())
    assert kinds(log) == []


def test_a_thread_that_waits_too_long_for_another_is_told(log: Path) -> None:
    logger = written(log, 1, lock_timeout=0.2)
    with open(log, "rb") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        errors: list[BaseException] = []

        def work() -> None:
            try:
                logger.log(entry())
            except AuditLogError as error:
                errors.append(error)

        _in_threads(work, 4)
    assert len(errors) == 4


def test_the_cost_of_an_append_does_not_grow_with_the_log(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logger, other = written(log, 500), written(log, 1)
    read = Counter[str]()
    real = os.pread

    def counting(descriptor: int, size: int, offset: int) -> bytes:
        found = real(descriptor, size, offset)
        read["bytes"] += len(found)
        return found

    monkeypatch.setattr(os, "pread", counting)
    logger.log(entry())
    assert read["bytes"] < 1000  # another process wrote before
    read.clear()
    logger.log(entry())
    assert not read  # nobody did
    other.log(entry())
    assert read["bytes"] < 1000


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
        {"lock_timeout": 0},
        {"lock_timeout": float("nan")},
        {"lock_timeout": float("inf")},
    ],
)
def test_options_that_make_no_sense_are_refused(log: Path, options: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError):
        JsonlAuditLogger(log, **options)  # type: ignore[arg-type]


def test_descriptors_are_closed_with_the_logger(log: Path) -> None:
    def descriptors() -> int:
        return len(os.listdir("/proc/self/fd"))

    before = descriptors()
    for _ in range(20):
        logger = written(log, 1)
    logger.close()
    del logger
    assert descriptors() <= before


def test_a_head_file_that_is_removed_while_writing_comes_back(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sudoagent.audit._head._LOOK_EVERY", 0.0)
    logger = written(log, 1)
    head_path(log).unlink()
    logger.log(entry())
    assert str(read_head(log)) == logger.head


def _in_threads(work: object, count: int) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]  # type: ignore[arg-type]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_followers_of_a_failed_sync_fail_too(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(descriptor: int) -> None:
        time.sleep(0.05)
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", broken)
    logger = JsonlAuditLogger(log)
    errors: list[str] = []

    def work() -> None:
        try:
            logger.log(entry())
        except AuditLogError as error:
            errors.append(error.reason)

    _in_threads(work, 6)
    assert len(errors) == 6
    assert all("could not be put on disk" in error for error in errors)


def test_an_interrupt_refuses_what_was_not_written_and_the_log_goes_on(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logger = written(log, 1)
    real = os.stat

    def interrupted(path: object, **options: object) -> object:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "stat", interrupted)
    with pytest.raises(KeyboardInterrupt):
        logger.log(entry())
    monkeypatch.setattr(os, "stat", real)
    logger.log(entry())
    assert [one["seq"] for one in objects(log)] == [1, 2]
    assert kinds(log) == []


def test_an_interrupt_right_after_the_write_is_noticed_by_the_next_entry(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logger = written(log, 1)
    real = os.write

    def interrupted(descriptor: int, line: bytes) -> int:
        real(descriptor, line)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        logger.log(entry())
    monkeypatch.setattr(os, "write", real)
    logger.log(entry())
    assert [one["seq"] for one in objects(log)] == [1, 2, 3]
    assert kinds(log) == []


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
