"""What the flow has recorded and reported, and what happens when it cannot be."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from sudoagent import (
    AuditLogError,
    Verdict,
)
from sudoagent._flow import authorization
from sudoagent._steps import Done, Failed, Report, Run
from support.parts import ALLOW, ASK, DENY
from support.stepping import ID, NOW, Stepped, account, error, recorded, stepped, told


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


class TestInterrupts:
    """Ctrl-C can come between any two steps, such as while large arguments are compared."""

    @staticmethod
    def once(interrupt: BaseException, then: Any) -> Any:
        pending = [interrupt]

        def answer(*_: Any) -> Any:
            if pending:
                raise pending.pop()
            return then

        return answer

    def test_before_the_decision_it_is_recorded_and_the_approver_is_told(self) -> None:
        interrupt = KeyboardInterrupt()
        flow = stepped(self.once(interrupt, True))
        flow.answer(Done(ASK))
        step = flow.answer(Done(True))
        assert recorded(step) == ("decision", "deny")
        assert step.entry.reason == "interrupted: KeyboardInterrupt"
        assert told(flow.answer(Done())) == ("cancelled", None)
        flow.answer(Done())

        assert error(flow) is interrupt

    def test_between_decision_and_call_nothing_runs_and_the_log_says_so(self) -> None:
        interrupt, seen = KeyboardInterrupt(), []

        def unchanged() -> bool:
            seen.append(1)
            if len(seen) == 2:
                raise interrupt
            return True

        flow = stepped(unchanged)
        for answer in (Done(ASK), Done(True), Done(None)):
            flow.answer(answer)
        step = flow.answer(Done())
        assert recorded(step) == ("outcome", "cancelled")
        assert step.entry.reason == "the call was not begun"
        assert told(flow.answer(Done())) == ("cancelled", None)
        flow.answer(Done())

        assert error(flow) is interrupt

    def test_after_the_call_the_outcome_is_recorded_as_it_was(self) -> None:
        interrupt, times = KeyboardInterrupt(), [NOW, NOW]

        def wall() -> Any:
            if not times:
                times.append(NOW)
                raise interrupt
            return times.pop()

        flow = stepped(wall=wall)
        for answer in (Done(ASK), Done(True), Done(None), Done()):
            step = flow.answer(answer)
        assert isinstance(step, Run)
        assert recorded(flow.answer(Done("paid"))) == ("outcome", "success")
        assert told(flow.answer(Done()))[0] == "success"
        flow.answer(Done())

        assert error(flow) is interrupt

    def test_while_the_decision_is_put_into_words_nothing_runs(self) -> None:
        interrupt = KeyboardInterrupt()
        flow = stepped(wall=self.once(interrupt, NOW))
        flow.answer(Done(ALLOW))
        assert recorded(flow.answer(Done(None))) == ("decision", "allow")
        assert recorded(flow.answer(Done())) == ("outcome", "cancelled")
        flow.answer(Done())

        assert error(flow) is interrupt

    def test_a_flow_that_is_given_up_takes_no_more_steps(self) -> None:
        flow = stepped()
        flow.flow.close()
        with pytest.raises(StopIteration):
            next(flow.flow)
