"""One entry of the audit log, and the protocol of whoever writes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable

__all__ = ["AuditEntry", "AuditLogger"]

Event = Literal["decision", "outcome"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """A decision (before the function runs) or an outcome (after it).

    The entries of one call share ``request_id``. ``decision`` is ``"allow"`` or ``"deny"``;
    ``outcome`` is ``"success"``, ``"error"`` or ``"cancelled"`` and belongs to outcome entries,
    like ``error_type`` and ``error`` (already redacted). ``metadata`` holds values of JSON's types
    only, already redacted.

    Raises ``ValueError`` for an empty action, reason or request id, and for a timestamp without a
    time zone.
    """

    timestamp: datetime
    request_id: str
    action: str
    decision: str
    reason: str
    event: Event = "decision"
    outcome: str | None = None
    error_type: str | None = None
    error: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        said = (self.request_id, self.action, self.decision, self.reason)
        if not (_TEXT.issuperset(map(type, said)) and all(map(str.strip, said))):
            for name in ("request_id", "action", "decision", "reason"):
                _check_text(name, getattr(self, name))
        if self.event not in ("decision", "outcome"):
            raise ValueError(f"event is {self.event!r}: use 'decision' or 'outcome'")
        if not isinstance(self.timestamp, datetime) or self.timestamp.utcoffset() is None:
            raise ValueError("AuditEntry needs a time-zone-aware timestamp: datetime.now(UTC)")


_TEXT = frozenset({str})


def _check_text(name: str, value: object) -> None:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"AuditEntry needs a {name}: a non-empty string")


@runtime_checkable
class AuditLogger(Protocol):
    """Records entries.

    ``log`` returns when the entry is recorded as durably as the logger promises, and raises when
    it is not. A logger may also offer ``async def alog(entry)``; without it, asynchronous calls
    run ``log`` on a worker thread so that the event loop is never blocked.
    """

    def log(self, entry: AuditEntry) -> None:
        """Record the entry, or raise."""
        ...
