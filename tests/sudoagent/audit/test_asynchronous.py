"""Awaiting the log: the disk never blocks the event loop, and there is one way of writing."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from sudoagent.audit import AsyncAuditLogger, AuditEntry, JsonlAuditLogger
from sudoagent.audit._lane import Lane
from sudoagent.errors import AuditLogError
from support.audit import ended, entry, forked, kinds, objects, outcome, verified, written


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


class Memory:
    """A logger that only blocks, and fails on demand."""

    head = "1:abc"

    def __init__(self) -> None:
        self.entries: list[AuditEntry] = []
        self.threads: set[str] = set()

    def log(self, entry: AuditEntry) -> None:
        self.threads.add(threading.current_thread().name)
        if entry.action == "fail":
            raise AuditLogError("no")
        self.entries.append(entry)


async def test_an_awaited_entry_is_written_like_any_other(log: Path) -> None:
    logger = JsonlAuditLogger(log)
    logger.log(entry())
    await logger.alog(entry())
    logger.log(entry())
    assert [one["seq"] for one in objects(log)] == [1, 2, 3]
    assert kinds(log) == []


async def test_a_slow_disk_does_not_block_the_event_loop(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_sync, release = threading.Event(), threading.Event()

    def stuck(descriptor: int) -> None:
        in_sync.set()
        assert release.wait(20)

    monkeypatch.setattr(os, "fdatasync", stuck)
    waiting = asyncio.ensure_future(JsonlAuditLogger(log).alog(entry()))
    while not in_sync.is_set():  # noqa: ASYNC110 - set by a thread
        await asyncio.sleep(0.001)
    for _ in range(100):  # the loop turns while the disk does not answer
        await asyncio.sleep(0)
    assert not waiting.done()
    release.set()
    await waiting


async def test_a_locked_log_does_not_block_the_event_loop(log: Path) -> None:
    import fcntl

    logger = written(log, 1)
    with open(log, "rb") as holder:  # noqa: ASYNC230
        fcntl.flock(holder, fcntl.LOCK_EX)
        waiting = asyncio.ensure_future(logger.alog(entry()))
        for _ in range(20):
            await asyncio.sleep(0.001)
        assert not waiting.done()
    await waiting


async def test_entries_that_wait_together_share_a_sync(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    syncs = Counter[str]()

    def slow(descriptor: int) -> None:
        syncs["n"] += 1
        time.sleep(0.005)

    monkeypatch.setattr(os, "fdatasync", slow)
    logger = JsonlAuditLogger(log)
    await asyncio.gather(*(logger.alog(entry()) for _ in range(200)))
    assert syncs["n"] < 50
    assert verified(log).entries == 200


async def test_each_awaiting_caller_gets_its_own_error(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", broken)
    logger = JsonlAuditLogger(log)
    results = await asyncio.gather(
        logger.alog(entry()), logger.alog(outcome(entry())), return_exceptions=True
    )
    assert isinstance(results[0], AuditLogError)
    with pytest.raises(AuditLogError, match="reopen"):
        await logger.alog(entry())


async def test_an_entry_of_a_cancelled_caller_is_still_written(log: Path) -> None:
    logger = JsonlAuditLogger(log)
    waiting = asyncio.ensure_future(logger.alog(entry()))
    await asyncio.sleep(0)
    waiting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await waiting
    await logger.alog(entry())
    assert verified(log).entries == 2


async def test_any_logger_can_be_awaited_in_order_on_one_thread() -> None:
    memory = Memory()
    logger = AsyncAuditLogger(memory)
    await asyncio.gather(*(logger.alog(entry(reason=f"{n}")) for n in range(50)))
    logger.log(entry(reason="50"))
    assert [int(one.reason) for one in memory.entries] == list(range(51))
    assert memory.threads == {"sudoagent-audit", "MainThread"}
    assert (logger.head, logger.name) == ("1:abc", "Memory")


async def test_one_failure_is_nobody_elses() -> None:
    logger = AsyncAuditLogger(Memory())
    results = await asyncio.gather(
        logger.alog(entry()),
        logger.alog(entry(action="fail")),
        logger.alog(entry()),
        return_exceptions=True,
    )
    assert [type(one) for one in results] == [type(None), AuditLogError, type(None)]


async def test_a_logger_that_can_be_awaited_is_awaited(log: Path) -> None:
    logger = AsyncAuditLogger(JsonlAuditLogger(log))
    await logger.alog(entry())
    assert logger.head == f"1:{objects(log)[0]['hash'][:12]}"


def test_several_event_loops_may_use_one_logger(log: Path) -> None:
    logger = JsonlAuditLogger(log)

    async def some() -> None:
        await asyncio.gather(*(logger.alog(entry()) for _ in range(20)))

    threads = [threading.Thread(target=asyncio.run, args=(some(),)) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verified(log).entries == 60


def test_the_thread_ends_when_it_is_idle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sudoagent.audit._lane._IDLE", 0.01)
    done: list[int] = []

    def work(items: list[int]) -> list[BaseException | None]:
        done.extend(items)
        return [None] * len(items)

    lane = Lane(work)
    for number in range(2):
        asyncio.run(lane.submit(number))
        deadline = time.monotonic() + 20
        while any(thread.name == "sudoagent-audit" for thread in threading.enumerate()):
            assert time.monotonic() < deadline
            time.sleep(0.01)
    assert done == [0, 1]


def test_an_error_of_the_work_itself_reaches_everybody() -> None:
    def work(items: list[int]) -> list[BaseException | None]:
        raise ZeroDivisionError

    async def both() -> list[object]:
        lane = Lane(work)
        return await asyncio.gather(lane.submit(1), lane.submit(2), return_exceptions=True)

    assert [type(one) for one in asyncio.run(both())] == [ZeroDivisionError] * 2


def test_an_event_loop_that_is_gone_hurts_nobody() -> None:
    proceed = threading.Event()

    def work(items: list[int]) -> list[BaseException | None]:
        assert proceed.wait(20)
        return [None] * len(items)

    lane = Lane(work)

    async def leave() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(lane.submit(1), 0.01)

    asyncio.run(leave())
    proceed.set()
    asyncio.run(lane.submit(2))


def test_a_forked_child_has_a_thread_of_its_own(log: Path) -> None:
    logger = JsonlAuditLogger(log)
    asyncio.run(logger.alog(entry()))
    assert ended(forked(lambda: asyncio.run(logger.alog(entry())))) == 0
    assert kinds(log) == []
    assert verified(log).entries == 2
