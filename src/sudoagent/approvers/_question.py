"""What the terminal shows before it asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TextIO

import msgspec
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from ..display import visible
from ..redaction import Redactor

if TYPE_CHECKING:
    from ..redaction import Presentation
    from .terminal import Question

__all__ = ["insist", "say_fallback", "show_question"]

_RISKS = {"low": "green", "medium": "yellow", "high": "bold red"}
_CALLER = ("agent", "justification", "environment")
_WIDE = 60


def show_question(stream: TextIO, question: Question) -> None:
    """Draw the call, the reason for asking, and the question. Text is never parsed as markup."""
    console = _console(stream)
    title = Text.assemble("approve ", (visible(question.ctx.action), "bold"), "?")
    body = Group(_arguments(question.shown), Text(), _facts(question))
    console.print()
    console.print(Panel(body, title=title, title_align="left", border_style="yellow"))
    if question.hides:
        console.print("  Part of it cannot be shown: to approve, type yes in full.", style="red")
    console.print(Text.assemble("  Run it? ", ("[y/N, or: n why not] ", "dim")), end="")
    stream.flush()


def insist(stream: TextIO) -> None:
    """Say that a quick yes is not enough here."""
    stream.write("  Not everything could be shown. Type yes in full, or n: ")
    stream.flush()


def say_fallback(stream: TextIO, reason: str) -> None:
    """Say why the question comes to this terminal."""
    _console(stream).print(Text.assemble(("\nsudoagent ", "bold"), visible(reason)))


def _console(stream: TextIO) -> Console:
    return Console(file=stream, force_terminal=True, highlight=False, markup=False, emoji=False)


def _arguments(shown: Presentation) -> Table | Text:
    if not shown.arguments:
        return Text("without arguments", style="dim")
    grid = _grid()
    for argument in shown.arguments:
        value = _json(argument.value)
        if argument.cut:
            value.append(" (cut)", style="red")
        grid.add_row(Text(visible(argument.name), style="cyan"), value)
    return grid


def _facts(question: Question) -> Table:
    ctx, facts = question.ctx, _grid()
    facts.add_row(Text("why", style="dim"), Text(visible(question.result.reason)))
    redactor = ctx._redactor or Redactor()
    for name in _CALLER:
        if name in ctx.metadata:
            facts.add_row(Text(name, style="dim"), _json(redactor.value(ctx.metadata[name])))
    risk = question.result.risk
    if risk is not None:
        facts.add_row(Text("risk", style="dim"), Text(risk, style=_RISKS[risk]))
    facts.add_row(Text("request", style="dim"), Text(question.request_id, style="dim"))
    return facts


def _grid() -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    return grid


def _json(value: Any) -> Text:
    raw = msgspec.json.encode(value)
    if len(raw) > _WIDE and isinstance(value, dict | list):
        raw = msgspec.json.format(raw, indent=2)
    return Text(visible(raw.decode()))
