"""The order of events of a guarded call, stepped by hand: no engine, no approver, no disk."""

from __future__ import annotations

import asyncio
import random
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sudoagent import (
    ApprovalCancelled,
    ApprovalDenied,
    ApprovalError,
    ApprovalExpired,
    ApproverUnavailable,
    ArgumentsChanged,
    AuditLogError,
    Context,
    PolicyError,
    PolicyResult,
    Verdict,
    Vote,
)
from sudoagent._account import Account
from sudoagent._flow import Flow, authorization, guarded_call
from sudoagent._steps import Answer, Ask, Done, Evaluate, Failed, Gate, Record, Report, Run
from sudoagent.redaction import Redactor
from support.parts import ALLOW, ASK, DENY

ID = "0b6c2f9e-3b0a-4c56-9f5e-2f1d3c4b5a69"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Pause(Exception):
    """As a framework's interrupt."""


def account(**fields: Any) -> Account:
    return Account(
        **{
            "ctx": Context("pay", (), {"amount": 1}),
            "request_id": ID,
            "digest": "ab" * 32,
            "wall": lambda: NOW,
            "elapsed": lambda: 100.0,
            "redactor": Redactor(),
            "policy": {"id": "p", "hash": "h"},
            "approver": "Fake",
            "suspends": (Pause,),
            **fields,
        }
    )


