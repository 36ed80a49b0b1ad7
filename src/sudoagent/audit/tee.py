"""Several logs at once."""

from __future__ import annotations

from ..errors import AuditLogError, ConfigurationError
from ._entry import AuditEntry, AuditLogger
from .asynchronous import AsyncAuditLogger

__all__ = ["TeeAuditLogger"]


class TeeAuditLogger:
    """Records every entry with every logger, in the given order; all must succeed.

    When one fails the entry counts as not recorded, although an earlier one has it; the later ones
    are not asked. Put the log that counts first.
    """

    def __init__(self, *loggers: AuditLogger) -> None:
        if not loggers:
            raise ConfigurationError("TeeAuditLogger needs at least one logger")
        self._loggers = tuple(AsyncAuditLogger(logger) for logger in loggers)

    @property
    def head(self) -> str | None:
        """The head of the first logger that has one."""
        return next((logger.head for logger in self._loggers if logger.head is not None), None)

    def log(self, entry: AuditEntry) -> None:
        """Record the entry everywhere. Raises ``AuditLogError``."""
        for logger in self._loggers:
            try:
                logger.log(entry)
            except Exception as error:
                raise _failed(logger, error) from error

    async def alog(self, entry: AuditEntry) -> None:
        """Record the entry everywhere, awaiting. Raises ``AuditLogError``."""
        for logger in self._loggers:
            try:
                await logger.alog(entry)
            except Exception as error:
                raise _failed(logger, error) from error


def _failed(logger: AsyncAuditLogger, error: Exception) -> AuditLogError:
    if isinstance(error, AuditLogError):
        return error
    # The type only: what a foreign exception says may contain values of the entry.
    return AuditLogError(f"{logger.name} could not record the entry: {type(error).__name__}")
