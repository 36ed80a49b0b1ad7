"""The words in which Block Kit's rules are written down: small checks that compose. Pure.

A check looks at a value and adds findings in Slack's own wording, each with the JSON pointer of
the place: ``must be less than 151 characters [json-pointer:/blocks/0/text/text]``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

__all__ = [
    "Check",
    "Findings",
    "boolean",
    "by_type",
    "constant",
    "integer",
    "items",
    "one_of",
    "record",
    "required",
    "string",
]


@dataclass
class Findings:
    """What is wrong, as Slack would list it in ``response_metadata.messages``."""

    messages: list[str] = field(default_factory=list)

    def add(self, what: str, pointer: str) -> None:
        """Note one finding at a place."""
        self.messages.append(f"[ERROR] {what} [json-pointer:{pointer}]")


Check: TypeAlias = Callable[[Any, str, Findings], None]


@dataclass(frozen=True)
class required:  # noqa: N801 - reads as a word in the tables of rules
    """Marks a field that must be there."""

    check: Check


def string(longest: int, *, shortest: int = 1) -> Check:
    """A string of so many characters; Slack counts them as Unicode code points."""

    def check(value: Any, pointer: str, findings: Findings) -> None:
        if not isinstance(value, str):
            findings.add("must provide a string", pointer)
        elif len(value) < shortest:
            findings.add(f"must be more than {shortest - 1} characters", pointer)
        elif len(value) > longest:
            findings.add(f"must be less than {longest + 1} characters", pointer)

    return check


def boolean(value: Any, pointer: str, findings: Findings) -> None:
    """True or false."""
    if not isinstance(value, bool):
        findings.add("must provide a boolean", pointer)


def integer(lowest: int, highest: int) -> Check:
    """A whole number in a range, both ends included."""

    def check(value: Any, pointer: str, findings: Findings) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            findings.add("must provide a number", pointer)
        elif not lowest <= value <= highest:
            findings.add(f"must be between {lowest} and {highest}", pointer)

    return check


def one_of(*allowed: str) -> Check:
    """One of these words."""

    def check(value: Any, pointer: str, findings: Findings) -> None:
        if value not in allowed:
            findings.add(f"value must be one of {list(allowed)}", pointer)

    return check


def constant(word: str) -> Check:
    """Exactly this word."""
    return one_of(word)


def items(each: Check, most: int, *, least: int = 1) -> Check:
    """A list of so many, each of which passes the check."""

    def check(value: Any, pointer: str, findings: Findings) -> None:
        if not isinstance(value, list):
            findings.add("must provide an array", pointer)
            return
        if len(value) < least:
            findings.add(f"no fewer than {least} items allowed", pointer)
        if len(value) > most:
            findings.add(f"no more than {most} items allowed", pointer)
        for index, item in enumerate(value):
            each(item, f"{pointer}/{index}", findings)

    return check


def record(**fields: Check | required) -> Check:
    """An object with these fields and no others."""
    checks = dict(_optional_and_required(fields))

    def check(value: Any, pointer: str, findings: Findings) -> None:
        if not isinstance(value, dict):
            findings.add("must provide an object", pointer)
            return
        for name, mark in fields.items():
            if isinstance(mark, required) and name not in value:
                findings.add(f"missing required field: {name}", pointer)
        for name, inner in value.items():
            if name in checks:
                checks[name](inner, f"{pointer}/{name}", findings)
            else:
                findings.add(f"invalid additional property: {name}", pointer)

    return check


def by_type(kinds: Mapping[str, Check]) -> Check:
    """An object whose ``type`` decides which check applies."""

    def check(value: Any, pointer: str, findings: Findings) -> None:
        if not isinstance(value, dict):
            findings.add("must provide an object", pointer)
            return
        kind = value.get("type")
        if not isinstance(kind, str):
            findings.add("missing required field: type", pointer)
        elif kind not in kinds:
            findings.add(f"unsupported type: {kind}", f"{pointer}/type")
        else:
            kinds[kind](value, pointer, findings)

    return check


def _optional_and_required(fields: Mapping[str, Check | required]) -> Iterator[tuple[str, Check]]:
    for name, mark in fields.items():
        yield name, mark.check if isinstance(mark, required) else mark
