"""`sudoagent audit export`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import click

from .audit_options import MOMENT, PATHS, as_paths, readable

__all__ = ["export"]


@click.command()
@PATHS
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "ndjson", "cef", "ocsf"]),
    default="ndjson",
    show_default=True,
    help="ndjson: the entries as they are. cef, ocsf: for a SIEM.",
)
@click.option("-o", "--output", type=click.Path(dir_okay=False, path_type=Path), help="A new file.")
@click.option("--since", type=MOMENT, help="2026-01-31, 2026-01-31T12:00 (UTC), 90m, 2h, 7d.")
@click.option("--until", type=MOMENT, help="As --since; not included.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format ndjson.")
def export(
    paths: tuple[str, ...],
    form: str,
    output: Path | None,
    since: datetime | None,
    until: datetime | None,
    as_json: bool,
) -> None:
    """Write the entries in another format, to standard output or to a new file."""
    from sudoagent.audit.formats import rendered
    from sudoagent.audit.query import Filter, records

    from .audit_output import reading

    files = as_paths(paths)
    with readable(), reading(files, "exporting") as progress, _target(output) as target:
        found = records(files, Filter(since=since, until=until), progress)
        for line in rendered(found, "ndjson" if as_json else form):
            target.write(line.encode())
        target.flush()


@contextmanager
def _target(output: Path | None) -> Iterator[BinaryIO]:
    if output is None:
        yield sys.stdout.buffer
        return
    if output.exists():
        raise click.BadParameter(f"{output} is there already", param_hint="--output")
    with open(output, "xb") as file:
        yield file
