"""Whether a name says that its value is a secret. Pure."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache

from ._vocabulary import (
    CARD_HEADS,
    CODE_HEADS,
    KEY_HEADS,
    METADATA,
    PLAIN_HEADS,
    PLAIN_KEY_HEADS,
    PROVIDERS,
    SECRET_WORDS,
    SUSPECT_PHRASES,
    VALUE_TAILS,
)
from ._words import MAX_NAME, split

__all__ = ["Sensitivity", "judge", "judge_words"]


class Sensitivity(Enum):
    """What a name says about its value."""

    SECRET = "secret"  # noqa: S105 (a word about secrets)
    SUSPECT = "suspect"  # the value decides
    PLAIN = "plain"


def judge(name: str) -> Sensitivity:
    """Judge a key, a parameter, a header, a flag or a field by its words."""
    if len(name) > MAX_NAME:
        # Not a name that anybody wrote: its ends tell enough, and are all that is remembered.
        name = f"{name[: MAX_NAME // 2]} {name[-MAX_NAME // 2 :]}"
    return _judged(name)


@lru_cache(maxsize=4096)
def _judged(name: str) -> Sensitivity:
    return judge_words(split(name))


def judge_words(words: tuple[str, ...]) -> Sensitivity:
    """Judge a name that is taken apart already."""
    for at in range(len(words) - 1, -1, -1):
        if _names_secret(words, at):
            return _by_tail(words[at], words[at + 1 :])
    return Sensitivity.SUSPECT if _suspect(words) else Sensitivity.PLAIN


def _suspect(words: tuple[str, ...]) -> bool:
    if words in SUSPECT_PHRASES or words[-2:] in SUSPECT_PHRASES:
        return True
    if len(words) == 1:
        return words[0] in PROVIDERS
    return words[-1:] != () and words[-1] in _DOUBTFUL and words[-2] not in PLAIN_KEY_HEADS


_DOUBTFUL = frozenset({"key", "pat", "sig", "sid"})


def _names_secret(words: tuple[str, ...], at: int) -> bool:
    word, head = words[at], words[at - 1] if at else ""
    if word in SECRET_WORDS:
        return head not in PLAIN_HEADS[word]
    if word in ("key", "pat"):
        return head in PROVIDERS or (word == "key" and _is_key(words, at))
    if word == "code":
        return head in CODE_HEADS
    if word in ("number", "num", "no"):
        return head in CARD_HEADS
    return word == "card" and head in ("credit", "debit")


def _is_key(words: tuple[str, ...], at: int) -> bool:
    if _public(words, at):
        return False
    # A header of somebody's own that ends in “-Key” carries one.
    return (at > 0 and words[at - 1] in KEY_HEADS) or (
        words[0] == "x" and at > 1 and words[at - 1] not in PLAIN_KEY_HEADS
    )


def _public(words: tuple[str, ...], at: int) -> bool:
    return bool({"public", "publishable"}.intersection(words[max(0, at - 2) : at]))


def _by_tail(word: str, tail: tuple[str, ...]) -> Sensitivity:
    if not tail or (tail[-1] in VALUE_TAILS and tail[0] not in METADATA):
        return Sensitivity.SECRET
    if word in ("pass", "pin"):
        # Short words of everyday use: “pass through”, “pin to top”.
        return Sensitivity.SECRET if tail == ("number",) else Sensitivity.PLAIN
    if tail[-1] in METADATA or tail[0] in METADATA:
        suspect = (word, tail[-1]) in SUSPECT_PHRASES
        return Sensitivity.SUSPECT if suspect else Sensitivity.PLAIN
    return Sensitivity.SECRET
