"""What makes a Home tab ours: a sealed note of whom it was made for and which requests are on it.

A click on a Home tab names no channel and no message, so nothing else ties it to what was shown.
The note travels in the tab's ``private_metadata`` and comes back with the click. Pure.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from sudoagent.review.request import Request
from sudoagent.review.seal import BadSeal, Keyring

__all__ = ["HomePass", "opened_pass", "sealed_pass"]


class HomePass(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``asked`` are the nonces of the requests on the tab, so that none passes for another."""

    v: Literal[1] = 1
    namespace: str
    team: str
    user: str
    asked: tuple[str, ...] = ()

    def shows(self, request: Request) -> bool:
        """Whether this very request is on the tab."""
        return request.nonce in self.asked


def sealed_pass(home: HomePass, keyring: Keyring) -> str:
    """Return the note as text."""
    return keyring.seal(msgspec.json.encode(home), "home").decode()


def opened_pass(text: str, keyring: Keyring) -> HomePass:
    """Return the note of a tab that this deployment published. Raises ``BadSeal``."""
    payload = keyring.open(text.encode("utf-8", "replace"), "home")
    try:
        return msgspec.json.decode(payload, type=HomePass)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise BadSeal("the note of a Home tab is not of the form that the bot writes") from error
