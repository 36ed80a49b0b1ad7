"""What the terminal shows before it asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from ..redaction import Redactor
from ._layout import TITLE, Layout, short

if TYPE_CHECKING:
    from .terminal import Question

__all__ = ["ask", "insist", "say_fallback", "show_question"]

_RISKS = {"low": "green", "medium": "yellow", "high": "bold red"}
_CALLER = ("agent", "justification", "environment")
_LINE = 60
_SENTENCES = 180


def show_question(stream: TextIO, question: Question) -> None:
    """Draw the call and the reason for asking. Text is never parsed as markup."""
    console = _console(stream)
    title = Text.assemble("approve ", (short(question.ctx.action, TITLE), "bold"), "?")
    body = Group(_arguments(question.layout), Text(), _facts(question))
    console.print()
    console.print(Panel(body, title=title, title_align="left", border_style="yellow"))
    if question.hides:
        console.print("  Not all of it is shown: to approve, type yes in full.", style="red")
    stream.flush()


def ask(stream: TextIO) -> None:
    """Put the question itself."""
    _console(stream).print(Text.assemble("  Run it? ", ("[y/N, or: n why not] ", "dim")), end="")
    stream.flush()


def insist(stream: TextIO) -> None:
    """Say that a quick yes is not enough here."""
    stream.write("  Not all of it is shown. Type yes in full, or n: ")
    stream.flush()


def say_fallback(stream: TextIO, reason: str) -> None:
    """Say why the question comes to this terminal."""
    _console(stream).print(Text.assemble(("\nsudoagent ", "bold"), short(reason, _SENTENCES)))


def _console(stream: TextIO) -> Console:
    return Console(file=stream, force_terminal=True, highlight=False, markup=False, emoji=False)


def _arguments(layout: Layout) -> Table | Text:
    if not layout.rows:
        return Text("without arguments", style="dim")
    grid = _grid()
    for row in layout.rows:
        value = Text(row.text)
        if row.cut:
            value.append(" (cut)", style="red")
        grid.add_row(Text(row.name, style="cyan"), value)
    if layout.missing:
        grid.add_row(Text("…", style="red"), Text(f"{layout.missing} more are not shown", "red"))
    return grid


def _facts(question: Question) -> Table:
    ctx, facts = question.ctx, _grid()
    redactor, secrets = ctx._origin.redactor or Redactor(), question.shown.secrets
    reason = redactor.text(question.result.reason, secrets)
    facts.add_row(Text("why", style="dim"), Text(short(reason, _SENTENCES)))
    for name in _CALLER:
        if name in ctx.metadata:
            said = short(redactor.value(ctx.metadata[name], known=secrets), _SENTENCES)
            facts.add_row(Text(name, style="dim"), Text(said))
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
