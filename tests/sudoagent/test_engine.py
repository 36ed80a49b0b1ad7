"""Guarded calls from end to end, with parts in memory: blocking, awaiting and threaded alike."""

from __future__ import annotations

import asyncio
import functools
import math
import os
import pickle
import threading
import traceback
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sudoagent import (
    ApprovalCancelled,
    ApprovalDenied,
    ApprovalError,
    ApprovalExpired,
    ApproverUnavailable,
    AuditLogError,
    ConfigurationError,
    Context,
    Decision,
    PolicyError,
    PolicyResult,
    SudoAgentError,
    SudoEngine,
    Verdict,
)
from support.parts import ALLOW, DENY, Answers, Asks, Log, Says, Way, asking, engine


class Till:
    """What a guarded function does in the world, so that tests see whether it ran."""

    def __init__(self) -> None:
        self.paid: list[tuple[str, float]] = []

    def pay(self, to: str, amount: float = 10.0) -> str:
        self.paid.append((to, amount))
        return f"paid {amount}"


@pytest.fixture
def till() -> Till:
    return Till()


@pytest.fixture
def log() -> Log:
    return Log()


class TestAllow:
    def test_it_runs_once_and_leaves_two_linked_entries(
        self, way: Way, till: Till, log: Log
    ) -> None:
        result = way.call(engine(Says(ALLOW), logger=log), till.pay, "alice", amount=5.0)

        assert result == "paid 5.0"
        assert till.paid == [("alice", 5.0)]
        assert log.story == [("decision", "allow"), ("outcome", "success")]
        decision, outcome = log.entries
        assert decision.request_id == outcome.request_id
        assert uuid.UUID(decision.request_id).version == 4
        assert decision.action == outcome.action == "Till.pay"
        assert decision.reason == "small enough"
        assert decision.timestamp.utcoffset() is not None
        assert decision.metadata["policy_decision"] == "allow"
        assert "approved" not in decision.metadata
        assert outcome.metadata["duration_ms"] >= 0

    def test_the_decision_is_recorded_before_it_runs(self, way: Way, log: Log) -> None:
        def look() -> list[tuple[str, str]]:
            return list(log.story)

        assert way.call(engine(logger=log), look) == [("decision", "allow")]

    def test_two_identical_calls_are_two_calls(self, way: Way, till: Till, log: Log) -> None:
        sudo = engine(logger=log)
        way.call(sudo, till.pay, "alice")
        way.call(sudo, till.pay, "alice")

        assert len({entry.request_id for entry in log.entries}) == 2


