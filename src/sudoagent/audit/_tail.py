"""How a log file ends: its last genuine entry, and what stands after it."""

from __future__ import annotations

import io
import os
from typing import NamedTuple

from .chain import SEAL_BYTES, Link, read_line, read_link
from .recovery import Fragment

__all__ = ["Ending", "first_day", "quick_link", "read_ending"]

_WINDOW = 64 * 1024
_DAY = slice(14, 24)  # of a line: {"timestamp":"2026-01-31T…


class Ending(NamedTuple):
    """``link`` is ``None`` without any entry; ``fragment`` holds the bytes after the last one.

    ``newline`` is false when the file's last byte is not one (and the file is not empty).
    """

    link: Link | None
    fragment: Fragment | None
    newline: bool

    @property
    def unterminated(self) -> bool:
        """Whether the last entry is whole but for its newline."""
        return self.link is not None and self.fragment is None and not self.newline


def quick_link(descriptor: int, size: int) -> Link | None:
    """Return the link in the file's last bytes, at constant cost, or ``None`` when in doubt."""
    start = max(0, size - SEAL_BYTES)
    return read_link(os.pread(descriptor, SEAL_BYTES, start))


def read_ending(descriptor: int, size: int) -> Ending:
    """Look for the last genuine entry, from the end backwards, as far as necessary."""
    if size == 0:
        return Ending(None, None, True)
    newline = os.pread(descriptor, 1, size - 1) == b"\n"
    window = _WINDOW
    while True:
        start = max(0, size - window)
        link, end = _last_entry(_read(descriptor, start, size), start)
        if link is not None or start == 0:
            return Ending(link, _fragment(descriptor, end, size), newline)
        window *= 2


def first_day(descriptor: int) -> bytes:
    """Return the UTC day of a file's first entry as ``2026-01-31``, or ``b""`` when empty."""
    return os.pread(descriptor, _DAY.stop, 0)[_DAY]


def _last_entry(content: bytes, start: int) -> tuple[Link | None, int]:
    # Also returns the offset after the entry and its newline.
    end = len(content)
    while end > 0:
        stop = end - 1 if content[end - 1 : end] == b"\n" else end
        begin = content.rfind(b"\n", 0, stop) + 1
        if begin == 0 and start > 0:
            return None, start  # the line may begin before the window
        line = read_line(content[begin:stop])
        if line is not None and line.genuine:
            return line.link, start + end
        end = begin
    return None, 0


def _fragment(descriptor: int, start: int, size: int) -> Fragment | None:
    if start >= size:
        return None
    fragment = Fragment(start)
    # Not splitlines: it breaks at other characters too.
    for line in io.BytesIO(_read(descriptor, start, size)):
        fragment.add(line)
    return fragment


def _read(descriptor: int, start: int, size: int) -> bytes:
    parts = []
    while start < size:
        part = os.pread(descriptor, min(size - start, 1 << 24), start)
        if not part:
            break
        parts.append(part)
        start += len(part)
    return b"".join(parts)
