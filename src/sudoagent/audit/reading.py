"""The files of logs, in the order of their chains, and their lines."""

from __future__ import annotations

import errno
import gzip
import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from ._head import head_path
from ._place import open_regular
from .chain import GENESIS, Link, SealedLine, read_line, read_link
from .rotation import segments
from .verification import Place

__all__ = ["Chain", "Segment", "chains", "lines"]

_LONGEST_LINE = 1 << 27
_HEAD = 1 << 20
Progress = Callable[[int], object]  # is told how many bytes more were read


@dataclass(frozen=True, slots=True)
class Segment:
    """One file of a log: where its part of the chain begins, and the link that it ends with."""

    path: Path
    identity: tuple[int, int]
    size: int
    first: SealedLine | None
    last: Link | None


@dataclass(slots=True)
class Chain:
    """The files of one log, oldest first."""

    segments: list[Segment] = field(default_factory=list)

    @property
    def log(self) -> Path:
        """The file that is written to: the one without a date in its name, if it is among them."""
        return min((segment.path for segment in self.segments), key=lambda path: len(path.name))

    def continues_with(self, segment: Segment) -> bool:
        """Whether the segment begins where this chain ends."""
        last = self.segments[-1].last
        return last is not None and segment.first is not None and segment.first.follows(last)


def chains(paths: Iterable[Path]) -> list[Chain]:
    """Return the logs that the paths belong to: a log's rotated files are found beside it.

    Raises ``OSError`` for what cannot be read.
    """
    found: list[Chain] = []
    for segment in sorted(_segments(paths), key=_order):
        home = next((chain for chain in found if chain.continues_with(segment)), None)
        home = home or next((chain for chain in found if _same_log(chain, segment)), None)
        if home is None:
            home = Chain()
            found.append(home)
        home.segments.append(segment)
    return found


def lines(segment: Segment, progress: Progress | None = None) -> Iterator[tuple[Place, bytes]]:
    """Yield the lines of a file with their places, up to the size that it had when it was found."""
    name, number, offset, told = str(segment.path), 0, 0, 0
    if not segment.size:
        return
    with opened(segment.path) as file:
        while raw := file.readline(_LONGEST_LINE):
            number += 1
            yield Place(name, number, offset), raw
            offset += len(raw)
            if progress is not None and offset - told > _HEAD:
                progress(offset - told)
                told = offset
    if progress is not None:
        progress(offset - told)


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """Open a log file for reading, compressed or not. Reading raises nothing but ``OSError``."""
    with open_regular(path, buffering=_HEAD) as file:
        if path.suffix != ".gz":
            yield file
            return
        try:
            yield cast(BinaryIO, gzip.GzipFile(fileobj=file, mode="rb"))
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            why = "what is compressed in it is cut off or damaged"
            raise OSError(errno.EIO, why, str(path)) from error


def _segments(paths: Iterable[Path]) -> Iterator[Segment]:
    seen: set[tuple[int, int]] = set()
    for given in paths:
        given = Path(os.path.abspath(given))
        beside = [path for path in segments(given) if path != given]
        for path in (*beside, given):
            if path == given and not path.exists() and head_path(path).exists():
                yield Segment(
                    path, (0, 0), 0, None, None
                )  # removed: what its head names is missing
                continue
            found = path.stat()
            if (found.st_dev, found.st_ino) not in seen:
                seen.add((found.st_dev, found.st_ino))
                yield _segment(path, found)


def _segment(path: Path, found: os.stat_result) -> Segment:
    with opened(path) as file:
        first = next((line for line in map(_sealed, _opening_lines(file)) if line), None)
        if path.suffix == ".gz":
            last = None
            while raw := file.readline(_LONGEST_LINE):
                last = read_link(raw) or last
        else:
            file.seek(max(0, found.st_size - 4096))
            last = read_link(file.read())
    return Segment(path, (found.st_dev, found.st_ino), found.st_size, first, last)


def _opening_lines(file: BinaryIO) -> Iterator[bytes]:
    # A damaged first line must not put the whole file in a wrong place.
    while file.tell() < _HEAD and (raw := file.readline(_LONGEST_LINE)):
        yield raw


def _sealed(raw: bytes) -> SealedLine | None:
    return read_line(raw.removesuffix(b"\n"))


def _order(segment: Segment) -> tuple[int, str]:
    # An empty file is the newest: the one that was just begun, or emptied.
    return (segment.first.seq if segment.first else 1 << 62, segment.path.name)


def _same_log(chain: Chain, segment: Segment) -> bool:
    if segment.first is not None and segment.first.prev == GENESIS.hash:
        return False
    other = chain.segments[-1].path
    return other.parent == segment.path.parent and _stem(other) == _stem(segment.path)


def _stem(path: Path) -> str:
    return path.name.split(".")[0]
