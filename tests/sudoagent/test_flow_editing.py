"""The flow of a call that a reviewer edits, stepped by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sudoagent import ApprovalDenied, ApprovalError, Context, PolicyError, Verdict
from sudoagent._editing import Edited
from sudoagent._flow import guarded_call
from sudoagent._steps import Answer, Ask, Done, Evaluate, Failed, Gate, Record, Run
from support.parts import ALLOW, ASK, DENY

from .test_flow import Stepped, account, error

AFTER = Context("pay", (), {"amount": 2})
EDITED = Edited(AFTER, "cd" * 32)
YES = Done(Verdict(outcome="approved", reason="by Alice", edits={"amount": 2}))


def asked(edit: Any = lambda edits: EDITED, unchanged: Any = lambda: True) -> Stepped:
    """A flow whose policy asks."""
    flow = Stepped(guarded_call(account(), unchanged, edit))
    assert isinstance(flow.answer(Done(ASK)), Ask)
    return flow


def metadata(step: Any) -> Mapping[str, Any]:
    assert isinstance(step, Record)
    return step.entry.metadata


def refusal(flow: Stepped, *answers: Answer) -> Any:
    """Give the answers; the flow must then record a denial, and end with it."""
    step: Any = None
    for answer in answers:
        step = flow.answer(answer)
    assert isinstance(step, Record)
    assert step.entry.decision == "deny"
    while flow.ending is None:
        assert not isinstance(flow.step, Run)
        flow.answer(Done())
    return error(flow)


def test_the_policy_judges_the_edited_call_before_it_runs() -> None:
    flow = asked()
    assert flow.answer(YES) == Evaluate(AFTER)
    assert isinstance(flow.answer(Done(ALLOW)), Gate)
    entry = metadata(flow.answer(Done(None)))
    assert entry["edited"] == {"amount": {"before": 1, "after": 2}}
    assert (entry["approved_call_digest"], entry["call_digest"]) == ("ab" * 32, "cd" * 32)
    assert entry["policy_decision"] == "require_approval"
    assert flow.answer(Done()) == Run()


def test_an_approval_without_edits_asks_the_policy_once() -> None:
    assert isinstance(asked().answer(Done(True)), Gate)


def test_a_denial_with_edits_is_a_denial() -> None:
    no = Verdict(outcome="denied", reason="no", edits={"amount": 2})
    assert refusal(asked(), Done(no)).reason == "no"


def test_arguments_that_changed_are_not_edited() -> None:
    def never(edits: Any) -> Edited:
        raise AssertionError("edited")

    assert "changed" in refusal(asked(never, unchanged=lambda: False), YES).reason


def test_a_call_that_cannot_be_edited_is_refused() -> None:
    assert "cannot be edited" in refusal(asked(None), YES).reason


def test_an_edit_that_does_not_fit_is_refused() -> None:
    def unfit(edits: Any) -> Edited:
        raise ValueError("amount: too large")

    found = refusal(asked(unfit), YES)
    assert isinstance(found, ApprovalDenied)
    assert found.reason == "the reviewer's edit is refused: amount: too large"


def test_an_edit_that_fails_is_refused() -> None:
    def fails(edits: Any) -> Edited:
        raise RecursionError("4711")

    found = refusal(asked(fails), YES)
    assert isinstance(found, ApprovalError)
    assert found.reason == "the reviewer's edit cannot be applied: RecursionError"


def test_a_policy_that_fails_or_denies_the_edited_call_refuses_it() -> None:
    assert isinstance(refusal(asked(), YES, Failed(RuntimeError())), PolicyError)
    assert isinstance(refusal(asked(), YES, Done(True)), PolicyError)
    assert "never at night" in refusal(asked(), YES, Done(DENY)).reason


def test_an_interrupt_while_the_edited_call_is_judged_stays_an_interrupt() -> None:
    assert isinstance(refusal(asked(), YES, Failed(KeyboardInterrupt())), KeyboardInterrupt)
