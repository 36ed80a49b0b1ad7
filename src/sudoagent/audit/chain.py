"""The hash chain: how a line is sealed to the one before it, and how a sealed line is read.

A line is one JSON object that ends in ``"seq"``, ``"prev"`` and ``"hash"``. The hash is

    SHA-256( "sudoagent audit v1\\n" + prev + "\\n" + the line's bytes before ``,"hash"`` )

in lower-case hexadecimal, with ``prev`` as it stands in the line. It covers the bytes as they were
written, so a verifier needs no canonical form of JSON, only ``sha256sum``.

Pure: no files, no clock.
"""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

from ..errors import AuditLogError

__all__ = ["GENESIS", "SEAL_BYTES", "Link", "SealedLine", "read_line", "read_link", "seal"]

_DOMAIN = b"sudoagent audit v1\n"
_LAST = 10**18 - 1  # what `_TAIL` can read; no log gets there by itself
_TAIL = re.compile(
    rb',"seq":([1-9][0-9]{0,17}),"prev":"([0-9a-f]{64})","hash":"([0-9a-f]{64})"\}', re.ASCII
)
_HASH_FIELD = len(b',"hash":"') + 64 + len(b'"}')

SEAL_BYTES = len(b',"seq":,"prev":"') + 18 + 64 + 1 + _HASH_FIELD + len(b"\n")
"""The most bytes that a seal adds to an entry, newline included."""


class Link(NamedTuple):
    """A place in the chain: an entry's number, counted from 1, and its hash in hexadecimal."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash[:12]}"


GENESIS = Link(0, "0" * 64)
"""What the first entry of a log follows."""


class SealedLine(NamedTuple):
    """What a line says about its own place; ``genuine`` when its hash fits its bytes."""

    seq: int
    prev: str
    hash: str
    genuine: bool

    @property
    def link(self) -> Link:
        """The place that the next entry must follow."""
        return Link(self.seq, self.hash)

    def follows(self, link: Link) -> bool:
        """Whether this entry comes right after that one."""
        return self.seq == link.seq + 1 and self.prev == link.hash


def seal(body: bytes, after: Link) -> tuple[bytes, Link]:
    """Return the line for an encoded JSON object with at least one member, and its link.

    Raises ``AuditLogError`` when it would have a number that nobody could read.
    """
    seq = after.seq + 1
    if seq > _LAST:
        raise AuditLogError(
            "the audit log's numbers are used up, so somebody else wrote to it or to its head: "
            "find out who, then move both away"
        )
    prev = after.hash.encode()
    covered = b'%b,"seq":%d,"prev":"%b"' % (body[:-1], seq, prev)
    digest = _digest(prev, covered)
    return b'%b,"hash":"%b"}\n' % (covered, digest.encode()), Link(seq, digest)


def read_line(line: bytes) -> SealedLine | None:
    """Read the seal of a line (given without its newline), or ``None`` when it carries none."""
    tail = _TAIL.search(line, max(0, len(line) - SEAL_BYTES))
    if tail is None or tail.end() != len(line):
        return None
    seq, prev, claimed = tail.groups()
    genuine = _digest(prev, line[:-_HASH_FIELD]) == claimed.decode()
    return SealedLine(int(seq), prev.decode(), claimed.decode(), genuine)


def read_link(ending: bytes) -> Link | None:
    """Read the link from the last bytes of a file, newline included, without checking the hash."""
    tail = _TAIL.search(ending, max(0, len(ending) - SEAL_BYTES))
    if tail is None or ending[tail.end() :] != b"\n":
        return None
    return Link(int(tail[1]), tail[3].decode())


def _digest(prev: bytes, covered: bytes) -> str:
    return hashlib.sha256(b"%b%b\n%b" % (_DOMAIN, prev, covered)).hexdigest()
