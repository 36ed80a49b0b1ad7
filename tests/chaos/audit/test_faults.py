"""The log under fire: writers killed at any moment, disks that run full, files moved away.

The short form runs with the ordinary tests. ``SUDOAGENT_CHAOS_ROUNDS=200`` is the long one.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sudoagent.audit import JsonlAuditLogger
from sudoagent.audit.rotation import segments
from sudoagent.errors import AuditLogError
from support.audit import ended, entry, forked, verified
from support.valkey import eventually

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600)]

ROUNDS = int(os.environ.get("SUDOAGENT_CHAOS_ROUNDS", "4"))
ROUNDS_PER_LOG = 5  # so that the files stay of a size
SIZES = (1_000, 1_000, 1_000, 30_000, 200_000, 8_000_000)  # bytes of an entry
ID_BYTES = 36


class Writers:
    """Processes that write until they are killed, and tell through a pipe what was acknowledged."""

    def __init__(self, write: Callable[[Callable[[str], object]], None], count: int = 3) -> None:
        self._acknowledged, inside = os.pipe()
        self._children = [
            forked(lambda: write(lambda done: os.write(inside, done.encode())))
            for _ in range(count)
        ]
        os.close(inside)

    def kill(self) -> list[str]:
        """Kill them all at once, and return the ids of the entries that had been acknowledged."""
        for child in self._children:
            os.kill(child, signal.SIGKILL)
        for child in self._children:
            assert ended(child) == -signal.SIGKILL, "a writer failed before it was killed"
        with open(self._acknowledged, "rb") as pipe:
            told = pipe.read().decode()
        return [told[at : at + ID_BYTES] for at in range(0, len(told), ID_BYTES)]


def write_for_ever(log: Path, **options: object) -> Callable[[Callable[[str], object]], None]:
    def write(acknowledge: Callable[[str], object]) -> None:
        chance = random.Random(os.getpid())
        logger = JsonlAuditLogger(log, max_entry_bytes=1 << 24, **options)  # type: ignore[arg-type]
        while True:
            one = entry(
                request_id=str(uuid.uuid4()), metadata={"args": ["x" * chance.choice(SIZES)]}
            )
            try:
                logger.log(one)
            except AuditLogError:
                time.sleep(0.002)  # not acknowledged: the disk is full
            else:
                acknowledge(one.request_id)

    return write


def recorded(log: Path) -> set[str]:
    found = set()
    for path in segments(log):
        for line in path.read_bytes().split(b"\n"):
            at = line.find(b'"request_id":"')
            if at >= 0 and line.endswith(b'"}'):
                found.add(line[at + 14 : at + 14 + ID_BYTES].decode())
    return found


def check(log: Path, acknowledged: list[str]) -> None:
    report = verified(log)
    assert report.damage == ()
    assert not set(acknowledged) - recorded(log), "an acknowledged entry is lost"


def after_rounds(log: Path, attack: Callable[[Path], list[str]]) -> None:
    acknowledged: list[str] = []
    for number in range(ROUNDS):
        acknowledged += attack(log)
        if number % ROUNDS_PER_LOG == ROUNDS_PER_LOG - 1 or number == ROUNDS - 1:
            while not acknowledged:  # on a busy machine, they may be killed before they wrote
                acknowledged += attack(log)
            check(log, acknowledged)
            acknowledged = []
            for path in log.parent.glob(f"{log.stem}*"):
                path.unlink()


@pytest.mark.parametrize("durability", ["sync", "os"])
def test_nothing_acknowledged_is_lost_when_writers_are_killed(
    tmp_path: Path, durability: str
) -> None:
    def attack(log: Path) -> list[str]:
        writers = Writers(write_for_ever(log, durability=durability))
        time.sleep(random.uniform(0.02, 0.2))
        return writers.kill()

    after_rounds(tmp_path / "audit.jsonl", attack)


def test_nothing_acknowledged_is_lost_when_writers_are_killed_while_rotating(
    tmp_path: Path,
) -> None:
    def attack(log: Path) -> list[str]:
        writers = Writers(write_for_ever(log, durability="os", rotate=300_000))
        time.sleep(random.uniform(0.02, 0.2))
        return writers.kill()

    after_rounds(tmp_path / "audit.jsonl", attack)


def test_nothing_acknowledged_is_lost_when_the_file_is_moved_away(tmp_path: Path) -> None:
    def attack(log: Path) -> list[str]:
        writers = Writers(write_for_ever(log, durability="os"))
        time.sleep(0.05)
        for _ in range(3):
            if log.exists():
                log.rename(log.with_name(f"{log.name}.{time.time_ns()}"))
            time.sleep(0.03)
        return writers.kill()

    after_rounds(tmp_path / "audit.jsonl", attack)


def test_copytruncate_loses_only_what_is_found_missing(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    writers = Writers(write_for_ever(log, durability="os"))
    eventually(log.exists, "something is written")
    for number in range(ROUNDS):
        time.sleep(0.05)
        shutil.copyfile(log, log.with_name(f"{log.name}.{number}"))
        os.truncate(log, 0)
    time.sleep(0.05)
    acknowledged = writers.kill()
    report = verified(log)
    lost = set(acknowledged) - recorded(log)
    found = {damage.kind for damage in report.damage}
    # A copy may end inside a line; what was cut off there is missing, too.
    assert found <= {"missing", "foreign", "altered"}
    assert bool(lost) <= ("missing" in found or "altered" in found)


def test_processes_at_once(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    each = 1000 if ROUNDS >= 100 else 100

    def work() -> None:
        logger = JsonlAuditLogger(log, durability="os")
        for _ in range(each):
            logger.log(entry())

    children = [forked(work) for _ in range(8)]
    assert [ended(child, 600) for child in children] == [0] * 8
    report = verified(log)
    assert (report.damage, report.entries) == ((), 8 * each)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of four megabytes, where the tests may mount one."""
    disk = tmp_path / "disk"
    disk.mkdir(mode=0o700)
    command = ["mount", "-t", "tmpfs", "-o", "size=4m,mode=700", "tmpfs", str(disk)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this system does not let tests mount a file system")
    yield disk
    subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_disk_that_runs_full_blocks_and_recovers(small_disk: Path) -> None:
    log, ballast = small_disk / "audit.jsonl", small_disk / "ballast"
    for _ in range(ROUNDS):
        writers = Writers(write_for_ever(log))
        time.sleep(0.1)
        with open(ballast, "wb") as file:
            _fill(file.fileno())
        time.sleep(0.05)
        ballast.unlink()
        time.sleep(0.1)
        acknowledged = writers.kill()
        check(log, acknowledged)
        for path in small_disk.iterdir():
            path.unlink()


def _fill(descriptor: int) -> None:
    try:
        while True:
            os.write(descriptor, b"x" * 65536)
    except OSError:
        return
