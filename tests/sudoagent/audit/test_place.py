"""Nobody else can put something in the log's place, and a refusal says what to do."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from sudoagent.audit import JsonlAuditLogger
from sudoagent.audit import _head as head_module
from sudoagent.audit import _place as place
from sudoagent.audit._head import head_path
from sudoagent.errors import AuditLogError
from support.audit import entry, kinds, objects, verified, written


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


def refused(log: Path, match: str, **options: object) -> None:
    with pytest.raises(AuditLogError, match=match):
        written(log, 1, **options)


def test_a_symbolic_link_is_not_followed(log: Path) -> None:
    target = log.with_name("passwd")
    target.write_text("root")
    log.symlink_to(target)
    refused(log, "symbolic link: remove the link", allow_shared_directory=True)
    assert target.read_text() == "root"


def test_a_dangling_link_creates_nothing(log: Path) -> None:
    log.symlink_to(log.with_name("elsewhere"))
    refused(log, "symbolic link")
    assert not log.with_name("elsewhere").exists()


def test_a_link_in_place_of_the_head_file_is_not_followed(log: Path) -> None:
    target = log.with_name("precious")
    target.write_text("precious")
    head_path(log).symlink_to(target)
    refused(log, "symbolic link")
    assert target.read_text() == "precious"


def test_a_link_that_is_swapped_in_later_is_not_followed(log: Path) -> None:
    logger = written(log, 1)
    target = log.with_name("elsewhere")
    log.rename(target)
    log.symlink_to(target)
    with pytest.raises(AuditLogError, match="symbolic link"):
        logger.log(entry())
    assert len(objects(target)) == 1


def test_a_pipe_is_refused_and_does_not_hang(log: Path) -> None:
    os.mkfifo(log)
    refused(log, "not a regular file")


def test_a_directory_is_refused(log: Path) -> None:
    log.mkdir()
    refused(log, "is a directory")


def test_a_device_is_refused() -> None:
    refused(Path("/dev/null"), "not a regular file")


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o707])
def test_a_directory_that_others_may_write_to_is_refused_unless_told(
    tmp_path: Path, mode: int
) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(mode)
    refused(shared / "audit.jsonl", "may be written to by others.*allow_shared_directory")
    written(shared / "audit.jsonl", 1, allow_shared_directory=True)


def test_a_file_that_others_may_write_to_is_refused(log: Path) -> None:
    log.touch()
    log.chmod(0o666)
    refused(log, "chmod 600")


def test_a_directory_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused(tmp_path / "file" / "audit.jsonl", "directory cannot be used")


def test_after_a_refusal_the_log_works_as_soon_as_the_reason_is_gone(log: Path) -> None:
    log.mkdir()
    logger = JsonlAuditLogger(log, durability="os")
    with pytest.raises(AuditLogError):
        logger.log(entry())
    log.rmdir()
    logger.log(entry())
    assert len(objects(log)) == 1


def stat_of(*, mode: int, user: int, group: int) -> os.stat_result:
    return cast(os.stat_result, SimpleNamespace(st_mode=mode, st_uid=user, st_gid=group))


@pytest.mark.parametrize(
    ("mode", "owner", "group", "others_may"),
    [
        (0o755, 1000, 1000, False),
        (0o755, 0, 0, False),
        (0o755, 1001, 1001, True),  # somebody else's
        (0o757, 1000, 1000, True),
        (0o775, 1000, 1000, False),  # a group that holds nobody else
        (0o775, 1000, 2000, True),
        (0o775, 1000, 3000, True),  # a group without a name
        (0o775, 0, 0, False),
    ],
)
def test_who_counts_as_others(
    monkeypatch: pytest.MonkeyPatch, mode: int, owner: int, group: int, others_may: bool
) -> None:
    groups = {
        1000: SimpleNamespace(gr_name="alice", gr_mem=[]),
        2000: SimpleNamespace(gr_name="staff", gr_mem=["alice", "bob"]),
    }
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(place.grp, "getgrgid", groups.__getitem__)
    monkeypatch.setattr(place.pwd, "getpwuid", lambda uid: SimpleNamespace(pw_name="alice"))
    found = stat_of(mode=mode, user=owner, group=group)
    assert place.others_may_write(found) is others_may


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_without_rights_is_an_error_with_a_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    refused(tmp_path / "audit.jsonl", "may not write to it")


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.ELOOP, "remove the link"),
        (errno.EISDIR, "give the path of a file"),
        (errno.ENXIO, "give the path of a file"),
        (errno.EACCES, "change its owner"),
        (errno.EROFS, "change its owner"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_every_refusal_says_what_to_do(
    log: Path, monkeypatch: pytest.MonkeyPatch, number: int, advice: str
) -> None:
    def failing(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as faulty:
        faulty.setattr(os, "open", failing)
        refused(log, advice)


def test_a_pipe_in_place_of_the_head_file_keeps_nobody_waiting(log: Path) -> None:
    logger = written(log, 1)
    known = logger.head
    head_path(log).unlink()
    os.mkfifo(head_path(log))
    assert logger.head == known
    with pytest.raises(OSError, match="not a regular file"):
        verified(log)


def test_a_head_file_that_was_replaced_costs_no_descriptor_and_no_lock(
    log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(head_module, "_LOOK_EVERY", 0.0)
    logger = written(log, 1)
    kept = log.with_name("kept")
    head_path(log).rename(kept)
    head_path(log).symlink_to(kept)
    for _ in range(2):
        with pytest.raises(AuditLogError, match="symbolic link"):
            logger.log(entry())
    # The number of a descriptor that was closed would go to the next file, and be written to.
    victim = log.with_name("victim")
    victim.write_text("precious")
    with open(victim, "rb+"):
        with pytest.raises(AuditLogError, match="symbolic link"):
            logger.log(entry())
        assert victim.read_text() == "precious"
    head_path(log).unlink()
    kept.rename(head_path(log))
    written(log, 1, lock_timeout=0.1)
    logger.log(entry())
    assert kinds(log) == []
