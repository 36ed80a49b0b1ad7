"""An approver is told what became of the call that it approved."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Any

import pytest

from sudoagent import (
    ApprovalDenied,
    ApproverUnavailable,
    ConfigurationError,
    FallbackApprover,
    Verdict,
)
from support.parts import Answers, Asks, Log, Says, Way, engine

YES = Verdict(outcome="approved", reason="fine", receipt="slip 7")


class Listens(Answers):
    """An approver that wants to know, and keeps what it is told."""

    def __init__(self, answer: object = YES, fails: BaseException | None = None) -> None:
        super().__init__(answer)
        self.fails = fails
        self.heard: list[tuple[Any, ...]] = []

    def completed(self, verdict: Verdict, request_id: str, *what: Any) -> None:
        self.heard.append((verdict, request_id, *what))
        if self.fails is not None:
            raise self.fails


def pay(amount: int) -> str:
    if amount < 0:
        raise ValueError(f"no such amount; password=hunter2hunter2 {amount}")
    return "paid"


def test_a_success_is_told_after_it_is_in_the_log(way: Way) -> None:
    log, story = Log(), []

    class Notes(Listens):
        def completed(self, verdict: Verdict, request_id: str, *what: Any) -> None:
            story.extend(log.story)
            super().completed(verdict, request_id, *what)

    approver = Notes()

    assert way.call(engine(Asks(), approver, log), pay, 1) == "paid"

    ((verdict, request_id, outcome, seconds, error),) = approver.heard
    assert (verdict.receipt, outcome, error) == ("slip 7", "success", None)
    assert request_id == log.entries[0].request_id
    assert seconds >= 0
    assert story == [("decision", "allow"), ("outcome", "success")]


def test_a_failure_is_told_without_secrets(way: Way) -> None:
    approver = Listens()

    with pytest.raises(ValueError, match="no such amount"):
        way.call(engine(Asks(), approver), pay, -1)

    ((_, _, outcome, _, error),) = approver.heard
    assert outcome == "error"
    assert "no such amount" in error
    assert "hunter2" not in error


@pytest.mark.parametrize("failure", [RuntimeError("secret"), ApprovalDenied("no")])
def test_an_approver_that_fails_when_it_is_told_changes_nothing(
    way: Way, failure: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    log = Log()

    with caplog.at_level(logging.WARNING):
        assert way.call(engine(Asks(), Listens(fails=failure), log), pay, 1) == "paid"

    assert log.story == [("decision", "allow"), ("outcome", "success")]
    assert type(failure).__name__ in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    ("policy", "answer"),
    [(Says(), YES), (Asks(), False), (Asks(), ApproverUnavailable("nobody"))],
    ids=["not asked", "denied", "unavailable"],
)
def test_nobody_is_told_of_what_he_did_not_approve(way: Way, policy: Any, answer: object) -> None:
    approver = Listens(answer)
    with contextlib.suppress(ApprovalDenied):
        way.call(engine(policy, approver), pay, 1)
    assert approver.heard == []


async def test_a_call_that_is_cancelled_while_it_runs_is_told() -> None:
    approver = Listens()
    running = asyncio.Event()

    @engine(Asks(), approver).guard()
    async def wait() -> None:
        running.set()
        await asyncio.sleep(60)

    task = asyncio.ensure_future(wait())
    await running.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    ((_, _, outcome, _, error),) = approver.heard
    assert (outcome, error) == ("cancelled", None)


def test_an_approver_that_must_be_awaited_is_refused() -> None:
    class Awaits(Answers):
        async def completed(self, *what: Any) -> None: ...

    with pytest.raises(ConfigurationError, match="completed"):
        engine(Asks(), Awaits())


class TestFallback:
    """The approver that answered is told, and it alone."""

    def test_the_second_is_told_when_the_second_answered(self, way: Way) -> None:
        first, second = Listens(ApproverUnavailable("away")), Listens()

        way.call(engine(Asks(), FallbackApprover(first, second)), pay, 1)

        assert first.heard == []
        ((verdict, _, outcome, _, _),) = second.heard
        assert (verdict.receipt, outcome) == ("slip 7", "success")
        assert verdict.note == "fell back because away"

    def test_through_every_level(self) -> None:
        away, answers = Listens(ApproverUnavailable("away")), Listens()
        nested = FallbackApprover(away, FallbackApprover(away, answers))

        engine(Asks(), nested).execute(pay, 1)

        assert away.heard == []
        assert [heard[0].receipt for heard in answers.heard] == ["slip 7"]

    def test_who_does_not_want_to_know_is_left_alone(self) -> None:
        first, second = Listens(ApproverUnavailable("away")), Answers(True)

        assert engine(Asks(), FallbackApprover(first, second)).execute(pay, 1) == "paid"
        assert first.heard == []

    def test_a_verdict_that_it_did_not_hand_out_is_nobodys(self) -> None:
        first, second = Listens(), Listens()

        FallbackApprover(first, second).completed(YES, "id", "success", 1.0, None)

        assert (first.heard, second.heard) == ([], [])
