"""The first approver that can be reached; nobody is asked twice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest

from sudoagent import (
    ApprovalDenied,
    ApprovalError,
    ApprovalExpired,
    ApproverUnavailable,
    ConfigurationError,
    FallbackApprover,
    InteractiveApprover,
    SudoEngine,
    Verdict,
)
from support.parts import Answers, Asks, Log, Way, engine
from support.terminal import Screen


class Unreachable(Answers):
    """Nobody can be asked here."""

    def __init__(self, reason: str = "Slack cannot be reached", **attributes: object) -> None:
        super().__init__(ApproverUnavailable(reason), **attributes)


class Awaits(Answers):
    """Its ``approve`` must not be used by an awaiting call."""

    async def aapprove(self, *asked: Any) -> Any:
        await asyncio.sleep(0)
        return super().approve(*asked)

    def approve(self, *asked: Any) -> Any:
        raise AssertionError("it would block the event loop")


def asks(log: Log, *approvers: Any) -> SudoEngine:
    return engine(Asks(), FallbackApprover(*approvers), log)


class TestFallingBack:
    def test_the_next_one_is_asked_and_the_entry_says_why(self, way: Way) -> None:
        log, second = Log(), Answers(True)

        assert way.call(asks(log, Unreachable(), second), lambda: "paid") == "paid"

        metadata = log.entries[0].metadata
        assert metadata["approver"] == "Answers"
        assert metadata["approver_note"] == "fell back because Slack cannot be reached"
        assert second.asked == [log.entries[0].request_id]

    def test_a_no_of_the_next_one_is_a_no(self, way: Way) -> None:
        log = Log()
        with pytest.raises(ApprovalDenied):
            way.call(asks(log, Unreachable(), Answers(False)), lambda: "paid")
        assert log.entries[0].metadata["approver_note"].startswith("fell back because")

    def test_a_verdict_keeps_what_it_says(self, way: Way) -> None:
        log = Log()
        verdict = Verdict(outcome="approved", reason="fine", approver="pager", comment="ok")
        way.call(asks(log, Unreachable("a"), Unreachable("b"), Answers(verdict)), lambda: None)

        metadata = log.entries[0].metadata
        assert (metadata["approver"], metadata["comment"]) == ("pager", "ok")
        assert metadata["approver_note"] == "fell back because a; fell back because b"

    def test_without_a_need_nobody_else_is_asked(self, way: Way) -> None:
        log, second = Log(), Answers(True)
        way.call(asks(log, Answers(True), second), lambda: None)

        assert second.asked == []
        assert "approver_note" not in log.entries[0].metadata

    def test_when_nobody_can_be_asked_all_the_reasons_are_told(self, way: Way) -> None:
        log = Log()
        with pytest.raises(ApproverUnavailable) as denied:
            way.call(asks(log, Unreachable("a"), Unreachable("b")), lambda: None)

        assert denied.value.reason == "nobody could be asked: a; then b"
        assert isinstance(denied.value, ApprovalDenied)
        assert log.story == [("decision", "deny")]

    def test_it_is_logged(self, way: Way, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.INFO, "sudoagent"):
            way.call(asks(Log(), Unreachable(), Answers(True)), lambda: None)

        assert "falling back: Slack cannot be reached" in caplog.text


class TestNotFallingBack:
    @pytest.mark.parametrize(
        ("answer", "kind"),
        [
            (False, ApprovalDenied),
            (Verdict(outcome="denied", reason="no"), ApprovalDenied),
            (Verdict(outcome="expired", reason="no"), ApprovalExpired),
            (ApprovalDenied("no"), ApprovalDenied),
            (ApprovalExpired("no"), ApprovalExpired),
            (ApprovalError("the message was posted, then Redis went away"), ApprovalError),
            (ConnectionError("after the message was posted"), ApprovalError),
            (KeyboardInterrupt(), KeyboardInterrupt),
            ("yes", ApprovalError),
            (None, ApprovalError),
            (1, ApprovalError),
        ],
        ids=repr,
    )
    def test_whoever_may_have_been_asked_is_the_only_one(
        self, way: Way, answer: Any, kind: type[BaseException]
    ) -> None:
        second = Answers(True)
        with pytest.raises(kind):
            way.call(asks(Log(), Answers(answer), second), lambda: None)
        assert second.asked == []


class TestAsOne:
    def test_awaiting_calls_await(self) -> None:
        for approvers in ((Awaits(True), Answers(False)), (Unreachable(), Awaits(True))):
            assert asyncio.run(asks(Log(), *approvers).aexecute(lambda: 5)) == 5

    def test_they_nest(self, way: Way) -> None:
        nested = FallbackApprover(Unreachable("a"), Unreachable("b"))

        assert way.call(asks(Log(), nested, Answers(True)), lambda: 5) == 5

    def test_key_gate_and_pauses_are_those_of_its_approvers(self) -> None:
        gate = object()
        both = FallbackApprover(
            Answers(suspends=(KeyError,)),
            Answers(digest_key=b"key", gate=gate, suspends=(OSError,)),
        )
        neither = FallbackApprover(Answers(), Answers())

        assert (both.digest_key, both.gate, both.suspends) == (b"key", gate, (KeyError, OSError))
        assert (neither.digest_key, neither.gate, neither.suspends) == (None, None, ())

    @pytest.mark.parametrize(
        "approvers",
        [
            (),
            (Answers(),),
            (Answers(), None),
            (Answers(), InteractiveApprover),
            (object(), Answers()),
        ],
        ids=["none", "one", "None", "class", "object"],
    )
    def test_what_cannot_work_is_refused_at_once(self, approvers: Any) -> None:
        with pytest.raises(ConfigurationError):
            FallbackApprover(*approvers)


def test_it_says_so_on_the_screen(in_terminal: Callable[..., Screen]) -> None:
    screen = in_terminal(
        """
        from sudoagent import *

        class Slack:
            def approve(self, *_):
                raise ApproverUnavailable("Slack is not set up [red]\\x1b[2J")

        class Asks:
            def evaluate(self, ctx):
                return PolicyResult(decision=Decision.REQUIRE_APPROVAL, reason="large")

        class Log:
            def log(self, entry):
                print("LOG", entry.metadata.get("approver"), entry.metadata.get("approver_note"))

        approver = FallbackApprover(Slack(), InteractiveApprover())
        sudo = SudoEngine(policy=Asks(), approver=approver, logger=Log())
        print("ENDED", sudo.execute(lambda: "paid"))
        """
    )
    shown = screen.until("n why not]")
    screen.type("y")
    screen.end()

    assert "sudoagent falls back: Slack is not set up [red]\\x1b[2J" in " ".join(shown.split())
    assert "LOG terminal fell back because Slack is not set up" in screen.shown
    assert "ENDED paid" in screen.shown
