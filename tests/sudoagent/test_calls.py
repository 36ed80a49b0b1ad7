"""What runs is what was approved: whatever is changed while somebody thinks about it is noticed."""

from __future__ import annotations

import array
import collections
import dataclasses
import io
import threading
import types
from collections.abc import Callable
from typing import Any

import pytest

from sudoagent import (
    ApprovalDenied,
    ArgumentsChanged,
    Context,
    Decision,
    PolicyResult,
)
from support.parts import Answers, Asks, Log, Says, Way, engine
from support.values import Attrs, Model, Plain, Struct

Change = Callable[[Any], object]


class Account:
    """An object that is not data, such as a service."""


@dataclasses.dataclass
class Billing:
    account: str
    paid: list[Any] = dataclasses.field(default_factory=list)

    def pay(self, amount: float) -> str:
        return f"{amount} to {self.account}"


class Text(str):
    """A built-in value that carries attributes besides."""

    __slots__ = ("__dict__", "target")


class Numbered(int):
    pass


class Rows(list[Any]):
    pass


class Table(dict[str, Any]):
    pass


class Heap(set[int]):
    pass


class Triple(tuple[int, ...]):
    pass


def carrying(value: Any, **attributes: Any) -> Any:
    for name, attribute in attributes.items():
        setattr(value, name, attribute)
    return value


CHANGES: dict[str, tuple[Callable[[], Any], Change]] = {
    "list": (lambda: [1], lambda v: v.append(999_999)),
    "list item": (lambda: [1], lambda v: v.__setitem__(0, 999_999)),
    "list order": (lambda: [1, 2], lambda v: v.reverse()),
    "dict": (lambda: {"amount": 1}, lambda v: v.update(amount=999_999)),
    "dict key": (lambda: {"amount": 1}, lambda v: v.update(to="mallory")),
    "dict key gone": (lambda: {"amount": 1, "limit": 5}, lambda v: v.pop("limit")),
    "type of an item": (lambda: {"amount": 1}, lambda v: v.update(amount=True)),
    "set": (lambda: {1}, lambda v: v.add(2)),
    "bytearray": (lambda: bytearray(b"safe"), lambda v: v.extend(b"; rm -rf /")),
    "deque": (lambda: collections.deque([1]), lambda v: v.append(2)),
    "defaultdict": (lambda: collections.defaultdict(int, a=1), lambda v: v["b"]),
    "OrderedDict": (lambda: collections.OrderedDict(a=1), lambda v: v.update(a=2)),
    "Counter": (lambda: collections.Counter("a"), lambda v: v.update("a")),
    "dataclass": (lambda: Plain(1), lambda v: setattr(v, "content", 2)),
    "new field": (lambda: Plain(1), lambda v: setattr(v, "more", 2)),
    "attrs": (lambda: Attrs(1), lambda v: setattr(v, "content", 2)),
    "pydantic": (lambda: Model(content=1), lambda v: setattr(v, "content", 2)),
    "attribute of a text": (
        lambda: carrying(Text("ls"), target="/tmp"),
        lambda v: setattr(v, "target", "/"),
    ),
    "new attribute of a text": (lambda: Text("ls"), lambda v: setattr(v, "more", "rm -rf /")),
    "attribute gone": (lambda: carrying(Text("ls"), dry_run=True), lambda v: delattr(v, "dry_run")),
    "attribute of a number": (lambda: Numbered(1), lambda v: setattr(v, "currency", "BTC")),
    "attribute of a list": (lambda: carrying(Rows(), to=["a"]), lambda v: v.to.append("mallory")),
    "attribute of a dict": (lambda: carrying(Table(), to="a"), lambda v: setattr(v, "to", "b")),
    "attribute of a set": (lambda: carrying(Heap(), to="a"), lambda v: setattr(v, "to", "b")),
    "attribute of a tuple": (lambda: carrying(Triple(), to="a"), lambda v: setattr(v, "to", "b")),
    "namespace": (lambda: types.SimpleNamespace(a=1), lambda v: setattr(v, "a", 2)),
    "frozen struct": (lambda: Struct([1]), lambda v: v.content.append(2)),
    "deep": (
        lambda: {"orders": [Plain((Struct({"lines": [[{"amount": 1}]]}),))]},
        lambda v: v["orders"][0].content[0].content["lines"][0][0].update(amount=2),
    ),
    "in a tuple": (lambda: ((([1],),),), lambda v: v[0][0][0].append(2)),
}


@pytest.fixture(params=CHANGES, ids=str)
def changing(request: pytest.FixtureRequest) -> tuple[Any, Change]:
    make, change = CHANGES[request.param]
    return make(), change


def runs(value: Any) -> str:
    raise AssertionError("it ran")


