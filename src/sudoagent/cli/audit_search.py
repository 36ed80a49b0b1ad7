"""`sudoagent audit show`, `search` and `unfinished`."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from .audit_options import JSON, MOMENT, PATHS, as_paths, readable

if TYPE_CHECKING:
    from sudoagent.audit.record import Record

_WIDEST = 110  # characters; longer lines are hard to read

__all__ = ["search", "show", "unfinished"]


@click.command()
@click.argument("request_id")
@PATHS
@JSON
def show(request_id: str, paths: tuple[str, ...], as_json: bool) -> None:
    """Tell the whole story of one call.

    The beginning of a REQUEST_ID is enough while only one call has it. Exit code 1: there is no
    such call.
    """
    from sudoagent.audit.query import Filter, calls, records

    from .audit_output import console, print_json, reading
    from .audit_timeline import timeline

    files = as_paths(paths)
    with readable(), reading(files, "searching") as progress:
        found = calls(records(files, Filter(request_id=request_id), progress))
    if not found:
        click.secho(f"No call with the id {request_id} in the log.", fg="red", err=True)
        sys.exit(1)
    if len(found) > 1 and request_id not in found:
        click.secho(f"{len(found)} calls begin with {request_id}:", fg="red", err=True)
        click.echo("\n".join(list(found)[:20]), err=True)
        sys.exit(1)
    entries = found.get(request_id) or next(iter(found.values()))
    if as_json:
        print_json({"request_id": entries[0].request_id, "entries": entries})
    else:
        screen = console()
        screen.print(timeline(entries), width=min(screen.width, _WIDEST))


@click.command()
@PATHS
@click.option("--request-id", help="The id of a call, or its beginning.")
@click.option("--action", help="The name of the action; may end in *.")
@click.option("--reviewer", help="The Slack user id of somebody who voted.")
@click.option("--decision", type=click.Choice(["allow", "deny"]))
@click.option("--outcome", type=click.Choice(["success", "error", "cancelled"]))
@click.option("--since", type=MOMENT, help="2026-01-31, 2026-01-31T12:00 (UTC), 90m, 2h, 7d.")
@click.option("--until", type=MOMENT, help="As --since; not included.")
@click.option("--text", help="Text anywhere in the entry.")
@click.option("--limit", type=click.IntRange(1), help="Stop after so many.")
@JSON
def search(
    paths: tuple[str, ...], limit: int | None, as_json: bool, **wanted: str | datetime | None
) -> None:
    """Show the entries that fit every given option. Exit code 1: there are none."""
    from sudoagent.audit.query import Filter, records

    from .audit_output import console, print_json, print_line, reading

    files, screen, count = as_paths(paths), console(), 0
    criteria: dict[str, Any] = dict(wanted)
    with readable(), reading(files, "searching") as progress:
        for record in records(files, Filter(**criteria), progress):
            if as_json:
                print_json(record)
            else:
                print_line(screen, record)
            count += 1
            if count == limit:
                break
    if not as_json and screen.is_terminal:
        screen.print(f"{count:,} entr{'y' if count == 1 else 'ies'}", style="dim")
    sys.exit(0 if count else 1)


@click.command()
@PATHS
@JSON
def unfinished(paths: tuple[str, ...], as_json: bool) -> None:
    """List the calls that were allowed and have no outcome.

    They still run, or their process ended first: whether they took effect is for a person to find
    out.
    """
    from sudoagent.audit.query import records

    from .audit_output import print_json, reading

    files = as_paths(paths)
    with readable(), reading(files, "reading") as progress:
        open_calls = _without_outcome(records(files, None, progress))
    if as_json:
        for record in open_calls:
            print_json({**_facts(record), "entry": record})
    else:
        _print(open_calls)


def _without_outcome(found: Iterable[Record]) -> list[Record]:
    open_calls: dict[str, Record] = {}
    for record in found:
        if record.request_id is None:
            continue
        if record.awaits_outcome:
            open_calls[record.request_id] = record
        elif record.event == "outcome":
            open_calls.pop(record.request_id, None)
    return list(open_calls.values())


def _print(open_calls: list[Record]) -> None:
    from rich.table import Table
    from rich.text import Text

    from .audit_output import console, moment, plain

    screen = console()
    if not open_calls:
        screen.print("✔ Every allowed call has an outcome.", style="green")
        return
    table = Table(box=None, header_style="bold", padding=(0, 2))
    for name in ("Allowed at", "Age", "Action", "Request", "Process", "State"):
        table.add_column(name, justify="right" if name == "Age" else "left", no_wrap=True)
    for record in open_calls:
        facts = _facts(record)
        table.add_row(
            moment(record.timestamp)[:19],
            facts["age"],
            Text(plain(record.action or "", 40), style="bold"),
            Text(
                plain(record.request_id or "", 40)[: 8 if screen.is_terminal else 40], style="dim"
            ),
            plain(f"{record.host}:{record.pid}", 40),
            Text(facts["state"], style="yellow" if facts["state"] == "running?" else "red"),
        )
    screen.print(table)


def _facts(record: Record) -> dict[str, Any]:
    from .audit_output import duration

    try:
        age = datetime.now(UTC) - datetime.fromisoformat(record.timestamp)
    except (ValueError, TypeError):  # no time at all, or one without a zone
        return {"age": "?", "state": _state(record)}
    return {"age": duration(max(0.0, age.total_seconds() * 1000)), "state": _state(record)}


def _state(record: Record) -> str:
    # A process of that number may be another one by now, so "running" is only ever a maybe.
    if record.host != socket.gethostname():
        return "on another host"
    try:
        os.kill(record.pid, 0)
    except ProcessLookupError:
        return "process is gone"
    except (PermissionError, OverflowError, ValueError):
        pass
    return "running?"
