"""Finds secrets in a text and takes them out.

Every detector reads the original text and reports spans; the spans are merged and replaced once,
so no detector sees another's work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ._marks import REDACTED, Span

__all__ = ["replaced"]

Detector = Callable[[str], Iterable[Span]]


def replaced(text: str, spans: Iterable[Span]) -> str:
    """Return the text with the spans, which may overlap, taken out."""
    out: list[str] = []
    done = 0
    for begin, end in sorted(spans):
        if begin >= end or end <= done:
            continue
        if begin >= done and not (out and begin == done):
            out.append(text[done:begin])
            out.append(REDACTED)
        done = max(done, end)
    out.append(text[done:])
    return "".join(out)
