"""Signing requests and votes, so that Redis carries them but cannot make them.

A seal is an HMAC-SHA256 (RFC 2104) over the payload, under a key that HKDF-SHA256 (RFC 5869)
derives from the deployment's secret for one purpose: a sealed request can never pass for a
sealed vote. The sealed form is ``s1.<key id>.<mac>.<payload>`` with mac in URL-safe base64.

Pure: no clock, no network, no environment.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from typing import Literal

from ..errors import ConfigurationError

__all__ = ["BadSeal", "Keyring", "Purpose"]

Purpose = Literal["request", "vote", "outcome", "digest", "number", "home", "grant"]

_FORM = b"s1"
_SALT = b"sudoagent/v1"
_MINIMUM_SECRET = 16


class BadSeal(ValueError):
    """The record was not sealed with a key of this deployment, or was changed since."""


class Keyring:
    """The secrets of a deployment. The first one signs; all of them verify, so keys can rotate.

    Raises ``ConfigurationError`` without a secret. The secrets are not shown by ``repr``.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        if isinstance(secrets, str) or not secrets or not all(secrets):
            raise ConfigurationError("a keyring needs a secret: set SUDOAGENT_SIGNING_KEY")
        self._signing = secrets[0]
        self._secrets = {key_id(secret): secret for secret in secrets}
        self._keys: dict[tuple[str, str], bytes] = {}

    @classmethod
    def of_deployment(cls, signing_key: str | None, bot_token: str) -> Keyring:
        """Return the keyring that library and bot share.

        ``signing_key`` is the text of ``SUDOAGENT_SIGNING_KEY``: one key of at least 16 characters,
        or several separated by commas, the signing one first. Without it the bot token is the
        secret. Raises ``ConfigurationError`` for a key that could be guessed.
        """
        if not signing_key or not signing_key.strip():
            return cls([bot_token])
        keys = [key.strip() for key in signing_key.split(",")]
        if any(len(key) < _MINIMUM_SECRET for key in keys):
            raise ConfigurationError(
                f"SUDOAGENT_SIGNING_KEY has a key of less than {_MINIMUM_SECRET} characters: set "
                "it to e.g. the output of `openssl rand -hex 32`; commas separate several"
            )
        return cls(keys)

    def __repr__(self) -> str:
        return f"Keyring(key_ids={list(self._secrets)})"

    @property
    def key_ids(self) -> tuple[str, ...]:
        """Fingerprints of the accepted secrets, the signing one first. Safe to show and to log."""
        return tuple(self._secrets)

    def seal(self, payload: bytes, purpose: Purpose) -> bytes:
        """Return the payload with a seal that only holders of the secret can make."""
        kid = key_id(self._signing)
        mac = base64.urlsafe_b64encode(self._mac(kid, payload, purpose)).rstrip(b"=")
        return b".".join((_FORM, kid.encode(), mac, payload))

    def open(self, sealed: bytes, purpose: Purpose) -> bytes:
        """Return the payload of a sealed record. Raises ``BadSeal``."""
        parts = sealed.split(b".", 3)
        if len(parts) != 4 or parts[0] != _FORM:
            raise BadSeal("the record carries no seal of a known form")
        kid, mac, payload = parts[1].decode("ascii", "replace"), parts[2], parts[3]
        if kid not in self._secrets:
            raise BadSeal("the record is sealed with a key that this deployment does not accept")
        expected = base64.urlsafe_b64encode(self._mac(kid, payload, purpose)).rstrip(b"=")
        if not hmac.compare_digest(mac, expected):
            raise BadSeal(
                "the record was changed after it was sealed, or sealed for another purpose"
            )
        return payload

    def mark(self, payload: bytes, purpose: Purpose) -> str:
        """Return a seal on its own. Without the secret nobody can try payloads against it."""
        return self.seal(payload, purpose)[: -len(payload) or None].decode()

    def matches(self, mark: str, payload: bytes, purpose: Purpose) -> bool:
        """Whether a mark was made of exactly this payload, with a secret of this deployment."""
        try:
            self.open(mark.encode() + payload, purpose)
        except BadSeal:
            return False
        return True

    def derive(self, purpose: Purpose) -> bytes:
        """Return the signing secret's 32-byte key for one purpose."""
        return self._key(key_id(self._signing), purpose)

    def _mac(self, kid: str, payload: bytes, purpose: Purpose) -> bytes:
        return hmac.digest(self._key(kid, purpose), payload, "sha256")

    def _key(self, kid: str, purpose: Purpose) -> bytes:
        found = self._keys.get((kid, purpose))
        if found is None:
            found = _hkdf(self._secrets[kid].encode(), purpose.encode())
            self._keys[kid, purpose] = found
        return found


def key_id(secret: str) -> str:
    """Return a short fingerprint of a secret. It tells keys apart and tells nothing about them."""
    return _hkdf(secret.encode(), b"key id").hex()[:8]


def _hkdf(secret: bytes, purpose: bytes) -> bytes:
    # RFC 5869 with one output block, which is all a 32-byte key needs.
    extracted = hmac.digest(_SALT, secret, hashlib.sha256)
    return hmac.digest(extracted, purpose + b"\x01", hashlib.sha256)
