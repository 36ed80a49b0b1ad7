"""What is recorded about a guarded call, and who records it."""

from __future__ import annotations

from ._entry import AuditEntry, AuditLogger
from .asynchronous import AsyncAuditLogger
from .jsonl import JsonlAuditLogger
from .rotation import Rotation

__all__ = [
    "AsyncAuditLogger",
    "AuditEntry",
    "AuditLogger",
    "JsonlAuditLogger",
    "Rotation",
]
