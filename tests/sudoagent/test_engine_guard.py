"""Guarding functions of every kind, running them under guard, options for the calls."""

from __future__ import annotations

import asyncio
import functools
import math
from typing import Any

import pytest

from sudoagent import (
    ApprovalDenied,
    ConfigurationError,
)
from support.parts import ALLOW, DENY, Log, Says, Till, Way, engine


class TestGuard:
    def test_with_and_without_brackets(self, till: Till) -> None:
        sudo = engine()

        assert sudo.guard(till.pay)("a") == sudo.guard()(till.pay)("a") == "paid 10.0"

    def test_a_policy_of_its_own(self, way: Way, till: Till) -> None:
        sudo = engine(Says(DENY))
        guarded = sudo.guard(policy=Says(ALLOW))(till.pay)

        assert guarded("alice") == "paid 10.0"
        with pytest.raises(ApprovalDenied):
            sudo.guard()(till.pay)("alice")

    def test_an_action_of_its_own(self, till: Till, log: Log) -> None:
        engine(logger=log).guard(action="money.pay")(till.pay)("alice")

        assert log.entries[0].action == "money.pay"

    @pytest.mark.parametrize("action", ["", "  ", 5])
    def test_an_action_has_a_name(self, till: Till, action: Any) -> None:
        with pytest.raises(ConfigurationError, match="action"):
            engine().guard(action=action)(till.pay)

    def test_methods_static_methods_and_class_methods(self) -> None:
        sudo, seen = engine(), []

        class Billing:
            def __init__(self, name: str) -> None:
                self.name = name

            @sudo.guard()
            def refund(self, amount: int) -> tuple[str, int]:
                return self.name, amount

            @sudo.guard()
            @classmethod
            def reset(cls, amount: int) -> tuple[str, int]:
                return cls.__name__, amount

            @sudo.guard()
            @staticmethod
            def fee(amount: int) -> int:
                seen.append(amount)
                return amount

            @classmethod
            @sudo.guard()
            def other(cls, amount: int) -> str:
                return cls.__name__

        billing = Billing("b")

        assert billing.refund(1) == ("b", 1)
        assert Billing.refund(billing, amount=2) == ("b", 2)
        assert Billing.reset(3) == billing.reset(3) == ("Billing", 3)
        assert Billing.fee(4) == billing.fee(4) == 4
        assert Billing.other(5) == "Billing"

    def test_partials_and_callable_objects(self, way: Way, till: Till) -> None:
        class Pays:
            def __call__(self, to: str) -> str:
                return till.pay(to)

        sudo = engine()

        assert sudo.guard()(functools.partial(till.pay, "alice", amount=3.0))() == "paid 3.0"
        assert sudo.guard()(Pays())("alice") == "paid 10.0"

    def test_a_class_is_not_a_function(self) -> None:
        with pytest.raises(ConfigurationError, match="guard its methods"):
            engine().guard()(Till)

    def test_a_policy_in_the_wrong_place(self) -> None:
        with pytest.raises(ConfigurationError, match="only a function"):
            engine().guard(Says(ALLOW))  # type: ignore[call-overload]

    @pytest.mark.parametrize(
        "name", ["policy", "self", "func", "metadata", "request_id", "_receiver", "args", "call"]
    )
    def test_no_keyword_of_the_agent_is_an_option_of_the_engine(self, way: Way, name: str) -> None:
        def takes(**anything: Any) -> Any:
            return anything

        denied = engine(Says(lambda ctx: DENY if name in ctx.kwargs else ALLOW))

        assert way.call(engine(), takes, **{name: Says(ALLOW)}).keys() == {name}
        with pytest.raises(ApprovalDenied):
            way.call(denied, takes, **{name: Says(ALLOW)})
        with pytest.raises(ApprovalDenied):
            denied.execute(takes, **{name: Says(ALLOW)})

    def test_a_call_that_does_not_fit_raises_as_the_function_would(
        self, way: Way, till: Till
    ) -> None:
        with pytest.raises(TypeError, match="missing a required argument"):
            way.call(engine(), till.pay)
        with pytest.raises(TypeError, match="unexpected keyword"):
            way.call(engine(), till.pay, "alice", policy=1)


class TestExecute:
    def test_a_guarded_function_is_asked_about_once_by_its_own_policy(
        self, till: Till, log: Log
    ) -> None:
        outer, own = Says(DENY), Says(ALLOW)
        guarded = engine(own, logger=log).guard(action="pay")(till.pay)

        assert engine(outer).execute(guarded, "alice") == "paid 10.0"
        assert asyncio.run(engine(outer).aexecute(guarded, "alice")) == "paid 10.0"
        assert (len(own.seen), outer.seen) == (2, [])
        assert len(log.entries) == 4

    def test_a_guarded_method_keeps_its_object(self) -> None:
        sudo = engine()

        class Billing:
            @sudo.guard()
            def refund(self, amount: int) -> Any:
                return self, amount

        billing = Billing()

        assert engine(Says(DENY)).execute(billing.refund, 5) == (billing, 5)

    def test_async_functions_are_awaited(self) -> None:
        async def pay() -> None: ...

        with pytest.raises(ConfigurationError, match=r"await sudo\.aexecute"):
            engine().execute(pay)

    def test_the_result_is_passed_on_whatever_it_is(self, way: Way) -> None:
        for result in (None, 0, "", [], StopIteration(), ApprovalDenied("a value")):
            assert way.call(engine(), lambda result=result: result) is result


class TestUsing:
    def test_metadata_reaches_policy_and_log_and_never_the_function(
        self, way: Way, till: Till, log: Log
    ) -> None:
        policy, names = Says(ALLOW), ["a"]
        sudo = engine(policy, logger=log).using(metadata={"agent": "bot", "names": names})
        way.call(sudo.using(metadata={"environment": "test"}), till.pay, "alice")
        names.append("b")

        assert policy.seen[0].metadata == {"agent": "bot", "names": ["a"], "environment": "test"}
        assert log.entries[0].metadata["context"]["agent"] == "bot"
        with pytest.raises(TypeError, match="read-only"):
            policy.seen[0].metadata["names"].append("c")

    def test_the_engine_itself_stays_as_it_was(self, till: Till) -> None:
        policy = Says(ALLOW)
        sudo = engine(policy)
        sudo.using(metadata={"agent": "bot"}, idempotency_key="k", deadline=5)
        sudo.execute(till.pay, "alice")

        (ctx,) = policy.seen
        assert (ctx.metadata, ctx.idempotency_key, ctx.deadline) == ({}, None, None)

    @pytest.mark.parametrize("key", ["", "  ", 5])
    def test_an_idempotency_key_names_something(self, key: Any) -> None:
        with pytest.raises(ConfigurationError, match="idempotency_key"):
            engine().using(idempotency_key=key)

    @pytest.mark.parametrize("deadline", [0, -1, math.inf, math.nan, True, "5"])
    def test_a_deadline_is_a_time(self, deadline: Any) -> None:
        with pytest.raises(ConfigurationError, match="deadline"):
            engine().using(deadline=deadline)
