"""What a crash, a full disk or a stranger leaves at the end of a log, and how the log goes on."""

from __future__ import annotations

import errno
import hashlib
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from sudoagent.audit import JsonlAuditLogger
from sudoagent.audit._head import head_path
from sudoagent.errors import AuditLogError
from support.audit import entry, kinds, objects, outcome, verified, written


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


def tear(log: Path, keep: int) -> bytes:
    """Write one entry more and leave only so many bytes of it, as a crash would."""
    before, head = log.stat().st_size, head_path(log).read_bytes()
    written(log, 1)
    os.truncate(log, before + keep)
    head_path(log).write_bytes(head)  # the head is written after the line
    return log.read_bytes()[before:]


@pytest.mark.parametrize("keep", [1, 10, 14, 100, 300])
def test_a_torn_entry_is_recovered_by_appending(log: Path, keep: int) -> None:
    written(log, 3)
    intact = log.read_bytes()
    torn = tear(log, keep)
    assert verified(log).intact  # a crash is no tampering, before and after
    written(log, 1)
    content = log.read_bytes()
    assert content.startswith(intact + torn + b"\n")
    recovery = objects_after(log, len(intact + torn) + 1)[0]
    assert recovery["event"] == "recovery"
    assert recovery["metadata"] == {
        "kind": "torn",
        "offset": len(intact),
        "length": len(torn),
        "sha256": hashlib.sha256(torn).hexdigest(),
    }
    assert kinds(log) == []
    assert any("not written to its end" in note for note in verified(log).notes)


def objects_after(log: Path, offset: int) -> list[dict[str, object]]:
    rest = log.with_name("rest")
    rest.write_bytes(log.read_bytes()[offset:])
    return objects(rest)


def test_a_crash_that_cuts_only_the_newline_loses_nothing(log: Path) -> None:
    written(log, 3)
    os.truncate(log, log.stat().st_size - 1)
    assert kinds(log) == []
    written(log, 1)
    events = [(one["seq"], one["event"]) for one in objects(log)]
    assert events[2:] == [(3, "decision"), (4, "recovery"), (5, "decision")]
    assert kinds(log) == []


def test_a_crash_that_cuts_only_the_newline_before_the_head_was_written(log: Path) -> None:
    written(log, 3)
    head = head_path(log).read_bytes()
    written(log, 1)
    os.truncate(log, log.stat().st_size - 1)
    head_path(log).write_bytes(head)
    assert kinds(log) == []
    written(log, 1)
    assert kinds(log) == []
    assert [one["seq"] for one in objects(log)] == [1, 2, 3, 4, 5, 6]


def test_recovery_happens_once(log: Path) -> None:
    written(log, 2)
    tear(log, 50)
    for _ in range(3):
        written(log, 1)
    events = [line for line in log.read_bytes().split(b"\n") if b'"event":"recovery"' in line]
    assert len(events) == 1


def test_a_crash_during_recovery_is_recovered_from(log: Path) -> None:
    written(log, 2)
    tear(log, 50)
    torn, head = log.read_bytes(), head_path(log).read_bytes()
    written(log, 1)
    recovery = log.read_bytes()[len(torn) :]
    for keep in (1, 2, 40, recovery.index(b"\n", 1)):
        log.write_bytes(torn + recovery[:keep])
        head_path(log).write_bytes(head)
        written(log, 1)
        assert kinds(log) == [], keep


def test_the_first_entry_of_all_may_be_torn(log: Path) -> None:
    written(log, 1)
    os.truncate(log, 100)
    head_path(log).unlink()
    written(log, 1)
    assert kinds(log) == []


def test_foreign_bytes_are_recorded_and_remain_damage(log: Path) -> None:
    written(log, 2)
    with open(log, "ab") as file:
        file.write(b"hello\nworld\n")
    written(log, 1)
    report = verified(log)
    assert [damage.kind for damage in report.damage] == ["foreign"]
    assert report.damage[0].place.line == 3
    assert "a writer recorded them" in report.damage[0].detail


def test_a_file_that_is_no_log_is_kept_and_gone_on_after(log: Path) -> None:
    log.write_text("not a log\n")
    written(log, 2)
    assert log.read_text().startswith("not a log\n{")
    assert kinds(log) == ["foreign"]


