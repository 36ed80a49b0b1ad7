"""An entry as it stands in the log, read back."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

__all__ = ["Form", "Record", "decode", "form_of"]


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

    @property
    def awaits_outcome(self) -> bool:
        """Whether an outcome entry must follow: an allowed call that the engine itself runs."""
        allowed = self.event == "decision" and self.decision == "allow"
        return allowed and self.metadata.get("runs") != "elsewhere"


class Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line whose metadata is checked to be JSON and not looked into, for speed."""

    timestamp: str
    event: Literal["decision", "outcome", "recovery", "rotation"]
    request_id: str | None
    action: str | None
    decision: str | None
    reason: str
    outcome: str | None
    error_type: str | None
    error: str | None
    metadata: msgspec.Raw
    host: str
    pid: int
    agent: str | None
    seq: int
    prev: str
    hash: str

    @property
    def metadata_is_object(self) -> bool:
        """Whether the metadata is an object, as it has to be."""
        return bytes(self.metadata).startswith(b"{")

    def facts(self) -> Any:
        """Return the metadata after all."""
        return msgspec.json.decode(self.metadata)


_DECODER = msgspec.json.Decoder(Record)
_FORM_DECODER = msgspec.json.Decoder(Form)


def form_of(line: bytes) -> Form | None:
    """Read one line but for its metadata, or ``None`` when it is not of the documented form."""
    try:
        return _FORM_DECODER.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def decode(line: bytes) -> Record | None:
    """Read one line, or ``None`` when it is no entry. Says nothing about whether it is genuine."""
    try:
        return _DECODER.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
