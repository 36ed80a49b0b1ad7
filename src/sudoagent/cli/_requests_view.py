"""Requests as a person reads them in a terminal."""

from __future__ import annotations

import json
from typing import Any

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from sudoagent.display import cut, visible

from .audit_output import duration

__all__ = ["show_list", "show_one"]

_STATES = {
    "pending": "yellow",
    "approved": "green",
    "denied": "red",
    "expired": "red",
    "cancelled": "dim",
}
_FACTS = (
    ("agent", "agent"),
    ("requester", "for"),
    ("reason", "why"),
    ("risk", "risk"),
    ("asked_at", "asked"),
    ("expires_at", "expires"),
    ("channel", "channel"),
    ("why", "ended because"),
    ("outcome", "the call"),
    ("took", "took"),
    ("error", "error"),
    ("digest", "call digest"),
)
_BRIEF = 160
_ID_WIDTH = 36


def show_list(accounts: list[dict[str, Any]]) -> None:
    """Print a few lines for each request."""
    console = Console(highlight=False)
    if not accounts:
        console.print("Nothing is pending.")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    table.add_column("left", no_wrap=True)
    table.add_column("call", min_width=_ID_WIDTH, overflow="fold")
    table.add_column("who may decide", overflow="fold")
    table.add_column("votes", no_wrap=True)
    for account in accounts:
        table.add_row(*_cells(account))
    console.print(table)


def show_one(account: dict[str, Any]) -> None:
    """Print everything about one request."""
    console = Console(highlight=False)
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in account.get("arguments", {}).items():
        grid.add_row(
            Text(visible(name), style="cyan"), Text(visible(json.dumps(value, ensure_ascii=False)))
        )
    took = account.get("seconds")
    told = account if took is None else {**account, "took": duration(took * 1000)}
    for key, label in _FACTS:
        if told.get(key):
            grid.add_row(label, Text(visible(str(told[key]))))
    if "reviewers" in account:
        words = f"{account['quorum']} of {', '.join(account['reviewers'])}"
        grid.add_row("needs", Text(visible(words)))
    for vote in account.get("votes", ()):
        grid.add_row(vote["choice"], Text(visible(_vote(vote))))
    if "problem" in account:
        grid.add_row("problem", Text(visible(account["problem"]), style="red"))
    state = account["state"]
    title = Text.assemble(
        visible(account.get("action", "a request")), " ", (state, _STATES.get(state, "red"))
    )
    console.print(Panel(grid, title=title, title_align="left", subtitle=account.get("id")))


def _cells(account: dict[str, Any]) -> tuple[Text, ...]:
    number = Text(visible(account.get("id", "")), style="dim")
    if "problem" in account:
        problem = Text(visible(account["problem"]), style="red")
        return (Text(), Text.assemble(problem, "\n", number), Text(), Text())
    arguments = ", ".join(
        f"{n}={json.dumps(v, ensure_ascii=False)}" for n, v in account["arguments"].items()
    )
    call = visible(f"{account['action']}({cut(arguments, _BRIEF)})")
    agent = visible(account["agent"]) + "\n" if account["agent"] else ""
    return (
        Text(_left(account["remaining_s"])),
        Text.assemble(call, "\n", agent, number),
        Text(visible(", ".join(account["reviewers"]))),
        Text(f"{len(account['votes'])} of {account['quorum']}"),
    )


def _vote(vote: dict[str, Any]) -> str:
    comment = f": {vote['comment']}" if vote["comment"] else ""
    return f"{vote['user_id']} at {vote['at']}{comment}"


def _left(seconds: int) -> str:
    hours, minutes = divmod(seconds // 60, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min" if minutes else f"{seconds} s"
