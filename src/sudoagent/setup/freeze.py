"""Whether guarded calls may run. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from ..review.store import FreezeState
from .result import Check, good, warning

__all__ = ["check_freeze"]


def check_freeze(state: FreezeState) -> Check:
    """Judge the freeze switch."""
    if not state.frozen:
        return good("freeze", "guarded calls may run")
    since = datetime.fromtimestamp(state.at / 1000, UTC).isoformat(timespec="seconds")
    told = f"frozen since {since} by {state.by}: {state.reason}. Nothing that is guarded runs"
    return warning("freeze", told, "`sudoagent unfreeze`, when the reason is gone")
