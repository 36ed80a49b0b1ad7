"""Any logger for an event loop."""

from __future__ import annotations

from ._entry import AuditEntry, AuditLogger
from ._lane import Lane

__all__ = ["AsyncAuditLogger"]


class AsyncAuditLogger:
    """Gives a logger an ``alog`` that never blocks the event loop; adds no way of writing.

    ``await alog(entry)`` is ``log(entry)`` on one thread, in order. ``log`` is the logger's own.
    """

    def __init__(self, logger: AuditLogger) -> None:
        self._logger = logger
        self._native = getattr(logger, "alog", None)
        self._lane: Lane[AuditEntry] = Lane(self._log_each)

    @property
    def name(self) -> str:
        """What kind of logger is wrapped."""
        return type(self._logger).__name__

    @property
    def head(self) -> str | None:
        """The wrapped logger's head, when it has one."""
        head: str | None = getattr(self._logger, "head", None)
        return head

    def log(self, entry: AuditEntry) -> None:
        """Record the entry with the wrapped logger, blocking."""
        self._logger.log(entry)

    async def alog(self, entry: AuditEntry) -> None:
        """Record the entry, awaiting. Raises what the wrapped logger raises."""
        if self._native is not None:
            await self._native(entry)
        else:
            await self._lane.submit(entry)

    def _log_each(self, entries: list[AuditEntry]) -> list[BaseException | None]:
        errors: list[BaseException | None] = []
        for entry in entries:
            try:
                self._logger.log(entry)
                errors.append(None)
            except Exception as error:
                errors.append(error)
        return errors
