"""What objects store is read without their help, and in one piece."""

from __future__ import annotations

import collections
import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sudoagent.stored import added_fields, contained, instance_dict, record_fields

CONTAINERS: dict[str, tuple[Callable[[], Any], Callable[[Any, int], object]]] = {
    "dict": (lambda: {n: n for n in range(500)}, lambda v, n: v.__setitem__(-n, n)),
    "set": (lambda: {(n,) for n in range(500)}, lambda v, n: v.add((-n,))),
    "deque": (lambda: collections.deque(range(500)), lambda v, n: v.append(n)),
}


@pytest.fixture
def interrupting() -> Iterator[list[Callable[[], object]]]:
    """What is in the list is called when memory is given out, once each, as a thread would be."""
    waiting: list[Callable[[], object]] = []

    def collect(phase: str, _: dict[str, int]) -> None:
        if phase == "start" and waiting:
            waiting.pop()()

    before = gc.get_threshold()
    gc.callbacks.append(collect)
    gc.set_threshold(1)
    yield waiting
    gc.set_threshold(*before)
    gc.callbacks.remove(collect)


def test_a_dictionary_that_changes_while_it_is_read_is_read_again(
    interrupting: list[Callable[[], object]],
) -> None:
    make, change = CONTAINERS["dict"]
    value = make()
    interrupting += [lambda n=n: change(value, n) for n in range(1, 400)]
    found = contained(value)
    interrupting.clear()  # from 3.12 on, Python lets nobody in while it makes a list
    assert len(found) >= 500
    assert found == list(value.items())[: len(found)]


@pytest.mark.parametrize("kind", CONTAINERS)
def test_what_a_container_holds(kind: str) -> None:
    value = CONTAINERS[kind][0]()
    assert contained(value) == list(value.items() if kind == "dict" else value)


def test_no_method_of_the_class_is_asked() -> None:
    class Lying(dict[str, int]):
        def __iter__(self) -> Iterator[str]:
            raise AssertionError("asked")

        items = keys = __iter__  # type: ignore[assignment]

    assert contained(Lying(a=1)) == [("a", 1)]


def test_no_metaclass_is_asked() -> None:
    class Hiding(type):
        @property
        def __dict__(cls) -> dict[str, Any]:  # type: ignore[override]
            return {}

        @property
        def __mro__(cls) -> tuple[type, ...]:  # type: ignore[override]
            return (object,)

    class Text(str, metaclass=Hiding):
        pass

    text = Text("ls")
    text.target = "/"  # type: ignore[attr-defined]
    assert added_fields(text) == [("target", "/")]


def test_a_dictionary_of_somebodys_own_class_is_read_without_it() -> None:
    class Own(dict[str, Any]):
        def items(self) -> Any:
            raise AssertionError("asked")

    class Plain:
        pass

    plain = Plain()
    plain.__dict__ = Own(a=1)
    assert instance_dict(plain) == {"a": 1}
    assert list(record_fields(plain)) == [("a", 1)]
