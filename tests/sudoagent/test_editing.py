"""A reviewer edits arguments and approves: the edited call is judged again, runs, is logged."""

from __future__ import annotations

import asyncio
import functools
import inspect
import math
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudoagent import (
    ApprovalDenied,
    ArgumentsChanged,
    ConfigurationError,
    Context,
    Editable,
    PolicyError,
    PolicyResult,
    Secret,
    SudoAgentError,
    SudoEngine,
    Verdict,
    Vote,
)
from sudoagent.binding import Target
from support.parts import ALLOW, ASK, DENY, Answers, Asks, Log, Says, Way, engine

Amount = Annotated[float, Editable(ge=0, le=500)]


def edited(edits: Any, *, number_matched: bool = False) -> Verdict:
    """As Alice says it."""
    vote = Vote(choice="approve", user_id="U0ALICE", number_matched=number_matched)
    return Verdict(outcome="approved", reason="by Alice", votes=(vote,), edits=edits)


def editing(edits: Any, policy: Any = None, log: Log | None = None) -> SudoEngine:
    return engine(policy or Asks(), Answers(edited(edits)), log)


def refund(user_id: str, amount: Amount = 1500.0, note: str = "") -> tuple[str, float, str]:
    return user_id, amount, note


def refused(sudo: SudoEngine, func: Callable[..., Any] = refund, *args: Any) -> SudoAgentError:
    """Call, and return why not; the function must not have run."""
    ran = []

    @functools.wraps(func)
    def watched(*args: Any, **kwargs: Any) -> Any:
        ran.append(args)
        return func(*args, **kwargs)

    with pytest.raises(SudoAgentError) as caught:
        sudo.guard()(watched)(*(args or ("u2", 1500.0)))
    assert ran == []
    return caught.value


