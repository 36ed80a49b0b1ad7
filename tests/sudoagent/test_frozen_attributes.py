"""What a value of a class derived from a built-in one carries besides is part of the snapshot."""

from __future__ import annotations

import collections
import copy
import decimal
from typing import Any

import pytest

from sudoagent import Context, digest
from sudoagent.digest import fingerprint
from sudoagent.frozen import freeze
from sudoagent.redaction import present
from sudoagent.stored import added_fields


def derived(base: type, **attributes: Any) -> type:
    return type("Derived", (base,), attributes)


VALUES = [
    "ls",
    5,
    2.5,
    b"raw",
    bytearray(b"raw"),
    decimal.Decimal("1.5"),
    [1, [2]],
    {"a": [1]},
    (1, [2]),
    {1, 2},
    frozenset({1, 2}),
    collections.deque([1]),
    collections.OrderedDict(a=1),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("slots", [(), ("to",)], ids=["dictionary", "slot"])
class TestAnAttribute:
    def make(self, value: Any, slots: tuple[str, ...]) -> Any:
        variable = isinstance(value, int | bytes | tuple)  # no room for slots
        kind = derived(type(value), **({"__slots__": slots} if slots and not variable else {}))
        made = kind(value)
        made.to = ["alice"]
        return made

    def test_is_in_the_snapshot_out_of_reach(self, value: Any, slots: tuple[str, ...]) -> None:
        original = self.make(value, slots)
        snapshot = freeze(original)
        original.to.append("mallory")
        assert snapshot.to == ["alice"]
        assert freeze(snapshot).to == ["alice"]
        with pytest.raises(TypeError):
            snapshot.to.append("mallory")

    def test_is_part_of_the_digest(self, value: Any, slots: tuple[str, ...]) -> None:
        original = self.make(value, slots)
        asked = fingerprint({"value": freeze(original)})
        assert fingerprint({"value": original}).same_as(asked)
        assert asked.uninspectable == ()
        original.to.append("mallory")
        assert not fingerprint({"value": original}).same_as(asked)
        del original.to
        assert not fingerprint({"value": original}).same_as(asked)


def test_a_class_that_only_adds_stays_itself() -> None:
    class Email(str):
        def __init__(self, text: str) -> None:
            self.checked = True

        @property
        def domain(self) -> str:
            return self.partition("@")[2]

    snapshot = freeze(Email("a@b.c"))
    assert type(snapshot) is Email
    assert (snapshot.domain, snapshot.checked) == ("b.c", True)


def test_a_class_that_answers_for_itself_does_not_come_along() -> None:
    small = derived(float, __le__=lambda self, other: True)(1e9)
    small.unit = "cents"
    snapshot = freeze(small)
    assert not snapshot <= 1
    assert snapshot.unit == "cents"
    with pytest.raises(TypeError):
        snapshot.unit = "dollars"
    assert fingerprint({"x": small}).same_as(fingerprint({"x": snapshot}))


def test_a_class_with_an_ending_is_not_made_again() -> None:
    ended: list[str] = []
    kind = derived(str, __del__=lambda self: ended.append(str(self)))
    original = kind("x")
    original.file = "open"
    del_before = len(ended)
    assert freeze(original).file == "open"
    assert len(ended) == del_before


def test_an_object_in_an_attribute_is_bound_by_identity_and_not_held_against_the_call() -> None:
    text = derived(str)("a text of a parsed page")
    text.page = object()
    asked = fingerprint({"text": freeze(text)})
    assert asked.uninspectable == ()
    assert present(Context("act", kwargs={"text": text})).uninspectable == ()
    assert fingerprint({"text": text}).same_as(asked)
    text.page = object()
    assert not fingerprint({"text": text}).same_as(asked)


def test_more_attributes_than_can_be_read_are_held_against_the_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(digest, "MAX_PARTS", 10)
    text = derived(str)("short")
    text.parts = list(range(20))
    assert fingerprint({"text": text}).uninspectable == ("text",)


def test_an_attribute_that_leads_back() -> None:
    rows = derived(list)([1])
    rows.itself = rows
    snapshot = freeze(rows)
    assert snapshot.itself is snapshot
    assert fingerprint({"x": rows}).same_as(fingerprint({"x": snapshot}))


def test_a_copy_is_the_owners() -> None:
    rows = derived(list)([1])
    rows.to = "alice"
    mine = copy.deepcopy(freeze(rows))
    mine.append(2)
    assert mine == [1, 2]


def test_built_in_values_carry_nothing() -> None:
    assert [added_fields(value) for value in VALUES] == [[]] * len(VALUES)
    assert added_fields(collections.defaultdict(list)) == []
    assert added_fields(collections.Counter("a")) == []
