"""The head file: the newest link, beside the log, so that a log that lost its end is found out.

Whoever can rewrite both files can make them agree; anchors and checkpoints are for that.
"""

from __future__ import annotations

import os
import re
import time
import weakref
from pathlib import Path

from ._place import close_own, is_open_on, open_regular, open_safely
from .chain import Link

__all__ = ["HeadFile", "head_path", "read_head"]

_LENGTH = 128
_FORM = re.compile(rb'\{"seq":([1-9][0-9]{0,17}),"hash":"([0-9a-f]{64})"\} *\n')
_LOOK_EVERY = 1.0  # seconds


def head_path(log: Path) -> Path:
    """Return where the head of this log is kept."""
    return log.with_name(f"{log.name}.head")


def read_head(log: Path) -> Link | None:
    """Return the link in the log's head file, or ``None`` when there is no readable one.

    Raises ``OSError`` for what is not a file. A pipe in its place keeps nobody waiting.
    """
    try:
        with open_regular(head_path(log)) as file:
            return _parsed(file.read(_LENGTH))
    except FileNotFoundError:
        return None


class HeadFile:
    """Keeps the head file open and up to date. Its ``descriptor`` is what writers lock, too."""

    def __init__(self, log: Path, *, shared: bool) -> None:
        self._path = head_path(log)
        self._shared = shared
        self._open()

    def is_open(self) -> bool:
        """Whether the descriptor still is the head file's; if not, it will not be closed either."""
        if is_open_on(self.descriptor, self._identity):
            return True
        self._close.detach()
        return False

    def read(self) -> Link | None:
        """Return the link that the file holds, or ``None`` when it holds none."""
        return _parsed(os.pread(self.descriptor, _LENGTH, 0))

    def write(self, link: Link) -> None:
        """Replace the link, in place, with one write. Raises ``OSError``."""
        now = time.monotonic()
        if now >= self._look_at:
            self._look(now)
        line = b'{"seq":%d,"hash":"%b"}' % (link.seq, link.hash.encode())
        os.pwrite(self.descriptor, line.ljust(_LENGTH - 1) + b"\n", 0)

    def _look(self, now: float) -> None:
        self._look_at = now + _LOOK_EVERY
        try:
            found = os.stat(self._path, follow_symlinks=False)
        except FileNotFoundError:
            found = None
        if found is None or (found.st_dev, found.st_ino) != self._identity:
            close = self._close
            # First: should it fail, the descriptor's number must not become another file's.
            self._open()
            close()

    def _open(self) -> None:
        self.descriptor = open_safely(self._path, append=False, shared=self._shared)
        found = os.fstat(self.descriptor)
        self._identity = (found.st_dev, found.st_ino)
        self._look_at = time.monotonic() + _LOOK_EVERY
        self._close = weakref.finalize(self, close_own, self.descriptor, self._identity)
        self._close.atexit = False  # a daemon thread may write until the very end


def _parsed(content: bytes) -> Link | None:
    found = _FORM.match(content)
    return Link(int(found[1]), found[2].decode()) if found else None