class TestTheEditedCallRuns:
    @pytest.mark.parametrize(
        ("args", "kwargs"),
        [
            (("u2", 1500.0), {}),
            (("u2",), {"amount": 1500.0}),
            ((), {"user_id": "u2", "amount": 1500.0}),
            (("u2",), {}),
            (("u2",), {"note": ""}),
        ],
    )
    def test_however_the_call_was_written(
        self, way: Way, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        result = way.call(editing({"amount": 450.0}), refund, *args, **kwargs)
        assert result == ("u2", 450.0, "")

    def test_methods_partials_and_functions_of_every_shape(self) -> None:
        class Bank:
            def refund(self, user_id: str, amount: Amount) -> Any:
                return type(self).__name__, user_id, amount

        def positional(user_id: str, amount: Amount = 9.0, /, *rest: int, **more: Any) -> Any:
            return user_id, amount, rest, more

        def keyword(user_id: str, *, amount: Amount = 9.0) -> Any:
            return user_id, amount

        sudo = editing({"amount": 1.5})
        assert sudo.execute(Bank().refund, "u", 9.0) == ("Bank", "u", 1.5)
        assert sudo.guard()(Bank.refund)(Bank(), "u", amount=9.0) == ("Bank", "u", 1.5)
        assert sudo.execute(positional, "u") == ("u", 1.5, (), {})
        assert sudo.execute(positional, "u", 9.0, 7, amount=8) == ("u", 1.5, (7,), {"amount": 8})
        assert sudo.execute(keyword, "u") == ("u", 1.5)
        assert sudo.execute(functools.partial(keyword, amount=9.0), "u") == ("u", 1.5)
        assert asyncio.run(sudo.aexecute(refund, "u")) == ("u", 1.5, "")

    @pytest.mark.parametrize(
        ("before", "after"),
        [(5.0, 4.0), (5, 4), ("a", "b"), (True, False), (Decimal("5.0"), Decimal("4.50"))],
    )
    def test_types_stay(self, before: Any, after: Any) -> None:
        kind = type(before)

        def given(x: Any) -> Any:
            return x

        given.__annotations__["x"] = Annotated[kind, Editable()]
        result = editing({"x": after}).execute(given, before)
        assert (type(result), result) == (kind, after)

    def test_what_is_not_edited_is_the_original_object(self) -> None:
        def keep(x: Amount, rows: list[int], client: object) -> Any:
            return rows, client

        rows, client = [1], object()
        sudo = engine(Asks(allow_uninspectable=True), Answers(edited({"x": 1.0})))
        kept, same = sudo.execute(keep, 5.0, rows, client)
        assert kept is rows
        assert same is client

    def test_authorize_returns_the_edited_arguments(self) -> None:
        log = Log()
        sudo = editing({"amount": 450.0}, log=log)
        marks = {"amount": Editable(le=500), "note": Editable()}
        arguments = {"user": "u2", "amount": 1500.0}
        permission = sudo.authorize("refund", arguments, editable=marks)
        assert dict(permission.arguments) == {"user": "u2", "amount": 450.0}
        assert arguments["amount"] == 1500.0
        permission = asyncio.run(sudo.aauthorize("refund", arguments, editable=marks))
        assert permission.arguments["amount"] == 450.0
        assert log.entries[0].metadata["edited"] == {"amount": {"before": 1500.0, "after": 450.0}}
        with pytest.raises(ApprovalDenied, match="amount: it is not marked as editable"):
            sudo.authorize("refund", arguments)

    def test_a_comment_with_the_approval_reaches_who_asked(self) -> None:
        verdict = Verdict(outcome="approved", reason="by Alice", comment="once only")
        assert engine(Asks(), Answers(verdict)).authorize("refund").comment == "once only"
        assert engine().authorize("refund").comment is None


def plain(a: Amount, b: int = 2, c: Amount = 3.0) -> None: ...
def ending(a: Amount, b: int = 2, /, c: Amount = 3.0, *, d: Amount = 4.0) -> None: ...
def taking(a: Amount, *rest: int, d: Amount = 4.0, **more: int) -> None: ...
def positional(a: Amount, b: Amount = 2.0, c: Amount = 3.0, /, **more: int) -> None: ...


@given(st.data(), st.sampled_from([plain, ending, taking, positional]))
def test_an_edited_call_binds_to_what_was_judged(data: Any, func: Any) -> None:
    """The law: binding the call as it will be passed gives the names and values as edited."""
    target = Target(func)
    kinds = inspect.Parameter
    args: list[Any] = [1.0]
    kwargs: dict[str, Any] = {}
    for name, parameter in list(target.signature.parameters.items())[1:]:
        how = data.draw(st.sampled_from(["position", "name", "default"]), name)
        in_line = len(args) == list(target.signature.parameters).index(name)
        if parameter.kind in (kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD):
            if how == "position" and in_line:
                args.append(7.0)
            elif how == "name" and parameter.kind is kinds.POSITIONAL_OR_KEYWORD:
                kwargs[name] = 8.0
        elif parameter.kind is kinds.VAR_POSITIONAL and how == "position":
            args += [5, 6]
        elif parameter.kind is kinds.KEYWORD_ONLY and how == "name":
            kwargs[name] = 9.0
        elif parameter.kind is kinds.VAR_KEYWORD and how == "name":
            kwargs.update(x=1, y=2)
    bound = target.bind(tuple(args), kwargs)
    names = data.draw(st.sets(st.sampled_from(sorted(target.editable))))
    edits = {name: data.draw(st.floats(0, 500), name) for name in names}
    edited = target.edited(bound, edits)
    assert edited.named == {**bound.named, **edits}
    assert target.bind(edited.args, edited.kwargs).named == edited.named
    assert (bound.args, bound.kwargs) == (tuple(args), kwargs)


class TestTheLog:
    def test_it_tells_before_and_after_and_both_digests(self) -> None:
        log = Log()
        editing({"amount": 450.0}, log=log).execute(refund, "u2", 1500.0)
        editing({}, log=log).execute(refund, "u2", 1500.0)
        editing({}, log=log).execute(refund, "u2", 450.0)
        decision, _, approved, _, same, _ = log.entries
        assert decision.metadata["edited"] == {"amount": {"before": 1500.0, "after": 450.0}}
        assert decision.metadata["args"] == ["u2", 450.0]
        assert decision.metadata["kwargs"]["amount"] == 450.0
        assert decision.metadata["approved_call_digest"] == approved.metadata["call_digest"]
        assert decision.metadata["call_digest"] == same.metadata["call_digest"]
        assert "edited" not in approved.metadata

    def test_what_looks_like_a_secret_is_redacted_in_it(self) -> None:
        def note(text: Annotated[str, Editable()]) -> None: ...

        log = Log()
        secret = "xoxb-" + "123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx"
        editing({"text": secret}, log=log).execute(note, "hello")
        assert secret not in str(log.entries[0].metadata)
        assert log.entries[0].metadata["edited"]["text"]["before"] == "hello"


class TestEditsThatAreRefused:
    @pytest.mark.parametrize(
        ("edits", "why"),
        [
            ({"user_id": "attacker"}, "user_id: it is not marked as editable"),
            ({"nothing": 1}, "nothing: it is not marked"),
            ({"amount": 500.01}, "amount: it is more than allowed"),
            ({"amount": -1.0}, "amount: it is less than allowed"),
            ({"amount": math.nan}, "amount: it is not a number"),
            ({"amount": math.inf}, "amount: it is not a number"),
            ({"amount": 450}, "amount: it is not a number"),
            ({"amount": "450.0"}, "amount: it is not a number"),
            ({"amount": None}, "amount: it is not a number"),
            ({"amount": True}, "amount: it is not a number"),
            ({"amount": [450.0]}, "amount: it is not a number"),
            ({"amount": 1.0, "user_id": "x"}, "user_id: it is not marked"),
        ],
    )
    def test_of_other_arguments_types_and_ranges(self, edits: Any, why: str) -> None:
        log = Log()
        error = refused(editing(edits, log=log))
        assert isinstance(error, ApprovalDenied)
        assert f"the reviewer's edit is refused: {why}" in error.reason
        assert log.story == [("decision", "deny")]
        assert log.entries[0].metadata["approved"] is False
        assert "edited" not in log.entries[0].metadata

    def test_no_value_is_in_the_refusal(self) -> None:
        assert "4711" not in str(refused(editing({"amount": 4711.0})))

    def test_a_float_that_answers_for_itself_does_not_pass_the_limit(self) -> None:
        class Liar(float):
            def __le__(self, other: Any) -> bool:
                return True

            def __gt__(self, other: Any) -> bool:
                return False

        assert "not a number" in refused(editing({"amount": Liar(10_000)})).reason

    def test_edits_that_are_no_mapping_are_no_verdict(self) -> None:
        for edits in ([("amount", 1.0)], {1: 2.0}, "amount", None):
            with pytest.raises(ValueError, match="edits"):
                edited(edits)

    def test_arguments_that_changed_meanwhile_are_noticed_before_and_after_the_edit(self) -> None:
        def pay(amount: Amount, rows: list[int]) -> None: ...

        rows = [1]

        def while_asking(ctx: Context) -> Verdict:
            rows.append(2)
            return edited({"amount": 1.0})

        error = refused(engine(Asks(), Answers(while_asking)), pay, 5.0, rows)
        assert isinstance(error, ArgumentsChanged)

        def while_judging(ctx: Context) -> PolicyResult:
            if ctx.kwargs["amount"] == 1.0:
                rows.append(3)
            return ASK

        error = refused(editing({"amount": 1.0}, Says(while_judging)), pay, 5.0, rows)
        assert isinstance(error, ArgumentsChanged)

    def test_secret_and_editable_do_not_go_together(self) -> None:
        def login(door: Annotated[str, Secret(), Editable()]) -> None: ...

        with pytest.raises(ConfigurationError, match="both mark door"):
            engine().guard()(login)


class TestThePolicyJudgesAgain:
    def judged(self, then: Any, now: Any, *, number_matched: bool = False) -> Any:
        policy = Says(lambda ctx: then if ctx.kwargs["amount"] == 1500.0 else now)
        verdict = edited({"amount": 450.0}, number_matched=number_matched)
        sudo = engine(policy, Answers(verdict))
        try:
            return sudo.execute(refund, "u2", 1500.0)
        except SudoAgentError as error:
            return error

    def test_it_sees_the_edited_call(self) -> None:
        policy = Asks()
        editing({"amount": 450.0}, policy).execute(refund, "u2", amount=1500.0)
        assert [ctx.kwargs["amount"] for ctx in policy.seen] == [1500.0, 450.0]
        policy = Asks()
        editing({"amount": 450.0}, policy).execute(refund, "u2", 1500.0)
        assert policy.seen[1].args == ("u2", 450.0)

    def test_allowed_it_runs_denied_it_does_not(self) -> None:
        assert self.judged(ASK, ALLOW) == ("u2", 450.0, "")
        error = self.judged(ASK, DENY)
        assert "denies the call as the reviewer edited it: never at night" in error.reason

    def test_a_policy_that_fails_refuses(self) -> None:
        assert isinstance(self.judged(ASK, RuntimeError("no")), PolicyError)
        assert isinstance(self.judged(ASK, "allow"), PolicyError)
        policy = Says(lambda ctx: ASK if ctx.kwargs["amount"] == 1500.0 else 1 / 0)
        assert isinstance(refused(editing({"amount": 1.0}, policy)), PolicyError)

    @pytest.mark.parametrize(
        ("then", "now", "number_matched", "why"),
        [
            ({}, {}, False, None),
            ({"quorum": 1}, {"quorum": 1}, False, None),
            ({}, {"quorum": 1}, False, None),
            ({}, {"quorum": 2}, False, "more than one"),
            ({"quorum": 1}, {}, False, "more than one"),
            ({"reviewers": ["U0ALICE"]}, {"reviewers": ["U0ALICE"]}, False, None),
            ({}, {"reviewers": ["U0BOB", "U0ALICE"]}, False, None),
            ({}, {"reviewers": ["U0BOB"]}, False, "other reviewers"),
            ({}, {"reviewers": ["S0GROUP"]}, False, "other reviewers"),
            ({"reviewers": ["S0GROUP"]}, {"reviewers": ["S0GROUP"]}, False, None),
            ({"reviewers": ["U0ALICE"]}, {}, False, "other reviewers"),
            ({}, {"number_match": True}, False, "needs the number"),
            ({"number_match": True}, {"number_match": True}, True, None),
            ({}, {"risk": "high"}, False, "risk is higher"),
            ({"risk": "high"}, {"risk": "high"}, False, None),
            ({"risk": "high"}, {"risk": "low"}, False, None),
        ],
    )
    def test_asked_again_it_accepts_no_stricter_answer(
        self, then: Any, now: Any, number_matched: bool, why: str | None
    ) -> None:
        asked, again = Asks(**then).answer, Asks(**now).answer
        ended = self.judged(asked, again, number_matched=number_matched)
        if why is None:
            assert ended == ("u2", 450.0, "")
        else:
            assert isinstance(ended, ApprovalDenied)
            assert "does not cover the call as the reviewer edited it" in ended.reason
            assert why in ended.reason

    def test_what_cannot_be_shown_has_to_be_accepted_again(self) -> None:
        def pay(amount: Amount, client: object) -> None: ...

        accepting = Asks(allow_uninspectable=True).answer
        policy = Says(lambda ctx: accepting if ctx.kwargs["amount"] == 5.0 else ASK)
        error = refused(editing({"amount": 1.0}, policy), pay, 5.0, object())
        assert "cannot be inspected: client" in error.reason

    def test_an_approval_by_nobody_in_particular_is_nobodys_of_a_list(self) -> None:
        answer = Verdict(outcome="approved", reason="yes", edits={"amount": 450.0})
        for rules in ({"reviewers": ["U0ALICE"]}, {"number_match": True}):
            again = Asks(**rules).answer
            policy = Says(lambda ctx, again=again: ASK if ctx.kwargs["amount"] > 500 else again)
            assert isinstance(refused(engine(policy, Answers(answer))), ApprovalDenied)
