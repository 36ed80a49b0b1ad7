"""Number matching: whoever approves states the number that is shown where the agent runs.

A request carries a mark of the number, never the number itself. Pure, but for `chosen_number`.
"""

from __future__ import annotations

import re
import secrets

from .request import Request
from .seal import BadSeal, Keyring

__all__ = [
    "DIGITS",
    "MOST_ATTEMPTS",
    "chosen_number",
    "is_number",
    "number_check",
    "number_of",
    "states_number",
]

DIGITS = 3
# Per reviewer and request, right or wrong.
MOST_ATTEMPTS = 3
_FIRST, _BEYOND = 10 ** (DIGITS - 1), 10**DIGITS
_NUMBER = re.compile(rf"[1-9][0-9]{{{DIGITS - 1}}}", re.ASCII)


def chosen_number() -> str:
    """Return a number that nobody can foresee. It starts with no zero, which people leave out."""
    return str(_FIRST + secrets.randbelow(_BEYOND - _FIRST))


def is_number(text: str) -> bool:
    """Whether this could be a request's number."""
    return _NUMBER.fullmatch(text) is not None


def number_check(keyring: Keyring, request_id: str, nonce: str, number: str) -> str:
    """Return the mark by which holders of the secret recognise the number of one request."""
    return keyring.mark(_payload(request_id, nonce, number), "number")


def states_number(request: Request, number: str, keyring: Keyring) -> bool:
    """Whether this is the request's number. False, too, for a request that has none."""
    if request.number_check is None or not is_number(number):
        return False
    payload = _payload(request.id, request.nonce, number)
    return keyring.matches(request.number_check, payload, "number")


def number_of(request: Request, keyring: Keyring) -> str:
    """Return the number of a request that an earlier run asked, to show it again.

    Raises ``BadSeal`` when there is none.
    """
    # Whoever has the secret can find it out; that is who may know it.
    for number in map(str, range(_FIRST, _BEYOND)):
        if states_number(request, number, keyring):
            return number
    raise BadSeal("the request's number was marked with another key")


def _payload(request_id: str, nonce: str, number: str) -> bytes:
    return f"{request_id} {nonce} {number}".encode()
