"""What is recorded about a guarded call, and who records it."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ._entry import AuditEntry, AuditLogger
from .redacted import RedactedEntry

if TYPE_CHECKING:
    from .asynchronous import AsyncAuditLogger
    from .bridge import LoggingAuditLogger
    from .checkpoint import Checkpoints
    from .jsonl import JsonlAuditLogger
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

# Loaded on first use: most programs need one of them.
_ON_FIRST_USE = {
    "AsyncAuditLogger": "asynchronous",
    "Checkpoints": "checkpoint",
    "JsonlAuditLogger": "jsonl",
    "LoggingAuditLogger": "bridge",
    "RedisStreamAuditLogger": "redis_stream",
    "Rotation": "rotation",
    "TeeAuditLogger": "tee",
}


def __getattr__(name: str) -> Any:
    module = _ON_FIRST_USE.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(importlib.import_module(f"{__name__}.{module}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
