"""How entries look in a terminal. What stands in a log is others' text: nothing in it is markup."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from sudoagent.audit._line import harmless
from sudoagent.audit.reading import Progress
from sudoagent.audit.record import Record
from sudoagent.audit.rotation import segments
from sudoagent.display import cut, visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

__all__ = [
    "console",
    "duration",
    "entry_line",
    "lifted",
    "moment",
    "plain",
    "print_json",
    "print_line",
    "reading",
    "shown",
]

_PIPED_WIDTH = 200
_LARGE = 64 << 20  # bytes from which reading takes long enough for a progress bar

_LONGEST = 1e15  # milliseconds: integers that are larger than any float can be written in a log

# event or result → (mark, word's colour)
_LOOK = {
    "allow": ("✔", "green"),
    "deny": ("✘", "red"),
    "success": ("●", "green"),
    "error": ("▲", "red"),
    "cancelled": ("■", "yellow"),
    "recovery": ("↻", "yellow"),
    "rotation": ("⟳", "blue"),
}


def console(*, stderr: bool = False) -> Console:
    """Return a console that has colours on a terminal only, and does not squeeze what is piped."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _PIPED_WIDTH
    return Console(file=stream, width=width, highlight=False, emoji=False, markup=False)


def print_json(value: Any) -> None:
    """Print one JSON document on one line."""
    sys.stdout.write(harmless(msgspec.json.encode(value)).decode() + "\n")
    sys.stdout.flush()


def plain(value: object, limit: int = 200) -> str:
    """Return text from a log as one line that cannot act on the terminal."""
    return cut(visible(str(value)), limit)


def moment(timestamp: str) -> str:
    """Return a timestamp in the reader's time zone, to the millisecond."""
    try:
        local = datetime.fromisoformat(timestamp).astimezone()
    except (ValueError, OverflowError):  # no time at all, or none in the reader's zone
        return plain(timestamp, 40)
    return local.strftime("%Y-%m-%d %H:%M:%S.") + f"{local.microsecond // 1000:03d}"


def result(record: Record) -> str:
    """Return the one word that an entry comes down to."""
    if record.event == "decision":
        return record.decision or "?"
    return record.outcome or "?" if record.event == "outcome" else record.event


def lifted(word: str) -> tuple[str, str]:
    """Return the mark and the colour of a result."""
    return _LOOK.get(word, ("?", "magenta"))


def entry_line(record: Record, *, date: bool = True) -> Text:
    """Return an entry on one line."""
    from rich.text import Text

    word = result(record)
    mark, colour = lifted(word)
    line = Text(moment(record.timestamp)[0 if date else 11 :], style="dim", no_wrap=True)
    line.append(f"  {plain(record.request_id or '', 40)[:8]:<8}", style="dim")
    line.append(f"  {mark} {plain(word, 10):<9}", style=colour)
    line.append(f" {plain(record.action or '', 60)}", style="bold")
    if record.event == "decision":
        line.append(_call(record), style="cyan")
    line.append("  " + plain(_story(record), 300))
    return line


def print_line(screen: Console, record: Record) -> None:
    """Print an entry on one line: cut to a terminal's width, in full when piped."""
    line = entry_line(record)
    if screen.is_terminal:
        line.truncate(screen.width, overflow="ellipsis")
    screen.print(line, soft_wrap=True)


def shown(value: Any, limit: int = 400) -> str:
    """Return a value as JSON on one line, without what a terminal would act on."""
    return cut(visible(msgspec.json.encode(value).decode()), limit)


@contextmanager
def reading(paths: Iterable[Path], what: str) -> Iterator[Progress | None]:
    """Show a progress bar while a large log is read, on a terminal only."""
    files = {file for path in paths for file in segments(path.absolute()) if file.exists()}
    total = sum(file.stat().st_size for file in files)
    screen = console(stderr=True)
    if total < _LARGE or not screen.is_terminal:
        yield None
        return
    from rich import progress

    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.DownloadColumn(),
        progress.TransferSpeedColumn(),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda count: bar.advance(task, count)


def _call(record: Record) -> str:
    named = record.metadata.get("kwargs")
    if not isinstance(named, dict) or not named:
        return "()"
    arguments = ", ".join(f"{plain(name, 40)}={shown(value, 60)}" for name, value in named.items())
    return f"({cut(arguments, 160)})"


def _story(record: Record) -> str:
    if record.event == "outcome":
        error = ": ".join(part for part in (record.error_type, record.error) if part)
        took = record.metadata.get("duration_ms")
        return " ".join(part for part in (duration(took), error) if part)
    return record.reason


def duration(milliseconds: Any) -> str:
    """Return a length of time as a person would say it."""
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        return ""
    if milliseconds < 1000:
        return f"{milliseconds:.3g} ms"
    seconds = min(milliseconds, _LONGEST) / 1000
    if seconds < 120:
        return f"{seconds:.1f} s"
    minutes = seconds / 60
    if minutes < 120:
        return f"{minutes:.0f} min"
    hours = minutes / 60
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} days"
