"""`sudoagent audit tail`."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import click

from .audit_options import DEFAULT, JSON, readable

__all__ = ["tail"]

_BLOCK = 1 << 16
_PAUSE = 0.2  # seconds between two looks at a file that has nothing new


@click.command()
@click.argument("path", default=DEFAULT, type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "-n",
    "--lines",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    help="How many entries to begin with.",
)
@click.option("-f", "--follow", is_flag=True, help="Go on as entries are written, until Ctrl-C.")
@JSON
def tail(path: Path, lines: int, follow: bool, as_json: bool) -> None:
    """Show the newest entries, and those to come."""
    with readable():
        try:
            _show(path, lines, follow=follow, as_json=as_json)
        except KeyboardInterrupt:
            if not follow:
                raise


def _show(path: Path, lines: int, *, follow: bool, as_json: bool) -> None:
    from sudoagent.audit.record import decode

    from .audit_output import console, print_line

    screen = console()
    with open(path, "rb") as file:
        here = file.seek(0, os.SEEK_END)
        newest = _newest(file, here, lines)
    for line in itertools.chain(newest, _new_lines(path, here) if follow else ()):
        record = decode(line)
        if as_json:
            click.echo(line.rstrip(b"\n"))
        elif record is not None:
            print_line(screen, record)
        else:
            screen.print(f"? {len(line)} bytes that are no entry", style="red")


def _newest(file: BinaryIO, size: int, count: int) -> list[bytes]:
    # From the end backwards: the file may be as long as it likes.
    start, content = size, b""
    while start > 0 and content.count(b"\n") <= count:
        start = max(0, start - _BLOCK)
        file.seek(start)
        content = file.read(size - start)
    return content.splitlines(keepends=True)[-count:] if count > 0 else []


def _new_lines(path: Path, start: int) -> Iterator[bytes]:
    file = open(path, "rb")  # noqa: SIM115 - replaced by the next file when the log is rotated
    file.seek(start)
    try:
        while True:
            line = file.readline()
            if line.endswith(b"\n"):
                yield line
                continue
            file.seek(-len(line), os.SEEK_CUR)  # not written to its end yet
            if _has_moved_on(file, path):
                file.close()
                file = open(path, "rb")  # noqa: SIM115
            else:
                time.sleep(_PAUSE)
    finally:
        file.close()


def _has_moved_on(file: BinaryIO, path: Path) -> bool:
    try:
        there = path.stat()
    except FileNotFoundError:
        return False  # rotated just now: the next entry makes a new file
    here = os.fstat(file.fileno())
    return (there.st_dev, there.st_ino) != (here.st_dev, here.st_ino) or there.st_size < file.tell()
