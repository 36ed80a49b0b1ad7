"""What doctor found, as a person reads it in a terminal."""

from __future__ import annotations

import shutil
from collections import Counter
from typing import Final

from rich.console import Console
from rich.status import Status as Spinner
from rich.text import Text

from sudoagent.setup.examination import TRIAL
from sudoagent.setup.result import Check, Section, Status

__all__ = ["View"]

_WIDEST = 110  # longer lines are hard to read
_NARROWEST = 20
_NAME = 12
_MARKS: Final[dict[Status, tuple[str, str]]] = {
    "ok": ("✓", "green"),
    "warning": ("!", "yellow"),
    "failed": ("✗", "bold red"),
    "skipped": ("–", "dim"),
}
_SENTENCES: Final[dict[Status, str]] = {
    "ok": "",
    "warning": "yellow",
    "failed": "red",
    "skipped": "dim",
}
_SUMS: Final[dict[Status, str]] = {
    "ok": "fine",
    "warning": "to know about",
    "failed": "to change",
}


class View:
    """Prints sections as they come, in colour on a terminal only."""

    def __init__(self) -> None:
        width = min(shutil.get_terminal_size().columns, _WIDEST)
        self._console = Console(width=width, highlight=False, emoji=False, markup=False)
        self._spinner: Spinner | None = None
        self._spin("Looking at the settings")

    def show(self, section: Section) -> None:
        """Print one section."""
        self.rest()
        self._console.print(Text(f"\n{section.title}", style="bold"))
        for check in section.checks:
            self._show(check)
        self._spin("Looking further")

    def wait(self, seconds: float, *, patient: bool) -> None:
        """Say that a test request is on its way, and who must do something now."""
        self.rest()
        if patient:
            told = (
                f"A test request is being posted: press a button in Slack within {seconds:.0f} s. "
                "Nothing runs; Ctrl-C withdraws it."
            )
            self._console.print()
            self._print_beside(Text("  "), Text(told, "cyan"))
        self._spin("Waiting for a click" if patient else "Posting")

    def sum_up(self, sections: list[Section]) -> None:
        """Print how many checks found what."""
        self.rest()
        found = Counter(check.status for section in sections for check in section.checks)
        line = Text("\n")
        for status, words in _SUMS.items():
            line.append(" · " if line.plain.strip() else "")
            line.append(f"{found[status]} {words}", _MARKS[status][1] if found[status] else "dim")
        self._console.print(line)
        if found["failed"]:
            self._console.print(Text("More about each: docs/connecting.md", style="dim"))
        elif not any(section.title == TRIAL for section in sections):
            self._console.print(
                Text("`sudoagent doctor --post` tries it with a real click.", style="dim")
            )

    def _show(self, check: Check) -> None:
        mark, colour = _MARKS[check.status]
        quiet = "dim" if check.status == "skipped" else ""
        head = Text.assemble("  ", (mark, colour), " ", (check.name.ljust(_NAME), quiet), " ")
        self._print_beside(head, Text(check.sentence, _SENTENCES[check.status]))
        if check.cure is not None:
            arrow = Text(" " * len(head) + "→ ", style="cyan")
            self._print_beside(arrow, Text(check.cure, style="cyan"))

    def _print_beside(self, head: Text, words: Text) -> None:
        """Print words in a column of their own; piped, on one line, so that it can be searched."""
        room = self._console.width - len(head) if self._console.is_terminal else len(words)
        for number, line in enumerate(words.wrap(self._console, max(room, _NARROWEST))):
            line.rstrip()
            margin = Text(" " * len(head)) if number else head
            self._console.print(Text.assemble(margin, line), soft_wrap=True)

    def _spin(self, words: str) -> None:
        if self._console.is_terminal:
            self._spinner = self._console.status(Text(f"{words} …", style="dim"))
            self._spinner.start()

    def rest(self) -> None:
        """Stop moving, and give the terminal its cursor back."""
        if self._spinner is not None:
            self._spinner.stop()
            self._spinner = None
