"""What may happen to a call: decisions, the rules that lead to them, and two ready policies."""

from __future__ import annotations

import enum
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

if TYPE_CHECKING:
    from .context import Context

__all__ = [
    "AllowAllPolicy",
    "Decision",
    "DenyAllPolicy",
    "DenyReason",
    "Policy",
    "PolicyResult",
    "Risk",
]

Risk = Literal["low", "medium", "high"]
DenyReason = Literal["optional", "required"]


class Decision(enum.StrEnum):
    """What a policy says about a call."""

    ALLOW = "allow"
    DENY = "deny"
    REQUIRE_APPROVAL = "require_approval"


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyResult:
    """A policy's answer. What follows ``reason`` concerns approval and defaults to the approver's.

    ``reviewers``: Slack user ids (``U…``) and user-group ids (``S…``). ``quorum``: how many
    different reviewers must approve. ``deny_quorum``: how many denies end the request.
    ``timeout``: seconds until the request expires. ``channel``: where it is posted. ``highlight``:
    names of the arguments the policy acted on; they are shown first. ``allow_uninspectable``: ask
    even though an argument cannot be shown (an iterator, an open file, an opaque object); without
    it such a call is refused. ``number_match``: whoever approves must type the number that is shown
    where the agent runs. ``deny_reason``: whether a reviewer who denies must say why.

    Raises ``ValueError`` for an empty reason, an empty reviewer list or a limit that is none.
    """

    decision: Decision
    reason: str
    reviewers: Sequence[str] | None = None
    quorum: int | None = None
    deny_quorum: int | None = None
    timeout: float | None = None
    channel: str | None = None
    risk: Risk | None = None
    highlight: Sequence[str] = ()
    allow_uninspectable: bool = False
    number_match: bool = False
    deny_reason: DenyReason | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "decision", _decision(self.decision))
        if not _is_text(self.reason):
            raise ValueError("PolicyResult needs a reason: a sentence for the log and the reviewer")
        if self.reviewers is not None:
            object.__setattr__(self, "reviewers", _names(self.reviewers))
        object.__setattr__(self, "highlight", _highlighted(self.highlight))
        for name in ("quorum", "deny_quorum"):
            _check_count(name, getattr(self, name))
        if self.timeout is not None:
            check_timeout(self.timeout)
        if self.channel is not None and not _is_text(self.channel):
            raise ValueError("channel is empty: name a channel or leave it out")
        if self.risk not in (None, "low", "medium", "high"):
            raise ValueError(f"risk is {self.risk!r}: use 'low', 'medium' or 'high'")
        for name in ("allow_uninspectable", "number_match"):
            if not isinstance(getattr(self, name), bool):
                raise ValueError(f"{name} is neither True nor False")
        if self.deny_reason not in (None, "optional", "required"):
            raise ValueError(f"deny_reason is {self.deny_reason!r}: use 'optional' or 'required'")


@runtime_checkable
class Policy(Protocol):
    """Decides about a call. Must not change anything; may raise, which refuses the call."""

    def evaluate(self, ctx: Context) -> PolicyResult:
        """Say what may happen to this call."""
        ...


class AllowAllPolicy:
    """Allows every call. For trying things out, and for engines that only keep the log."""

    def evaluate(self, ctx: Context) -> PolicyResult:
        """Allow."""
        return PolicyResult(decision=Decision.ALLOW, reason="everything is allowed")


class DenyAllPolicy:
    """Denies every call."""

    def evaluate(self, ctx: Context) -> PolicyResult:
        """Deny."""
        return PolicyResult(decision=Decision.DENY, reason="everything is denied")


def check_timeout(seconds: float) -> float:
    """Return ``seconds`` when it is a time a person could be given, else raise ``ValueError``."""
    real = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not real or not 0 < seconds <= sys.float_info.max:
        raise ValueError(f"timeout is {seconds!r}: give a positive, finite number of seconds")
    return float(seconds)


def _decision(value: object) -> Decision:
    if isinstance(value, Decision):
        return value
    if isinstance(value, str) and value in tuple(Decision):
        return Decision(value)
    raise ValueError(f"decision is {value!r}: use Decision.ALLOW, DENY or REQUIRE_APPROVAL")


def _names(reviewers: Sequence[str]) -> tuple[str, ...]:
    if isinstance(reviewers, str):
        raise ValueError("reviewers is one string: give a list of Slack ids")
    names = tuple(reviewers)
    if not names or not all(map(_is_text, names)):
        raise ValueError("reviewers is empty: name at least one Slack user or user group id")
    return names


def _highlighted(names: Sequence[str]) -> tuple[str, ...]:
    if isinstance(names, str):
        raise ValueError("highlight is one string: give a list of argument names")
    return tuple(names)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _check_count(name: str, value: int | None) -> None:
    if value is None:
        return
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{name} is {value!r}: give a whole number of at least 1")
