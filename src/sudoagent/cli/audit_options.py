"""Arguments and options that the audit commands share."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

__all__ = ["JSON", "MOMENT", "NAMESPACE", "PATHS", "UNREADABLE", "as_paths", "readable"]

UNREADABLE = 2  # the exit code when a log cannot be read at all
DEFAULT = "sudo_audit.jsonl"

_AGO = re.compile(r"(\d+)\s*([smhdw])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

PATHS: Decorator = click.argument("paths", nargs=-1, metavar="[PATH]...")
JSON: Decorator = click.option("--json", "as_json", is_flag=True, help="Print JSON, one per line.")
NAMESPACE: Decorator = click.option(
    "--namespace",
    envvar="SUDOAGENT_NAMESPACE",
    default="default",
    show_default=True,
    help="Of a log in Redis.",
)


class Moment(click.ParamType[datetime]):
    """A time: ``2026-01-31``, ``2026-01-31T12:00``, or how long ago: ``90m``, ``2h``, ``7d``."""

    name = "when"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Read a time; without a zone it is UTC."""
        if isinstance(value, datetime):
            return value
        ago = _AGO.fullmatch(value.strip())
        try:
            if ago is not None:
                return datetime.now(UTC) - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
            moment = datetime.fromisoformat(value.strip())
        except (ValueError, OverflowError):
            self.fail(
                f"{value!r} is no time: give 2026-01-31, 2026-01-31T12:00, 90m or 7d", param, ctx
            )
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


MOMENT = Moment()


def as_paths(given: tuple[str, ...]) -> list[Path]:
    """Return the paths that were given, or the log that a program writes by default."""
    return [Path(path) for path in given] or [Path(DEFAULT)]


@contextmanager
def readable() -> Iterator[None]:
    """End with a sentence and exit code 2 when a log cannot be read."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        where = error.filename or "the log"
        why = error.strerror or str(error)
        click.secho(f"sudoagent: {where} cannot be read: {why}", fg="red", err=True)
        if isinstance(error, FileNotFoundError):
            click.echo("Give the path of a log: sudoagent audit … PATH", err=True)
        sys.exit(UNREADABLE)
