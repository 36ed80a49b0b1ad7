"""An entry → the bytes of its JSON object: field order, escapes, and the bound on its size."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import socket
from datetime import UTC, datetime
from typing import Any

import msgspec

from ..redaction import Redactor
from ._closed import Bounds, free_name, is_closed, reduced, shortened
from ._entry import AuditEntry
from ._fork import watch
from .chain import SEAL_BYTES
from .redacted import RedactedEntry, without_secrets

__all__ = ["DEFAULT_MAX_ENTRY_BYTES", "Body", "LineEncoder", "harmless"]

DEFAULT_MAX_ENTRY_BYTES = 64 * 1024
_SMALLEST_MAX = 8 * 1024

# Legal in JSON strings, but line breaks to some readers, commands to a terminal, or invisible.
_UNSAFE = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)
# Tried in order until the entry fits.
_TIGHTER = tuple(
    Bounds(text, items, depth)
    for text, items, depth in (
        (8192, 512, 16),
        (2048, 128, 10),
        (512, 48, 8),
        (128, 16, 5),
        (48, 6, 3),
    )
)
_TEXT_LIMITS = {"action": 512, "request_id": 128, "reason": 2048, "error_type": 128, "error": 8192}


class Body(msgspec.Struct):
    """The fields of an entry before it is sealed, in the order in which they are written."""

    timestamp: datetime | str
    event: str
    request_id: str | None
    action: str | None
    decision: str | None
    reason: str
    outcome: str | None
    error_type: str | None
    error: str | None
    metadata: Any
    host: str
    pid: int
    agent: str | None


class LineEncoder:
    """Encodes entries of one process. ``limit`` is the most bytes that a sealed line may have."""

    def __init__(
        self,
        *,
        agent: str | None = None,
        limit: int = DEFAULT_MAX_ENTRY_BYTES,
        redactor: Redactor | None = None,
    ) -> None:
        self._agent = shortened(str(reduced(agent)), 256) if agent is not None else None
        self._room = max(limit, _SMALLEST_MAX) - SEAL_BYTES
        self._redactor = redactor or Redactor()
        self._host = str(reduced(socket.gethostname()))
        self._pid = os.getpid()
        watch(self)
        self._encode = msgspec.json.Encoder().encode

    def after_fork(self) -> None:
        """Take note that this is another process now; called by itself."""
        self._pid = os.getpid()

    def entry(self, entry: AuditEntry) -> bytes:
        """Encode what a caller recorded. Whatever the entry holds, the result is strict JSON."""
        if type(entry) is not RedactedEntry:
            entry = without_secrets(entry, self._redactor)
        return self._body(
            Body(
                _moment(entry.timestamp),
                entry.event,
                entry.request_id,
                entry.action,
                entry.decision,
                entry.reason,
                entry.outcome,
                entry.error_type,
                entry.error,
                entry.metadata,
                self._host,
                self._pid,
                self._agent,
            )
        )

    def note(self, event: str, reason: str, metadata: dict[str, Any]) -> bytes:
        """Encode what the log itself has to say: a recovery or a rotation."""
        nothing = (None,) * 3
        body = Body(
            _moment(datetime.now(UTC)),
            event,
            *nothing,
            reason,
            *nothing,
            metadata,
            self._host,
            self._pid,
            self._agent,
        )
        return self._body(body)

    def _body(self, body: Body) -> bytes:
        metadata = body.metadata
        if type(metadata) is dict and is_closed(metadata):
            body.agent = _agent_in(metadata) or self._agent
            try:
                encoded = self._escaped(body)
            except (TypeError, ValueError):  # a field of a wrong type; lone surrogates
                encoded = self._reduced(body)
            else:
                if b'"$' in encoded:  # perhaps a key: those are ours
                    encoded = self._reduced(body)
        else:
            encoded = self._reduced(body)
        return encoded if len(encoded) <= self._room else self._cut(body, encoded)

    def _reduced(self, body: Body) -> bytes:
        for name in ("event", "decision", "outcome", *_TEXT_LIMITS):
            value = getattr(body, name)
            setattr(body, name, None if value is None else str(reduced(value)))
        metadata = reduced(body.metadata)
        body.metadata = metadata if isinstance(metadata, dict) else {"value": metadata}
        body.agent = _agent_in(body.metadata) or self._agent
        return self._escaped(body)

    def _cut(self, body: Body, whole: bytes) -> bytes:
        mark = {"bytes": len(whole), "sha256": hashlib.sha256(whole).hexdigest()}
        for name, limit in _TEXT_LIMITS.items():
            value = getattr(body, name)
            setattr(body, name, value and shortened(value, limit))
        metadata = body.metadata
        for bounds in _TIGHTER:
            body.metadata = {"$cut": mark, **_cut_value(metadata, bounds)}
            encoded = self._escaped(body)
            if len(encoded) <= self._room:
                return encoded
        body.metadata = {"$cut": mark}
        for name, limit in _TEXT_LIMITS.items():
            value = getattr(body, name)
            setattr(body, name, value and shortened(value, limit // 32))
        return self._escaped(body)

    def _escaped(self, body: Body) -> bytes:
        return harmless(self._encode(body))


def harmless(encoded: bytes) -> bytes:
    """Return the same JSON with escapes for what a terminal obeys or nobody sees."""
    if encoded.isascii():
        return encoded.replace(b"\x7f", b"\\u007f")
    return _UNSAFE.sub(_escape, encoded.decode()).encode()


def _moment(moment: datetime) -> datetime | str:
    # msgspec writes UTC as Z and leaves a fraction of zero out; microseconds are always written.
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment if moment.microsecond else f"{moment.isoformat()[:19]}.000000Z"


def _agent_in(metadata: dict[str, Any]) -> str | None:
    named = metadata.get("agent")
    if named is None and "context" in metadata:  # where an engine's own metadata arrives
        context = metadata["context"]
        named = context.get("agent") if isinstance(context, dict) else None
    return shortened(named, 256) if isinstance(named, str) and named else None


def _cut_value(value: Any, bounds: Bounds, depth: int = 0) -> Any:
    # Not reduced() with tighter bounds: this is in the closed set, and its dollar keys are ours.
    if isinstance(value, str):
        return shortened(value, bounds.text)
    if isinstance(value, list | tuple | dict) and depth >= bounds.depth:
        return {"$deep": type(value).__name__}
    if isinstance(value, list | tuple):
        kept = [_cut_value(item, bounds, depth + 1) for item in value[: bounds.items]]
        left_out = len(value) - len(kept)
        return {"$items": kept, "left_out": left_out} if left_out else kept
    if isinstance(value, dict):
        cut: dict[str, Any] = {}
        for name in itertools.islice(value, bounds.items):
            short = free_name(shortened(name, 200), cut)
            cut[short] = _cut_value(value[name], bounds, depth + 1)
        if len(cut) < len(value):
            cut["$left_out"] = len(value) - len(cut)
        return cut
    return value


def _escape(found: re.Match[str]) -> str:
    code = ord(found.group())
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
