"""The older files of a log, as far as a writer has to know them."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from ._tail import read_ending
from .chain import Link
from .rotation import archive_name, segments

__all__ = ["Archive", "free_name", "newest"]

_NEWEST = 8  # looked into, by the time of their last change


class Archive(NamedTuple):
    """An older file of a log, and the link that it ends with."""

    name: str
    last: Link


def newest(log: Path) -> Archive | None:
    """Return the older file that the chain has come furthest in, or ``None``.

    A writer that is killed right after it wrote, when the file had been moved away, leaves the
    newest entry there and not in the head.
    """
    others = [path for path in segments(log) if path != log and path.is_file()]
    others.sort(key=lambda path: path.stat().st_mtime_ns, reverse=True)
    found = [archive for path in others[:_NEWEST] if (archive := _archive(path))]
    return max(found, key=lambda archive: archive.last.seq, default=None)


def free_name(log: Path, last: Link) -> Path:
    """Return a name for a file that is full now."""
    name = free = archive_name(log, last, datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ"))
    number = 1
    while free.exists():  # when a log of this name was begun anew within a second
        number += 1
        free = name.with_name(f"{name.stem}.{number}{name.suffix}")
    return free


def _archive(path: Path) -> Archive | None:
    with open(path, "rb") as file:
        ending = read_ending(file.fileno(), os.fstat(file.fileno()).st_size)
    return Archive(path.name, ending.link) if ending.link is not None else None
