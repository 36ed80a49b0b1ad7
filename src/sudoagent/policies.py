"""What may happen to a call: decisions, the rules that lead to them, and two ready policies."""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol, runtime_checkable

from .follow_up import FollowUp

if TYPE_CHECKING:
    from .context import Context

__all__ = [
    "AllowAllPolicy",
    "AllowFor",
    "Decision",
    "DenyAllPolicy",
    "DenyReason",
    "Policy",
    "PolicyResult",
    "Risk",
]

Risk = Literal["low", "medium", "high"]
DenyReason = Literal["optional", "required"]

# As Slack writes a message's timestamp, which is its name within the channel.
_MESSAGE_TS = re.compile(r"[0-9]{1,12}\.[0-9]{4,6}")

# More than any deadline; milliseconds since the epoch stay exact in every reader of JSON.
_LONGEST_TIMEOUT = 100 * 366 * 24 * 3600
_LONGEST_ALLOWANCE = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowFor:
    """Lets a reviewer approve a call and others like it for a while, without being asked again.

    A call is like it when action, agent, requester, environment, policy and the policy's rules are
    the same, and so are the arguments named in ``same``, each with the very same value; all others
    may differ. The policy still judges every call first. ``seconds`` are counted from the
    reviewer's click. ``high_risk`` offers it for calls of high risk, too. It is for requests that
    one reviewer decides.

    Raises ``ValueError`` for less than a second, more than a day, and for no argument at all.
    """

    seconds: int
    same: Sequence[str]
    high_risk: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "seconds", _whole_seconds(self.seconds))
        object.__setattr__(self, "same", _bound(self.same))
        if not isinstance(self.high_risk, bool):
            raise ValueError("high_risk is neither True nor False")


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
    ``follow_up``: what happens while nobody answers. ``direct``: the request goes to each reviewer
    as a direct message; not to a channel, unless one is named beside it. ``thread``: the timestamp
    of a message in ``channel`` (``"1700000000.000100"``), in whose thread the request is posted.
    ``allow_for``: offer to allow calls like this one for a while (see ``AllowFor``).

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
    allow_for: AllowFor | None = None
    follow_up: FollowUp | None = None
    direct: bool = False
    thread: str | None = None

    def __post_init__(self) -> None:
        if type(self.decision) is not Decision:
            object.__setattr__(self, "decision", _decision(self.decision))
        if not _is_text(self.reason):
            raise ValueError("PolicyResult needs a reason: a sentence for the log and the reviewer")
        self._check_who()
        self._check_how()

    def _check_who(self) -> None:
        if self.reviewers is not None:
            object.__setattr__(self, "reviewers", _names(self.reviewers))
        _check_count("quorum", self.quorum)
        _check_count("deny_quorum", self.deny_quorum)
        if self.channel is not None and not _is_text(self.channel):
            raise ValueError("channel is empty: name a channel or leave it out")
        _check_thread(self.thread, self.channel)

    def _check_how(self) -> None:
        if self.highlight != ():
            object.__setattr__(self, "highlight", _highlighted(self.highlight))
        if self.timeout is not None:
            check_timeout(self.timeout)
        if self.risk not in (None, "low", "medium", "high"):
            raise ValueError(f"risk is {self.risk!r}: use 'low', 'medium' or 'high'")
        _check_switch("allow_uninspectable", self.allow_uninspectable)
        _check_switch("number_match", self.number_match)
        _check_switch("direct", self.direct)
        if self.deny_reason not in (None, "optional", "required"):
            raise ValueError(f"deny_reason is {self.deny_reason!r}: use 'optional' or 'required'")
        check_follow_up(self.follow_up, self.timeout)
        if self.allow_for is not None and type(self.allow_for) is not AllowFor:
            raise ValueError("allow_for is no AllowFor: give AllowFor(seconds=..., same=(...,))")


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
        return _ALLOWED


class DenyAllPolicy:
    """Denies every call."""

    def evaluate(self, ctx: Context) -> PolicyResult:
        """Deny."""
        return _DENIED


def check_timeout(seconds: float) -> float:
    """Return ``seconds`` when it is a time a person could be given, else raise ``ValueError``."""
    real = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not real or not 0 < seconds <= _LONGEST_TIMEOUT:
        raise ValueError(
            f"timeout is {seconds!r}: give a positive number of seconds, at most a century"
        )
    return float(seconds)


def check_follow_up(follow_up: FollowUp | None, timeout: float | None) -> FollowUp | None:
    """Return the follow-up when it fits the time-out (seconds), else raise ``ValueError``."""
    if follow_up is not None and not isinstance(follow_up, FollowUp):
        raise ValueError("follow_up is neither None nor a FollowUp")
    if follow_up is not None and timeout is not None:
        follow_up.check_before(timeout)
    return follow_up


def _check_thread(thread: str | None, channel: str | None) -> None:
    if thread is None:
        return
    if not isinstance(thread, str) or _MESSAGE_TS.fullmatch(thread) is None:
        raise ValueError(f"thread is {thread!r}: give a message's ts, like '1700000000.000100'")
    if channel is None:
        raise ValueError("thread names a message of a channel: name the channel, too")


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


def _whole_seconds(seconds: object) -> int:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise ValueError(f"seconds is {seconds!r}: give a number")
    if 1 <= seconds <= _LONGEST_ALLOWANCE and seconds == int(seconds):
        return int(seconds)
    raise ValueError(f"seconds is {seconds!r}: give whole seconds, from 1 to a day's 86400")


def _bound(names: Sequence[str]) -> tuple[str, ...]:
    # An allowance that no argument binds would be a standing yes to whatever the agent thinks of.
    if isinstance(names, str):
        raise ValueError("same is one string: give a list of argument names")
    bound = tuple(names)
    if not bound or not all(map(_is_text, bound)) or len(set(bound)) != len(bound):
        raise ValueError("same names no arguments, or one twice: name those that must not change")
    return bound


def _highlighted(names: Sequence[str]) -> tuple[str, ...]:
    if isinstance(names, str):
        raise ValueError("highlight is one string: give a list of argument names")
    return tuple(names)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _check_switch(name: str, value: object) -> None:
    if value is not True and value is not False:
        raise ValueError(f"{name} is neither True nor False")


def _check_count(name: str, value: int | None) -> None:
    if value is None:
        return
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{name} is {value!r}: give a whole number of at least 1")


_ALLOWED = PolicyResult(decision=Decision.ALLOW, reason="everything is allowed")
_DENIED = PolicyResult(decision=Decision.DENY, reason="everything is denied")
