"""What is recorded about a guarded call, and who records it."""

from __future__ import annotations

from ._entry import AuditEntry, AuditLogger

__all__ = ["AuditEntry", "AuditLogger"]
