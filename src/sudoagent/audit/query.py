"""Finding entries: a quick scan for bytes, then exact filters over what was found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from .reading import Progress, chains, opened
from .record import Record, decode

__all__ = ["Filter", "calls", "lines_holding", "records"]

_CHUNK = 1 << 22


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What an entry must be like; what is ``None`` does not matter.

    ``action`` may end in ``*``. ``reviewer`` is the Slack user id of somebody who voted. ``since``
    and ``until`` are times with a zone. ``text`` occurs anywhere in the entry, in any case.
    """

    request_id: str | None = None
    action: str | None = None
    reviewer: str | None = None
    decision: str | None = None
    outcome: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None

    @property
    def needle(self) -> bytes:
        """Bytes that every line that fits holds as they are; ``b""`` when there are none."""
        if self.request_id is not None:
            return b'"request_id":' + msgspec.json.encode(self.request_id)[:-1]
        for value in (self.reviewer, self.action):
            if value and value.isascii() and value.rstrip("*").isprintable():
                return msgspec.json.encode(value.rstrip("*"))[1:-1]
        return b""

    @property
    def folded(self) -> bytes:
        """Bytes that every line that fits holds once it is in lower case; ``b""`` for none."""
        return self.text.lower().encode() if self.text and self.text.isascii() else b""

    def fits(self, record: Record) -> bool:
        """Whether the entry is like this."""
        return (
            _starts(record.request_id, self.request_id)
            and _is(record.action, self.action)
            and (self.decision is None or record.decision == self.decision)
            and (self.outcome is None or record.outcome == self.outcome)
            and (self.reviewer is None or self.reviewer in voters(record))
            and self._in_time(record)
            and (self.text is None or self.text.casefold() in _flat(record).casefold())
        )

    def _in_time(self, record: Record) -> bool:
        if self.since is None and self.until is None:
            return True
        try:
            moment = datetime.fromisoformat(record.timestamp)
            after = self.since is None or moment >= self.since
            return after and (self.until is None or moment < self.until)
        except (ValueError, TypeError):  # no time at all, or one without a zone
            return False


def records(
    paths: Iterable[Path], wanted: Filter | None = None, progress: Progress | None = None
) -> Iterator[Record]:
    """Yield the entries that fit, oldest first, rotated files included. Verifies nothing.

    Raises ``OSError`` for what cannot be read.
    """
    wanted = wanted or Filter()
    for chain in chains(paths):
        for segment in chain.segments:
            if not segment.size:
                continue
            for line in lines_holding(segment.path, wanted.needle, progress, wanted.folded):
                record = decode(line)
                if record is not None and wanted.fits(record):
                    yield record


def lines_holding(
    path: Path, needle: bytes, progress: Progress | None = None, folded: bytes = b""
) -> Iterator[bytes]:
    """Yield the lines of a file that hold the bytes, without looking at the others one by one.

    ``folded`` is looked for in lower case, where there is no ``needle``.
    """
    buffer, kept = bytearray(_CHUNK), 0
    with opened(path) as file:
        while True:
            if kept == len(buffer):
                buffer.extend(bytes(len(buffer)))  # one line is longer than the buffer
            with memoryview(buffer) as window:
                read = file.readinto(window[kept:])  # type: ignore[attr-defined]
            end = kept + read
            stop = buffer.rfind(b"\n", 0, end) + 1 if read else end
            in_lower_case = buffer.lower() if folded and not needle else buffer
            yield from _holding(buffer, in_lower_case, needle or folded, stop)
            if not read:
                return
            kept = end - stop
            buffer[:kept] = buffer[stop:end]
            if progress is not None:
                progress(read)


def calls(found: Iterable[Record]) -> dict[str, list[Record]]:
    """Gather entries by the call that they belong to, in order of the calls' first entries."""
    gathered: dict[str, list[Record]] = {}
    for record in found:
        if record.request_id is not None:
            gathered.setdefault(record.request_id, []).append(record)
    return gathered


def voters(record: Record) -> set[str]:
    """Return the user ids of those who voted."""
    return {str(vote.get("user_id")) for vote in votes(record)}


def votes(record: Record) -> list[dict[str, Any]]:
    """Return the votes that an entry holds, whatever else its metadata looks like."""
    found = record.metadata.get("votes")
    return [vote for vote in found if isinstance(vote, dict)] if isinstance(found, list) else []


def _holding(buffer: bytearray, searched: bytearray, needle: bytes, stop: int) -> Iterator[bytes]:
    at = searched.find(needle, 0, stop) if stop else -1
    while at >= 0:
        start = buffer.rfind(b"\n", 0, at) + 1
        end = buffer.find(b"\n", at, stop)
        end = stop if end < 0 else end + 1
        yield bytes(buffer[start:end])
        at = searched.find(needle, end, stop) if end < stop else -1


def _starts(value: str | None, wanted: str | None) -> bool:
    return wanted is None or (value is not None and value.startswith(wanted))


def _is(value: str | None, wanted: str | None) -> bool:
    if wanted is None or value is None:
        return wanted is None
    return value.startswith(wanted[:-1]) if wanted.endswith("*") else value == wanted


def _flat(record: Record) -> str:
    return msgspec.json.encode(record).decode()
