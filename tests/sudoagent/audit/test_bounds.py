"""However large an entry is, its line is bounded, and says what is not in it."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any

import pytest

from sudoagent.audit._closed import Bounds, reduced
from sudoagent.audit._line import LineEncoder
from sudoagent.audit.chain import SEAL_BYTES
from sudoagent.audit.redacted import without_secrets
from sudoagent.redaction import Redactor
from support.audit import entry

LIMIT = 64 * 1024


def encoded(limit: int = LIMIT, **changes: Any) -> dict[str, Any]:
    line = LineEncoder(limit=limit).entry(entry(**changes))
    assert len(line) + SEAL_BYTES <= limit
    assert b"\n" not in line
    strict: dict[str, Any] = json.loads(line, parse_constant=_refuse, object_pairs_hook=_unique)
    return strict


def _refuse(name: str) -> None:
    raise AssertionError(f"{name} is not JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert len({name for name, _ in pairs}) == len(pairs), "a key is there twice"
    return dict(pairs)


def deep(levels: int) -> Any:
    value: Any = "bottom"
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    "metadata",
    [
        {"kwargs": {"text": "x" * 500_000}},
        {"kwargs": {"text": "\0" * 100_000}},
        {"kwargs": {f"k{number}": "v" * 50 for number in range(20_000)}},
        {"kwargs": {"rows": [[number] * 20 for number in range(20_000)]}},
        {"kwargs": {"k" * 70_000: 1}},
        {f"k{number}": deep(20) for number in range(5_000)},
        {"blob": b"\xff" * 300_000},
    ],
    ids=lambda one: next(iter(one)),
)
def test_a_large_entry_is_cut_marked_and_its_whole_digested(metadata: dict[str, Any]) -> None:
    found = encoded(metadata=metadata)
    mark = found["metadata"]["$cut"]
    assert mark["bytes"] > LIMIT - SEAL_BYTES
    whole = LineEncoder(limit=1 << 30).entry(
        entry(metadata=metadata, request_id=found["request_id"])
    )
    assert mark == {"bytes": len(whole), "sha256": hashlib.sha256(whole).hexdigest()}


def test_a_cut_text_keeps_head_and_tail_and_says_how_much_is_gone() -> None:
    text = "start" + "x" * 200_000 + "end"
    kept = encoded(metadata={"kwargs": {"text": text}})["metadata"]["kwargs"]["text"]
    assert kept.startswith("startx")
    assert kept.endswith("xend")
    assert "characters left out" in kept


def test_every_field_at_once_may_be_huge() -> None:
    huge = "\0" * 200_000
    found = encoded(
        action=huge + "a", reason=huge + "a", error=huge, error_type=huge, request_id=huge + "a"
    )
    assert "$cut" in found["metadata"]


def test_a_small_limit_is_kept_too() -> None:
    encoded(limit=8 * 1024, reason="r" * 100_000, metadata={"value": "v" * 100_000})


def test_items_beyond_a_bound_are_counted() -> None:
    bounds = Bounds(text=4, items=2, depth=2)
    assert reduced([1, 2, 3, 4], bounds) == {"$items": [1, 2], "left_out": 2}
    assert reduced({"a": 1, "b": 2, "c": 3}, bounds) == {"a": 1, "b": 2, "$left_out": 1}


@pytest.mark.parametrize(
    ("metadata", "agent"),
    [
        ({"agent": "billing"}, "billing"),
        ({"context": {"agent": "billing"}}, "billing"),
        ({"context": "billing"}, "fallback"),
        ({"agent": 7}, "fallback"),
        ({}, "fallback"),
    ],
)
def test_the_agent_is_named_by_the_call_or_else_by_the_logger(
    metadata: dict[str, Any], agent: str
) -> None:
    line = LineEncoder(agent="fallback").entry(entry(metadata=metadata))
    assert json.loads(line)["agent"] == agent


def test_an_entry_that_nobody_redacted_is_redacted() -> None:
    raw = dataclasses.replace(entry(metadata={"kwargs": {"password": "hunter2hunter2"}}))
    plain = without_secrets(raw, Redactor())
    assert plain is raw  # this one says that it was
    from sudoagent.audit import AuditEntry

    fields = {field.name: getattr(raw, field.name) for field in dataclasses.fields(raw)}
    line = LineEncoder().entry(AuditEntry(**fields))
    assert b"hunter2" not in line
    assert json.loads(line)["metadata"]["kwargs"]["password"] == "[redacted]"