class TestDeny:
    def test_it_does_not_run_and_leaves_one_entry(self, way: Way, till: Till, log: Log) -> None:
        with pytest.raises(ApprovalDenied) as denied:
            way.call(engine(Says(DENY), logger=log), till.pay, "alice")

        assert till.paid == []
        assert log.story == [("decision", "deny")]
        assert denied.value.reason == str(denied.value) == "never at night"
        assert denied.value.action == "Till.pay"
        assert denied.value.request_id == log.entries[0].request_id

    @pytest.mark.parametrize(
        ("answer", "kind"),
        [
            (False, ApprovalDenied),
            (Verdict(outcome="denied", reason="no"), ApprovalDenied),
            (Verdict(outcome="expired", reason="no"), ApprovalExpired),
            (Verdict(outcome="cancelled", reason="no"), ApprovalCancelled),
            (ApproverUnavailable("nobody"), ApproverUnavailable),
            (RuntimeError("boom"), ApprovalError),
            (OSError(5, "boom"), ApprovalError),
            (1, ApprovalError),
            ("yes", ApprovalError),
            (None, ApprovalError),
            ({"approved": "false"}, ApprovalError),
            (KeyboardInterrupt(), KeyboardInterrupt),
            (SystemExit(3), SystemExit),
            (asyncio.CancelledError(), asyncio.CancelledError),
            (BaseExceptionGroup("g", [KeyboardInterrupt()]), BaseExceptionGroup),
        ],
        ids=repr,
    )
    def test_every_other_answer_than_yes(
        self, way: Way, till: Till, log: Log, answer: Any, kind: type[BaseException]
    ) -> None:
        with pytest.raises(kind) as raised:
            way.call(asking(answer, log), till.pay, "alice")

        assert type(raised.value) is kind
        assert till.paid == []
        assert log.story == [("decision", "deny")]
        assert log.entries[0].metadata["approved"] is False

    @pytest.mark.parametrize(
        "answer",
        [
            None,
            True,
            "allow",
            ValueError("boom"),
            KeyboardInterrupt(),
            SystemExit(),
            StopIteration(),
            GeneratorExit(),
        ],
        ids=repr,
    )
    def test_a_policy_that_fails(self, way: Way, till: Till, log: Log, answer: Any) -> None:
        ordinary = not isinstance(answer, BaseException) or isinstance(answer, Exception)
        with pytest.raises(PolicyError if ordinary else type(answer)):
            way.call(engine(Says(answer), logger=log), till.pay, "alice")

        assert till.paid == []
        assert log.story == [("decision", "deny")]

    def test_a_policy_cannot_change_what_it_judges(self, way: Way, till: Till) -> None:
        def meddles(ctx: Context) -> PolicyResult:
            ctx.kwargs["amount"] = 999_999  # type: ignore[index]
            return ALLOW

        with pytest.raises(PolicyError):
            way.call(engine(Says(meddles)), till.pay, "alice")
        assert till.paid == []


class TestApproval:
    @pytest.mark.parametrize("answer", [True, Verdict(outcome="approved", reason="fine")])
    def test_it_runs_and_both_entries_say_who_allowed_it(
        self, way: Way, till: Till, log: Log, answer: object
    ) -> None:
        assert way.call(asking(answer, log), till.pay, "alice") == "paid 10.0"

        decision, outcome = log.entries
        assert log.story == [("decision", "allow"), ("outcome", "success")]
        assert decision.metadata["policy_decision"] == "require_approval"
        assert decision.metadata["policy_reason"] == "over the limit"
        assert decision.metadata["approved"] is True
        assert decision.metadata["approver"] == "Answers"
        assert decision.metadata["kwargs"]["amount"] == 10.0
        assert outcome.request_id == decision.request_id

    def test_the_approver_is_given_the_id_that_is_recorded(
        self, way: Way, till: Till, log: Log
    ) -> None:
        approver = Answers()
        way.call(engine(Asks(), approver, log), till.pay, "alice")

        assert approver.asked == [log.entries[0].request_id]

    def test_an_approver_may_await(self, till: Till) -> None:
        class Awaits(Answers):
            async def aapprove(self, *asked: Any) -> bool:
                await asyncio.sleep(0)
                return True

        sudo = engine(Asks(), Awaits(False))

        assert asyncio.run(sudo.aexecute(till.pay, "alice")) == "paid 10.0"
        with pytest.raises(ApprovalDenied):
            sudo.execute(till.pay, "alice")

    def test_a_pause_passes_through_unchanged(self, way: Way, till: Till, log: Log) -> None:
        class Interrupt(BaseException):
            pass

        pause = Interrupt("resume me")
        sudo = engine(Asks(), Answers(pause, suspends=(Interrupt,)), log)
        with pytest.raises(Interrupt) as raised:
            way.call(sudo, till.pay, "alice")

        assert raised.value is pause
        assert till.paid == []
        assert log.entries[0].metadata["suspended"] is True
        assert log.entries[0].reason == "paused by the approver: Interrupt"


