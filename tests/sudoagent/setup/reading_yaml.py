"""Reads the YAML that a manifest uses: nested mappings, lists, strings, booleans, comments.

Written from YAML's rules and not from the writer: whatever is not understood is an error.
"""

from __future__ import annotations

import json
import re
from typing import Any

__all__ = ["read_yaml"]

_KEY = re.compile(r"([a-z_]+):(?: +(.*))?")
_COMMENT = re.compile(r"\s+#.*|^#.*")
# Indicators that begin something else than a plain string, and words that are no strings.
_NOT_PLAIN = re.compile(r"[-?:,\[\]{}#&*!|>'\"%@`]|.*: |.*:$|.* #|[0-9.+~-]")
_NOT_STRINGS = {"yes", "no", "on", "off", "null", "y", "n", "true", "false"}


def read_yaml(text: str) -> Any:
    """Return the document."""
    lines = [(len(line) - len(line.lstrip()), _bare(line.strip())) for line in text.splitlines()]
    lines = [(indent, line) for indent, line in lines if line]
    value, rest = _block(lines, 0)
    assert not rest, f"left over: {rest}"
    return value


def _bare(line: str) -> str:
    if line.startswith("#"):
        return ""
    quoted = re.match(r'(.*?)("(?:[^"\\]|\\.)*")(.*)', line)
    if quoted is None:
        return _COMMENT.sub("", line)
    assert "#" not in quoted[1], line
    return quoted[1] + quoted[2] + _COMMENT.sub("", quoted[3])


def _block(lines: list[tuple[int, str]], indent: int) -> tuple[Any, list[tuple[int, str]]]:
    assert lines, "a block without lines"
    assert lines[0][0] == indent, lines[0]
    return (_items if lines[0][1].startswith("- ") else _mapping)(lines, indent)


def _items(lines: list[tuple[int, str]], indent: int) -> tuple[list[Any], list[tuple[int, str]]]:
    found = []
    while lines and lines[0] == (indent, lines[0][1]) and lines[0][1].startswith("- "):
        rest = lines[0][1][2:].strip()
        if _KEY.fullmatch(rest):
            value, lines = _mapping([(indent + 2, rest), *lines[1:]], indent + 2)
            found.append(value)
        else:
            found.append(_scalar(rest))
            lines = lines[1:]
    return found, lines


def _mapping(
    lines: list[tuple[int, str]], indent: int
) -> tuple[dict[str, Any], list[tuple[int, str]]]:
    found: dict[str, Any] = {}
    while lines and lines[0][0] == indent and not lines[0][1].startswith("- "):
        key = _KEY.fullmatch(lines[0][1])
        assert key is not None, lines[0]
        assert key[1] not in found, f"{key[1]} stands there twice"
        if key[2]:
            found[key[1]], lines = _scalar(key[2]), lines[1:]
        else:
            found[key[1]], lines = _block(lines[1:], lines[1][0])
    return found, lines


def _scalar(text: str) -> str | bool:
    if text in ("true", "false"):
        return text == "true"
    if text.startswith('"'):
        return str(json.loads(text))  # YAML 1.2 reads every JSON string as JSON does
    assert _NOT_PLAIN.match(text) is None, f"not a plain string: {text}"
    assert text.lower() not in _NOT_STRINGS, f"not a string: {text}"
    return text
