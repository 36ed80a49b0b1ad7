"""What the flow of a guarded call asks its driver to do, and what it is told.

Answers are values: a ``Failed`` carries an exception without raising it, because an exception
thrown into a generator is changed on its way (``StopIteration`` becomes ``RuntimeError``).

Every call makes about a dozen of these: as structs, they cost a fifth of what dataclasses do.
"""

from __future__ import annotations

from typing import Any

import msgspec

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


class Gate(msgspec.Struct, frozen=True):
    """Ask whether this engine is frozen. Answer: a sentence, or ``None`` when it may go on."""

    decision: str


class Evaluate(msgspec.Struct, frozen=True):
    """Ask the policy."""

    ctx: Context


class Ask(msgspec.Struct, frozen=True):
    """Ask the approver."""

    ctx: Context
    result: PolicyResult
    request_id: str


class Record(msgspec.Struct, frozen=True):
    """Write an entry to the audit log."""

    entry: AuditEntry


class Run(msgspec.Struct, frozen=True):
    """Call the function. The only step after which something has happened in the world."""


class Report(msgspec.Struct, frozen=True):
    """Tell the approver what became of the call that it approved. Nothing depends on the answer.

    ``seconds`` is how long the function ran, ``None`` when it was not begun.
    """

    verdict: Verdict
    request_id: str
    outcome: str
    seconds: float | None
    error: str | None


Step = Gate | Evaluate | Ask | Record | Run | Report


class Done(msgspec.Struct, frozen=True):
    """The step succeeded with this value. As the end of a flow: return it."""

    value: Any = None


class Failed(msgspec.Struct, frozen=True):
    """The step raised this. As the end of a flow: raise it."""

    error: BaseException


Answer = Done | Failed
Ending = Done | Failed
