"""Secrets in the arguments of a command, where a text shows them as a list.

That is how Python's errors quote the command that failed, and how JSON passes one on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ._labels import argument_list_spans
from ._marks import Span
from ._names import Sensitivity

__all__ = ["printed_spans"]

_ITEM = r"(?:'[^'\n]{0,4096}+'|\"[^\"\n]{0,4096}+\")"
_LIST = re.compile(rf"\[\s?{_ITEM}(?:\s?,\s?{_ITEM}){{1,200}}+")
_PARTS = re.compile(_ITEM)


def printed_spans(text: str, lowered: str, judge: Callable[[str], Sensitivity]) -> Iterator[Span]:
    """Yield the secrets in ``['curl', '-u', 'bob:…']``."""
    if "'-" not in lowered and '"-' not in lowered:
        return
    for printed in _LIST.finditer(text):
        items = [item.span() for item in _PARTS.finditer(text, *printed.span())]
        parts = [text[begin + 1 : end - 1] for begin, end in items]
        for at, spans in argument_list_spans(parts, judge).items():
            begin = items[at][0] + 1
            yield from ((begin + first, begin + last) for first, last in spans)
