"""Reduced values as text and as keys. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

__all__ = ["compact", "spoken", "unused"]


def compact(value: Any) -> str:
    """Return a reduced value as one line of JSON, the same for equal values."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def spoken(value: Any) -> str:
    """Return a reduced value as words: a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else compact(value)


def unused(key: str, taken: Mapping[str, Any]) -> str:
    """Return the key, numbered when it is taken.

    Two keys may look alike once reduced (1 and "1", two redacted ones): none may hide another.
    """
    if key not in taken:
        return key
    at = len(taken)
    while f"{key} #{at}" in taken:
        at += 1
    return f"{key} #{at}"
