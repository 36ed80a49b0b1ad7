"""Which bots listen, and whether they use the same signing key."""

from __future__ import annotations

from collections.abc import Mapping

from ..review.seal import Keyring
from .result import Check, failed, good, skipped

__all__ = ["check_bots"]

_CURE = "give agents and bots the same SUDOAGENT_SIGNING_KEY (or the same SLACK_BOT_TOKEN)"


def check_bots(
    bots: Mapping[str, tuple[str, ...]], keyring: Keyring | None, namespace: str
) -> tuple[Check, ...]:
    """Judge the bots that are present, each with the ids of the keys it accepts. Pure."""
    if not bots:
        told = f"no bot is listening in the namespace {namespace}: nobody can be asked"
        cure = (
            "start one, `sudoagent-bot`, with the same REDIS_URL, SUDOAGENT_NAMESPACE and "
            "SUDOAGENT_STATE_DIR; it says what keeps it from connecting"
        )
        return (failed("bots", told, cure), skipped("same key", "there is no bot to compare with"))
    count = "1 bot is" if len(bots) == 1 else f"{len(bots)} bots are"
    return (good("bots", f"{count} listening in the namespace {namespace}"), _keys(bots, keyring))


def _keys(bots: Mapping[str, tuple[str, ...]], keyring: Keyring | None) -> Check:
    if keyring is None:
        return skipped("same key", "there is no key here to compare with")
    ours = keyring.key_ids
    for bot, theirs in bots.items():
        if theirs and ours[0] not in theirs:
            told = f"bot {bot[:8]} does not accept the key {ours[0]} that signs requests here"
            return failed("same key", f"{told}, so it refuses every click", _CURE)
        if theirs and theirs[0] not in ours:
            told = f"bot {bot[:8]} signs votes with the key {theirs[0]}, which is not accepted here"
            return failed("same key", told, _CURE)
    silent = sum(not theirs for theirs in bots.values())
    if silent == len(bots):
        return skipped("same key", "the bots do not say which key they use: `--post` finds out")
    return good("same key", f"library and bots sign with keys that both accept ({ours[0]})")
