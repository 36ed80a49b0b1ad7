"""Finds secrets in a text and takes them out.

Every detector reads the same text and reports spans; the spans are merged and replaced once, so no
detector sees another's work. A text that is too long to search is shortened first, at places
where no secret can survive the cut.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence

from ._assignments import assignment_spans
from ._commands import command_spans
from ._headers import HEADERS
from ._keys import KEYS, card_spans, pem_spans
from ._marks import REDACTED, Span
from ._names import Sensitivity
from ._places import insert_spans, manifest_spans
from ._prose import PROSE
from ._rules import RuleBook
from ._tokens import TOKENS
from ._urls import ADDRESSES, query_spans, userinfo_spans

__all__ = ["clean", "replaced"]

# More is neither searched nor shown: as much as all arguments of a call may take together.
LONGEST = 40 * 1024
# A secret is found by what stands before it: so much of the tail is read but not kept.
_CONTEXT = 4096

_RULES = RuleBook((*TOKENS, *KEYS, *ADDRESSES, *HEADERS, *PROSE))
# Ends of lines inside quoted text are blanks to a reader, and so they are to the detectors.
_ESCAPED_BLANK = re.compile(r"\\[nrt]")


def clean(
    text: str,
    judge: Callable[[str], Sensitivity],
    patterns: Sequence[re.Pattern[str]] = (),
    extra: str = "",
) -> str:
    """Return the text without secrets.

    ``judge`` decides about names, ``extra`` are parts of further names, ``patterns`` find further
    secrets. Of texts above 40 kB head and tail are kept.
    """
    if len(text) <= LONGEST:
        return _cleaned(text, judge, patterns, extra)
    half = LONGEST // 2
    head = _cleaned(_without_last_word(text[:half]), judge, patterns, extra)
    tail = _cleaned(_without_first_word(text[-half:]), judge, patterns, extra)[_CONTEXT:]
    mark = f"[cut: {len(text)} characters in all, digest {_digest(text)}]"
    return f"{head} {mark} {_without_first_word(tail)}"


# Tells apart texts that differ only in what is left out. What is left out may hold a secret, so
# the key stays in this process: nobody can try likely secrets against the digest.
_DIGEST_KEY = secrets.token_bytes(32)


def _digest(text: str) -> str:
    content = text.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(content, digest_size=8, key=_DIGEST_KEY).hexdigest()


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


def _cleaned(
    text: str,
    judge: Callable[[str], Sensitivity],
    patterns: Sequence[re.Pattern[str]],
    extra: str,
) -> str:
    if len(text) < _SHORTEST:
        return text
    softened = _ESCAPED_BLANK.sub("  ", text) if "\\" in text else text
    lowered = _lowered(softened)
    spans = [*_shapes(softened, lowered), *assignment_spans(softened, lowered, judge, extra)]
    spans.extend(query_spans(softened, judge))
    spans.extend(insert_spans(softened, lowered, judge))
    spans.extend(manifest_spans(softened, lowered))
    spans.extend(_own(text, patterns))
    kept = _outside(_already(text), spans)
    return replaced(text, kept) if kept else text


# Nothing shorter than this can tell a secret from a word.
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


def _without_last_word(text: str) -> str:
    return text[: max(len(text) - len(re.split(r"\s", text[-_CONTEXT:])[-1]), 0)]


def _without_first_word(text: str) -> str:
    return text[len(re.split(r"\s", text[:_CONTEXT], maxsplit=1)[0]) :]
