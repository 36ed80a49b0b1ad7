"""The words that stand where something was taken out."""

from __future__ import annotations

__all__ = ["REDACTED", "TOO_DEEP", "TOO_MUCH", "UNREADABLE", "Span"]

REDACTED = "[redacted]"
UNREADABLE = "<unreadable>"
TOO_DEEP = "[cut: nested too deeply]"
TOO_MUCH = "[cut: too much to show]"

# Where a secret begins and ends in a text.
Span = tuple[int, int]
