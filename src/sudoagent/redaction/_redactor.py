"""Redactor: the one place that decides what may leave the process."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from ..display import cut
from ..errors import ConfigurationError
from ._names import Sensitivity, judge
from ._plain import as_text
from ._text import clean
from ._walk import Walk
from ._words import MAX_NAME, split

__all__ = ["Redactor"]

# An exception's text goes into one line of a log.
_EXCEPTION_CHARACTERS = 4_000
_REMEMBERED_CHARACTERS = 200
_MOST_REMEMBERED = 4096
# No shorter number can be that of a card.
_CARD_LIKE = 10**10
# Names of more words are sentences.
_MOST_WORDS = 12


@dataclass(frozen=True)
class Redactor:
    """Takes secrets out of values and texts.

    ``names`` are further names whose values are secrets, judged as words: ``"door code"`` covers
    ``doorCode``, ``DOOR_CODE`` and ``front-door-code``. ``patterns`` are further regular
    expressions (text or compiled); what they match is taken out, or only their group ``secret``
    where they have one.

    Frozen, safe to share between threads, and none of its methods raises. Raises
    ``ConfigurationError`` for a name without words and for a pattern that does not compile.
    """

    names: tuple[str, ...] = ()
    patterns: tuple[str | re.Pattern[str], ...] = ()
    _words: tuple[tuple[str, ...], ...] = field(init=False, repr=False, compare=False)
    _stems: str = field(init=False, repr=False, compare=False)
    _compiled: tuple[re.Pattern[str], ...] = field(init=False, repr=False, compare=False)
    _harmless: dict[str, None] = field(init=False, repr=False, compare=False)

    def __init__(
        self, names: Iterable[str] = (), patterns: Iterable[str | re.Pattern[str]] = ()
    ) -> None:
        put = object.__setattr__
        put(self, "names", (names,) if isinstance(names, str) else tuple(names))
        put(self, "patterns", (patterns,) if isinstance(patterns, str) else tuple(patterns))
        put(self, "_words", tuple(_words(name) for name in self.names))
        stems = "|".join(re.escape(words[-1]) for words in self._words)
        put(self, "_stems", stems)
        put(self, "_compiled", tuple(_compiled(pattern) for pattern in self.patterns))
        put(self, "_harmless", {})

    def value(self, value: Any, name: str | None = None, known: Collection[str] = ()) -> Any:
        """Return the value reduced to JSON's types, without secrets.

        ``name`` is the name that the value goes by: a parameter, a key, a header. ``known`` are
        secrets that the value may quote, such as ``Presentation.secrets``.
        """
        walk = self.walk()
        return scrubbed(walk.value(value, name), walk.found.union(known))

    def text(self, text: str, known: Collection[str] = ()) -> str:
        """Return the text without secrets; of texts above 40 kB, head and tail.

        What is no ``str`` is reduced first. ``known`` are secrets that the text may quote, such as
        ``Presentation.secrets``.
        """
        if type(text) is str and text in self._harmless:
            return without(text, known) if known else text
        return without(str(self.walk().value(text)), known)

    def exception(self, error: BaseException, known: Iterable[str] = ()) -> str:
        """Return type, message, notes and causes of an exception, without secrets, within bounds.

        ``known`` are secrets that the exception may quote, such as ``Presentation.secrets``.
        """
        walk = self.walk()
        text = str(walk.value(error))
        return cut(without(text, walk.found.union(known)), _EXCEPTION_CHARACTERS)

    def walk(self, **bounds: int) -> Walk:
        """Return a walk over one value by this redactor's rules."""
        return Walk(self.judge, self._clean, **bounds)

    def keeps(self, value: object, name: str) -> bool:
        """Whether the value, and the name that it goes by, are sure to be shown as they are.

        That is: short, plain, and without secrets. Says no when in doubt, and quickly.
        """
        if type(name) is not str or self.judge(name) is not Sensitivity.PLAIN:
            return False
        if not self._is_harmless(name):
            return False
        if type(value) is str:
            return self._is_harmless(value)
        if type(value) is float:
            return math.isfinite(value) and value != 0.0  # -0.0 is written as 0.0
        if type(value) is int:
            return abs(value) < _CARD_LIKE
        return value is None or value is True or value is False

    def _is_harmless(self, text: str) -> bool:
        if text in self._harmless:
            return True
        if len(text) > _REMEMBERED_CHARACTERS or as_text(text) != text:
            return False
        return self._clean(text) == text

    def judge(self, name: str) -> Sensitivity:
        """Say what a name tells about its value."""
        if self._words:
            words = split(name[:MAX_NAME])[:_MOST_WORDS]
            if any(_contains(words, own) for own in self._words):
                return Sensitivity.SECRET
        return judge(name)

    def _clean(self, text: str) -> str:
        # Reasons, actions and ids come again and again. Only what holds no secret is remembered.
        if text in self._harmless:
            return text
        cleaned = clean(text, self.judge, self._compiled, self._stems)
        if cleaned == text and len(text) <= _REMEMBERED_CHARACTERS:
            if len(self._harmless) >= _MOST_REMEMBERED:
                self._harmless.clear()
            self._harmless[text] = None
        return cleaned


def scrubbed(value: Any, secrets: Collection[str]) -> Any:
    """Return a reduced value without the secrets that were found under their names elsewhere."""
    if not secrets:
        return value
    if isinstance(value, str):
        return without(value, secrets)
    if isinstance(value, list):
        return [scrubbed(item, secrets) for item in value]
    if isinstance(value, dict):
        return {without(key, secrets): scrubbed(part, secrets) for key, part in value.items()}
    return value


def without(text: str, known: Iterable[str]) -> str:
    """Return the text without secrets that are known literally."""
    for secret in sorted(known, key=len, reverse=True):
        if len(secret) >= 8:
            text = text.replace(secret, "[redacted]")
    return text


def _words(name: str) -> tuple[str, ...]:
    words = split(name) if isinstance(name, str) else ()
    if not words:
        raise ConfigurationError(f"Redactor(names=…): {name!r} holds no word; use a key's name")
    return words


def _compiled(pattern: str | re.Pattern[str]) -> re.Pattern[str]:
    try:
        compiled = re.compile(pattern)
    except (re.error, TypeError) as error:
        raise ConfigurationError(f"Redactor(patterns=…): {pattern!r}: {error}") from error
    if not isinstance(compiled.pattern, str):
        raise ConfigurationError(f"Redactor(patterns=…): {pattern!r} is for bytes; use text")
    return compiled


def _contains(words: tuple[str, ...], own: tuple[str, ...]) -> bool:
    # Joined, so that it does not matter where a style puts the seams.
    sought = "".join(own)
    return any(
        sought == "".join(words[begin:end])
        for begin in range(len(words))
        for end in range(begin + 1, len(words) + 1)
    )
