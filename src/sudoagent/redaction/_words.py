"""A name, taken apart into the words that a person sees in it."""

from __future__ import annotations

import re
from functools import lru_cache

from ._vocabulary import ACRONYMS, COMPOUNDS, PROVIDERS, SECRET_WORDS

__all__ = ["MAX_NAME", "split"]

# Longer than any name that a programmer writes.
MAX_NAME = 160

_PIECE = re.compile(r"[^\W\d_]*[^\W\d_a-zA-Z][^\W\d_]*|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+[a-z]*")
_SPELT = re.compile(r"(?i)p[a4@][s5$]{2}w[o0]rd")
_KNOWN = SECRET_WORDS | ACRONYMS | PROVIDERS | {"".join(parts) for parts in COMPOUNDS}
_LONGEST = max(map(len, _KNOWN))

# Run together with anything before them, these are still what they are.
_ENDINGS = (
    "password", "passwd", "passphrase", "passcode", "passwort", "pwd", "credential",
    "token", "apikey", "secretkey", "privatekey", "privkey", "accesskey", "authkey", "secret",
)  # fmt: skip
_APART = {"apikey": ("api", "key"), "secretkey": ("secret", "key"), "accesskey": ("access", "key"),
          "privatekey": ("private", "key"), "privkey": ("private", "key"),
          "authkey": ("auth", "key")}  # fmt: skip
_NOT_RUN_TOGETHER = frozenset({"betoken", "jsonwebtoken", "passwordless", "tokenize"})


def split(name: str) -> tuple[str, ...]:
    """Return the words of a name, lower case and singular, without numbers.

    ``dbPassword``, ``DB_PASSWORD``, ``db-password2`` and ``dbpassword`` are all ``db password``.
    """
    name = _SPELT.sub("password", name.replace("OAuth", "Oauth").replace("2FA", "2fa"))
    words: list[str] = []
    for piece in _PIECE.findall(name):
        word = _singular(piece.lower())
        if not word.isdigit():
            words.extend(_apart(word))
    return tuple(_joined(words))


def _singular(word: str) -> str:
    if word == "alias" or word in PROVIDERS:
        return word
    if word.endswith("ies") and len(word) > 5 and word[:-1] not in SECRET_WORDS:
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@lru_cache(maxsize=4096)
def _apart(word: str) -> tuple[str, ...]:
    if word in _APART:
        return _APART[word]
    if word in _KNOWN or len(word) < 5 or word in _NOT_RUN_TOGETHER:
        return (word,)
    known = _segments(word)
    if known:
        return known
    for ending in _ENDINGS:
        if word.endswith(ending):
            return (word.removesuffix(ending), *_APART.get(ending, (ending,)))
    return (word,)


def _segments(word: str) -> tuple[str, ...]:
    # Shortest list of known words that spell this one: one pass, longest words first.
    best: list[tuple[str, ...] | None] = [()] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - _LONGEST), end):
            before, piece = best[start], word[start:end]
            if before is None or (piece not in _KNOWN and _singular(piece) not in _KNOWN):
                continue
            here = best[end]
            if here is None or len(before) + 1 < len(here):
                best[end] = (*before, _singular(piece))
    return best[-1] or ()


def _joined(words: list[str]) -> list[str]:
    out: list[str] = []
    at = 0
    while at < len(words):
        for size in (3, 2):
            joined = COMPOUNDS.get(tuple(words[at : at + size]))
            if joined is not None and len(words) - at >= size:
                out.append(joined)
                at += size
                break
        else:
            out.append(words[at])
            at += 1
    return out
