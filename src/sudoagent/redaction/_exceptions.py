"""Exceptions as text, read without calling their ``__str__``.

An exception's ``__str__`` is code of its class, and its text may quote what it was given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from ..stored import instance_dict, is_subclass
from ._looks import is_password_like
from ._names import Sensitivity
from ._reading import full_name, parameters_of

__all__ = ["learn", "lines_of"]

# Longer chains and larger groups add nothing that helps.
_MOST_LINKS = 12
_MOST_NOTES = 16
_MOST_FIELDS = 64

_ARGS = vars(BaseException)["args"]
_CAUSE = vars(BaseException)["__cause__"]
_CONTEXT = vars(BaseException)["__context__"]
_SUPPRESS = vars(BaseException)["__suppress_context__"]
_MEMBERS = vars(BaseExceptionGroup)["exceptions"]
_PLAIN = frozenset({str, int, float, bool, type(None)})


def learn(found: set[str], judge: Callable[[str], Sensitivity], name: str, content: Any) -> None:
    """Add what an exception holds under a secret's name, where it can be one.

    An error's message is a sentence, and what it holds as “token” may be a word of it.
    """
    if type(content) is not str or judge(name) is not Sensitivity.SECRET:
        return
    chosen = "pass" in name.lower() and len(content.split()) == 1  # people choose any word
    if chosen or is_password_like(content):
        found.add(content)


def lines_of(
    error: BaseException, spoken: Callable[[Any], str], learn: Callable[[str, Any], None]
) -> Iterator[str]:
    """Yield an exception's message, its notes, its members and its causes, outermost first.

    ``spoken`` turns one of the exception's arguments into text. ``learn`` is told what each holds
    under which name: its message may quote it.
    """
    pending: list[tuple[str, BaseException]] = [("", error)]
    seen: set[int] = set()
    while pending and len(seen) < _MOST_LINKS:
        lead, current = pending.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        for name, content in _held(current):
            learn(name, content)
        yield f"{lead}{_headline(current, spoken)}"
        yield from _notes(current)
        pending.extend(_links(current))


def _held(error: BaseException) -> Iterator[tuple[str, Any]]:
    for name, content in islice(instance_dict(error).items(), _MOST_FIELDS):
        if type(name) is str:
            yield name, content
    # What the constructor was given stays in ``args``, until it passes on something else.
    yield from zip(parameters_of(type(error)), _ARGS.__get__(error), strict=False)


def _headline(error: BaseException, spoken: Callable[[Any], str]) -> str:
    name = full_name(type(error)).rpartition(".")[2]
    message = _message(error, spoken)
    return f"{name}: {message}" if message else name


def _message(error: BaseException, spoken: Callable[[Any], str]) -> str:
    arguments = _ARGS.__get__(error)
    if is_subclass(type(error), BaseExceptionGroup):
        arguments = arguments[:1]  # its members follow on lines of their own
    if len(arguments) < 2 or is_subclass(type(error), OSError):
        builtin = _builtin_text(error)
        if builtin is not None:
            return builtin
    if len(arguments) == 1:
        return spoken(arguments[0])
    return ", ".join(spoken(argument) for argument in arguments)


def _builtin_text(error: BaseException) -> str | None:
    # The interpreter's own classes phrase their arguments best: “[Errno 2] No such file …”.
    kind = type(error)
    if is_subclass(kind, KeyError) or is_subclass(kind, BaseExceptionGroup):
        return None
    base = OSError if is_subclass(kind, OSError) else BaseException
    parts = _OS_PARTS.values() if base is OSError else ()
    told = [*_ARGS.__get__(error), *(part.__get__(error) for part in parts)]
    return base.__str__(error) if all(type(part) in _PLAIN for part in told) else None


_OS_PARTS = {name: vars(OSError)[name] for name in ("errno", "strerror", "filename", "filename2")}


def _notes(error: BaseException) -> Iterator[str]:
    notes = instance_dict(error).get("__notes__")
    if type(notes) is list:
        yield from (note for note in notes[:_MOST_NOTES] if type(note) is str)


def _links(error: BaseException) -> Iterator[tuple[str, BaseException]]:
    if is_subclass(type(error), BaseExceptionGroup):
        yield from (("with ", member) for member in _MEMBERS.__get__(error))
    cause = _CAUSE.__get__(error)
    if cause is not None:
        yield "caused by ", cause
    elif not _SUPPRESS.__get__(error):
        context = _CONTEXT.__get__(error)
        if context is not None:
            yield "while handling ", context
