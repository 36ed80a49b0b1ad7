"""Reading what the scripts return. Whoever can write to Redis can write anything. Pure."""

from __future__ import annotations

from typing import Any, get_args

from ..request import MAX_RECORD_BYTES, SCHEMA_VERSION, MalformedRecord, State, is_request_id
from .replies import StoredReview

__all__ = ["LARGEST", "MAX_STORED_BYTES", "read_record", "read_state", "text", "whole"]

# The year 9999, in milliseconds: no time is later that can be shown, and no counter gets so far.
LARGEST = 253_402_300_799_000

# A sealed request of full size, some hundred votes with comments, and the small fields.
MAX_STORED_BYTES = 4 * MAX_RECORD_BYTES
_MOST_DIGITS = len(str(LARGEST))
_STATES: tuple[str, ...] = get_args(State)


def read_record(request_id: str, reply: Any, now: int, *, frozen: bool) -> StoredReview | None:
    """Read one record. ``None``: there is none. Raises ``MalformedRecord``."""
    if isinstance(reply, bytes):
        raise MalformedRecord(f"the stored request is {text(reply)}")
    if not reply:
        return None
    fields = {text(reply[i]): bytes(reply[i + 1]) for i in range(0, len(reply), 2)}
    if fields.get("v") != str(SCHEMA_VERSION).encode():
        raise MalformedRecord("the stored request is of another version")
    if text(fields.get("id", b"")) != request_id or not is_request_id(request_id):
        raise MalformedRecord("the stored request carries another id than its key")
    try:
        return _review(fields, now, frozen=frozen)
    except (KeyError, ValueError) as error:
        raise MalformedRecord("the stored request lacks a field, or has a wrong one") from error


def read_state(raw: object) -> State | None:
    """Return the state that a script named, ``None`` for anything that is none."""
    name = text(raw)
    return name if name in _STATES else None  # type: ignore[return-value]  # narrowed by the table


def whole(raw: object) -> int | None:
    """Return a moment or a count from 0 to `LARGEST`, ``None`` for anything that is none."""
    digits = text(raw)
    number = int(digits) if len(digits) <= _MOST_DIGITS and digits.isdecimal() else -1
    return number if 0 <= number <= LARGEST else None


def text(raw: object) -> str:
    """Return text for bytes of any kind."""
    return raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)


def _review(fields: dict[str, bytes], now: int, *, frozen: bool) -> StoredReview:
    state = read_state(fields["state"])
    if state is None:
        raise ValueError("state")
    return StoredReview(
        id=text(fields["id"]),
        state=state,
        sealed_request=fields["sealed"],
        sealed_votes=tuple(value for name, value in fields.items() if name.startswith("vote:")),
        nonce=text(fields["nonce"]),
        digest=text(fields["digest"]),
        revision=_number(fields["revision"]),
        created_at=_number(fields["created_at"]),
        expires_at=_number(fields["expires_at"]),
        now=now,
        frozen=frozen,
        approvals=_number(fields["approvals"]),
        denies=_number(fields["denies"]),
        channel=_optional(fields, "channel"),
        message_ts=_optional(fields, "ts"),
        team_id=_optional(fields, "team"),
        ended_at=_number(fields["ended_at"]) if "ended_at" in fields else None,
        why=_optional(fields, "why"),
        claimed_by=_optional(fields, "claimed_by"),
        claimed_at=_number(fields["claimed_at"]) if "claimed_at" in fields else None,
        sealed_outcome=fields.get("outcome"),
        replies=_named(fields, "reply:"),
        copies=_named(fields, "copy:"),
        grant_uses=_number(fields.get("grant_uses", b"0")),
        grant_ended_at=_number(fields["grant_ended_at"]) if "grant_ended_at" in fields else None,
        grant_ended_by=_optional(fields, "grant_ended_by"),
    )


def _number(raw: bytes) -> int:
    number = whole(raw)
    if number is None:
        raise ValueError("number")
    return number


def _named(fields: dict[str, bytes], prefix: str) -> dict[str, str]:
    return {
        name.removeprefix(prefix): text(value)
        for name, value in fields.items()
        if name.startswith(prefix)
    }


def _optional(fields: dict[str, bytes], name: str) -> str | None:
    return text(fields[name]) if fields.get(name) else None
