"""One open file of the log: appending, and making many appends durable with one sync."""

from __future__ import annotations

import os
import threading
import weakref

from ..errors import AuditLogError
from ._place import close_own, is_open_on

__all__ = ["LogFile"]


class LogFile:
    """A descriptor opened for appending, the size it was last seen with, and its syncs.

    The descriptor is closed when nobody refers to the file any more, so a thread that still waits
    for a sync never finds its descriptor's number in use for another file.
    """

    def __init__(self, descriptor: int) -> None:
        found = os.fstat(descriptor)
        self.descriptor = descriptor
        self.identity = (found.st_dev, found.st_ino)
        self.size = -1  # not looked at yet
        self.writes = 0
        self.failure: str | None = None
        self._synced = 0
        self._leading = False
        self._change = threading.Condition(threading.Lock())
        self._close = weakref.finalize(self, close_own, descriptor, self.identity)
        self._close.atexit = False  # a daemon thread may write until the very end

    def is_open(self) -> bool:
        """Whether the descriptor still is this file's; if not, it will not be closed either."""
        if is_open_on(self.descriptor, self.identity):
            return True
        self._close.detach()
        return False

    def write(self, lines: bytes) -> None:
        """Append lines with one write; the caller holds the lock. Raises ``OSError``.

        Only a disk that runs full takes a part; asking for the rest then says why. The size is
        unknown from now on, so that whoever comes next looks at the file; to be set by the caller.
        """
        self.size = -1
        written = os.write(self.descriptor, lines)
        while written < len(lines):
            written += os.write(self.descriptor, lines[written:])
        self.writes += 1

    def sync(self, ticket: int) -> None:
        """Return when the first ``ticket`` writes are on disk; one of all who wait does the sync.

        Raises ``AuditLogError`` when the sync failed. A failure is final for this file: the kernel
        reports it once and may have dropped the data, so a later success would prove nothing.
        """
        if self._synced < ticket and self._becomes_leader(ticket):
            self._lead()

    def _becomes_leader(self, ticket: int) -> bool:
        with self._change:
            while self._synced < ticket:
                if self.failure is not None:
                    raise AuditLogError(self.failure)
                if not self._leading:
                    self._leading = True
                    return True
                self._change.wait()
        return False

    def _lead(self) -> None:
        covered, failure = self._synced, None
        try:
            target = self.writes
            os.fdatasync(self.descriptor)
            covered = target
        except OSError as error:
            failure = f"the audit log could not be put on disk ({error.strerror}): " + _REOPEN
            raise AuditLogError(failure) from error
        finally:
            with self._change:
                self._leading = False
                self._synced = max(self._synced, covered)
                self.failure = self.failure or failure
                self._change.notify_all()


_REOPEN = "see to the disk, then call reopen() on the logger or restart the program"
