"""How a request ended, and who said so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

__all__ = ["Choice", "Outcome", "Verdict", "Vote"]

Choice = Literal["approve", "deny"]
Outcome = Literal["approved", "denied", "expired", "cancelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """One reviewer's answer. ``team_id`` and ``user_id`` identify the person; names do not.

    ``number_matched``: the reviewer stated the number that was shown where the agent runs.
    """

    choice: Choice
    user_id: str
    team_id: str | None = None
    at: datetime | None = None
    comment: str | None = None
    number_matched: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How a request ended. Only an ``approved`` one approves.

    ``reason`` is a sentence for the log and the agent, ``comment`` what the deciding reviewer
    wrote. ``approver`` names who was asked (``"slack"``, ``"terminal"``); ``note`` says why that
    one, when it was not the first choice. ``request_id`` is set when the question was asked under
    another id than the one the approver was given, as when an earlier run's request is taken up.
    ``valid_until``: when an approval stops being one, in ``time.monotonic()`` seconds; without it,
    when the policy's timeout has passed since the question. ``edits``: the values with which the
    call is approved instead of those it was made with, by argument; only arguments that are marked
    ``Editable``. ``receipt`` is whatever the approver wants to be handed back when it is told what
    became of the call; nobody else reads it.
    """

    outcome: Outcome
    reason: str
    approver: str = ""
    votes: tuple[Vote, ...] = ()
    comment: str | None = None
    decided_at: datetime | None = None
    note: str | None = None
    request_id: str | None = None
    channel: str | None = None
    message_ts: str | None = None
    valid_until: float | None = None
    facts: dict[str, str] = field(default_factory=dict)
    edits: Mapping[str, Any] = field(default_factory=dict)
    receipt: object = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.outcome not in ("approved", "denied", "expired", "cancelled"):
            raise ValueError(f"outcome is {self.outcome!r}: not one of the four a request can have")
        if not isinstance(self.reason, str) or not self.reason.strip():
            raise ValueError("a verdict needs a reason")
        if not isinstance(self.edits, Mapping) or not all(isinstance(n, str) for n in self.edits):
            raise ValueError("edits are neither none nor values by the names of arguments")
        object.__setattr__(self, "edits", dict(self.edits))

    @property
    def approved(self) -> bool:
        """Whether the call may run."""
        return self.outcome == "approved"

    def __bool__(self) -> bool:
        # Somebody will write `if approver.approve(...)`: a denial must not read as a yes there.
        return self.approved