def test_a_live_logger_notices_what_others_append(log: Path) -> None:
    logger = written(log, 2)
    with open(log, "ab") as file:
        file.write(b'{"timestamp":"20')
    logger.log(entry())
    assert kinds(log) == []
    assert b'"kind":"torn"' in log.read_bytes()


WRITER = """
import resource, sys
from pathlib import Path
from support.audit import entry
from sudoagent.audit import JsonlAuditLogger
from sudoagent.errors import AuditLogError

log = Path(sys.argv[1])
logger = JsonlAuditLogger(log)
done = 0
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
failures = 0
for number in range(20):
    try:
        logger.log(entry())
        done += 1
    except AuditLogError as error:
        assert "cannot be written" in str(error), error
        failures += 1
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
logger.log(entry())
print(done + 1, failures)
"""


def test_a_full_disk_blocks_and_space_lets_it_continue(log: Path) -> None:
    # The limit falls inside a line: the disk takes part of it, then nothing.
    result = _run(WRITER, str(log), "4000")
    done, failures = map(int, result.split())
    assert failures
    acknowledged = [one for one in _entries(log) if one["event"] == "decision"]
    assert len(acknowledged) == done
    assert kinds(log) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a file system needs root")
def test_a_full_file_system_blocks_and_space_lets_it_continue(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir(mode=0o700)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs", str(disk)], check=False
    )
    if mounted.returncode:
        pytest.skip("this system does not let tests mount a file system")
    try:
        log = disk / "audit.jsonl"
        ballast = disk / "ballast"
        logger = JsonlAuditLogger(log)
        logger.log(entry())
        ballast.write_bytes(b"x" * 48 * 1024)
        with pytest.raises(AuditLogError, match="No space left"):  # noqa: PT012
            for _ in range(100):
                logger.log(entry(metadata={"args": ["x" * 700]}))
        ballast.unlink()
        logger.log(entry())
        assert kinds(log) == []
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_a_failed_sync_is_final_until_the_log_is_opened_again(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    logger = JsonlAuditLogger(log)
    logger.log(entry())
    with monkeypatch.context() as faulty:
        faulty.setattr(os, "fdatasync", broken)
        with pytest.raises(AuditLogError, match="could not be put on disk"):
            logger.log(entry())
    # The disk answers again, but what it dropped it will not tell: no entry is acknowledged.
    for late in (entry(), outcome(entry())):
        with pytest.raises(AuditLogError, match="reopen"):
            logger.log(late)
    logger.reopen()
    logger.log(entry())
    assert [one["metadata"].get("kind") for one in objects(log)] == [
        None,
        None,
        "sync_failed",
        None,
    ]
    assert kinds(log) == []


_CLOSED_UNDER_IT = """
import os, sys
from sudoagent import AllowAllPolicy, JsonlAuditLogger, SudoEngine

sudo = SudoEngine(policy=AllowAllPolicy(), logger=JsonlAuditLogger(sys.argv[1]))
sudo.execute(str.upper, "a")
os.closerange(3, 256)
others = [open(f"{sys.argv[1]}.other{n}", "wb", buffering=0) for n in range(int(sys.argv[2]))]
sudo.execute(str.upper, "b")
sudo.execute(str.upper, "c")
for other in others:
    other.write(b"mine")
print(*(os.path.getsize(other.name) for other in others))
"""


@pytest.mark.parametrize("others", [0, 1, 2, 5])
def test_descriptors_that_a_daemon_closed_are_neither_written_to_nor_closed_again(
    log: Path, others: int
) -> None:
    ran = _run(_CLOSED_UNDER_IT, str(log), str(others))
    assert ran.split() == ["4"] * others
    events = [made["event"] for made in objects(log)]
    assert events == ["decision", "outcome"] * 3
    assert kinds(log) == []


def _entries(log: Path) -> list[dict[str, object]]:
    # Torn lines are no JSON.
    whole = log.with_name("whole")
    lines = log.read_bytes().split(b"\n")
    whole.write_bytes(b"\n".join(line for line in lines if line.endswith(b'"}')))
    return objects(whole)


def _run(script: str, *args: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    result = subprocess.run(
        [sys.executable, "-c", script, *args],
        capture_output=True,
        text=True,
        env=environment,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_limits_of_this_process_are_untouched() -> None:
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY
