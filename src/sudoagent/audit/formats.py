"""Entries in the formats that other programs read. Pure.

CSV for spreadsheets (RFC 4180), NDJSON as the entries are, CEF (version 0) and OCSF (1.6, class API
Activity) for a SIEM.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

import msgspec

from ..display import visible
from ._line import harmless
from .query import votes
from .record import Record

__all__ = ["rendered"]

_COLUMNS = (
    "seq",
    "timestamp",
    "event",
    "request_id",
    "action",
    "decision",
    "reason",
    "outcome",
    "error_type",
    "error",
    "agent",
    "host",
    "pid",
)
_EXTRA = ("arguments", "approver", "reviewers", "hash")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def rendered(records: Iterable[Record], form: str) -> Iterator[str]:
    """Yield the records as lines of ``"csv"``, ``"ndjson"``, ``"cef"`` or ``"ocsf"``."""
    if form == "csv":
        yield _row((*_COLUMNS, *_EXTRA))
    line = _FORMS[form]
    for record in records:
        yield line(record)


def _ndjson(record: Record) -> str:
    return harmless(msgspec.json.encode(record)).decode() + "\n"


def _csv(record: Record) -> str:
    metadata = record.metadata
    extra = (
        _json(metadata.get("kwargs") or metadata.get("args") or ""),
        metadata.get("approver", ""),
        " ".join(f"{vote.get('user_id')}:{vote.get('choice')}" for vote in votes(record)),
        record.hash,
    )
    return _row([_cell(value) for value in (*(getattr(record, n) for n in _COLUMNS), *extra)])


def _row(cells: Iterable[object]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue()


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return "" if value is None else value
    # A spreadsheet runs what looks like a formula, a terminal what looks like an escape sequence,
    # and the agent chooses the text.
    shown = visible(value, lines=True)
    return f"'{shown}" if value.startswith(_FORMULA) else shown


def _cef(record: Record) -> str:
    name = f"{record.action or 'log'} {record.outcome or record.decision or record.event}"
    severity = 7 if record.decision == "deny" or record.outcome == "error" else 3
    head = ("CEF:0", "sudoagent", "sudoagent", "1", record.event, name, severity)
    fields = {
        "rt": _milliseconds(record),
        "externalId": record.request_id,
        "act": record.decision,
        "outcome": record.outcome,
        "reason": record.reason,
        "msg": record.error,
        "suser": " ".join(str(vote.get("user_id")) for vote in votes(record)) or None,
        "sproc": record.agent,
        "dvchost": record.host,
        "dvcpid": record.pid,
        "cn1Label": "seq",
        "cn1": record.seq,
        "cs1Label": "hash",
        "cs1": record.hash,
        "cs2Label": "arguments",
        "cs2": _json(record.metadata.get("kwargs") or {}),
    }
    extension = " ".join(f"{k}={_cef_value(v)}" for k, v in fields.items() if v is not None)
    return "|".join(_cef_head(part) for part in head) + f"|{extension}\n"


def _cef_head(part: object) -> str:
    text = visible(str(part), lines=True).replace("\\", "\\\\").replace("|", "\\|")
    return text.replace("\r", " ").replace("\n", " ")


def _cef_value(value: object) -> str:
    text = visible(str(value), lines=True).replace("\\", "\\\\").replace("=", "\\=")
    return text.replace("\r", "\\r").replace("\n", "\\n")


def _ocsf(record: Record) -> str:
    denied = record.decision == "deny"
    failed = record.outcome in ("error", "cancelled")
    event: dict[str, Any] = {
        "metadata": {
            "version": "1.6.0",
            "product": {"name": "sudoagent", "vendor_name": "sudoagent"},
            "profiles": ["host", "security_control"],
            "uid": f"{record.seq}:{record.hash}",
            "sequence": record.seq,
        },
        "category_uid": 6,
        "class_uid": 6003,
        "activity_id": 99,
        "activity_name": record.event,
        "type_uid": 600399,
        "time": _milliseconds(record),
        "severity_id": 3 if denied or failed else 1,
        "status_id": 2 if denied or failed else 1,
        "status_detail": record.error or record.reason,
        "action_id": 2 if denied else 1,
        "action": "Denied" if denied else "Allowed",
        "message": record.reason,
        "actor": {"app_name": record.agent or "agent", "process": {"pid": record.pid}},
        "api": {"operation": record.action or record.event, "request": {"uid": record.request_id}},
        "src_endpoint": {"hostname": record.host},
        "unmapped": record.metadata,
    }
    return _json(event) + "\n"


def _milliseconds(record: Record) -> int:
    try:
        return int(datetime.fromisoformat(record.timestamp).timestamp() * 1000)
    except (ValueError, OverflowError):
        return 0


def _json(value: Any) -> str:
    return harmless(msgspec.json.encode(value)).decode() if value != "" else ""


_FORMS: dict[str, Callable[[Record], str]] = {
    "csv": _csv,
    "ndjson": _ndjson,
    "cef": _cef,
    "ocsf": _ocsf,
}
