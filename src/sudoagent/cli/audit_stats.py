"""`sudoagent audit stats`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .audit_options import JSON, MOMENT, PATHS, as_paths, readable

if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import Console
    from rich.table import Table

    from sudoagent.audit.statistics import ActionCount, Statistics

__all__ = ["stats"]

_BAR = 40  # characters
_DAYS = 30  # charted; older ones are in --json


@click.command()
@PATHS
@click.option("--since", type=MOMENT, help="2026-01-31, 2026-01-31T12:00 (UTC), 90m, 2h, 7d.")
@click.option("--until", type=MOMENT, help="As --since; not included.")
@JSON
def stats(
    paths: tuple[str, ...], since: datetime | None, until: datetime | None, as_json: bool
) -> None:
    """Count decisions by action and day, how long people took, and who decided."""
    from sudoagent.audit.query import Filter, records
    from sudoagent.audit.statistics import collect

    from .audit_output import console, print_json, reading

    files = as_paths(paths)
    with readable(), reading(files, "counting") as progress:
        found = collect(records(files, Filter(since=since, until=until), progress))
    if as_json:
        print_json(_document(found))
    else:
        _print(console(), found)


def _document(found: Statistics) -> dict[str, Any]:
    return {
        "total": _numbers(found.total),
        "actions": {name: _numbers(one) for name, one in sorted(found.actions.items())},
        "days": {
            day: {"allowed": allowed, "denied": denied}
            for day, (allowed, denied) in sorted(found.days.items())
        },
        "reviewers": {name: dict(choices) for name, choices in sorted(found.reviewers.items())},
        "recoveries": found.recoveries,
    }


def _numbers(one: ActionCount) -> dict[str, Any]:
    return {
        "calls": one.calls,
        "allowed": one.allowed,
        "denied": one.denied,
        "denied_share": round(one.denied_share, 4),
        "asked": one.asked,
        "median_seconds_to_decide": one.median_wait,
        "failed": one.failed,
        "unfinished": one.unfinished,
    }


def _print(screen: Console, found: Statistics) -> None:
    if not found.total.calls:
        screen.print("No decisions in this log.", style="dim")
        return
    screen.print(_actions(found))
    if found.reviewers:
        screen.print(_reviewers(found))
    screen.print(_chart(found))
    if found.recoveries:
        screen.print(f"{found.recoveries} recoveries: see `audit verify`", style="yellow")


def _actions(found: Statistics) -> Table:
    from rich.table import Table

    table = Table(title="Decisions by action", title_justify="left", title_style="bold", box=None)
    table.add_column("Action", style="bold")
    for name in ("Calls", "Allowed", "Denied", "Denied %", "Asked", "To decide", "Failed", "Open"):
        table.add_column(name, justify="right")
    ordered = sorted(found.actions.items(), key=lambda item: -item[1].calls)
    for action, one in ordered:
        table.add_row(*_row(action, one))
    if len(ordered) > 1:
        table.add_section()
        table.add_row(*_row("all", found.total), style="bold")
    return table


def _row(action: str, one: ActionCount) -> list[Any]:
    from rich.text import Text

    from .audit_output import duration, plain

    share = f"{one.denied_share:.0%}"
    wait = duration(one.median_wait * 1000) if one.median_wait is not None else "–"
    return [
        Text(plain(action, 50)),
        f"{one.calls:,}",
        Text(f"{one.allowed:,}", style="green"),
        Text(f"{one.denied:,}", style="red" if one.denied else "dim"),
        Text(share, style="red" if one.denied_share > 0.5 else ""),
        f"{one.asked:,}",
        wait,
        Text(f"{one.failed:,}", style="yellow" if one.failed else "dim"),
        Text(f"{one.unfinished:,}", style="yellow" if one.unfinished else "dim"),
    ]


def _reviewers(found: Statistics) -> Table:
    from rich.table import Table
    from rich.text import Text

    from .audit_output import plain

    table = Table(title="\nWho decides", title_justify="left", title_style="bold", box=None)
    table.add_column("Reviewer", style="bold")
    table.add_column("Approved", justify="right")
    table.add_column("Denied", justify="right")
    for name, choices in sorted(found.reviewers.items(), key=lambda item: -item[1].total()):
        approved, denied = choices["approve"], choices["deny"]
        table.add_row(Text(plain(name, 40)), Text(str(approved), style="green"), str(denied))
    return table


def _chart(found: Statistics) -> Table:
    from rich.table import Table
    from rich.text import Text

    from .audit_output import plain

    table = Table(
        title="\nDecisions by day (UTC)", title_justify="left", title_style="bold", box=None
    )
    table.add_column("Day", style="dim")
    table.add_column("█ allowed  ▒ denied")
    table.add_column("", justify="right")
    days = sorted(found.days.items())[-_DAYS:]
    largest = max(allowed + denied for _, (allowed, denied) in days)
    for day, (allowed, denied) in days:
        bar = Text("█" * _cells(allowed, largest), style="green")
        bar.append("▒" * _cells(denied, largest), style="red")
        table.add_row(Text(plain(day, 12)), bar, f"{allowed + denied:,}")
    return table


def _cells(count: int, largest: int) -> int:
    # Anything that happened at all is seen.
    return max(1, round(count / largest * _BAR)) if count else 0
