"""Rotation by ourselves and by others: the chain goes on, and is verified over all files."""

from __future__ import annotations

import gzip
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sudoagent.audit import JsonlAuditLogger, Rotation
from sudoagent.audit import verify as verify_module
from sudoagent.audit._head import head_path
from sudoagent.audit.chain import Link
from sudoagent.audit.rotation import archive_name, segments
from sudoagent.audit.verify import parse_anchor, verify_files
from sudoagent.errors import ConfigurationError
from support.audit import MOMENT, entry, kinds, objects, verified, written


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


def archives(log: Path) -> list[Path]:
    return [path for path in segments(log) if path != log]


def test_a_full_file_is_archived_and_the_chain_goes_on(log: Path) -> None:
    written(log, 20, rotate=2500)
    assert len(archives(log)) >= 4
    assert all(path.stat().st_size <= 2500 for path in segments(log))
    report = verified(log)
    assert report.intact
    assert len(report.files) == len(archives(log)) + 1


def test_names_sort_by_time_and_the_current_file_keeps_its_name(log: Path) -> None:
    written(log, 20, rotate=2500)
    first_numbers = [objects(path)[0]["seq"] for path in sorted(archives(log))]
    assert first_numbers == sorted(first_numbers)
    assert objects(log)[-1]["seq"] == verified(log).last.seq  # type: ignore[union-attr]


def test_a_new_file_begins_by_naming_the_one_before(log: Path) -> None:
    written(log, 6, rotate=2500)
    first = objects(log)[0]
    assert first["event"] == "rotation"
    assert first["metadata"]["previous_file"] == archives(log)[-1].name


def test_an_entry_larger_than_a_file_may_be_still_gets_in(log: Path) -> None:
    written(log, 5, rotate=300)
    assert kinds(log) == []
    assert verified(log).entries == 5 + 4  # each file but the first begins with a rotation entry


def test_a_new_day_begins_a_new_file(log: Path) -> None:
    logger = JsonlAuditLogger(log, durability="os", rotate="day")
    today = datetime.now(UTC)
    for moment in (today, today, today + timedelta(days=1)):
        logger.log(entry(timestamp=moment))
    assert len(archives(log)) == 1
    assert kinds(log) == []


def test_a_slow_threads_entry_of_yesterday_does_not_rotate_back(log: Path) -> None:
    logger = JsonlAuditLogger(log, durability="os", rotate="day")
    logger.log(entry(timestamp=MOMENT))
    logger.log(entry(timestamp=MOMENT - timedelta(days=1)))
    logger.log(entry(timestamp=MOMENT))
    assert archives(log) == []


def test_two_rotations_within_a_second_do_not_overwrite_one_another(log: Path) -> None:
    moment = "20260131T120000Z"
    names = [archive_name(log, Link(number, "0" * 64), moment) for number in (9, 10, 111)]
    assert names == sorted(names)
    assert len(set(names)) == 3


def test_several_writers_rotate_together(log: Path) -> None:
    loggers = [JsonlAuditLogger(log, durability="sync", rotate=2500) for _ in range(3)]
    for _ in range(8):
        for logger in loggers:
            logger.log(entry())
    assert kinds(log) == []
    decisions = [one for path in segments(log) for one in objects(path) if one["request_id"]]
    assert len(decisions) == 24


def test_a_file_that_was_moved_away_is_followed_by_a_new_one(log: Path) -> None:
    logger = written(log, 3)
    log.rename(log.with_name("audit.jsonl.1"))  # as logrotate does
    logger.log(entry())
    assert objects(log)[0]["event"] == "rotation"
    assert kinds(log) == []
    assert verified(log).entries == 5


def test_copytruncate_is_followed(log: Path) -> None:
    logger = written(log, 3)
    shutil.copy(log, log.with_name("audit.jsonl.1"))
    os.truncate(log, 0)
    logger.log(entry())
    assert objects(log)[0]["event"] == "rotation"
    assert kinds(log) == []
    assert verified(log).entries == 5


def test_copytruncate_that_lost_entries_is_found(log: Path) -> None:
    logger = written(log, 3)
    shutil.copy(log, log.with_name("audit.jsonl.1"))
    logger.log(entry())  # between the copy and the truncation
    os.truncate(log, 0)
    logger.log(entry())
    assert kinds(log) == ["missing"]


def test_compressed_archives_are_read(log: Path) -> None:
    logger = written(log, 3)
    old = log.with_name("audit.jsonl.1.gz")
    old.write_bytes(gzip.compress(log.read_bytes()))
    log.unlink()
    logger.log(entry())
    assert kinds(log) == []
    assert verified(log).entries == 5


def test_a_file_moved_to_another_directory_is_verified_when_it_is_given(log: Path) -> None:
    logger = written(log, 3)
    elsewhere = log.parent / "archive"
    elsewhere.mkdir()
    old = elsewhere / "january.jsonl"
    log.rename(old)
    logger.log(entry())
    assert kinds(log) == ["missing"]

    (report,) = verify_files([old, log])
    assert report.intact


def test_a_deleted_file_is_noticed_and_recorded(log: Path) -> None:
    logger = written(log, 3)
    log.unlink()
    logger.log(entry())
    first = objects(log)[0]
    assert (first["event"], first["metadata"]["kind"], first["seq"]) == ("recovery", "missing", 4)
    assert kinds(log) == ["missing"]


