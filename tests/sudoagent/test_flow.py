"""The order of events of a guarded call, stepped by hand."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from sudoagent import (
    ApprovalCancelled,
    ApprovalDenied,
    ApprovalError,
    ApprovalExpired,
    ApproverUnavailable,
    ArgumentsChanged,
    Context,
    PolicyError,
    PolicyResult,
    Verdict,
    Vote,
)
from sudoagent._flow import authorization
from sudoagent._steps import Ask, Done, Evaluate, Failed, Gate, Run
from support.parts import ALLOW, ASK, DENY
from support.stepping import ID, Pause, Stepped, account, error, recorded, stepped, told


class TestOrder:
    def test_an_allowed_call(self) -> None:
        flow = stepped()

        assert isinstance(flow.step, Evaluate)
        assert flow.answer(Done(ALLOW)) == Gate("allow")
        assert recorded(flow.answer(Done(None))) == ("decision", "allow")
        assert flow.answer(Done()) == Run()
        assert recorded(flow.answer(Done("paid"))) == ("outcome", "success")
        flow.answer(Done())
        assert flow.ending == Done("paid")

    def test_an_approved_call(self) -> None:
        flow = stepped()

        asked = flow.answer(Done(ASK))
        assert (type(asked), asked.result, asked.request_id) == (Ask, ASK, ID)
        assert flow.answer(Done(True)) == Gate("require_approval")
        assert recorded(flow.answer(Done(None))) == ("decision", "allow")
        assert flow.answer(Done()) == Run()

    def test_a_denied_call(self) -> None:
        flow = stepped()

        assert recorded(flow.answer(Done(DENY))) == ("decision", "deny")
        flow.answer(Done())
        assert type(error(flow)) is ApprovalDenied
        assert (error(flow).reason, error(flow).request_id, error(flow).action) == (
            "never at night",
            ID,
            "pay",
        )

    def test_a_decision_alone(self) -> None:
        flow = Stepped(authorization(account(), lambda: True))

        flow.answer(Done(ALLOW))
        assert recorded(flow.answer(Done(None))) == ("decision", "allow")
        assert flow.answer(Done()) is None
        assert isinstance(flow.ending, Done)


class TestPolicy:
    @pytest.mark.parametrize("answer", [None, True, "allow", ASK.decision, object()])
    def test_only_a_result_counts(self, answer: object) -> None:
        flow = stepped()

        assert recorded(flow.answer(Done(answer))) == ("decision", "deny")
        flow.answer(Done())
        assert type(error(flow)) is PolicyError
        assert type(answer).__name__ in error(flow).reason

    def test_a_subclass_could_answer_differently_the_next_time(self) -> None:
        class Result(PolicyResult):
            pass

        flow = stepped()
        flow.answer(Done(Result(decision=ALLOW.decision, reason="x")))
        flow.answer(Done())

        assert type(error(flow)) is PolicyError

    def test_a_failure_is_a_refusal_that_names_its_type_only(self) -> None:
        failure = ValueError("amount is 1234")
        flow = stepped()

        assert recorded(flow.answer(Failed(failure))) == ("decision", "deny")
        flow.answer(Done())
        assert type(error(flow)) is PolicyError
        assert error(flow).__cause__ is failure
        assert "1234" not in repr(error(flow))

    @pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, asyncio.CancelledError])
    def test_an_interrupt_is_recorded_and_stays_itself(self, kind: type[BaseException]) -> None:
        interrupt = kind()
        flow = stepped()

        assert recorded(flow.answer(Failed(interrupt))) == ("decision", "deny")
        flow.answer(Done())
        assert error(flow) is interrupt


class TestApprover:
    @pytest.mark.parametrize(
        "answer",
        [1, "yes", "true", [True], {"approved": True}, {"approved": "false"}, None, 0, object()],
    )
    def test_nothing_else_than_true_approves(self, answer: object) -> None:
        flow = stepped()
        flow.answer(Done(ASK))

        assert recorded(flow.answer(Done(answer))) == ("decision", "deny")
        flow.answer(Done())
        assert type(error(flow)) is ApprovalError

    def test_a_subclass_of_a_verdict_is_no_verdict(self) -> None:
        class Yes(Verdict):
            pass

        flow = stepped()
        flow.answer(Done(ASK))
        flow.answer(Done(Yes(outcome="approved", reason="x")))
        flow.answer(Done())

        assert type(error(flow)) is ApprovalError

    @pytest.mark.parametrize(
        ("outcome", "kind"),
        [
            ("denied", ApprovalDenied),
            ("expired", ApprovalExpired),
            ("cancelled", ApprovalCancelled),
        ],
    )
    def test_each_end_of_a_request_is_an_error_of_its_own(self, outcome: Any, kind: Any) -> None:
        votes = (Vote(choice="deny", user_id="U1"), Vote(choice="deny", user_id="U2"))
        verdict = Verdict(outcome=outcome, reason="so it ended", votes=votes, comment="too much")
        flow = stepped()
        flow.answer(Done(ASK))
        flow.answer(Done(verdict))
        flow.answer(Done())

        assert type(error(flow)) is kind
        assert (error(flow).comment, error(flow).reviewer) == ("too much", "U2")

    def test_the_approvers_own_denial_is_passed_on_with_the_calls_ids(self) -> None:
        denial = ApproverUnavailable("nobody is there")
        flow = stepped()
        flow.answer(Done(ASK))
        flow.answer(Failed(denial))
        flow.answer(Done())

        assert error(flow) is denial
        assert (denial.request_id, denial.action) == (ID, "pay")

    def test_a_denial_without_words_is_recorded_all_the_same(self) -> None:
        flow = stepped()
        flow.answer(Done(ASK))

        assert recorded(flow.answer(Failed(ApprovalDenied("")))) == ("decision", "deny")
        flow.answer(Done())
        assert error(flow).reason == "the approver gave no reason"

    def test_any_other_exception_is_a_failure(self) -> None:
        failure = RuntimeError("token xoxb-123")
        flow = stepped()
        flow.answer(Done(ASK))
        flow.answer(Failed(failure))
        flow.answer(Done())

        assert type(error(flow)) is ApprovalError
        assert "xoxb" not in repr(error(flow))

    def test_a_pause_is_recorded_as_one_and_passes_through(self) -> None:
        pause = Pause()
        flow = stepped()
        flow.answer(Done(ASK))

        step = flow.answer(Failed(pause))
        assert recorded(step) == ("decision", "deny")
        assert step.entry.metadata["suspended"] is True
        flow.answer(Done())
        assert error(flow) is pause

    def test_a_yes_under_another_id_is_recorded_under_that(self) -> None:
        earlier = "1b6c2f9e-3b0a-4c56-9f5e-2f1d3c4b5a69"
        flow = stepped()
        flow.answer(Done(ASK))
        flow.answer(Done(Verdict(outcome="approved", reason="x", request_id=earlier)))

        step = flow.answer(Done(None))

        assert step.entry.request_id == earlier

    @pytest.mark.parametrize("answer", [True, Verdict(outcome="approved", reason="x")])
    def test_a_yes_after_the_callers_deadline_is_too_late(self, answer: object) -> None:
        flow = stepped(ctx=Context("pay", deadline=99.0))
        flow.answer(Done(ASK))
        flow.answer(Done(answer))

        assert recorded(flow.answer(Done(None))) == ("decision", "deny")
        assert told(flow.answer(Done())) == ("cancelled", None)
        flow.answer(Done())
        assert type(error(flow)) is ApprovalExpired

    def test_a_yes_that_has_run_out_is_none(self) -> None:
        flow = stepped()
        flow.answer(Done(ASK))
        flow.answer(Done(Verdict(outcome="approved", reason="x", valid_until=99.0)))

        assert recorded(flow.answer(Done(None))) == ("decision", "deny")
        assert told(flow.answer(Done())) == ("cancelled", None)
        flow.answer(Done())
        assert type(error(flow)) is ApprovalExpired

    def test_nobody_is_waited_for_when_nobody_is_asked(self) -> None:
        flow = stepped(ctx=Context("pay", deadline=99.0))
        flow.answer(Done(ALLOW))

        assert recorded(flow.answer(Done(None))) == ("decision", "allow")


class TestArguments:
    def test_changed_before_the_decision(self) -> None:
        for answers in ([ALLOW], [ASK, True]):
            flow = stepped(unchanged=lambda: False)
            for answer in answers:
                step = flow.answer(Done(answer))
            assert recorded(step) == ("decision", "deny")
            flow.answer(Done())
            if flow.step is not None:
                assert told(flow.step) == ("cancelled", None)
                flow.answer(Done())
            assert type(error(flow)) is ArgumentsChanged

    def test_changed_while_the_decision_was_written(self) -> None:
        looks = iter([True, False])
        flow = stepped(unchanged=lambda: next(looks))
        flow.answer(Done(ALLOW))
        flow.answer(Done(None))

        assert recorded(flow.answer(Done())) == ("outcome", "cancelled")
        flow.answer(Done())
        assert type(error(flow)) is ArgumentsChanged

    def test_what_cannot_be_inspected_is_not_asked_about(self) -> None:
        flow = stepped(ctx=Context("pay", (), {"rows": iter([1])}))

        assert recorded(flow.answer(Done(ASK))) == ("decision", "deny")
        flow.answer(Done())
        assert error(flow).reason == "arguments that cannot be inspected: rows"

    def test_unless_the_policy_says_so(self) -> None:
        flow = stepped(ctx=Context("pay", (), {"rows": iter([1])}))
        asks = PolicyResult(decision=ASK.decision, reason="x", allow_uninspectable=True)

        assert isinstance(flow.answer(Done(asks)), Ask)


class TestGate:
    @pytest.mark.parametrize(
        ("answer", "reason"),
        [
            ("frozen by U1", "frozen by U1"),
            ("", "the freeze switch is on"),
            (False, "the freeze switch is on"),
            (True, "the freeze switch is on"),
        ],
    )
    def test_everything_but_none_is_closed(self, answer: object, reason: str) -> None:
        flow = stepped()
        flow.answer(Done(ALLOW))

        assert recorded(flow.answer(Done(answer))) == ("decision", "deny")
        flow.answer(Done())
        assert type(error(flow)) is ApprovalDenied
        assert error(flow).reason == reason

    def test_a_switch_that_fails_is_closed(self) -> None:
        flow = stepped()
        flow.answer(Done(ALLOW))
        flow.answer(Failed(OSError("no route")))
        flow.answer(Done())

        assert type(error(flow)) is ApprovalDenied
