"""The flow of a guarded call, stepped by hand: no engine, no approver, no disk."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sudoagent import (
    Context,
)
from sudoagent._account import Account
from sudoagent._flow import Flow, guarded_call
from sudoagent._steps import Answer, Done, Failed, Record, Report
from sudoagent.redaction import Redactor

__all__ = ["ID", "NOW", "Pause", "Stepped", "account", "error", "recorded", "stepped", "told"]

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
