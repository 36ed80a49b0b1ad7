"""The mark by which a function's author lets reviewers change an argument before they approve.

Pure: no clock, no network.
"""

from __future__ import annotations

import inspect
import math
import re
import types
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from .errors import ConfigurationError

__all__ = ["Complaint", "Editable", "Kind", "Marked", "Unfit", "editable_parameters", "marked"]

Kind = Literal["str", "int", "float", "bool", "Decimal"]
Number = int | float | Decimal
Complaint = Literal[
    "not_editable",
    "not_text",
    "not_a_number",
    "not_whole",
    "not_a_choice",
    "not_yes_or_no",
    "too_small",
    "too_large",
    "too_long",
]

KINDS: Final[Mapping[type, Kind]] = {
    str: "str",
    int: "int",
    float: "float",
    bool: "bool",
    Decimal: "Decimal",
}
# What one field of a Slack form can hold, and the longest text that a menu shows.
LONGEST_TEXT: Final = 3000
_LONGEST_CHOICE = 75
_MOST_CHOICES = 100
_LONGEST_NUMBER = 100

_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)

_SENTENCES: Final[Mapping[Complaint, str]] = {
    "not_editable": "it is not marked as editable",
    "not_text": "it is not text",
    "not_a_number": "it is not a number",
    "not_whole": "it is not a whole number",
    "not_a_choice": "it is not one of the choices",
    "not_yes_or_no": "it is neither yes nor no",
    "too_small": "it is less than allowed",
    "too_large": "it is more than allowed",
    "too_long": "it is longer than allowed",
}


class Unfit(ValueError):
    """A value that must not take the place of an argument, and why. It does not carry the value."""

    def __init__(self, complaint: Complaint) -> None:
        super().__init__(_SENTENCES[complaint])
        self.complaint: Complaint = complaint


@dataclass(frozen=True, slots=True, kw_only=True)
class Editable:
    """Marks a parameter whose value a reviewer may change when he approves.

    ``def refund(user_id: str, amount: Annotated[float, Editable(ge=0, le=500)]) -> None``. The
    parameter holds text, an ``int``, ``float``, ``bool`` or ``Decimal``. ``ge`` and ``le`` bound
    numbers, ``max_length`` text (in characters); ``choices`` lists all values that there are to
    choose from. Without any of them every value of the parameter's own type is allowed.

    Raises ``ConfigurationError`` for limits that are none.
    """

    ge: Number | None = None
    le: Number | None = None
    max_length: int | None = None
    choices: tuple[str | Number, ...] | None = None

    def __post_init__(self) -> None:
        if self.choices is not None:
            object.__setattr__(self, "choices", _choices(self.choices))
        for name in ("ge", "le"):
            bound = getattr(self, name)
            if bound is not None and not _is_number(bound):
                raise ConfigurationError(f"Editable: {name} is {bound!r}: give a finite number")
        if self.ge is not None and self.le is not None and self.ge > self.le:
            raise ConfigurationError("Editable: ge is greater than le, so nothing is allowed")
        longest = self.max_length
        if longest is not None and not (type(longest) is int and 1 <= longest <= LONGEST_TEXT):
            raise ConfigurationError(
                f"Editable: max_length is {longest!r}: give a whole number from 1 to {LONGEST_TEXT}"
            )

    def check(self, value: str | Number) -> None:
        """Raise ``Unfit`` unless the value is within the limits. Its type is not looked at."""
        if self.choices and value not in self.choices:
            raise Unfit("not_a_choice")
        if isinstance(value, str):
            if len(value) > (self.max_length or LONGEST_TEXT):
                raise Unfit("too_long")
            return
        if not _is_finite(value):
            raise Unfit("not_a_number")
        if self.ge is not None and value < _like(value, self.ge):
            raise Unfit("too_small")
        if self.le is not None and value > _like(value, self.le):
            raise Unfit("too_large")


@dataclass(frozen=True, slots=True)
class Marked:
    """A marked parameter: the limits, and the kinds of value that it may hold."""

    limits: Editable
    kinds: frozenset[Kind]

    def kind_of(self, value: object) -> Kind | None:
        """Return the kind that a value must have to take this one's place; ``None``: none may.

        By exact type: a subclass may mean more than its base's value. An ``int`` that was passed
        where a ``float`` is declared is a ``float`` (PEP 484).
        """
        kind = KINDS.get(type(value))
        if kind == "int" and "int" not in self.kinds and "float" in self.kinds:
            kind = "float"
        if kind not in self.kinds or (self.limits.choices and not self.choices_for(kind)):
            return None
        return kind

    def choices_for(self, kind: Kind) -> tuple[str | Number, ...]:
        """Return the choices that are of a kind."""
        allowed = (kind, "int") if kind == "float" else (kind,)
        return tuple(each for each in self.limits.choices or () if KINDS[type(each)] in allowed)

    def check(self, before: object, after: object) -> None:
        """Raise ``Unfit`` unless ``after`` may take the place of the argument ``before``."""
        kind = self.kind_of(before)
        if kind is None:
            raise Unfit("not_editable")
        if KINDS.get(type(after)) != kind:
            raise Unfit(_OTHER_TYPE[kind])
        self.limits.check(after)  # type: ignore[arg-type]  # one of the kinds, just seen


