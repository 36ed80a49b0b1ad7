"""How fast Slack may be asked."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["Pace"]


class Pace:
    """When the next call may be made. ``clock`` counts seconds.

    ``burst`` of them may come at once after a quiet while; idle time beyond that is not saved up.
    """

    def __init__(
        self, a_minute: float, clock: Callable[[], float] = time.monotonic, *, burst: int = 1
    ) -> None:
        self._seconds = 60.0 / a_minute
        self._ahead = self._seconds * (burst - 1)
        self._clock = clock
        self._next = clock()

    def wait(self) -> float:
        """Return the seconds until the next one; 0: now."""
        return max(0.0, self._next - self._ahead - self._clock())

    def spend(self, sharing: int = 1) -> None:
        """Count one. ``sharing``: how many bots work at this pace together."""
        self._next = max(self._next, self._clock()) + self._seconds * max(sharing, 1)

    def pause(self, seconds: float) -> None:
        """Let none happen for so many seconds."""
        self._next = max(self._next, self._clock() + seconds + self._ahead * (seconds > 0))
