"""What the flow of a guarded call asks its driver to do, and what it is told.

Answers are values: a ``Failed`` carries an exception without raising it, because an exception
thrown into a generator is changed on its way (``StopIteration`` becomes ``RuntimeError``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .audit import AuditEntry
from .context import Context
from .policies import PolicyResult
from .verdict import Verdict

__all__ = [
    "Answer",
    "Ask",
    "Done",
    "Ending",
    "Evaluate",
    "Failed",
    "Gate",
    "Record",
    "Report",
    "Run",
    "Step",
]


@dataclass(frozen=True, slots=True)
class Gate:
    """Ask whether this engine is frozen. Answer: a sentence, or ``None`` when it may go on."""

    decision: str


@dataclass(frozen=True, slots=True)
class Evaluate:
    """Ask the policy."""

    ctx: Context


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask the approver."""

    ctx: Context
    result: PolicyResult
    request_id: str


@dataclass(frozen=True, slots=True)
class Record:
    """Write an entry to the audit log."""

    entry: AuditEntry


@dataclass(frozen=True, slots=True)
class Run:
    """Call the function. The only step after which something has happened in the world."""


@dataclass(frozen=True, slots=True)
class Report:
    """Tell the approver what became of the call that it approved. Nothing depends on the answer.

    ``seconds`` is how long the function ran, ``None`` when it was not begun.
    """

    verdict: Verdict
    request_id: str
    outcome: str
    seconds: float | None
    error: str | None


Step = Gate | Evaluate | Ask | Record | Run | Report


@dataclass(frozen=True, slots=True)
class Done:
    """The step succeeded with this value. As the end of a flow: return it."""

    value: Any = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The step raised this. As the end of a flow: raise it."""

    error: BaseException


Answer = Done | Failed
Ending = Done | Failed