class Stepped:
    """A flow and what it has asked for; `answer` gives the next answer."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.ending: Done | Failed | None = None
        self.step: Any = next(flow)

    def answer(self, answer: Answer) -> Any:
        try:
            self.step = self.flow.send(answer)
        except StopIteration as stop:
            self.step, self.ending = None, stop.value
        return self.step


def stepped(unchanged: Any = lambda: True, **fields: Any) -> Stepped:
    return Stepped(guarded_call(account(**fields), unchanged))


def recorded(step: Any) -> tuple[str, str]:
    assert isinstance(step, Record)
    return step.entry.event, step.entry.outcome or step.entry.decision


def told(step: Any) -> tuple[str, float | None]:
    assert isinstance(step, Report)
    return step.outcome, step.seconds


def error(flow: Stepped) -> Any:
    assert isinstance(flow.ending, Failed)
    return flow.ending.error


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


class TestRecording:
    def test_an_unrecorded_decision_runs_nothing_and_says_so(self) -> None:
        failure = OSError(28, "No space left on device")
        flow = stepped()
        flow.answer(Done(ALLOW))
        flow.answer(Done(None))

        step = flow.answer(Failed(failure))
        assert recorded(step) == ("outcome", "cancelled")
        assert step.entry.reason == "the call was not begun"
        flow.answer(Failed(failure))
        assert type(error(flow)) is AuditLogError
        assert error(flow).__cause__ is failure

    def test_the_loggers_own_sentence_is_kept(self) -> None:
        flow = stepped()
        flow.answer(Done(DENY))
        flow.answer(Failed(AuditLogError("the disk is full")))

        assert error(flow).reason == "the disk is full"
        assert error(flow).request_id == ID

    def test_an_interrupt_stays_one_even_when_it_cannot_be_recorded(self) -> None:
        interrupt = KeyboardInterrupt()
        flow = stepped()
        flow.answer(Failed(interrupt))
        flow.answer(Failed(OSError()))

        assert error(flow) is interrupt

    def test_an_entry_that_cannot_be_made_is_not_recorded(self) -> None:
        flow = stepped(wall=lambda: NOW.replace(tzinfo=None))
        flow.answer(Done(ALLOW))
        flow.answer(Done(None))

        assert type(error(flow)) is AuditLogError

    def test_an_outcome_that_cannot_be_written_changes_nothing(self) -> None:
        for ran in (Done("paid"), Failed(ValueError("as it was"))):
            flow = stepped()
            for answer in (Done(ALLOW), Done(None), Done(), ran):
                flow.answer(answer)
            flow.answer(Failed(OSError("disk")))
            assert flow.ending == ran

    def test_an_interrupt_while_the_outcome_is_written_is_not_swallowed(self) -> None:
        interrupt = asyncio.CancelledError()
        flow = stepped()
        for answer in (Done(ALLOW), Done(None), Done(), Done("paid")):
            flow.answer(answer)
        flow.answer(Failed(interrupt))

        assert error(flow) is interrupt

    def test_no_fact_of_an_approver_takes_the_place_of_another(self) -> None:
        names = [
            "args",
            "kwargs",
            "approved",
            "call_digest",
            "policy",
            "verdict",
            "votes",
            "comment",
        ]
        verdict = Verdict(
            outcome="approved", reason="x", comment="c", facts=dict.fromkeys(names, "forged")
        )
        flow = stepped()
        flow.answer(Done(ASK))
        flow.answer(Done(verdict))

        metadata = flow.answer(Done(None)).entry.metadata

        assert "forged" not in str(metadata)
        assert metadata["approved"] is True


YES = Verdict(outcome="approved", reason="x", receipt="the approver's own")


class TestReporting:
    """The approver that approved is told what became of the call, and can change nothing by it."""

    def approved(self, verdict: object = YES, **fields: Any) -> Stepped:
        """A flow that stands before the run."""
        flow = stepped(**fields)
        for answer in (Done(ASK), Done(verdict), Done(None)):
            flow.answer(answer)
        assert flow.answer(Done()) == Run()
        return flow

    def test_a_call_that_ran(self) -> None:
        moments = iter([100.0, 102.5])
        flow = self.approved(elapsed=lambda: next(moments))
        assert recorded(flow.answer(Done("paid"))) == ("outcome", "success")

        step = flow.answer(Done())

        assert step == Report(YES, ID, "success", 2.5, None)
        assert step.verdict.receipt == YES.receipt
        flow.answer(Done())
        assert flow.ending == Done("paid")

    def test_the_entry_says_the_same_duration(self) -> None:
        moments = iter([100.0, 102.5])
        flow = self.approved(elapsed=lambda: next(moments))

        assert flow.answer(Done("paid")).entry.metadata["duration_ms"] == 2500

    def test_a_plain_true_is_an_approval_too(self) -> None:
        flow = self.approved(True)
        flow.answer(Done("paid"))

        assert told(flow.answer(Done())) == ("success", 0.0)

    @pytest.mark.parametrize(
        ("failure", "outcome", "words"),
        [
            (ValueError("no such user"), "error", "ValueError: no such user"),
            (ValueError("password=hunter2hunter2"), "error", "ValueError: password=[redacted]"),
            (asyncio.CancelledError(), "cancelled", None),
            (KeyboardInterrupt(), "cancelled", None),
        ],
        ids=["error", "secret", "cancelled", "interrupt"],
    )
    def test_a_call_that_failed(
        self, failure: BaseException, outcome: str, words: str | None
    ) -> None:
        flow = self.approved()
        flow.answer(Failed(failure))

        step = flow.answer(Done())

        assert (step.outcome, step.error) == (outcome, words)
        flow.answer(Done())
        assert error(flow) is failure

    def test_a_call_that_was_not_begun(self) -> None:
        flow = stepped()
        for answer in (Done(ASK), Done(YES), Done("frozen by U1")):
            flow.answer(answer)

        assert flow.answer(Done()) == Report(YES, ID, "cancelled", None, "frozen by U1")
        flow.answer(Done())
        assert error(flow).reason == "frozen by U1"

    def test_a_call_whose_decision_could_not_be_recorded(self) -> None:
        flow = stepped()
        for answer in (Done(ASK), Done(YES), Done(None), Failed(AuditLogError("the disk is full"))):
            flow.answer(answer)

        assert flow.answer(Done()) == Report(YES, ID, "cancelled", None, "the disk is full")

    def test_arguments_that_changed_while_the_decision_was_written(self) -> None:
        looks = iter([True, False])
        flow = stepped(unchanged=lambda: next(looks))
        for answer in (Done(ASK), Done(YES), Done(None), Done()):
            flow.answer(answer)

        assert told(flow.answer(Done())) == ("cancelled", None)

    def test_an_outcome_that_could_not_be_recorded_is_told_all_the_same(self) -> None:
        flow = self.approved()
        flow.answer(Done("paid"))

        assert told(flow.answer(Failed(OSError("disk")))) == ("success", 0.0)

    def test_what_telling_fails_with_changes_nothing(self) -> None:
        for ran in (Done("paid"), Failed(ValueError("as it was"))):
            flow = self.approved()
            flow.answer(ran)
            flow.answer(Done())
            flow.answer(Failed(RuntimeError("the server is away")))
            assert flow.ending == ran

    def test_an_interrupt_meanwhile_is_not_swallowed(self) -> None:
        interrupt = KeyboardInterrupt()
        flow = self.approved()
        for answer in (Done("paid"), Done(), Failed(interrupt)):
            flow.answer(answer)
        assert error(flow) is interrupt

        flow = stepped()
        for answer in (Done(ASK), Done(YES), Done("frozen"), Done(), Failed(interrupt)):
            flow.answer(answer)
        assert error(flow) is interrupt

    @pytest.mark.parametrize("answer", [False, Verdict(outcome="denied", reason="x"), "yes"])
    def test_who_did_not_approve_is_told_nothing(self, answer: object) -> None:
        flow = stepped()
        for given in (Done(ASK), Done(answer), Done()):
            flow.answer(given)
        assert isinstance(flow.ending, Failed)

    def test_nobody_is_told_of_a_call_that_the_policy_allowed(self) -> None:
        flow = stepped()
        for answer in (Done(ALLOW), Done(None), Done(), Done("paid"), Done()):
            flow.answer(answer)
        assert flow.ending == Done("paid")

    def test_an_authorization_that_is_given_tells_nothing_yet(self) -> None:
        flow = Stepped(authorization(account(), lambda: True))
        for answer in (Done(ASK), Done(YES), Done(None), Done()):
            flow.answer(answer)
        assert isinstance(flow.ending, Done)


ERRORS = [
    ValueError("v"),
    KeyboardInterrupt(),
    SystemExit(1),
    asyncio.CancelledError(),
    GeneratorExit(),
    StopIteration(),
    RecursionError(),
    ApprovalDenied("no"),
    ApproverUnavailable("none"),
    AuditLogError("full"),
    ExceptionGroup("two", [ValueError()]),
    Pause(),
]
ANSWERS: list[Any] = [
    ALLOW,
    DENY,
    ASK,
    None,
    True,
    False,
    1,
    "yes",
    Verdict(outcome="approved", reason="x"),
    Verdict(outcome="denied", reason="x"),
    Verdict(outcome="expired", reason="x"),
]
answers = st.sampled_from([*map(Done, ANSWERS), *map(Failed, ERRORS)])
likely = {
    Evaluate: [Done(ALLOW), Done(ASK)],
    Ask: [Done(True)],
    Gate: [Done(None)],
    Record: [Done()],
}


@given(st.lists(answers, min_size=12, max_size=12), st.randoms(), st.booleans())
@settings(max_examples=300, deadline=None)
def test_whatever_is_answered_the_law_holds(
    drawn: list[Answer], dice: random.Random, unchanged: bool
) -> None:
    flow = stepped(unchanged=lambda: unchanged or dice.random() < 0.7)
    story: list[tuple[Any, Answer]] = []
    while flow.ending is None:
        step, answer = flow.step, drawn[len(story)]
        if dice.random() < 0.6:
            answer = dice.choice(likely.get(type(step), [answer]))
        story.append((step, answer))
        flow.answer(answer)

    ran = [at for at, (step, _) in enumerate(story) if isinstance(step, Run)]
    assert len(ran) <= 1
    if ran:
        before, written = story[ran[0] - 1]
        # The step before the run is the successful record of an allow decision.
        assert recorded(before) == ("decision", "allow")
        assert isinstance(written, Done)
        assert story[ran[0] + 1 :], "the outcome is recorded"
    else:
        # Nothing ran: it ends with an error, and an entry was attempted before that.
        assert isinstance(flow.ending, Failed)
        assert any(isinstance(step, Record) for step, _ in story)
    told_of = [at for at, (step, _) in enumerate(story) if isinstance(step, Report)]
    assert told_of in ([], [len(story) - 1]), "an approver is told at most once, and last"
    if told_of and not isinstance(getattr(story[-1][1], "error", Exception()), Exception):
        assert flow.ending == story[-1][1]
    elif told_of and ran and isinstance(story[-2][1], Done):
        assert flow.ending == story[ran[0]][1], "what telling leads to changes nothing"
    decisions = [s.entry for s, _ in story if isinstance(s, Record) and s.entry.event == "decision"]
    assert len(decisions) == 1
    asked = [answer for step, answer in story if isinstance(step, Ask)]
    assert bool(told_of) <= bool(asked)
    if ran and asked:
        assert told_of
        assert asked[0] in (Done(True), Done(Verdict(outcome="approved", reason="x")))
