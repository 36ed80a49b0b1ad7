"""The names of everything this project keeps in Redis. Pure.

All keys of a namespace carry one hash tag, so they live in one cluster slot: a vote, the index of
deadlines and the repaint queue change in one script or not at all. Requests for a person's
attention are few; one slot carries thousands of them a second.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from ...errors import ConfigurationError
from ..request import is_request_id

__all__ = ["Keys", "asker_number"]

_GRANT_KEY = re.compile(r"[0-9a-f]{64}")
_NAMESPACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Keys:
    """Key names of one namespace. Raises ``ConfigurationError`` for a name that cannot be one."""

    namespace: str

    def __post_init__(self) -> None:
        if _NAMESPACE.fullmatch(self.namespace) is None:
            raise ConfigurationError(
                f"SUDOAGENT_NAMESPACE is {self.namespace!r}: use up to 64 letters, digits, "
                "'.', '_' or '-', starting with a letter or digit"
            )

    @property
    def prefix(self) -> str:
        """What every key of the namespace starts with; the braces are the cluster's hash tag."""
        return f"sudoagent:{{{self.namespace}}}:"

    @property
    def hints(self) -> str:
        """The channel on which changes are announced."""
        return f"sudoagent:{self.namespace}:hints"

    def shared(self) -> tuple[str, ...]:
        """The namespace's own keys, in the order in which every script expects them."""
        names = ("pending", "askers", "repaints", "late", "meta", "freeze", "held")
        return tuple(self.prefix + name for name in names)

    @property
    def pending(self) -> str:
        """Sorted set: pending request ids by deadline."""
        return self.prefix + "pending"

    @property
    def threads(self) -> str:
        """Sorted set: requests in whose thread something is to be told, by when."""
        return self.prefix + "threads"

    @property
    def follow_ups(self) -> str:
        """Sorted set: requests to remind of or to widen, and to post copies of, by when."""
        return self.prefix + "follow_ups"

    @property
    def grants(self) -> str:
        """Sorted set: grants (``key request-id``) by when they end."""
        return self.prefix + "grants"

    def grant(self, key: str) -> str:
        """Hash: which request a grant came with. Raises ``ValueError`` for no grant key."""
        if _GRANT_KEY.fullmatch(key) is None:
            raise ValueError("not a grant key: the library makes them")
        return f"{self.prefix}grant:{key}"

    @property
    def bots(self) -> str:
        """Sorted set: bots by the time until which they count as present."""
        return self.prefix + "bots"

    def bot(self, bot_id: str) -> str:
        """Hash: what one bot says of itself while it is present."""
        return f"{self.prefix}bot:{bot_id}"

    @property
    def homes(self) -> tuple[str, str, str]:
        """The queue of Home tabs to publish, who looks at theirs, and what is shown to whom."""
        return (self.prefix + "homes", self.prefix + "viewers", self.prefix + "shown")

    def decided(self, person: str) -> str:
        """Sorted set: requests that a person (``team/user``) voted on, by time."""
        return f"{self.prefix}decided:{person}"

    def delivery(self, body: bytes) -> str:
        """Hash: deliveries of one body."""
        return f"{self.prefix}delivery:{hashlib.sha256(body).hexdigest()}"

    @property
    def freeze(self) -> str:
        """Hash: whether, why and by whom the namespace is frozen."""
        return self.prefix + "freeze"

    @property
    def held(self) -> str:
        """Hash: counts of requests that a cap held back."""
        return self.prefix + "held"

    def request(self, request_id: str) -> str:
        """The hash of a request. Raises ``ValueError`` for an id that the library did not make."""
        if not is_request_id(request_id):
            raise ValueError("not a request id: the library makes them, as UUID4")
        return f"{self.prefix}request:{request_id}"

    def idempotency(self, key: str) -> str:
        """The hash that binds an idempotency key, which is arbitrary text, to its request."""
        return f"{self.prefix}once:{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()}"


def asker_number(asker: str) -> int:
    """Return a number for an asker that a sorted set can carry as a score without rounding it."""
    return int.from_bytes(hashlib.sha256(asker.encode("utf-8", "replace")).digest()[:6], "big")
