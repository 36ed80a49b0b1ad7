"""Tells what stands under a secret's name and only describes it: schemas, counts. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from ..stored import is_subclass
from ._looks import looks_random, looks_secret
from ._vocabulary import METADATA, words
from ._words import split

__all__ = ["is_complaint", "only_describes"]

# Words of JSON Schema, draft 2020-12, and of OpenAPI 3.1 that only describe; “default” or “enum”
# could hold a secret.
_SCHEMA_WORDS = words(
    """
    type format title description minLength maxLength minimum maximum pattern required nullable
    readOnly writeOnly deprecated items properties additionalProperties $ref $comment anyOf
    minItems maxItems uniqueItems contentEncoding contentMediaType in name scheme bearerFormat
    """
)
_SCHEMA_TYPES = words("string integer number boolean array object null http apiKey oauth2")


def only_describes(value: Any, name: str) -> bool:
    """Whether a structure under a secret's name holds none.

    That is: a schema, counts, the words of a text, a secret's metadata, what is wrong with it.
    """
    kind = type(value)
    if is_subclass(kind, dict):
        entries: dict[Any, Any] = dict(dict.items(value))
        if _is_schema(entries) or _is_metadata(entries, name):
            return True
        return name.lower().endswith("tokens") and _are_words([*entries.values()])
    if is_subclass(kind, list) or is_subclass(kind, tuple):
        base: Any = list if is_subclass(kind, list) else tuple
        parts = [*base.__iter__(value)]
        if name.lower().endswith("tokens") and _are_words(parts):
            return True
        return bool(parts) and all(type(part) is str and is_complaint(part) for part in parts)
    return False


def _is_schema(value: dict[Any, Any]) -> bool:
    if not _SCHEMA_WORDS.issuperset(key for key in value if type(key) is str):
        return False
    kind: Any = value.get("type", value.get("$ref"))
    if is_subclass(type(kind), list):
        return _SCHEMA_TYPES.issuperset(filter(lambda part: type(part) is str, list.__iter__(kind)))
    return type(kind) is str and (kind in _SCHEMA_TYPES or kind.startswith("#/"))


_ABOUT = METADATA | words("namespace creator kind role scope permission")


def _is_metadata(value: dict[Any, Any], name: str) -> bool:
    # {"token": {"id": 42, "name": "ci", "created_at": …}}; people's passwords look like names, too
    last = (split(name) or ("",))[-1]
    if not value or last not in ("token", "secret", "credential", "key", "cookie"):
        return False
    for key, content in value.items():
        if type(key) is not str or (split(key) or ("",))[-1] not in _ABOUT:
            return False
        if type(content) is str and (looks_secret(content) or looks_random(content)):
            return False
    return all(type(content) is not dict for content in value.values())


def _are_words(parts: Sequence[Any]) -> bool:
    return bool(parts) and all(map(_is_word, parts))


def _is_word(part: Any) -> bool:
    kind = type(part)
    if kind is str:
        return len(part) <= _LONGEST_WORD and not looks_secret(part, typed=True)
    if is_subclass(kind, dict):
        return _are_words([*dict.values(part)])
    return kind is int or kind is float


# Of a text that is broken into tokens.
_LONGEST_WORD = 16


def is_complaint(text: str) -> bool:
    """Whether a sentence says what is wrong with a secret: “This field is required.”"""
    if " " not in text:
        return text.rstrip(".!").lower() in _STATES
    return len(text) <= 200 and _COMPLAINT.search(text) is not None


_STATES = words("invalid required missing expired incorrect wrong blank")
_COMPLAINT = re.compile(
    r"\A(?:invalid|missing|incorrect|expired|wrong) "
    r"|\b(?:is|are|was|has|field) (?:not )?(?:required|invalid|incorrect|expired|missing|valid)\b"
    r"|\bmust (?:be|have|contain|not|match)\b|\btoo (?:short|long|weak|common)\b"
    r"|\bcan(?:not|['’]t) be\b|\bdo(?:es)? not\b|\bat least \d",
    re.IGNORECASE,
)
