"""Secrets that only their place tells: in SQL, XML, a Kubernetes Secret, Terraform's variables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from ._looks import is_placeholder, looks_secret
from ._marks import Span
from ._names import Sensitivity

__all__ = [
    "duplicate_spans",
    "element_spans",
    "form_spans",
    "insert_spans",
    "manifest_spans",
    "table_spans",
    "validation_spans",
    "variable_spans",
]

Judge = Callable[[str], Sensitivity]

_INSERT = re.compile(
    r"insert\s{1,4}(?:into\s{1,4})?[\w.\"`\[\]]{1,128}\s{0,4}\(([^()]{1,2048})\)"
    r"\s{0,4}values\s{0,4}\(",
    re.IGNORECASE,
)
_SQL_VALUE = re.compile(
    r"\s*(?:N?'((?:[^']|'')*)'|\"([^\"]*)\"|(\w{1,40}\((?:[^()\n]|\([^()\n]*\)){0,512}\)|[^,()'\"]+))"
    r"\s*([,)])?"
)
# Filled in by the database's driver, or nothing.
_BOUND = re.compile(r"\s*(?:[?:@$%].*|null|default|true|false)\s*", re.IGNORECASE)
_MOST_ROWS = 64

# “data:” and everything indented below it.
_DATA = re.compile(r"(?m)^(?:stringData|data):[ \t]*\n((?:[ \t]+[^\n]*(?:\n|\Z))+)")
_ENTRY = re.compile(r"(?m)^[ \t]+[\w.-]{1,128}:[ \t]+[\"']?([^\s\"'|>][^\n\"']*)")


def insert_spans(text: str, lowered: str, judge: Judge) -> Iterator[Span]:
    """Yield the values that an SQL INSERT puts into columns with a secret's name."""
    if "insert" not in lowered or "values" not in lowered:
        return
    for statement in _INSERT.finditer(text):
        columns = [judge(name) is Sensitivity.SECRET for name in statement[1].split(",")]
        if any(columns):
            yield from _rows(text, statement.end(), columns)


def _rows(text: str, at: int, columns: list[bool]) -> Iterator[Span]:
    for _ in range(_MOST_ROWS):
        for secret in columns:
            value = _SQL_VALUE.match(text, at)
            if value is None:
                return
            at = value.end()
            if secret and not _BOUND.fullmatch(value[3] or ""):
                yield next(value.span(group) for group in (1, 2, 3) if value[group] is not None)
        following = re.compile(r"\s*,\s*\(").match(text, at)
        if following is None:
            return
        at = following.end()


def manifest_spans(text: str, lowered: str) -> Iterator[Span]:
    """Yield the values of a Kubernetes Secret's data, in YAML."""
    if "kind: secret" not in lowered:
        return
    for data in _DATA.finditer(text):
        for entry in _ENTRY.finditer(text, *data.span(1)):
            yield entry.span(1)


_VARIABLE = re.compile(r"variable\s{1,4}\"([\w-]{1,128})\"\s{0,4}\{([^{}]{0,1024})")
_DEFAULT = re.compile(r"(?<!\w)default\s{0,16}=\s{0,4}\"([^\"\n]{1,512})\"")


def variable_spans(text: str, lowered: str, judge: Judge) -> Iterator[Span]:
    """Yield what Terraform's variables with a secret's name are by default."""
    if "variable" not in lowered or "default" not in lowered:
        return
    for variable in _VARIABLE.finditer(text):
        if judge(variable[1]) is Sensitivity.SECRET:
            for default in _DEFAULT.finditer(text, *variable.span(2)):
                yield default.span(1)


_NAMED = re.compile(
    r"<(?:(?:key|name|param-name|[\w-]{1,32}:name)>\s{0,8}([\w.:-]{1,128})\s{0,8}</[\w:-]{1,64}>"
    r"|[\w:-]{1,32}\s[^<>]{0,80}?(?:name|key)=[\"']([\w.:-]{1,128})[\"'][^<>]{0,80}>)"
    r"\s{0,64}<(?:string|value|data|param-value|[\w-]{1,32}:value)>([^<]{1,8192})<"
)