class TestAuditFailure:
    def test_an_unrecorded_decision_blocks(self, way: Way, till: Till) -> None:
        failure = OSError(28, "No space left on device")
        for sudo in (engine(logger=Log({1: failure})), engine(Asks(), logger=Log({1: failure}))):
            with pytest.raises(AuditLogError) as raised:
                way.call(sudo, till.pay, "alice")
            assert raised.value.__cause__ is failure
        assert till.paid == []

    def test_an_unrecorded_denial_says_so(self, way: Way, till: Till) -> None:
        with pytest.raises(AuditLogError):
            way.call(engine(Says(DENY), logger=Log({1: OSError()})), till.pay, "alice")
        assert till.paid == []

    def test_an_unrecorded_outcome_changes_nothing(self, way: Way, till: Till) -> None:
        sudo = engine(logger=Log({2: OSError()}))

        assert way.call(sudo, till.pay, "alice") == "paid 10.0"

        failure = ValueError("as it was")
        with pytest.raises(ValueError, match="as it was") as raised:
            way.call(engine(logger=Log({2: OSError()})), raising(failure))
        assert raised.value is failure

    def test_an_interrupt_of_the_logger_blocks(self, way: Way, till: Till) -> None:
        with pytest.raises(KeyboardInterrupt):
            way.call(engine(logger=Log({1: KeyboardInterrupt()})), till.pay, "alice")
        assert till.paid == []


def raising(error: BaseException) -> Any:
    def fails() -> None:
        raise error

    return fails


class Hostile(Exception):
    def __str__(self) -> str:
        raise RuntimeError("cannot be told")

    __repr__ = __str__


