"""Encoded entries on their way into the log."""

from __future__ import annotations

from ._file import LogFile

__all__ = ["Pending"]


class Pending:
    """One encoded entry: waiting, in a file, or refused. ``wants_sync``: it must reach the disk."""

    __slots__ = ("_file", "_ticket", "body", "error", "wants_sync")

    def __init__(self, body: bytes, *, wants_sync: bool = False) -> None:
        self.body = body
        self.wants_sync = wants_sync
        self.error: Exception | None = None
        self._file: LogFile | None = None
        self._ticket = 0

    @property
    def is_settled(self) -> bool:
        """Whether the entry is in a file, or will never be."""
        return self._file is not None or self.error is not None

    def written_to(self, file: LogFile) -> None:
        """Take note that the entry is in the file now."""
        self._file, self._ticket = file, file.writes

    def sync(self) -> None:
        """Return when the entry is as durable as it has to be. Raises ``AuditLogError``."""
        if self.error is not None:
            raise self.error
        if self.wants_sync:
            assert self._file is not None
            self._file.sync(self._ticket)