def element_spans(text: str, lowered: str, judge: Judge) -> Iterator[Span]:
    """Yield what stands in XML behind an element with a secret's name: property lists, beans."""
    if "</" not in text or not any(mark in lowered for mark in _NAMING):
        return
    for named in _NAMED.finditer(text):
        name, content = named[1] or named[2], named[3]
        if judge(name) is Sensitivity.SECRET and not is_placeholder(content.strip()):
            yield named.span(3)


_NAMING = ("key>", "name>", "name=", "key=")


_SEPARATORS = (",", "|", ";", "\t")
_HEADING = re.compile(r"[\w .*\"-]{1,40}")
_RULER = re.compile(r"[|:\s-]+")


def table_spans(text: str, lowered: str, judge: Judge) -> Iterator[Span]:
    """Yield what stands in the columns of a table, CSV or Markdown, that are headed by a secret."""
    if "\n" not in text:
        return
    at, columns, separator = 0, frozenset[int](), ""
    for line in text.split("\n"):
        cells = line.split(separator) if columns else []
        if columns and len(cells) > max(columns):
            if not _RULER.fullmatch(line):
                yield from _cells(cells, at, columns, separator)
        else:
            columns, separator = _secret_columns(line, judge)
        at += len(line) + 1


def _secret_columns(line: str, judge: Judge) -> tuple[frozenset[int], str]:
    if len(line) > _LONGEST_HEADING:
        return frozenset(), ""
    for separator in _SEPARATORS:
        cells = line.split(separator)
        if len(cells) > 1 and all(not cell or _HEADING.fullmatch(cell) for cell in cells):
            secret = [judge(cell.strip(' *"')) is Sensitivity.SECRET for cell in cells]
            return frozenset(at for at, is_secret in enumerate(secret) if is_secret), separator
    return frozenset(), ""


_LONGEST_HEADING = 512


def _cells(cells: list[str], at: int, columns: frozenset[int], separator: str) -> Iterator[Span]:
    for number, cell in enumerate(cells):
        content = cell.strip(' "`\r')
        if number in columns and looks_secret(content, typed=True):
            begin = at + cell.index(content)
            yield begin, begin + len(content)
        at += len(cell) + len(separator)


_VALIDATION = re.compile(
    r"(?m)^([\w.\[\]-]{1,128})\r?\n[ \t]{1,8}[^\n]{0,256}?"
    r"\binput_value=(?:'([^'\n]{1,512})|\"([^\"\n]{1,512}))"
)


def validation_spans(text: str, lowered: str, judge: Judge) -> Iterator[Span]:
    """Yield the values that pydantic quotes when it refuses them."""
    if "input_value=" not in lowered:
        return
    for refused in _VALIDATION.finditer(text):
        if judge(refused[1]) is Sensitivity.SECRET:
            yield refused.span(refused.lastindex or 0)


# PostgreSQL on what is there already, or is not there: “Key (email, password)=(…, …)”.
_DUPLICATE = re.compile(r"(?i)\bkey \(([^()\n]{1,512})\)=\(([^\n]{1,2048})\)(?= |$|\W?$)")


def duplicate_spans(text: str, lowered: str, judge: Judge) -> Iterator[Span]:
    """Yield the values that PostgreSQL quotes with the names of their columns."""
    if ")=(" not in lowered:
        return
    for quoted in _DUPLICATE.finditer(text):
        names, values = quoted[1].split(", "), quoted[2].split(", ")
        at = quoted.start(2)
        for name, value in zip(names, values, strict=False):
            if value and judge(name) is Sensitivity.SECRET:
                yield at, at + len(value)
            at += len(value) + 2


# One part of a form, as browsers send it with files.
_PART = re.compile(
    r"(?i)form-data;[^\n]{0,64}?\bname=\"?([\w.\[\]-]{1,128}+)\"?[^\n]{0,256}+\n"
    r"(?:[\w-]{1,64}+:[^\n]{0,256}+\n){0,4}+\r?\n([^\r\n]{1,4096})"
)


def form_spans(text: str, lowered: str, judge: Judge) -> Iterator[Span]:
    """Yield the contents of a form's fields with a secret's name."""
    if "form-data;" not in lowered:
        return
    for part in _PART.finditer(text):
        if judge(part[1]) is Sensitivity.SECRET and not is_placeholder(part[2]):
            yield part.span(2)
