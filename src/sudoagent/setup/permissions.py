"""Whether the app has the scopes that the settings need, and no more than sudoagent uses. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from .result import Check, failed, good, skipped, warning
from .scopes import DEFAULTS, FEATURES, PURPOSES, Feature, scopes_for
from .settings import Setup

__all__ = ["check_scopes", "needed_features"]


def needed_features(setup: Setup) -> tuple[Feature, ...]:
    """Return the features that these settings cannot do without."""
    needed: list[Feature] = []
    if any(reviewer.startswith("S") for reviewer in setup.reviewers):
        needed.append("groups")
    if setup.admins:
        needed.append("commands")
    if setup.channel and setup.channel.startswith(("U", "W", "D")):
        needed.append("dms")
    return tuple(needed)


def check_scopes(granted: frozenset[str] | None, setup: Setup) -> tuple[Check, ...]:
    """Compare the token's scopes (``None``: not known) with what the settings need."""
    if granted is None:
        return (skipped("scopes", "Slack did not say which scopes the token has"),)
    needed = needed_features(setup)
    missing = [scope for scope in scopes_for(needed) if scope not in granted]
    if missing:
        told = "; ".join(f"{scope} ({PURPOSES[scope]})" for scope in missing)
        return (failed("scopes", f"the app lacks {told}", _cure(missing, needed)),)
    checks = [good("scopes", f"the app has all {len(scopes_for(needed))} that these settings need")]
    surplus = granted - PURPOSES.keys()
    if surplus:
        told = f"the token may do more than sudoagent ever needs: {_list(surplus)}"
        cure = "take them away under OAuth & Permissions, then reinstall: a stolen token does less"
        checks.append(warning("scopes", told, cure))
    if not granted & set(FEATURES["recovery"][1]):
        told = (
            "without channels:history a call is denied when Slack's answer to its message is lost"
        )
        checks.append(skipped("recovery", told, "`sudoagent slack manifest --with recovery`"))
    return tuple(checks)


def _cure(missing: Iterable[str], needed: Iterable[Feature]) -> str:
    options = "".join(f" --with {feature}" for feature in needed if feature not in DEFAULTS)
    return (
        f"on your Slack app's page, OAuth & Permissions → Bot Token Scopes, add {_list(missing)}, "
        f"or paste what `sudoagent slack manifest{options}` prints under App Manifest; then "
        "Reinstall to Workspace"
    )


def _list(scopes: Iterable[str]) -> str:
    return ", ".join(sorted(scopes))
