"""An agent that writes its call in an unusual way does not get past a policy."""

from __future__ import annotations

import functools
import math
from typing import Any

import pytest

from sudoagent import (
    ApprovalDenied,
    Context,
    Decision,
    PolicyError,
    PolicyResult,
)
from support.parts import ALLOW, DENY, Answers, Says, Till, Way, engine


class Refunds:
    """The policy of the front page."""

    def evaluate(self, ctx: Context) -> PolicyResult:
        if ctx.kwargs.get("amount", 0) <= 500:
            return PolicyResult(decision=Decision.ALLOW, reason="within limit")
        return PolicyResult(decision=Decision.REQUIRE_APPROVAL, reason="over limit")


class AlwaysSmall(float):
    def __le__(self, other: object) -> bool:
        return True


class TestSideStepping:
    """An agent that writes its call in an unusual way does not get past a policy."""

    @pytest.mark.parametrize(
        "amount",
        [501, 1e9, math.inf, math.nan, AlwaysSmall(1e6), AlwaysSmall(math.inf), 10**400],
        ids=["501", "1e9", "inf", "nan", "lies", "lies endlessly", "endless digits"],
    )
    def test_large_and_strange_amounts_are_asked_about(
        self, way: Way, till: Till, amount: Any
    ) -> None:
        sudo = engine(Refunds(), Answers(False))
        writings: list[tuple[Any, tuple[Any, ...], dict[str, Any]]] = [
            (till.pay, ("alice", amount), {}),
            (till.pay, ("alice",), {"amount": amount}),
            (till.pay, (), {"amount": amount, "to": "alice"}),
            (functools.partial(till.pay, amount=amount), ("alice",), {}),
            (functools.partial(till.pay, "alice"), (amount,), {}),
            (Till.pay, (till, "alice", amount), {}),
        ]
        for func, args, kwargs in writings:
            with pytest.raises(ApprovalDenied):
                way.call(sudo, func, *args, **kwargs)
        assert till.paid == []

    @pytest.mark.parametrize(
        "amount",
        ["1", None, [1], b"1", 1j, object()],
        ids=["str", "None", "list", "bytes", "complex", "object"],
    )
    def test_amounts_of_another_type_are_refused(self, way: Way, till: Till, amount: Any) -> None:
        with pytest.raises(PolicyError):
            way.call(engine(Refunds()), till.pay, "alice", amount)
        assert till.paid == []

    def test_a_large_default_is_asked_about(self, way: Way) -> None:
        def pay_all(amount: float = 1e6) -> None:
            raise AssertionError("it ran")

        with pytest.raises(ApprovalDenied):
            way.call(engine(Refunds(), Answers(False)), pay_all)

    def test_a_second_amount_does_not_hide_the_first(self, way: Way) -> None:
        def pay_first(amount: float, /, **rest: Any) -> None:
            raise AssertionError("it ran")

        with pytest.raises(ApprovalDenied):
            way.call(engine(Refunds(), Answers(False)), pay_first, 1e6, amount=1)

    def test_a_dictionary_that_shows_a_small_amount(self, way: Way) -> None:
        class Liar(dict[str, float]):
            def __getitem__(self, key: str) -> float:
                return 1.0

            def get(self, key: str, default: Any = None) -> float:
                return 1.0

        def pay_order(order: dict[str, float]) -> None:
            raise AssertionError("it ran")

        by_order = Says(lambda ctx: ALLOW if ctx.kwargs["order"]["amount"] <= 500 else DENY)
        with pytest.raises(ApprovalDenied):
            way.call(engine(by_order), pay_order, Liar(amount=1e6))
