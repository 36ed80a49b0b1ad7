"""The story of one call as a timeline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sudoagent.audit.query import votes
from sudoagent.audit.record import Record
from sudoagent.audit.statistics import is_asked_about

from .audit_output import duration, lifted, moment, plain, shown

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

__all__ = ["timeline"]

_FACTS = (
    ("policy", "policy"),
    ("approver", "approver"),
    ("approver_note", "because"),
    ("grant_request_id", "allowed with request"),
    ("granted_until", "allowed until"),
    ("slack_channel", "channel"),
    ("slack_message_ts", "message"),
    ("call_digest", "call digest"),
    ("approved_call_digest", "as approved"),
    ("idempotency_key", "idempotency key"),
    ("context", "context"),
)


class Step(NamedTuple):
    """One thing that happened. ``at`` is a timestamp, or ``""`` when only the order is known."""

    at: str
    mark: str
    colour: str
    what: str
    detail: str


def timeline(entries: list[Record]) -> RenderableType:
    """Return the story that the entries of one call tell."""
    from rich.console import Group
    from rich.panel import Panel
    from rich.text import Text

    first = entries[0]
    word = next((one.decision for one in entries if one.event == "decision"), None) or "?"
    mark, colour = lifted(word)
    title = Text(f" {mark} {plain(first.action or '', 60)} ", style=f"bold {colour}")
    parts: list[RenderableType] = [_steps(entries)]
    decided = next((one for one in entries if one.event == "decision"), None)
    if decided is not None:
        parts += [Text(), *_sections(decided)]
    places = ", ".join(str(one.seq) for one in entries)
    footer = Text(f" {plain(first.request_id or '', 40)} · entries {places} ", style="dim")
    return Panel(
        Group(*parts), title=title, subtitle=footer, title_align="left", border_style=colour
    )


def _steps(entries: list[Record]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(ratio=1)
    steps = sorted((step for record in entries for step in _told(record)), key=lambda step: step.at)
    before = ""
    for number, step in enumerate(steps):
        if number and step.at != before:
            table.add_row(
                "", Text("│", style="dim"), Text(_between(before, step.at), style="dim"), ""
            )
        clock = moment(step.at) if number == 0 else moment(step.at)[11:]
        table.add_row(
            Text(clock, style="dim", justify="right"),
            Text(step.mark, style=step.colour),
            Text(step.what, style=f"bold {step.colour}"),
            Text(step.detail),
        )
        before = step.at
    return table


def _told(record: Record) -> Iterator[Step]:
    if record.event == "outcome":
        word = record.outcome or "?"
        took = duration(record.metadata.get("duration_ms"))
        error = ": ".join(part for part in (record.error_type, record.error) if part)
        told = " · ".join(part for part in (f"ran {took}" if took else "", error) if part)
        yield Step(record.timestamp, *lifted(word), plain(word, 12), plain(told, 600))
        return
    known = record.metadata
    asked = _asked_at(known)
    if is_asked_about(record) and asked:
        yield Step(asked, "?", "blue", "asked", plain(known.get("policy_reason", ""), 300))
    for vote in votes(record):
        yield _voted(vote, record.timestamp)
    word = record.decision or record.event
    yield Step(record.timestamp, *lifted(word), plain(word, 12), plain(record.reason, 600))
    if record.error:
        yield Step(
            record.timestamp, "▲", "red", plain(record.error_type, 40), plain(record.error, 600)
        )


def _voted(vote: dict[str, Any], otherwise: str) -> Step:
    approves = vote.get("choice") == "approve"
    who = plain(vote.get("user_id", "?"), 40)
    team = f" of {plain(vote['team_id'], 40)}" if vote.get("team_id") else ""
    said = f": “{plain(vote['comment'], 300)}”" if vote.get("comment") else ""
    at = str(vote.get("at") or otherwise)
    mark, colour = ("✔", "green") if approves else ("✘", "red")
    return Step(_utc(at), mark, colour, "approves" if approves else "denies", f"{who}{team}{said}")


def _asked_at(known: dict[str, Any]) -> str:
    if known.get("asked_at"):
        return _utc(str(known["asked_at"]))
    try:
        posted = datetime.fromtimestamp(float(known.get("slack_message_ts") or ""), UTC)
    except (ValueError, OverflowError, TypeError):
        return ""
    return posted.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _utc(timestamp: str) -> str:
    try:
        return datetime.fromisoformat(timestamp).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    except (ValueError, OverflowError):
        return timestamp


def _between(before: str, after: str) -> str:
    try:
        gap = datetime.fromisoformat(after) - datetime.fromisoformat(before)
    except (ValueError, TypeError):  # no times at all, or one without a zone
        return ""
    return f"+{duration(gap.total_seconds() * 1000)}"


def _sections(record: Record) -> Iterator[RenderableType]:
    from rich.text import Text

    named, positional = record.metadata.get("kwargs"), record.metadata.get("args")
    arguments = list(named.items()) if isinstance(named, dict) else []
    if positional and isinstance(positional, list) and not arguments:
        arguments = [(str(number), value) for number, value in enumerate(positional)]
    if arguments:
        yield Text("Arguments", style="bold")
        yield _pairs((name, shown(value, 1000)) for name, value in arguments)
        yield Text()
    edited = record.metadata.get("edited")
    if edited and isinstance(edited, dict):
        yield Text("Edited by the reviewer", style="bold")
        yield _pairs((name, _change(change)) for name, change in edited.items())
        yield Text()
    yield Text("Evidence", style="bold")
    facts = [(label, record.metadata[key]) for key, label in _FACTS if record.metadata.get(key)]
    facts += [("written by", f"{record.host}:{record.pid}"), ("agent", record.agent)]
    yield _pairs((name, _said(value)) for name, value in facts if value)
    yield _pairs([("hash", f"{record.seq}:{record.hash}")])


def _change(change: Any) -> str:
    if not isinstance(change, dict):
        return shown(change, 1000)
    return f"{shown(change.get('before'), 500)} → {shown(change.get('after'), 500)}"


def _said(value: Any) -> str:
    if isinstance(value, dict) and all(isinstance(part, str) for part in value.values()):
        return plain(" · ".join(value.values()), 400)
    return plain(value, 400) if isinstance(value, str) else shown(value)


def _pairs(pairs: Any) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, min_width=15)
    table.add_column(ratio=1, overflow="fold")
    for name, value in pairs:
        table.add_row(Text(f"  {plain(name, 40)}", style="cyan"), Text(value))
    return table