def test_a_truncated_file_is_noticed_and_recorded(log: Path) -> None:
    logger = written(log, 3)
    size = log.stat().st_size
    logger.log(entry())
    os.truncate(log, size)
    logger.log(entry())
    recovery = objects(log)[3]
    assert (recovery["event"], recovery["metadata"]["kind"]) == ("recovery", "truncated")
    assert kinds(log) == ["missing"]


def test_a_replaced_last_entry_is_noticed_and_recorded(log: Path) -> None:
    logger = written(log, 2)
    other = log.with_name("other.jsonl")
    written(other, 2)
    os.replace(other, log)
    logger.log(entry())
    assert objects(log)[2]["metadata"]["kind"] == "replaced"
    assert "replaced" in kinds(log)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (None, Rotation()),
        ("day", Rotation(daily=True)),
        (5000, Rotation(max_bytes=5000)),
        ("100 MB", Rotation(max_bytes=100_000_000)),
        ("2g", Rotation(max_bytes=2_000_000_000)),
        (Rotation(max_bytes=1, daily=True), Rotation(max_bytes=1, daily=True)),
    ],
)
def test_rotation_is_read_from_what_people_write(given: object, meant: Rotation) -> None:
    assert Rotation.of(given) == meant  # type: ignore[arg-type]


@pytest.mark.parametrize("given", ["weekly", "10 XB", 0, -1, 1.5])
def test_a_rotation_that_makes_no_sense_is_refused(given: object, log: Path) -> None:
    with pytest.raises(ConfigurationError, match="rotate"):
        JsonlAuditLogger(log, rotate=given)  # type: ignore[arg-type]


def test_an_archive_is_never_overwritten(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = log.with_name("audit.20260131T120000Z.000000000001.jsonl")
    taken.write_text("precious")
    monkeypatch.setattr("sudoagent.audit._archives.archive_name", lambda *_: taken)
    written(log, 6, rotate=1500)
    assert taken.read_text() == "precious"
    assert len(archives(log)) > 2


def test_old_files_may_be_pruned_when_a_witness_vouches_for_the_last_of_them(log: Path) -> None:
    written(log, 12, rotate=2000)
    oldest = sorted(archives(log))[0]
    last = objects(oldest)[-1]
    oldest.unlink()
    (damage,) = verified(log).damage
    assert "give the older files too" in damage.detail
    report = verified(log, anchors=[parse_anchor(f"{last['seq']}:{last['hash']}")])
    assert report.intact
    assert any("vouches" in note for note in report.notes)


def test_several_missing_pieces_are_told_apart(log: Path) -> None:
    written(log, 9)
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join([lines[0], lines[5], lines[3], *lines[6:]]))
    report = verified(log)
    assert [(one.kind, one.seq) for one in report.damage] == [
        ("missing", 2),
        ("missing", 5),
        ("out_of_order", 4),
    ]
    assert "entries 2 to 3 are missing" in report.damage[0].detail


def test_foreign_bytes_at_the_end_are_damage(log: Path) -> None:
    written(log, 2)
    with open(log, "ab") as file:
        file.write(b"hello\n")
    assert kinds(log) == ["foreign"]


def test_a_log_that_is_rotated_while_it_is_verified_is_read_again(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    logger = written(log, 3)
    found = []
    real = verify_module.chains

    def rotated_after(paths: list[Path]) -> object:
        result = real(paths)
        if not found:
            log.rename(log.with_name("audit.jsonl.1"))
            logger.log(entry())
        found.append(result)
        return result

    monkeypatch.setattr(verify_module, "chains", rotated_after)
    assert verified(log).intact
    assert len(found) > 1


def test_a_writer_killed_after_its_file_was_moved_leaves_no_fork_in_the_chain(log: Path) -> None:
    written(log, 2)
    head = head_path(log).read_bytes()
    written(log, 1)
    log.rename(log.with_name("audit.jsonl.1"))
    head_path(log).write_bytes(head)  # killed before it wrote the head
    written(log, 1)
    assert [one["seq"] for one in objects(log)] == [4, 5]
    assert kinds(log) == []


def test_removing_the_current_file_and_the_head_does_not_begin_a_chain_of_its_own(
    log: Path,
) -> None:
    written(log, 12, rotate=2000)
    log.unlink()
    head_path(log).unlink()
    written(log, 1)
    assert objects(log)[0]["event"] == "rotation"
    assert len(verify_files([log])) == 1


@pytest.mark.parametrize("kept", [slice(None, 60), slice(9)])
def test_a_compressed_file_that_is_cut_off_cannot_be_read(log: Path, kept: slice) -> None:
    written(log, 5)
    old = log.with_name("audit.jsonl.1.gz")
    old.write_bytes(gzip.compress(log.read_bytes())[kept])
    with pytest.raises(OSError, match="cut off or damaged"):
        verified(log)


def test_a_compressed_file_that_was_altered_cannot_be_read(log: Path) -> None:
    written(log, 5)
    content = bytearray(gzip.compress(log.read_bytes()))
    content[10:60] = b"\xff" * 50
    log.with_name("audit.jsonl.1.gz").write_bytes(content)
    with pytest.raises(OSError, match="cut off or damaged"):
        verified(log)


def test_a_pipe_among_the_files_keeps_nobody_waiting(log: Path) -> None:
    written(log, 1)
    os.mkfifo(log.with_name("audit.jsonl.1"))
    with pytest.raises(OSError, match="not a regular file"):
        verified(log)
