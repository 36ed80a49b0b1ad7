"""When a log file is full, what it is called afterwards, and which files belong to one log."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ..errors import ConfigurationError
from .chain import Link

__all__ = ["Rotation", "archive_name", "segments"]

_UNITS = {"": 1, "B": 1, "KB": 10**3, "MB": 10**6, "GB": 10**9}
_SIZE = re.compile(r"(\d+)\s*([kKmMgG]?[bB]?)")
_FOREIGN_ARCHIVE = re.compile(r"[.-]\d[\dT:_-]*Z?(\.gz)?")  # logrotate: .1, -20260131, .2.gz


@dataclass(frozen=True, slots=True)
class Rotation:
    """When to begin a new file: above a size in bytes, with a new day (UTC), or both."""

    max_bytes: int | None = None
    daily: bool = False

    def __post_init__(self) -> None:
        size = self.max_bytes
        if size is not None and (type(size) is not int or size < 1):
            raise ConfigurationError(f"rotate: {size!r} is no size: give bytes, '100 MB' or 'day'")

    @classmethod
    def of(cls, given: int | str | Rotation | Literal["day"] | None) -> Rotation:
        """Read what a caller may give: bytes, ``"100 MB"``, ``"day"``, a rotation, or ``None``."""
        if given is None:
            return cls()
        if isinstance(given, Rotation):
            return given
        if given == "day":
            return cls(daily=True)
        if isinstance(given, str):
            size = _SIZE.fullmatch(given.strip())
            if size is None:
                raise ConfigurationError(
                    f"rotate: {given!r} is no size: give bytes, '100 MB' or 'day'"
                )
            return cls(max_bytes=int(size[1]) * _UNITS[_unit(size[2])])
        return cls(max_bytes=given)

    def is_due(self, size: int, adding: int, began: bytes, today: bytes) -> bool:
        """Whether ``adding`` more bytes belong in a new file. Days are ``b"2026-01-31"``."""
        if size == 0:
            return False
        if self.max_bytes is not None and size + adding > self.max_bytes:
            return True
        return self.daily and began < today  # a slower thread's entry of yesterday stays here


def archive_name(log: Path, last: Link, moment: str) -> Path:
    """Return what a full file is called: its names sort by time, and by number within a second.

    ``moment`` is ``20260131T120000Z``. ``audit.jsonl`` becomes
    ``audit.20260131T120000Z.000000000042.jsonl``.
    """
    return log.with_name(f"{log.stem}.{moment}.{last.seq:012d}{log.suffix}")


def segments(log: Path) -> Iterator[Path]:
    """Yield the files of this log, the current one included: ours, and those logrotate makes."""
    stem, suffix = re.escape(log.stem), re.escape(log.suffix)
    ours = re.compile(stem + r"\.\d{8}T\d{6}Z\.\d{12,}(\.\d+)?" + suffix + r"(\.gz)?")
    for path in sorted(log.parent.iterdir()):
        foreign = path.name.startswith(log.name) and _FOREIGN_ARCHIVE.fullmatch(
            path.name, len(log.name)
        )
        if path == log or foreign or ours.fullmatch(path.name):
            yield path


def _unit(text: str) -> str:
    unit = text.upper()
    return unit if unit in _UNITS else f"{unit}B"
