"""How what people do reaches the app: a seam with two sides, Socket Mode and HTTP mode."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple, Protocol

__all__ = ["Courier", "Delivery", "EnvelopeKind"]

EnvelopeKind = Literal["interactive", "slash_commands", "events_api"]


class Delivery(NamedTuple):
    """How it fared. ``missed`` says why it was not acknowledged in time."""

    missed: str | None
    seconds: float
    response: dict[str, Any] | None = None


class Courier(Protocol):
    """Takes one payload to the app and waits for the acknowledgement, three seconds at most."""

    async def deliver(
        self, kind: EnvelopeKind, payload: Mapping[str, Any], *, accepts_response: bool = False
    ) -> Delivery:
        """Deliver; never raises for what the app does."""
        ...
