"""Whether this machine's clock agrees with Slack's. Pure."""

from __future__ import annotations

from .result import Check, failed, good, skipped, warning

__all__ = ["check_clock"]

_TOLERATED = 5.0
# A message whose answer was lost is looked for in the last two minutes, and in HTTP mode Slack's
# deliveries count for five.
_USELESS = 120.0
_CURE = "let the machine's clock be set from the network: timedatectl set-ntp true"


def check_clock(ahead: float | None) -> Check:
    """Judge by how many seconds the clock is ahead of Slack's; ``None``: that is not known."""
    if ahead is None:
        return skipped("clock", "Slack did not say what time it is")
    way = "ahead of" if ahead > 0 else "behind"
    told = f"this machine's clock is {abs(ahead):.0f} s {way} Slack's"
    if abs(ahead) > _USELESS:
        return failed("clock", told, _CURE)
    if abs(ahead) > _TOLERATED:
        return warning("clock", told, _CURE)
    return good("clock", "this machine's clock agrees with Slack's")
