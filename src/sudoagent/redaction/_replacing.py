"""Taking spans out of a text."""

from __future__ import annotations

from collections.abc import Iterable

from ._marks import REDACTED, Span

__all__ = ["replaced"]


def replaced(text: str, spans: Iterable[Span]) -> str:
    """Return the text with the spans, which may overlap, taken out."""
    out: list[str] = []
    done = 0
    last = -1
    for begin, end in sorted(spans):
        if begin >= end or end <= last:
            continue
        if begin > last:
            out.append(text[done:begin])
            out.append(REDACTED)
        done = last = end
    out.append(text[done:])
    return "".join(out)
