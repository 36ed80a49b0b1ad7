"""All detectors, over one text.

Every detector reads the same text and reports spans; the spans are merged and replaced once, so no
detector sees another's work. Loaded with the first text: compiling its expressions takes longer
than importing everything else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from ._assignments import assignment_spans
from ._commands import COMMANDS, command_spans
from ._headers import HEADERS
from ._keys import KEYS, card_spans, pem_spans
from ._marks import REDACTED, Span
from ._names import Sensitivity
from ._places import (
    duplicate_spans,
    element_spans,
    form_spans,
    insert_spans,
    manifest_spans,
    table_spans,
    validation_spans,
    variable_spans,
)
from ._positions import POSITIONS
from ._printed import printed_spans
from ._prose import PROSE
from ._replacing import replaced
from ._rules import RuleBook
from ._tokens import TOKENS
from ._urls import ADDRESSES, query_spans, userinfo_spans

__all__ = ["cleaned"]

_RULES = RuleBook((*TOKENS, *KEYS, *ADDRESSES, *HEADERS, *PROSE, *POSITIONS, *COMMANDS))
# Ends of lines inside quoted text are blanks to a reader, and so they are to the detectors.
_ESCAPED_BLANK = re.compile(r"\\[nrt]")


def cleaned(
    text: str,
    judge: Callable[[str], Sensitivity],
    patterns: Sequence[re.Pattern[str]],
    extra: str,
) -> str:
    """Return the text without secrets; see ``clean`` for what the arguments mean."""
    if len(text) < _SHORTEST and not patterns:
        return text
    softened = _ESCAPED_BLANK.sub("  ", text) if "\\" in text else text
    lowered = _lowered(softened)
    spans = [*_shapes(softened, lowered), *assignment_spans(softened, lowered, judge, extra)]
    spans.extend(query_spans(softened, judge))
    for placed in _PLACED:
        spans.extend(placed(softened, lowered, judge))
    spans.extend(manifest_spans(softened, lowered))
    spans.extend(_own(text, patterns))
    kept = _outside(_already(text), spans)
    return replaced(text, kept) if kept else text


_PLACED = (
    *(duplicate_spans, element_spans, form_spans, insert_spans, printed_spans),
    *(table_spans, validation_spans, variable_spans),
)
# Nothing shorter than this can tell a secret from a word; users know their own.
_SHORTEST = 6


def _lowered(text: str) -> str:
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    # A few letters grow when lowered; places in both texts must agree.
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)


def _shapes(text: str, lowered: str) -> Iterator[Span]:
    yield from _RULES.found(text, lowered)
    yield from pem_spans(text)
    yield from card_spans(text)
    yield from userinfo_spans(text)
    yield from command_spans(text)
    yield from _beside_access_key(text)


# An AWS secret access key has no mark of its own, but its id has, and they travel together.
_ACCESS_KEY = re.compile(r"(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Za-z0-9])")
_SECRET_KEY = re.compile(
    r"(?<![A-Za-z0-9+/=])(?=\S{0,39}[A-Z])(?=\S{0,39}[g-z/+])[A-Za-z0-9+/]{40}(?![A-Za-z0-9+/=])"
)


def _beside_access_key(text: str) -> Iterator[Span]:
    if ("AKIA" in text or "ASIA" in text) and _ACCESS_KEY.search(text):
        for match in _SECRET_KEY.finditer(text):
            yield match.span()


def _own(text: str, patterns: Sequence[re.Pattern[str]]) -> Iterator[Span]:
    for pattern in patterns:
        group = "secret" if "secret" in pattern.groupindex else 0
        for match in pattern.finditer(text):
            yield match.span(group)


def _already(text: str) -> list[Span]:
    at = text.find(REDACTED)
    found = []
    while at >= 0:
        found.append((at, at + len(REDACTED)))
        at = text.find(REDACTED, at + 1)
    return found


def _outside(done: Sequence[Span], spans: Sequence[Span]) -> list[Span]:
    """Return the spans that are not just an earlier redaction."""
    if not done:
        return list(spans)
    covered = set(done)
    return [span for span in spans if span not in covered]
