"""An entry as it stands in the log, read back."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

__all__ = ["Record", "decode"]


class Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The fields of a line, in their order. ``docs/audit-format.md`` says what they mean."""

    timestamp: str
    event: Literal["decision", "outcome", "recovery", "rotation"]
    request_id: str | None
    action: str | None
    decision: str | None
    reason: str
    outcome: str | None
    error_type: str | None
    error: str | None
    metadata: dict[str, Any]
    host: str
    pid: int
    agent: str | None
    seq: int
    prev: str
    hash: str


_DECODER = msgspec.json.Decoder(Record)


def decode(line: bytes) -> Record | None:
    """Read one line, or ``None`` when it is no entry. Says nothing about whether it is genuine."""
    try:
        return _DECODER.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
