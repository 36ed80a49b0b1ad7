"""One thread writes for many: everybody's entries are settled, whatever becomes of whom."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from sudoagent.audit._file import LogFile
from sudoagent.audit._group_commit import GroupCommit
from sudoagent.audit._pending import Pending
from sudoagent.errors import AuditLogError
from support.valkey import eventually


class Ledger:
    """Where batches are written; ``hold`` keeps a writer in the middle of it."""

    def __init__(self, path: Path) -> None:
        self.file = LogFile(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT))
        self.batches: list[list[bytes]] = []
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.go_on.set()
        self.failure: BaseException | None = None

    def write(self, batch: Sequence[Pending]) -> None:
        self.begun.set()
        self.go_on.wait(30)
        if self.failure is not None:
            failure, self.failure = self.failure, None
            for one in batch:
                one.error = AuditLogError("refused")
            raise failure
        self.batches.append([one.body for one in batch])
        for one in batch:
            self.file.write(one.body)
            one.written_to(self.file)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "log")


def entry(number: int, *, wants_sync: bool = False) -> Pending:
    return Pending(b"%d\n" % number, wants_sync=wants_sync)


def start(work: Callable[[], Any]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


class Queue:
    """A leader who is kept in the middle of writing entry 0, and others who wait behind."""

    def __init__(self, ledger: Ledger, patience: float = 60) -> None:
        self.commit = GroupCommit(patience)
        self.ledger = ledger
        self.entries = [entry(0)]
        self.threads: list[threading.Thread] = []
        ledger.go_on.clear()
        self.carry(self.entries[0])
        assert ledger.begun.wait(30)

    def carry(self, *entries: Pending) -> threading.Thread:
        thread = start(lambda: self.commit.carry(entries, self.ledger.write))
        self.threads.append(thread)
        return thread

    def joined_by(self, *entries: Pending) -> None:
        waiting = len(self.commit._waiting)
        self.entries += entries
        self.carry(*entries)
        eventually(lambda: len(self.commit._waiting) == waiting + 1, "it waits")

    def finish(self) -> None:
        self.ledger.go_on.set()
        for thread in self.threads:
            thread.join(30)
            assert not thread.is_alive()
        assert self.commit._leader is None
        assert self.commit._waiting == []


def test_what_came_meanwhile_is_written_together_and_in_order(ledger: Ledger) -> None:
    queue = Queue(ledger)
    queue.joined_by(entry(1))
    queue.joined_by(entry(2), entry(3))
    queue.joined_by(entry(4, wants_sync=True))
    queue.finish()
    assert ledger.batches == [[b"0\n"], [b"1\n", b"2\n", b"3\n", b"4\n"]]
    assert all(one.is_settled for one in queue.entries)
    for one in queue.entries:
        one.sync()


def test_one_sync_is_for_all(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fdatasync", synced.append)
    queue = Queue(ledger)
    for number in range(1, 9):
        queue.joined_by(entry(number, wants_sync=True))
    queue.finish()
    for one in queue.entries:
        one.sync()
    assert len(synced) == 1


def test_who_waits_for_no_disk_is_not_kept_by_it(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = threading.Event()
    monkeypatch.setattr(os, "fdatasync", lambda _: disk.wait(30))
    queue = Queue(ledger)
    queue.joined_by(entry(1, wants_sync=True))
    queue.joined_by(entry(2, wants_sync=True))
    queue.joined_by(entry(3))
    ledger.go_on.set()
    queue.threads[3].join(30)
    assert not queue.threads[3].is_alive()
    assert queue.threads[2].is_alive()
    # Nor is who comes now, while the disk is waited for.
    queue.commit.carry([last := entry(4)], ledger.write)
    assert last.is_settled
    disk.set()
    queue.finish()


def test_a_failed_sync_is_everybodys(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", broken)
    queue = Queue(ledger)
    for number in (1, 2, 3):
        queue.joined_by(entry(number, wants_sync=True))
    queue.finish()
    for one in queue.entries[1:]:
        with pytest.raises(AuditLogError, match="could not be put on disk"):
            one.sync()


def test_an_interrupted_leader_leaves_nobody_behind(ledger: Ledger) -> None:
    queue = Queue(ledger)
    queue.joined_by(entry(1))
    queue.joined_by(entry(2))
    ledger.failure = KeyboardInterrupt()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threading, "excepthook", lambda _: None)
        queue.finish()
    assert queue.entries[0].error is not None
    # They went on, the first of them leading.
    assert ledger.batches == [[b"1\n", b"2\n"]]


def test_who_is_interrupted_while_he_waits_is_not_written_later(ledger: Ledger) -> None:
    queue = Queue(ledger)
    interrupted = entry(1)

    def interrupt() -> None:
        eventually(lambda: queue.commit._waiting, "it waits")
        os.kill(os.getpid(), signal.SIGINT)

    start(interrupt)
    with pytest.raises(KeyboardInterrupt):
        queue.commit.carry([interrupted], ledger.write)
    queue.joined_by(entry(2))
    queue.finish()
    assert not interrupted.is_settled
    assert ledger.batches == [[b"0\n"], [b"2\n"]]


def test_who_loses_patience_is_not_written_later(ledger: Ledger) -> None:
    queue = Queue(ledger, patience=0.1)
    late = entry(1)
    began = time.monotonic()
    queue.commit.carry([late], ledger.write)
    assert time.monotonic() - began >= 0.1
    assert not late.is_settled
    assert queue.commit._waiting == []
    queue.finish()
    assert ledger.batches == [[b"0\n"]]


def test_many_threads_lose_nothing(ledger: Ledger) -> None:
    commit = GroupCommit(60)
    sent = [
        [entry(100 * thread + n, wants_sync=n % 2 == 0) for n in range(50)] for thread in range(8)
    ]

    def log(mine: list[Pending]) -> None:
        for one in mine:
            commit.carry([one], ledger.write)
            one.sync()

    threads = [start(lambda mine=mine: log(mine)) for mine in sent]
    for thread in threads:
        thread.join(60)
    written = [body for batch in ledger.batches for body in batch]
    assert sorted(written) == sorted(one.body for mine in sent for one in mine)
    for mine in sent:
        own = [one.body for one in mine]
        assert [body for body in written if body in own] == own
