"""Guarded calls from end to end, with parts in memory: blocking, awaiting and threaded alike."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest

from sudoagent import (
    ApprovalCancelled,
    ApprovalDenied,
    ApprovalError,
    ApprovalExpired,
    ApproverUnavailable,
    AuditLogError,
    Context,
    PolicyError,
    PolicyResult,
    Verdict,
)
from support.parts import ALLOW, DENY, Answers, Asks, Log, Says, Till, Way, asking, engine, raising


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


def test_asking_again_after_a_failed_call_is_another_question(log: Log) -> None:
    approver = Answers()
    sudo = engine(Asks(), approver, log)
    for _ in range(2):
        with pytest.raises(ValueError, match="boom"):
            sudo.execute(raising(ValueError("boom")))

    assert len(set(approver.asked)) == 2
