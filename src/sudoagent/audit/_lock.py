"""The lock between processes: ``flock`` on the log's own file, with a time limit."""

from __future__ import annotations

import fcntl
import time

from ..errors import AuditLogError

__all__ = ["acquire", "release"]

_SHORTEST, _LONGEST = 50e-6, 5e-3  # seconds between two tries


def acquire(descriptor: int, deadline: float) -> None:
    """Take the lock, waiting until ``deadline`` (monotonic). Raises ``AuditLogError`` after it."""
    pause = _SHORTEST
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            # flock has no time limit of its own, and a process that is stopped keeps its lock.
            if time.monotonic() >= deadline:
                raise AuditLogError(
                    "the audit log is locked by another process that does not let go: look for a "
                    "stopped process with the log open (lsof), then try again"
                ) from None
        time.sleep(pause)
        pause = min(pause * 1.5, _LONGEST)


def release(descriptor: int) -> None:
    """Give the lock back, explicitly: closing would not while a forked child holds a copy."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)
