"""Things that may be used so many times within so many seconds. Pure; the clock is injected.

A ``trigger_id`` lives 3 s and opens one view; a ``response_url`` lives 30 min and takes 5 messages;
a Socket Mode ticket lives 30 s and opens one connection. (docs.slack.dev, "Handling user
interaction" and "Using Socket Mode".)
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

__all__ = ["PassRefusedError", "Passes"]

T = TypeVar("T")


class PassRefusedError(LookupError):
    """The name is not good (any more); ``why`` says in which way."""

    def __init__(self, why: Literal["unknown", "expired", "used"]) -> None:
        super().__init__(why)
        self.why = why


@dataclass
class _Pass(Generic[T]):
    about: T
    expires_at: float
    uses_left: int


class Passes(Generic[T]):
    """Issues names that stand for something, and takes each of them back ``uses`` times.

    ``life`` is in seconds and may be changed; names issued before keep the life they had.
    """

    def __init__(
        self, clock: Callable[[], float], *, life: float, uses: int = 1, prefix: str = ""
    ) -> None:
        self._clock = clock
        self._issued: dict[str, _Pass[T]] = {}
        self.life = life
        self._uses = uses
        self._prefix = prefix

    def issue(self, about: T) -> str:
        """Return a new name that nobody can guess."""
        name = f"{self._prefix}{secrets.token_hex(16)}"
        self._issued[name] = _Pass(about, self._clock() + self.life, self._uses)
        return name

    def take(self, name: str) -> T:
        """Use it once and return what it stands for. Raises ``PassRefusedError``."""
        found = self._issued.get(name)
        if found is None:
            raise PassRefusedError("unknown")
        if self._clock() > found.expires_at:
            raise PassRefusedError("expired")
        if found.uses_left == 0:
            raise PassRefusedError("used")
        found.uses_left -= 1
        return found.about
