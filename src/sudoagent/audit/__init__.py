"""What is recorded about a guarded call, and who records it."""

from __future__ import annotations

from ._entry import AuditEntry, AuditLogger
from .asynchronous import AsyncAuditLogger
from .bridge import LoggingAuditLogger
from .checkpoint import Checkpoints
from .jsonl import JsonlAuditLogger
from .redacted import RedactedEntry
from .redis_stream import RedisStreamAuditLogger
from .rotation import Rotation
from .tee import TeeAuditLogger

__all__ = [
    "AsyncAuditLogger",
    "AuditEntry",
    "AuditLogger",
    "Checkpoints",
    "JsonlAuditLogger",
    "LoggingAuditLogger",
    "RedactedEntry",
    "RedisStreamAuditLogger",
    "Rotation",
    "TeeAuditLogger",
]
