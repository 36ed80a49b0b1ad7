"""Rule: a shape that secrets have, written as a regular expression.

Every expression takes time linear in the text: what may repeat without bound begins at a place
that is not inside the same repetition, or follows a literal and matches however it ends. A
literal of the expression is looked up first, so that a text without it costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ._marks import Span

__all__ = ["Rule", "found_by"]


@dataclass(frozen=True, slots=True)
class Rule:
    """``expression`` finds secrets: its groups, or all of it where it has none.

    It is used when one of ``literals`` (lower case) is in the text. ``check`` has the last word
    about what was found.
    """

    literals: tuple[str, ...]
    expression: re.Pattern[str]
    check: Callable[[str], bool] | None = None


def found_by(rules: Iterable[Rule], text: str, lowered: str) -> Iterator[Span]:
    """Yield where the rules find secrets. ``lowered`` is the text in lower case."""
    for rule in rules:
        if any(literal in lowered for literal in rule.literals):
            yield from _spans(rule, text)


def _spans(rule: Rule, text: str) -> Iterator[Span]:
    groups = range(1, rule.expression.groups + 1) if rule.expression.groups else (0,)
    for match in rule.expression.finditer(text):
        for group in groups:
            secret = match[group]
            if secret and (rule.check is None or rule.check(secret)):
                yield match.span(group)
