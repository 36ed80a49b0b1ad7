"""Many writers at once, durability, and what interrupts and stuck locks do."""

from __future__ import annotations

import fcntl
import multiprocessing
import os
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from sudoagent.audit import AuditLogger, JsonlAuditLogger
from sudoagent.errors import AuditLogError
from support.audit import ended, entry, forked, kinds, objects, outcome, verified, written


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


def _call(path: str, durability: str) -> None:
    logger = JsonlAuditLogger(path, durability=durability)  # type: ignore[arg-type]  # one of two

    def calls() -> None:
        for _ in range(15):
            logger.log(allowed := entry())
            logger.log(outcome(allowed))

    _in_threads(calls, 6)


def test_threads_of_many_processes_lose_nothing_and_keep_the_order_of_a_call(log: Path) -> None:
    context = multiprocessing.get_context("spawn")
    kinds_of = ("sync", "os", "sync")
    workers = [context.Process(target=_call, args=(str(log), kind)) for kind in kinds_of]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    stories: dict[str, list[str]] = {}
    for one in objects(log):
        stories.setdefault(one["request_id"], []).append(one["event"])
    assert len(stories) == 3 * 6 * 15
    assert set(map(tuple, stories.values())) == {("decision", "outcome")}
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
