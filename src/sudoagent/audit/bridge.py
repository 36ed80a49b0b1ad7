"""From the audit log to Python's ``logging``, for who collects everything in one place."""

from __future__ import annotations

import logging

from ..redaction import Redactor
from ._entry import AuditEntry
from ._line import LineEncoder

__all__ = ["LoggingAuditLogger"]


class LoggingAuditLogger:
    """Hands every entry to a ``logging`` logger, as one line of JSON, with the entry as ``audit``.

    Denials and failed calls are warnings. ``logging`` swallows its handlers' errors, so nothing is
    promised about the entry: use it in a ``TeeAuditLogger`` behind a log that counts.
    """

    def __init__(
        self,
        logger: logging.Logger | str = "sudoagent.audit",
        *,
        agent: str | None = None,
        redactor: Redactor | None = None,
    ) -> None:
        self._logger = logging.getLogger(logger) if isinstance(logger, str) else logger
        self._encoder = LineEncoder(agent=agent, redactor=redactor)

    def log(self, entry: AuditEntry) -> None:
        """Log the entry."""
        level = logging.WARNING if _is_bad_news(entry) else logging.INFO
        if self._logger.isEnabledFor(level):
            line = self._encoder.entry(entry).decode()
            self._logger.log(level, "%s", line, extra={"audit": entry})


def _is_bad_news(entry: AuditEntry) -> bool:
    return entry.decision != "allow" or entry.outcome not in (None, "success")