class TestWhatTheFunctionRaises:
    @pytest.mark.parametrize(
        ("error", "outcome"),
        [
            (ValueError("v"), "error"),
            (KeyboardInterrupt(), "cancelled"),
            (SystemExit(2), "error"),
            (asyncio.CancelledError(), "cancelled"),
            (ExceptionGroup("two", [ValueError(), KeyError()]), "error"),
            (BaseExceptionGroup("two", [KeyboardInterrupt()]), "error"),
            (RecursionError(), "error"),
            (ApprovalDenied("the function's own"), "error"),
            (AuditLogError("the function's own"), "error"),
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_it_comes_out_unchanged(
        self, way: Way, log: Log, error: BaseException, outcome: str
    ) -> None:
        with pytest.raises(type(error)) as raised:
            way.call(engine(logger=log), raising(error))

        assert raised.value is error
        assert log.story == [("decision", "allow"), ("outcome", outcome)]
        assert log.entries[1].error_type == type(error).__name__

    def test_one_that_cannot_be_told_comes_out_too(self, log: Log) -> None:
        error = Hostile()
        with pytest.raises(Hostile) as raised:
            engine(logger=log).execute(raising(error))

        assert raised.value is error
        assert log.story[-1] == ("outcome", "error")

    def test_stop_iteration_comes_out_of_a_blocking_call(self, log: Log) -> None:
        error = StopIteration("value")
        with pytest.raises(StopIteration) as raised:
            engine(logger=log).execute(raising(error))

        assert raised.value is error
        assert log.story[-1] == ("outcome", "error")

    def test_stop_iteration_cannot_come_out_of_a_coroutine(self, log: Log) -> None:
        # PEP 479: Python itself turns it into a RuntimeError.
        with pytest.raises(RuntimeError) as raised:
            asyncio.run(engine(logger=log).aexecute(raising(StopIteration("value"))))

        assert isinstance(raised.value.__cause__, StopIteration)

    def test_secrets_that_it_quotes_do_not_reach_the_log(self, way: Way, log: Log) -> None:
        def login(user: str, password: str) -> None:
            raise ValueError(f"{password} is wrong for {user}")

        with pytest.raises(ValueError, match="gr33n-h0rse"):
            way.call(engine(logger=log), login, "alice", "gr33n-h0rse")

        assert "gr33n-h0rse" not in str(log.entries)
        assert "alice" in str(log.entries)


class TestErrors:
    def errors(self) -> list[SudoAgentError]:
        spoken = "card 4111-1111, amount 98765"

        def evaluate(ctx: Context) -> PolicyResult:
            raise ValueError(f"{spoken} {ctx.kwargs}")

        sudos = [
            engine(Says(evaluate)),
            engine(Says(lambda ctx: str(ctx.kwargs))),
            asking(RuntimeError(spoken)),
            asking(lambda ctx: str(ctx.kwargs)),
            engine(logger=Log({1: OSError(spoken)})),
        ]
        caught = []
        for sudo in sudos:
            with pytest.raises(SudoAgentError) as raised:
                sudo.execute(Till().pay, "4111-1111", amount=98765)
            caught.append(raised.value)
        return caught

    def test_they_show_no_argument_values(self) -> None:
        for error in self.errors():
            shown = f"{error} {error!r} {error.args} {vars(error)}"
            assert "98765" not in shown
            assert "4111" not in shown

    def test_they_lead_to_what_failed_for_whoever_debugs_it(self) -> None:
        causes = [type(error.__cause__) for error in self.errors()]

        assert causes == [ValueError, type(None), RuntimeError, type(None), OSError]
        (policy, *_) = self.errors()
        assert "in evaluate" in "".join(traceback.format_exception(policy))

    def test_they_travel_between_processes(self) -> None:
        for error in self.errors():
            travelled = pickle.loads(pickle.dumps(error))
            assert (type(travelled), vars(travelled)) == (type(error), vars(error))
            assert travelled.request_id
            assert travelled.action == "Till.pay"

    def test_a_secret_in_a_policys_reason_is_not_repeated(self, till: Till, log: Log) -> None:
        token = "xoxb-" + "1234567890-" * 2 + "abcdefghijklmnopqrstuvwx"
        denies = PolicyResult(decision=Decision.DENY, reason=f"not with {token}")
        with pytest.raises(ApprovalDenied) as denied:
            engine(Says(denies), logger=log).execute(till.pay, "alice")

        assert token not in str(denied.value)
        assert token not in str(log.entries)


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


class TestParts:
    @pytest.mark.parametrize("role", ["policy", "approver", "logger"])
    @pytest.mark.parametrize("part", [None, object(), "text", Says, Answers, Log])
    def test_what_cannot_work_is_refused_at_once(self, role: str, part: Any) -> None:
        if part is None and role != "policy":
            return  # the default
        with pytest.raises(ConfigurationError, match=role):
            SudoEngine(**{"policy": Says(), "approver": Answers(), "logger": Log(), role: part})

    @pytest.mark.parametrize(
        ("role", "method"),
        [("policy", "evaluate"), ("approver", "approve"), ("logger", "log"), ("gate", "closed")],
    )
    def test_an_async_method_would_seem_to_have_answered(self, role: str, method: str) -> None:
        async def later(self: Any, *_: Any) -> None: ...

        part = type("Later", (), {method: later})()
        with pytest.raises(ConfigurationError, match=rf"{method}\(\) is async"):
            engine(**{role: part})

    def test_a_policy_is_required(self) -> None:
        with pytest.raises(TypeError, match="policy"):
            SudoEngine()  # type: ignore[call-arg]

    def test_the_defaults_are_the_terminal_and_a_file(
        self, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tmp_path.chmod(0o700)
        monkeypatch.chdir(tmp_path)
        SudoEngine(policy=Says(ALLOW)).execute(Till().pay, "alice")

        assert len((tmp_path / "sudo_audit.jsonl").read_text().splitlines()) == 2

    def test_a_gate_stands_above_the_policy(self, way: Way, till: Till) -> None:
        class Frozen:
            def closed(self, policy_decision: str) -> str | None:
                return f"frozen ({policy_decision})"

        with pytest.raises(ApprovalDenied, match=r"frozen \(allow\)"):
            way.call(engine(gate=Frozen()), till.pay, "alice")
        with pytest.raises(ApprovalDenied, match="frozen"):
            way.call(engine(approver=Answers(True, gate=Frozen())), till.pay, "alice")
        assert till.paid == []

    def test_a_gate_may_await(self, till: Till) -> None:
        class Frozen:
            def closed(self, policy_decision: str) -> str | None:
                return None

            async def aclosed(self, policy_decision: str) -> str | None:
                return "frozen"

        with pytest.raises(ApprovalDenied, match="frozen"):
            asyncio.run(engine(gate=Frozen()).aexecute(till.pay, "alice"))


class TestManyAtOnce:
    def test_nested_and_recursive_calls_are_calls_of_their_own(self, log: Log) -> None:
        sudo = engine(logger=log)

        @sudo.guard()
        def down(n: int) -> int:
            return n if n == 0 else down(n - 1)

        assert down(3) == 0
        assert [kind for kind, _ in log.story] == ["decision"] * 4 + ["outcome"] * 4
        opened = [entry.request_id for entry in log.entries[:4]]
        assert opened[::-1] == [entry.request_id for entry in log.entries[4:]]

    def test_a_policy_may_call_a_guarded_function(self, till: Till) -> None:
        inner = engine().guard()(till.pay)

        def evaluate(ctx: Context) -> PolicyResult:
            inner("inner")
            return ALLOW

        engine(Says(evaluate)).execute(till.pay, "outer")

        assert [to for to, _ in till.paid] == ["inner", "outer"]

    def test_threads_do_not_mix_their_calls(self, till: Till, log: Log) -> None:
        by_amount = Says(lambda ctx: ALLOW if ctx.kwargs["amount"] % 2 == 0 else DENY)
        pay = engine(by_amount, logger=log).guard()(till.pay)

        def attempt(amount: int) -> bool:
            try:
                return pay("alice", amount) == f"paid {amount}"
            except ApprovalDenied:
                return False

        with ThreadPoolExecutor(8) as pool:
            allowed = list(pool.map(attempt, range(200)))

        assert allowed == [amount % 2 == 0 for amount in range(200)]
        assert sorted(amount for _, amount in till.paid) == list(range(0, 200, 2))
        assert len({entry.request_id for entry in log.entries}) == 200

    def test_tasks_wait_together(self) -> None:
        waiting = 0
        everybody = asyncio.Event()

        class Together(Answers):
            async def aapprove(self, *asked: Any) -> bool:
                nonlocal waiting
                waiting += 1
                if waiting == 50:
                    everybody.set()
                await everybody.wait()
                return True

        async def main() -> list[Any]:
            sudo = engine(Asks(), Together())
            return await asyncio.gather(*(sudo.aexecute(lambda n=n: n) for n in range(50)))

        assert asyncio.run(main()) == list(range(50))

    def test_people_who_take_long_do_not_use_up_the_default_executor(self) -> None:
        done = threading.Event()

        def waits(ctx: Context) -> bool:
            return done.wait(60)

        async def main() -> None:
            sudo = engine(Asks(), Answers(waits))
            calls = [asyncio.create_task(sudo.aexecute(int)) for _ in range(40)]
            await asyncio.sleep(0.05)
            assert await asyncio.to_thread(lambda: "free") == "free"
            done.set()
            await asyncio.gather(*calls)

        asyncio.run(main())

    def test_a_forked_child_decides_for_itself(self, till: Till, log: Log) -> None:
        pay = asking(lambda ctx: ctx.kwargs["to"] == "child", log).guard()(till.pay)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.write(writing, pay("child").encode())
            finally:
                os._exit(0)
        os.close(writing)
        os.waitpid(child, 0)

        with os.fdopen(reading) as answer:
            assert answer.read() == "paid 10.0"
        with pytest.raises(ApprovalDenied):
            pay("parent")
        assert till.paid == []


def test_asking_again_after_a_failed_call_is_another_question(log: Log) -> None:
    approver = Answers()
    sudo = engine(Asks(), approver, log)
    for _ in range(2):
        with pytest.raises(ValueError, match="boom"):
            sudo.execute(raising(ValueError("boom")))

    assert len(set(approver.asked)) == 2
