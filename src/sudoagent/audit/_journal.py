"""The log as a chain over files: which file is current, where it ends, and what goes next.

A journal is used by one thread at a time; other processes are kept out by the lock on the current
file. Every append first makes sure that the locked file is the one at the path, and that it ends
where this process left it. Otherwise (another process wrote, or the file was rotated, replaced,
truncated or torn) it looks, records what does not fit, and goes on after the newest link known.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ..errors import AuditLogError
from . import _archives, _findings
from ._file import LogFile
from ._head import HeadFile
from ._lock import acquire, release
from ._pending import Pending
from ._place import check_directory, open_safely, sync_directory
from ._tail import Ending, first_day, quick_link, read_ending
from .chain import GENESIS, SEAL_BYTES, Link, seal
from .rotation import Rotation

__all__ = ["Journal"]

_DAY = slice(14, 24)  # of an entry: {"timestamp":"2026-01-31T…


class Journal:
    """Appends sealed lines.

    ``note`` encodes an entry about the log itself from an event, a reason and metadata. ``sign``
    is given the link of each entry.
    """

    def __init__(
        self,
        path: Path,
        *,
        note: Callable[[str, str, dict[str, Any]], bytes],
        rotation: Rotation,
        lock_timeout: float,
        shared: bool,
        durable: bool,
        sign: Callable[[Link], object] | None = None,
    ) -> None:
        self.path = path
        self._name = os.fspath(path)
        self.tail = GENESIS
        self._note = note
        self._rotation = rotation
        self._rotates = rotation != Rotation()
        self._lock_timeout = lock_timeout
        self._shared = shared
        self._durable = durable
        self._sign = sign
        self._file: LogFile | None = None
        self._head: HeadFile | None = None
        self._day = b""
        self._is_fresh = False  # nothing but what the log says about itself is in the file
        self._unsure: str | None = None  # a sync failed before: the next entry says so

    def append(self, batch: Sequence[Pending]) -> None:
        """Append entries in order, as many with one write as go together, and settle those written.

        Raises ``AuditLogError`` or ``OSError``; an entry that is not settled then is not
        acknowledged, though part of it may be in the file, which the next append recovers from.
        """
        at = 0
        while at < len(batch):
            at = self._append_some(batch, at)

    def forget(self) -> None:
        """Let go of the open files. What is known about the end of the log stays known."""
        if self._file is not None and self._file.failure is not None:
            self._unsure = self._file.failure
        self._file = self._head = None

    def _append_some(self, batch: Sequence[Pending], at: int) -> int:
        file, size = self._locked()
        before, done = self.tail, at
        try:
            if file.failure is not None:
                raise AuditLogError(file.failure)
            if size != file.size:
                self._catch_up(file, size)
            lines, links = self._sealed(file, batch[at:] if at else batch)
            if lines:
                self._write(file, lines, links)
                done = at + len(lines)
            if done < len(batch):
                self._archive(file)  # the next one belongs in a new file
        finally:
            try:
                if self.tail is not before:
                    self._head_file().write(self.tail)
                for one in batch[at:done]:
                    one.written_to(file)
            finally:
                self._unlock(file)
        return done

    def _sealed(self, file: LogFile, batch: Sequence[Pending]) -> tuple[list[bytes], list[Link]]:
        """Return the next lines for this file, and their links: all, or those before it is full."""
        lines: list[bytes] = []
        links: list[Link] = []
        size, link = file.size, self.tail
        for one in batch:
            if self._rotates and self._is_full(size, one.body):
                break
            line, link = seal(one.body, link)
            lines.append(line)
            links.append(link)
            if self._rotates:
                size += len(line)
                self._is_fresh = False
                self._day = self._day or one.body[_DAY]
        return lines, links

    def _is_full(self, size: int, body: bytes) -> bool:
        if self._is_fresh:  # an entry may be larger than a file should be
            return False
        return self._rotation.is_due(size, len(body) + SEAL_BYTES, self._day, body[_DAY])

    def _locked(self) -> tuple[LogFile, int]:
        while True:
            file = self._file or self._open()
            if not file.is_open() or not self._head_file().is_open():
                self.forget()  # somebody closed them under this process
                continue
            self._lock(file)
            try:
                found = os.stat(self._name, follow_symlinks=False)
                if (found.st_dev, found.st_ino) == file.identity:
                    return file, found.st_size
            except FileNotFoundError:
                pass
            except BaseException:
                self._unlock(file)
                raise
            self._unlock(file)
            self._file = None  # rotated, moved, deleted or replaced since it was opened

    def _lock(self, file: LogFile) -> None:
        # Two locks, for somebody may move the file away, or remove the head, at any moment. A
        # writer that is about to write to a file that was just moved, and one that begins the next
        # file, meet at the head; writers whose head was removed meet at the file.
        acquire(file.descriptor, self._lock_timeout)
        try:
            acquire(self._head_file().descriptor, self._lock_timeout)
        except BaseException:
            release(file.descriptor)
            raise

    def _unlock(self, file: LogFile) -> None:
        release(self._head_file().descriptor)
        release(file.descriptor)

    def _head_file(self) -> HeadFile:
        if self._head is None:
            self._head = HeadFile(self.path, shared=self._shared)
        return self._head

    def _open(self) -> LogFile:
        if not self._shared:
            check_directory(self.path.parent)
        fresh = not self.path.exists()
        self._file = LogFile(open_safely(self.path, append=True, shared=self._shared))
        if fresh and self._durable:
            sync_directory(self.path.parent)
        return self._file

    def _catch_up(self, file: LogFile, size: int) -> None:
        first_look = file.size < 0
        quick = None if first_look else quick_link(file.descriptor, size)
        known = self._known()
        if quick is not None and quick.seq > known.seq:
            self.tail, file.size = quick, size  # another process wrote: the usual case
            return
        if quick == known:
            self.tail, file.size = known, size
            return
        self._look(file, size, read_ending(file.descriptor, size), known)

    def _look(self, file: LogFile, size: int, ending: Ending, known: Link) -> None:
        headless = self._head_file().read() is None
        archive = _archives.newest(self.path) if ending.link is None else None
        if archive is not None and archive.last.seq > known.seq:
            known = archive.last
        found = _findings.about(ending, known, archive=archive, headless=headless)
        if self._unsure is not None:
            found.append(_findings.unsure(self._unsure))
        self.tail = ending.link if ending.link and ending.link.seq > known.seq else known
        file.size = size
        opening = b"" if ending.newline else b"\n"
        for event, reason, metadata in found:
            line, link = seal(self._note(event, reason, metadata), self.tail)
            self._write(file, [opening + line], [link])
            opening = b""
        self._unsure = None
        self._day = first_day(file.descriptor)
        self._is_fresh = ending.link is None

    def _write(self, file: LogFile, lines: list[bytes], links: list[Link]) -> None:
        data = lines[0] if len(lines) == 1 else b"".join(lines)
        before = file.size
        file.write(data)
        # In one step, which no interrupt divides: else the next entry could follow the wrong one.
        self.tail, file.size = links[-1], before + len(data)
        if self._sign is not None:
            for link in links:
                self._sign(link)

    def _known(self) -> Link:
        kept = self._head_file().read()
        return kept if kept is not None and kept.seq > self.tail.seq else self.tail

    def _archive(self, file: LogFile) -> None:
        self._head_file().write(self.tail)
        if self._durable:
            os.fdatasync(file.descriptor)
        os.rename(self.path, _archives.free_name(self.path, self.tail))
