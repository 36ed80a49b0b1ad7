"""Allowing for a while: which calls a reviewer's grant covers, and what proves it. Pure.

A grant is no record of its own: it is a request that offered it and the sealed vote that took the
offer up. What Redis adds (which request a key leads to, whether it was revoked) can only take away.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..digest import fingerprint
from .recount import opened_request, tally
from .request import Request, SignedVote
from .seal import BadSeal, Keyring

if TYPE_CHECKING:
    from .store.replies import StoredReview

__all__ = ["Grant", "Scope", "check_covers", "grant_key", "opened_grant"]

_DOMAIN = b"sudoagent grant v1:"
# The server's clock gave the moment of the vote; after a failover it may be another clock.
_CLOCKS_APART_MS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Everything that has to be the same in two calls for one grant to cover both.

    ``policy`` is its identity, ``rules`` what it asked for: a stricter question is another one.
    ``arguments`` are the bound ones with their real values, none of them uninspectable.
    """

    namespace: str
    action: str
    agent: str
    requester: str | None
    environment: str | None
    policy: tuple[str, str]
    rules: tuple[object, ...]
    seconds: int
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Grant:
    """A proven grant. ``until``: milliseconds by the server's clock."""

    request: Request
    vote: SignedVote
    until: int

    @property
    def key(self) -> str:
        """What leads to it: the same for all calls that it covers."""
        assert self.request.offer is not None
        return self.request.offer.key

    @property
    def ends(self) -> datetime:
        """When it ends by itself."""
        return datetime.fromtimestamp(self.until / 1000, UTC)


def grant_key(keyring: Keyring, scope: Scope) -> str:
    """Return the key that calls of one scope share: 64 hexadecimal characters.

    Keyed, so that whoever reads Redis cannot try out likely arguments against it, and made with the
    signing secret alone: a grant of a former key covers nothing.
    """
    parts = {name: getattr(scope, name) for name in Scope.__slots__}
    # No two different scopes are encoded alike: every piece carries its type and its length.
    message = _DOMAIN + fingerprint(parts).encoded
    return hmac.digest(keyring.derive("grant"), message, "sha256").hex()


def opened_grant(stored: StoredReview, keyring: Keyring, namespace: str) -> Grant:
    """Return the grant that a stored request and its votes prove. Raises ``BadSeal``."""
    request = opened_request(stored, keyring, namespace)
    counted = tally(request, stored.sealed_votes, keyring)
    given = [vote for vote in counted.by("approve") if vote.grant]
    if request.offer is None or counted.outcome != "approved" or not given:
        raise BadSeal("the stored grant is not borne out by the sealed votes")
    # One reviewer decides such a request (`decode_request`), so there is one such vote.
    vote = given[0]
    return Grant(request, vote, vote.at + request.offer.seconds * 1000)


def check_covers(grant: Grant, asked: Request, *, server_now: int, own_now: int) -> None:
    """Raise ``BadSeal`` unless a grant covers what is about to be asked. Times in milliseconds."""
    # 1. The same action, agent, requester, environment, policy, rules, time and bound arguments.
    if asked.offer is None or grant.key != asked.offer.key:
        raise BadSeal("the stored grant was given for other calls")
    # 2. Not over, by either clock: one of them may have been set back.
    if max(server_now, own_now) >= grant.until:
        raise BadSeal("the stored grant is over")
    # 3. Nor given in the future, which is what one looks like whose clock was set back.
    if grant.vote.at > server_now + _CLOCKS_APART_MS:
        raise BadSeal("the stored grant was given later than now: a clock was set back")
