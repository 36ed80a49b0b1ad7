"""Request ids: random UUIDs (RFC 9562, version 4).

Each guarded call needs one, allowed calls too. Asking the system for random bytes lets another
thread have the interpreter, which costs more than all the rest of it; so they are asked for many at
a time.
"""

from __future__ import annotations

import os

__all__ = ["new_id"]

_OCTETS = 16
_AT_A_TIME = 128

_unused: list[bytes] = []


def new_id() -> str:
    """Return an id that nobody can guess, and that no other call has."""
    try:
        octets = _unused.pop()
    except IndexError:
        octets = _fetched()
    digits = octets.hex()
    variant = "89ab"[octets[8] & 0b11]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


def _fetched() -> bytes:
    # Two threads that find none left fetch twice as many.
    fresh = os.urandom(_OCTETS * _AT_A_TIME)
    _unused.extend(fresh[at : at + _OCTETS] for at in range(_OCTETS, len(fresh), _OCTETS))
    return fresh[:_OCTETS]


# A child would give out the same ids as its parent.
os.register_at_fork(after_in_child=_unused.clear)
