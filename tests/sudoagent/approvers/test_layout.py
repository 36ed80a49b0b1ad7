"""Nothing pushes anything else off the screen of the person who decides."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest

from sudoagent import Context
from sudoagent.approvers._layout import Layout, lay_out, short
from sudoagent.redaction import present


def laid_out(kwargs: dict[str, Any], highlight: tuple[str, ...] = ()) -> Layout:
    return lay_out(present(Context("pay", (), kwargs)).arguments, highlight)


def lines(layout: Layout) -> int:
    return sum(max(row.text.count("\n") + 1, len(row.text) // 60) for row in layout.rows)


def test_an_ordinary_call_is_shown_completely() -> None:
    layout = laid_out({"to": "alice", "amount": 1500.0, "lines": [{"sku": "a", "n": 1}]})

    assert [(row.name, row.text) for row in layout.rows] == [
        ("to", '"alice"'),
        ("amount", "1500.0"),
        ("lines", '[{"sku":"a","n":1}]'),
    ]
    assert layout.complete


def test_numbers_and_texts_are_told_apart() -> None:
    number, text = laid_out({"a": 1500, "b": "1500"}).rows

    assert (number.text, text.text) == ("1500", '"1500"')


def test_what_json_has_no_form_for_is_told_apart_from_texts_too() -> None:
    values = {"a": 2**60, "b": str(2**60), "c": math.nan, "d": Decimal("1.50"), "e": b"hi"}
    shown = [row.text for row in laid_out(values).rows]

    assert shown == [f"{2**60}", f'"{2**60}"', "NaN", '"1.50" (Decimal)', "\"b'hi'\" (bytes)"]


def test_a_structure_of_some_size_is_set_on_lines_of_its_own() -> None:
    (row,) = laid_out({"order": {f"key {n}": f"value {n}" for n in range(5)}}).rows

    assert row.text.count("\n") == 6
    assert not row.cut


@pytest.mark.parametrize(
    "padding",
    [
        {"note": "x" * 100_000},
        {"note": "\n" * 5_000},
        {"note": ["x"] * 5_000},
        {"note": [[[[["x"]]]]] * 500},
        {"n" * 5_000: 1},
        {f"note {n}": n for n in range(500)},
        {f"note {n}": "x" * 500 for n in range(60)},
        {f"note {n}": {"a": list(range(50))} for n in range(12)},
    ],
    ids=["long", "newlines", "items", "deep", "name", "many", "many long", "many lists"],
)
@pytest.mark.parametrize("first", [True, False])
def test_padding_leaves_the_rest_in_sight_and_is_said(padding: dict[str, Any], first: bool) -> None:
    kwargs = {**padding, "amount": 999_999} if first else {"amount": 999_999, **padding}

    layout = laid_out(kwargs, highlight=("amount",))

    assert (layout.rows[0].name, layout.rows[0].text) == ("amount", "999999")
    assert lines(layout) <= 24
    assert not layout.complete


def test_how_many_are_missing_is_said() -> None:
    layout = laid_out({f"a{n}": n for n in range(50)})

    assert len(layout.rows) + layout.missing == 50


def test_what_cannot_be_seen_is_written_out() -> None:
    (row,) = laid_out({"to\u202e": "al\u200bice\x1b[2J"}).rows

    assert row.text.isprintable()
    assert row.name.isprintable()
    assert "\\u200b" in row.text


def test_other_places_are_short_too() -> None:
    assert len(short("x" * 1_000, 60)) <= 60
    assert len(short({"a": ["x"] * 1_000}, 60)) <= 60
    assert short("a\x1b[31m", 60) == "a\\x1b[31m"