class TestWhileTheApproverThinks:
    def test_a_change_by_somebody_else(self, way: Way, changing: tuple[Any, Change]) -> None:
        value, change = changing
        log = Log()

        def meanwhile(ctx: Context) -> bool:
            other = threading.Thread(target=change, args=(value,))
            other.start()
            other.join()
            return True

        with pytest.raises(ArgumentsChanged) as changed:
            way.call(engine(Asks(), Answers(meanwhile), log), runs, value)

        assert isinstance(changed.value, ApprovalDenied)
        assert log.story == [("decision", "deny")]
        assert log.entries[0].error_type == "ArgumentsChanged"

    def test_what_is_shown_meanwhile_stays_what_was_asked(
        self, way: Way, changing: tuple[Any, Change]
    ) -> None:
        value, change = changing

        def meanwhile(ctx: Context) -> bool:
            before = str(ctx.kwargs["value"])
            change(value)
            assert str(ctx.kwargs["value"]) == str(ctx.args[-1]) == before
            return False

        log = Log()
        with pytest.raises(ApprovalDenied):
            way.call(engine(Asks(), Answers(meanwhile), log), runs, value)
        assert "999" not in str(log.entries[0].metadata["kwargs"])

    def test_a_keyword_argument_and_a_default(self, way: Way) -> None:
        lines, defaults = [1], [1]

        def order(*, lines: list[int], extras: list[int] = defaults) -> None:
            raise AssertionError("it ran")

        for changed in (lines, defaults):
            answers = Answers(lambda ctx, changed=changed: changed.append(2) is None)
            with pytest.raises(ArgumentsChanged):
                way.call(engine(Asks(), answers), order, lines=lines)

    def test_a_field_of_the_methods_own_object(self) -> None:
        billing = Billing("alice")

        def meanwhile(ctx: Context) -> bool:
            billing.account = "mallory"
            return True

        with pytest.raises(ArgumentsChanged):
            engine(Asks(), Answers(meanwhile)).execute(billing.pay, 5)

    def test_what_did_not_change_runs(self, way: Way, changing: tuple[Any, Change]) -> None:
        value, _ = changing

        assert way.call(engine(Asks()), lambda value: value, value) is value


class TestBeforeTheRun:
    """The policy and the log take their time, too."""

    def test_a_change_while_the_policy_judges(self, way: Way, changing: tuple[Any, Change]) -> None:
        value, change = changing

        def evaluate(ctx: Context) -> PolicyResult:
            change(value)
            return PolicyResult(decision=Decision.ALLOW, reason="looks small")

        log = Log()
        with pytest.raises(ArgumentsChanged):
            way.call(engine(Says(evaluate), logger=log), runs, value)
        assert log.story == [("decision", "deny")]

    def test_a_change_while_the_decision_is_written(
        self, way: Way, changing: tuple[Any, Change]
    ) -> None:
        value, change = changing

        class Slow(Log):
            def log(self, entry: Any) -> None:
                if entry.event == "decision":
                    change(value)
                super().log(entry)

        log = Slow()
        with pytest.raises(ArgumentsChanged):
            way.call(engine(Asks(), logger=log), runs, value)
        assert log.story == [("decision", "allow"), ("outcome", "cancelled")]

    def test_a_change_that_never_stops(self) -> None:
        value = {n: n for n in range(200)}
        stop = threading.Event()

        def change() -> None:
            while not stop.is_set():
                value[0] += 1
                value[len(value)] = 0

        changing = threading.Thread(target=change)
        changing.start()
        try:
            with pytest.raises(ArgumentsChanged):
                engine(Asks(), Answers(lambda ctx: stop.wait(0.05) or True)).execute(runs, value)
        finally:
            stop.set()
            changing.join()


UNINSPECTABLE: dict[str, Callable[[], Any]] = {
    "iterator": lambda: iter([1]),
    "generator": lambda: (n for n in [1]),
    "file": lambda: io.StringIO("text"),
    "object": Account,
    "lambda": lambda: lambda: 1,
    "array": lambda: array.array("i", [1]),
    "memoryview": lambda: memoryview(bytearray(b"x")),
    "mapping proxy": lambda: types.MappingProxyType({"a": 1}),
    "exception": lambda: ValueError("x"),
}


class TestUninspectable:
    @pytest.fixture(params=UNINSPECTABLE, ids=str)
    def opaque(self, request: pytest.FixtureRequest) -> Any:
        return UNINSPECTABLE[request.param]()

    def test_nobody_is_asked_about_it(self, way: Way, opaque: Any) -> None:
        approver, log = Answers(), Log()
        with pytest.raises(ApprovalDenied, match="cannot be inspected: value"):
            way.call(engine(Asks(), approver, log), runs, [opaque])

        assert approver.asked == []
        assert log.story == [("decision", "deny")]

    def test_unless_the_policy_says_so(self, way: Way, opaque: Any) -> None:
        asks = Asks(allow_uninspectable=True)

        assert way.call(engine(asks), lambda value: value, opaque) is opaque

    def test_a_policy_may_allow_it_by_itself(self, way: Way, opaque: Any) -> None:
        assert way.call(engine(), lambda value: value, opaque) is opaque

    def test_it_is_not_consumed_by_deciding(self, way: Way) -> None:
        def read(lines: Any, stream: io.StringIO) -> Any:
            return list(lines), stream.read()

        sudo = engine(Asks(allow_uninspectable=True))

        assert way.call(sudo, read, iter([1, 2]), io.StringIO("text")) == ([1, 2], "text")

    def test_the_methods_own_object_may_be_anything(self, way: Way) -> None:
        class Service(Account):
            def pay(self, amount: float) -> float:
                return amount

        assert way.call(engine(Asks()), Service().pay, 5) == 5


def test_the_function_is_given_the_very_objects_that_were_passed(way: Way) -> None:
    basket: list[int] = []

    def add(basket: list[int], item: int) -> None:
        basket.append(item)

    way.call(engine(Asks()), add, basket, 1)
    way.call(engine(Asks()), add, basket=basket, item=2)

    assert basket == [1, 2]


def test_an_argument_that_is_hostile_to_whoever_looks(way: Way) -> None:
    class Hostile:
        def __getattribute__(self, name: str) -> Any:
            raise AssertionError(f"its code was run for {name}")

        __repr__ = __str__ = __eq__ = __bool__ = __len__ = __iter__ = __hash__ = (  # type: ignore[assignment]
            lambda self, *_: self.anything
        )

    hostile, log = Hostile(), Log()
    way.call(engine(logger=log), lambda value: None, [hostile])

    assert "Hostile object" in str(log.entries[0].metadata["args"])
