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

__all__ = ["Rule", "RuleBook"]

_RUN = 3
# In a longer text nearly every run occurs, and looking for each literal is quicker.
_LONG = 4096


@dataclass(frozen=True, slots=True)
class Rule:
    """``expression`` finds secrets: its groups, or all of it where it has none.

    It is used when one of ``literals`` (lower case) is in the text. ``check`` has the last word
    about what was found.
    """

    literals: tuple[str, ...]
    expression: re.Pattern[str]
    check: Callable[[str], bool] | None = None


class RuleBook:
    """Many rules, of which a short text concerns few.

    A text is broken into its runs of three letters, and only the rules one of whose literals begins
    with such a run are looked at.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._rules = tuple(rules)
        self._by_start: dict[str, set[int]] = {}
        self._short: list[tuple[str, int]] = []
        for number, rule in enumerate(self._rules):
            for literal in rule.literals:
                if len(literal) < _RUN:
                    self._short.append((literal, number))
                else:
                    self._by_start.setdefault(literal[:_RUN], set()).add(number)

    def found(self, text: str, lowered: str) -> Iterator[Span]:
        """Yield where the rules find secrets. ``lowered`` is the text in lower case."""
        for rule in self._concerned(lowered):
            if any(literal in lowered for literal in rule.literals):
                yield from _spans(rule, text)

    def _concerned(self, lowered: str) -> Iterable[Rule]:
        if len(lowered) > _LONG:
            return self._rules
        numbers = {number for literal, number in self._short if literal in lowered}
        runs = {lowered[at : at + _RUN] for at in range(len(lowered) - _RUN + 1)}
        for start in self._by_start.keys() & runs:
            numbers |= self._by_start[start]
        return [self._rules[number] for number in sorted(numbers)]


def _spans(rule: Rule, text: str) -> Iterator[Span]:
    groups = range(1, rule.expression.groups + 1) if rule.expression.groups else (0,)
    for match in rule.expression.finditer(text):
        for group in groups:
            secret = match[group]
            if secret and (rule.check is None or rule.check(secret)):
                yield match.span(group)
