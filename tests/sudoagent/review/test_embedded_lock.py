"""The lock that says who uses, supervises and writes the embedded server."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from sudoagent.review.embedded._lock import EXCLUSIVE, SHARED, FileLock


def soon() -> float:
    return time.monotonic() + 0.05


def test_many_share_it_or_one_has_it_alone(tmp_path: Path) -> None:
    one, two, three = (FileLock(tmp_path / "lock") for _ in range(3))
    assert one.take(SHARED, soon())
    assert two.take(SHARED, soon())
    assert not three.take(EXCLUSIVE, soon())
    one.release()
    two.release()
    assert three.take(EXCLUSIVE, soon())
    assert not one.take(SHARED, soon())
    three.release()


def test_what_is_held_stays_held(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    assert lock.take(EXCLUSIVE, soon())
    assert lock.take(EXCLUSIVE, soon())
    lock.release()
    lock.release()


def test_a_replaced_file_is_locked_anew(tmp_path: Path) -> None:
    old, new = FileLock(tmp_path / "lock"), FileLock(tmp_path / "lock")
    assert old.take(EXCLUSIVE, soon())
    (tmp_path / "lock").unlink()
    assert new.take(EXCLUSIVE, soon())
    assert not old.take(EXCLUSIVE, soon())
    new.release()


def test_a_symbolic_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to("elsewhere")
    with pytest.raises(OSError, match="symbolic links"):
        FileLock(tmp_path / "lock").take(EXCLUSIVE, soon())
    assert not (tmp_path / "elsewhere").exists()