_OTHER_TYPE: Final[Mapping[Kind, Complaint]] = {
    "str": "not_text",
    "int": "not_whole",
    "float": "not_a_number",
    "Decimal": "not_a_number",
    "bool": "not_yes_or_no",
}


def value_of(kind: Kind, text: str) -> Any:
    """Return the value that a text means, by the kind it is to have. Raises ``Unfit``."""
    if kind == "str":
        return text
    text = text.strip()
    if kind == "bool":
        if text not in ("true", "false"):
            raise Unfit("not_yes_or_no")
        return text == "true"
    if len(text) > _LONGEST_NUMBER or _DECIMAL.fullmatch(text) is None:
        raise Unfit("not_a_number")
    if kind == "int":
        if _WHOLE.fullmatch(text) is None:
            raise Unfit("not_whole")
        return int(text)
    number = float(text) if kind == "float" else Decimal(text)
    if not _is_finite(number):
        raise Unfit("not_a_number")
    return number


def text_of(value: str | Number) -> str | None:
    """Return the text that means this value; ``None`` when no text that one could type does."""
    if isinstance(value, str):
        return value if len(value) <= LONGEST_TEXT else None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value.bit_length() > 3 * _LONGEST_NUMBER:
        return None
    text = repr(value) if isinstance(value, float) else str(value)
    return text if _is_finite(value) and len(text) <= _LONGEST_NUMBER else None


def editable_parameters(signature: inspect.Signature) -> Mapping[str, Marked]:
    """Return the parameters that are marked with ``Editable``.

    An annotation that could not be resolved marks nothing. Raises ``ConfigurationError`` for a mark
    on a parameter that holds something else than one value of a kind that can be edited.
    """
    found = {}
    for name, parameter in signature.parameters.items():
        limits, declared = _read(parameter.annotation)
        if limits is None:
            continue
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise ConfigurationError(f"Editable marks {name}, which holds several arguments")
        found[name] = marked(name, limits, declared)
    return found


def marked(name: str, limits: Editable, declared: tuple[Any, ...] = tuple(KINDS)) -> Marked:
    """Return the mark of one parameter that is declared to hold these types.

    Raises ``ConfigurationError`` when the limits cannot apply to them.
    """
    kinds = frozenset(KINDS[kind] for kind in declared if kind in KINDS)
    if len(kinds) < len(declared) or not kinds:
        raise ConfigurationError(
            f"Editable marks {name}: only str, int, float, bool and Decimal can be edited"
        )
    if (limits.ge, limits.le) != (None, None) and kinds <= {"str", "bool"}:
        raise ConfigurationError(f"Editable marks {name}: ge and le are for numbers")
    if limits.max_length is not None and "str" not in kinds:
        raise ConfigurationError(f"Editable marks {name}: max_length is for text")
    mark = Marked(limits, kinds)
    if limits.choices and not any(map(mark.choices_for, kinds)):
        raise ConfigurationError(f"Editable marks {name}: none of the choices is of its type")
    return mark


def _read(annotation: Any) -> tuple[Editable | None, tuple[Any, ...]]:
    """Return the mark in an annotation, and the types it allows besides ``None``."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *marks = get_args(annotation)
        found, declared = _read(inner)
        own = [Editable() if m is Editable else m for m in marks if _is_mark(m)]
        return (own[-1] if own else found), declared
    if origin in (Union, types.UnionType):
        parts = [_read(part) for part in get_args(annotation) if part is not types.NoneType]
        limits = next((mark for mark, _ in parts if mark is not None), None)
        return limits, tuple(kind for _, kinds in parts for kind in kinds)
    return None, (annotation,)


def _is_mark(mark: object) -> bool:
    return mark is Editable or type(mark) is Editable


def _is_number(value: object) -> bool:
    number = type(value) in (int, float, Decimal)
    return number and _is_finite(value)  # type: ignore[arg-type]  # a number, just seen


def _like(value: Number, bound: Number) -> Number:
    # 0.1 as a limit means what its author wrote, not the float nearest to it.
    if isinstance(value, Decimal) and isinstance(bound, float):
        return Decimal(repr(bound))
    return float(bound) if isinstance(value, float) and isinstance(bound, Decimal) else bound


def _is_finite(value: Number) -> bool:
    # math.isfinite() makes a float of everything, which large numbers do not survive.
    if isinstance(value, Decimal):
        return value.is_finite()
    return isinstance(value, int) or math.isfinite(value)


def _choices(choices: Any) -> tuple[str | Number, ...]:
    if isinstance(choices, str):
        raise ConfigurationError("Editable: choices is one string: give a list of values")
    listed = tuple(choices)
    if not listed:
        # Not "any value": a list that turned out empty must not take a limit away.
        raise ConfigurationError("Editable: choices is empty, so nothing is allowed")
    if any(not (_is_number(each) or type(each) is str) for each in listed):
        raise ConfigurationError("Editable: choices are text or finite numbers")
    texts = [text_of(each) or "" for each in listed]
    if len(listed) > _MOST_CHOICES or len(set(texts)) < len(texts):
        raise ConfigurationError(f"Editable: give up to {_MOST_CHOICES} choices, each of them once")
    if not all(0 < len(text) <= _LONGEST_CHOICE for text in texts):
        raise ConfigurationError(
            f"Editable: each choice has 1 to {_LONGEST_CHOICE} characters, to fit a menu"
        )
    return listed
