"""Is this from Slack, and just now? Decided before anything of the request is read. Pure.

Slack's rule: docs.slack.dev, "Verifying requests from Slack". Stricter than slack_sdk's verifier,
which takes timestamps from the future and raises for those that are no numbers.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import OrderedDict

__all__ = ["Forged", "Recent", "check_signature", "check_timestamp"]

_OLDEST = 300  # seconds: as old as Slack's rule allows
_SKEW = 30  # seconds that Slack's clock may be ahead of this machine's
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")
_MOST_RECENT = 50_000


class Forged(Exception):
    """Not from Slack, or not of now. The text is for the log."""


def check_timestamp(timestamp: str | None, signature: str | None, now: float) -> None:
    """Raise ``Forged`` for headers that no request of now can have; the body is not needed."""
    if timestamp is None or _TIMESTAMP.fullmatch(timestamp) is None:
        raise Forged("it has no timestamp, or one that is none")
    if signature is None or _SIGNATURE.fullmatch(signature) is None:
        raise Forged("it has no signature, or one that is none")
    age = now - int(timestamp)
    if age > _OLDEST:
        raise Forged("its timestamp is too old")
    if age < -_SKEW:
        raise Forged("its timestamp is in the future: is this machine's clock right?")


def check_signature(secret: str, timestamp: str, body: bytes, signature: str) -> None:
    """Raise ``Forged`` unless this secret signed this body at this time."""
    base = b"v0:%s:%s" % (timestamp.encode(), body)
    expected = "v0=" + hmac.digest(secret.encode(), base, hashlib.sha256).hex()
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise Forged("it is not signed with SLACK_SIGNING_SECRET")


class Recent:
    """Signatures that came while they are good, so that none counts twice."""

    def __init__(self) -> None:
        self._until: OrderedDict[str, float] = OrderedDict()

    def is_new(self, signature: str, now: float) -> bool:
        """Remember a signature. False: it came before."""
        while self._until and (
            next(iter(self._until.values())) < now or len(self._until) >= _MOST_RECENT
        ):
            self._until.popitem(last=False)
        if signature in self._until:
            return False
        self._until[signature] = now + _OLDEST + _SKEW
        return True
