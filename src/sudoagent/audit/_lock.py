"""The lock between processes: ``flock`` on the log's own file, with a time limit."""

from __future__ import annotations

import fcntl
import time

from ..errors import AuditLogError

__all__ = ["acquire", "release"]

_NOW = fcntl.LOCK_EX | fcntl.LOCK_NB
_SHORTEST, _LONGEST = 50e-6, 5e-3  # seconds between two tries


def acquire(descriptor: int, timeout: float) -> None:
    """Take the lock, waiting up to ``timeout`` seconds. Raises ``AuditLogError`` after that."""
    try:
        fcntl.flock(descriptor, _NOW)
    except BlockingIOError:
        _wait(descriptor, time.monotonic() + timeout)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, _NOW)
    except BlockingIOError:
        return False
    return True


def _wait(descriptor: int, deadline: float) -> None:
    # By trying: flock has no time limit of its own, and a process that is stopped keeps its lock.
    pause = _SHORTEST
    while time.monotonic() < deadline:
        time.sleep(pause)
        if _taken(descriptor):
            return
        pause = min(pause * 1.5, _LONGEST)
    raise AuditLogError(
        "the audit log is locked by another process that does not let go: look for a stopped "
        "process that has the log open (lsof), then try again"
    )


def release(descriptor: int) -> None:
    """Give the lock back, explicitly: closing would not while a forked child holds a copy."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)
