"""Finds secrets in a text and takes them out.

A text that is too long to search is shortened first, at places where no secret can survive the cut.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable, Sequence

from ._names import Sensitivity

__all__ = ["clean"]

# What has a form by which a secret is known has more characters, or signs between them.
_WORD = re.compile(r"[A-Za-z0-9_-]{0,12}")
# More is neither searched nor shown: as much as all arguments of a call may take together.
LONGEST = 40 * 1024
# A secret is found by what stands before it: so much of the tail is read but not kept.
_CONTEXT = 4096


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
    if not patterns and _WORD.fullmatch(text):
        return text
    from ._detecting import cleaned

    if len(text) <= LONGEST:
        return cleaned(text, judge, patterns, extra)
    half = LONGEST // 2
    head = cleaned(_without_last_word(text[:half]), judge, patterns, extra)
    tail = cleaned(_without_first_word(text[-half:]), judge, patterns, extra)[_CONTEXT:]
    mark = f"[cut: {len(text)} characters in all, digest {_digest(text)}]"
    return f"{head} {mark} {_without_first_word(tail)}"


# Tells apart texts that differ only in what is left out. What is left out may hold a secret, so
# the key stays in this process: nobody can try likely secrets against the digest.
_DIGEST_KEY = secrets.token_bytes(32)


def _digest(text: str) -> str:
    content = text.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(content, digest_size=8, key=_DIGEST_KEY).hexdigest()


def _without_last_word(text: str) -> str:
    return text[: max(len(text) - len(re.split(r"\s", text[-_CONTEXT:])[-1]), 0)]


def _without_first_word(text: str) -> str:
    return text[len(re.split(r"\s", text[:_CONTEXT], maxsplit=1)[0]) :]
