"""Slack's bad days: what will fail next, how slow it is, and the rate limits. Pure.

Limits: docs.slack.dev, "Rate limits" (tiers) and each method's page.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from .answers import FaultKind

__all__ = ["Fault", "RateLimits", "Weather"]

ANY = "*"


@dataclass(frozen=True)
class Fault:
    """One failure to come. ``retry_after`` and ``seconds`` are seconds, ``error`` a Slack code."""

    kind: FaultKind
    retry_after: int = 1
    error: str = "internal_error"
    seconds: float = 60.0


class Weather:
    """Faults to come, by method, and how late answers are."""

    def __init__(self) -> None:
        self._faults: defaultdict[str, deque[Fault]] = defaultdict(deque)
        self._seconds: dict[str, float] = {}

    def forecast(self, method: str, fault: Fault, times: int) -> None:
        """Let the next ``times`` calls of this method (``*``: of any) meet this fault."""
        self._faults[method].extend([fault] * times)

    def slow_down(self, method: str, seconds: float) -> None:
        """Answer this method (``*``: every one) late from now on."""
        self._seconds[method] = seconds

    def next_fault(self, method: str) -> Fault | None:
        """Use up the fault that this call meets, if any."""
        for name in (method, ANY):
            if self._faults[name]:
                return self._faults[name].popleft()
        return None

    def delay(self, method: str) -> float:
        """How many seconds late this method answers."""
        return self._seconds.get(method, self._seconds.get(ANY, 0.0))


@dataclass(frozen=True)
class _Limit:
    per_minute: float
    burst: float
    per_channel: bool = False


def _minute(count: float) -> _Limit:
    return _Limit(count, burst=count)


_LIMITS: dict[str, _Limit] = {
    "chat.postMessage": _Limit(60, burst=3, per_channel=True),
    "chat.update": _minute(50),
    "chat.delete": _minute(50),
    "chat.postEphemeral": _minute(100),
    "conversations.history": _minute(50),
    "conversations.info": _minute(50),
    "conversations.list": _minute(20),
    "conversations.members": _minute(100),
    "conversations.open": _minute(50),
    "conversations.replies": _minute(50),
    "usergroups.list": _minute(20),
    "usergroups.users.list": _minute(20),
    "users.info": _minute(100),
    "users.list": _minute(20),
    "views.open": _minute(100),
    "views.publish": _minute(100),
    "views.push": _minute(100),
    "views.update": _minute(100),
}


@dataclass
class RateLimits:
    """A bucket for each method (for messages: each channel) that fills at the method's rate."""

    clock: Callable[[], float]
    on: bool = False
    limits: dict[str, _Limit] = field(default_factory=lambda: dict(_LIMITS))
    _buckets: dict[tuple[str, str], tuple[float, float]] = field(default_factory=dict)

    def tighten(self, method: str, per_minute: float) -> None:
        """Set the limit of one method."""
        self.limits[method] = _minute(per_minute)
        self._buckets = {key: level for key, level in self._buckets.items() if key[0] != method}

    def retry_after(self, method: str, channel: str) -> int | None:
        """Count one call; ``None`` when it may pass, else the whole seconds to wait."""
        limit = self.limits.get(method)
        if not self.on or limit is None:
            return None
        key = (method, channel if limit.per_channel else "")
        now, per_second = self.clock(), limit.per_minute / 60
        level, filled_at = self._buckets.get(key, (limit.burst, now))
        level = min(limit.burst, level + (now - filled_at) * per_second)
        if level < 1:
            self._buckets[key] = (level, now)
            return max(1, math.ceil((1 - level) / per_second))
        self._buckets[key] = (level - 1, now)
        return None
