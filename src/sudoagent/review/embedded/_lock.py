"""A lock on a file that the kernel releases when its process ends, however it ends."""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
import time
from pathlib import Path

__all__ = ["EXCLUSIVE", "SHARED", "FileLock"]

EXCLUSIVE = fcntl.LOCK_EX
SHARED = fcntl.LOCK_SH

_PAUSE = 0.01


class FileLock:
    """One ``flock``. Not for several threads at once; a child made by ``fork`` does not hold it.

    The lock file is never deleted: a process that opened it just before would lock a file that
    nobody else can see.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None

    def fileno(self) -> int:
        """Return the descriptor that holds the lock, for a process that is to hold it as well."""
        assert self._fd is not None
        return self._fd

    def take(self, how: int, deadline: float) -> bool:
        """Wait for the lock until ``deadline`` (monotonic seconds); return whether it is held.

        A lock held already stays held, unless its file was replaced; then the new one is taken.
        """
        while not self.try_take(how):
            if time.monotonic() >= deadline:
                return False
            time.sleep(_PAUSE)
        return True

    def try_take(self, how: int) -> bool:
        """Take the lock if nobody stands in the way; return whether it is held."""
        if self._fd is not None:
            if self._is_current():
                return True
            self.drop()
        taken = False
        try:
            self._open()
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(self.fileno(), how | fcntl.LOCK_NB)
                taken = self._is_current()
        finally:
            if not taken:
                self.drop()
        return taken

    def release(self) -> None:
        """Give up the lock, in the name of every process that inherited the descriptor too."""
        if self._fd is not None:
            fcntl.flock(self._fd, fcntl.LOCK_UN)
            self.drop()

    def drop(self) -> None:
        """Close the descriptor. A process that inherited it keeps the lock."""
        with _forking:
            if self._fd is not None:
                os.close(self._fd)
                self._fd = None
                _open_locks.discard(self)

    def _open(self) -> None:
        with _forking:
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            self._fd = os.open(self._path, flags, 0o600)
            _open_locks.add(self)

    def _is_current(self) -> bool:
        """Say whether the path still leads to the locked file: folders are deleted by hand."""
        try:
            return os.path.samestat(os.fstat(self.fileno()), self._path.lstat())
        except FileNotFoundError:
            return False


# A forked child shares the parent's lock, not a copy of it: as long as the child lives, the lock
# would. So children close it, and no descriptor may appear while a fork is under way.
_forking = threading.Lock()
_open_locks: set[FileLock] = set()


def _in_child() -> None:
    _forking.release()
    for lock in list(_open_locks):
        lock.drop()


os.register_at_fork(
    before=_forking.acquire, after_in_parent=_forking.release, after_in_child=_in_child
)
