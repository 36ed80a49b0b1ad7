"""Bytes that are no entry: what a crash leaves behind, told apart from what does not belong.

A writer that finds such bytes at the end appends an entry that names them by offset, length and
hash, and goes on. It never truncates, so it works on append-only files and loses no evidence.

Pure: no files, no clock.
"""

from __future__ import annotations

import hashlib
from typing import Any

__all__ = ["Fragment", "looks_torn"]

_ENTRY_START = b'{"timestamp":"'


def looks_torn(piece: bytes) -> bool:
    """Whether a line could be the beginning of an entry that was not written to its end."""
    return bool(piece) and piece[: len(_ENTRY_START)] == _ENTRY_START[: len(piece)]


class Fragment:
    """Consecutive lines that are no entries, gathered without keeping them.

    ``torn`` says that each looks like the beginning of an entry, ``terminated`` that the last one
    ends in a newline.
    """

    def __init__(self, offset: int) -> None:
        self.offset = offset
        self.length = 0
        self.lines = 0
        self.torn = True
        self._hash = hashlib.sha256()
        self._hash_before = self._hash
        self.terminated = False

    def add(self, line: bytes) -> None:
        """Add a line as it stands in the file, with its newline when it has one."""
        piece = line.removesuffix(b"\n")
        self.lines += 1
        self.torn = self.torn and looks_torn(piece)
        self.terminated = len(piece) < len(line)
        self._hash.update(piece)
        self._hash_before = self._hash.copy()
        if self.terminated:
            self._hash.update(b"\n")
        self.length += len(line)

    def facts(self) -> dict[str, Any]:
        """Return what a recovery entry says about these bytes."""
        return {"offset": self.offset, "length": self.length, "sha256": self._hash.hexdigest()}

    def is_named_by(self, metadata: Any) -> bool:
        """Whether a recovery entry that follows these lines speaks of exactly them.

        When the bytes had no newline at their end the writer added one, which it did not count.
        """
        if not isinstance(metadata, dict) or metadata.get("offset") != self.offset:
            return False
        named = (metadata.get("length"), metadata.get("sha256"))
        whole = (self.length, self._hash.hexdigest())
        bare = (self.length - 1, self._hash_before.hexdigest())
        return named == whole or (self.terminated and named == bare)
