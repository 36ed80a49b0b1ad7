"""Counting calls: how they were decided, by whom, and how long that took."""

from __future__ import annotations

import statistics as numbers
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from .query import votes
from .record import Record

__all__ = ["ActionCount", "Statistics", "collect", "is_asked_about", "seconds_to_decide"]


@dataclass(slots=True)
class ActionCount:
    """The calls of one action."""

    allowed: int = 0
    denied: int = 0
    asked: int = 0
    failed: int = 0
    unfinished: int = 0
    waits: list[float] = field(default_factory=list)  # seconds until a person had decided

    @property
    def calls(self) -> int:
        """How many decisions there were."""
        return self.allowed + self.denied

    @property
    def denied_share(self) -> float:
        """The part of the calls that was denied, from 0 to 1."""
        return self.denied / self.calls if self.calls else 0.0

    @property
    def median_wait(self) -> float | None:
        """Seconds until half of the asked calls were decided."""
        return numbers.median(self.waits) if self.waits else None


@dataclass(slots=True)
class Statistics:
    """What a log says in numbers. ``days`` counts (allowed, denied) by UTC day."""

    actions: dict[str, ActionCount] = field(default_factory=lambda: defaultdict(ActionCount))
    days: dict[str, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    reviewers: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    recoveries: int = 0

    @property
    def total(self) -> ActionCount:
        """The calls of all actions together."""
        total = ActionCount()
        for one in self.actions.values():
            total.allowed += one.allowed
            total.denied += one.denied
            total.asked += one.asked
            total.failed += one.failed
            total.unfinished += one.unfinished
            total.waits += one.waits
        return total


def collect(records: Iterable[Record]) -> Statistics:
    """Count what is in the entries."""
    found = Statistics()
    running: dict[str, str] = {}
    for record in records:
        if record.event == "decision":
            _decision(found, record)
            if record.awaits_outcome and record.request_id is not None:
                running[record.request_id] = record.action or ""
        elif record.event == "outcome":
            running.pop(record.request_id or "", None)
            if record.outcome != "success":
                found.actions[record.action or ""].failed += 1
        elif record.event == "recovery":
            found.recoveries += 1
    for action in running.values():
        found.actions[action].unfinished += 1
    return found


def seconds_to_decide(record: Record) -> float | None:
    """Return how long people took, from the Slack message (or ``asked_at``) to the decision."""
    asked = record.metadata.get("asked_at")
    posted = record.metadata.get("slack_message_ts")
    decided = record.metadata.get("decided_at") or record.timestamp
    try:
        end = datetime.fromisoformat(str(decided)).timestamp()
        start = datetime.fromisoformat(asked).timestamp() if asked else float(posted or "")
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0.0, end - start)


def is_asked_about(record: Record) -> bool:
    """Whether somebody was asked about this very call; not so when it was allowed for a while."""
    known = record.metadata
    return known.get("policy_decision") == "require_approval" and "grant_request_id" not in known


def _decision(found: Statistics, record: Record) -> None:
    count = found.actions[record.action or ""]
    allowed = record.decision == "allow"
    count.allowed += allowed
    count.denied += not allowed
    found.days[record.timestamp[:10]][not allowed] += 1
    if is_asked_about(record):
        count.asked += 1
        wait = seconds_to_decide(record)
        if wait is not None:
            count.waits.append(wait)
    for vote in votes(record):
        found.reviewers[str(vote.get("user_id"))][str(vote.get("choice"))] += 1
