"""Secrets whose name stands beside them: name and value entries, pairs, command-line arguments."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from ._looks import looks_random, looks_secret
from ._marks import Span
from ._names import Sensitivity
from ._plain import as_name
from ._vocabulary import words

__all__ = ["argument_list_spans", "is_login", "is_pair_label", "labelled_values"]


Judge = Callable[[str], Sensitivity]

_LABELS = words(
    """
    name key k header field label id param parameter variable var env attribute option setting
    property type kind title selector locator element xpath placeholder target
    """
)
_VALUES = words(
    """
    value values val v content contents data text default current new old secret_value stringvalue
    string plaintext stringdata
    """
)
_PRIVATE_MEMBERS = words("d p q dp dq qi oth k")
# Commands that take secrets in their places.
_WITHOUT_FLAGS = words(
    "sudo aws env mc ngrok rabbitmqctl redis-cli snyk sqlplus vault wpa_passphrase"
)
# Arguments of a command that anybody would type.
_MOST_ARGUMENTS = 200


def labelled_values(pairs: Sequence[tuple[Any, Any]], judge: Judge) -> frozenset[str]:
    """Return the keys of ``{"name": "DB_PASSWORD", "value": …}`` that hold the secret.

    The private members of a JSON Web Key (RFC 7518, section 6) count, too.
    """
    named = False
    for key, content in pairs:
        if type(key) is str:
            if key == "kty":
                return _PRIVATE_MEMBERS
            if type(content) is str and _last_word(key) in _LABELS:
                named = named or judge(content) is Sensitivity.SECRET
    if not named:
        return frozenset()
    return frozenset(key for key, _ in pairs if type(key) is str and _last_word(key) in _VALUES)


@lru_cache(maxsize=4096)
def _last_word(key: str) -> str:
    """Return “value” for “Value”, “ParameterValue” and “default_value”."""
    if key.islower() and "_" not in key:
        return key
    return _LAST_WORD.search(key)[0].lower()  # type: ignore[index]  # it matches nothing, too


_LAST_WORD = re.compile(r"(?:[A-Z][a-z]*|[a-z]*)\Z")


def is_login(value: Any, name: str | None) -> bool:
    """Whether this is ``auth=("bob", "…")``, a user and a password."""
    return (
        type(value) is tuple
        and len(value) == 2
        and type(value[0]) is type(value[1]) is str
        and name is not None
        and name.lower().endswith("auth")
    )


def is_pair_label(parts: Sequence[Any], judge: Judge, *, loose: bool) -> bool:
    """Whether this is a pair like ``("Authorization", "Bearer …")``.

    A list of two words may just as well be a list of two names; a tuple (``loose``) is a pair.
    """
    label = as_name(parts[0]) if len(parts) == 2 else None
    if label is None or judge(label) is not Sensitivity.SECRET:
        return False
    second = parts[1]
    if type(second) is int or type(second) is bytes:
        return True
    if type(second) is not str or not second:
        return False
    if judge(second) is Sensitivity.SECRET and _NAME.fullmatch(second) and not looks_random(second):
        return False  # two names
    return loose or looks_secret(second, typed=True) or " " in second or _is_number(second)


_NAME = re.compile(r"[\w. -]{1,160}")


def _is_number(text: str) -> bool:
    return text.isdigit() and 3 <= len(text) <= 10


def argument_list_spans(parts: Sequence[Any], judge: Judge) -> dict[int, list[Span]]:
    """Return which arguments of ``["mysql", "--password", "…"]`` hold secrets, and where."""
    if not 2 <= len(parts) <= _MOST_ARGUMENTS or any(type(part) is not str for part in parts):
        return {}
    if parts[0] not in _WITHOUT_FLAGS and not any(part.startswith(("-", "/")) for part in parts):
        return {}
    found: dict[int, list[Span]] = {}
    for at, part in enumerate(parts[:-1]):
        following = parts[at + 1]
        flag = part.lstrip("-")
        is_flag = part.startswith("-") and flag and "=" not in part and ":" not in part
        if is_flag and following[:1] != "-" and judge(flag) is Sensitivity.SECRET:
            found[at + 1] = [(0, len(following))]
    _add_positional(parts, found)
    return found


def _add_positional(parts: Sequence[str], found: dict[int, list[Span]]) -> None:
    # The command's own short flags: read as the line that a shell would show.
    from ._commands import command_spans

    line = " ".join(part.replace("\n", " ") for part in parts)
    if len(line) > 4096:
        return
    begin = 0
    spans = list(command_spans(line))
    for at, part in enumerate(parts):
        end = begin + len(part)
        for first, last in spans:
            if first < end and last > begin:
                found.setdefault(at, []).append((max(first, begin) - begin, min(last, end) - begin))
        begin = end + 1
