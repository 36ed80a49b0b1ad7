"""Redis carries requests and votes; it cannot make them, change them, or pass one for another."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sudoagent import ConfigurationError
from sudoagent.review.seal import BadSeal, Keyring, Purpose, _hkdf

SECRET = "correct horse battery staple"
OTHER = "another deployment's secret"
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)


@pytest.fixture
def keyring() -> Keyring:
    return Keyring([SECRET])


@given(st.binary(max_size=200), st.sampled_from(PURPOSES))
@settings(max_examples=50, deadline=None)
def test_what_was_sealed_opens(payload: bytes, purpose: Purpose) -> None:
    assert Keyring([SECRET]).open(Keyring([SECRET]).seal(payload, purpose), purpose) == payload


@given(st.data())
@settings(max_examples=80, deadline=None)
def test_no_changed_byte_goes_unnoticed(data: st.DataObject) -> None:
    keyring = Keyring([SECRET])
    sealed = bytearray(keyring.seal(b'{"choice":"deny"}', "vote"))
    at = data.draw(st.integers(0, len(sealed) - 1))
    sealed[at] ^= data.draw(st.integers(1, 255))

    with pytest.raises(BadSeal):
        keyring.open(bytes(sealed), "vote")


@pytest.mark.parametrize("made", PURPOSES)
@pytest.mark.parametrize("read", PURPOSES)
def test_a_seal_is_for_one_purpose(keyring: Keyring, made: Purpose, read: Purpose) -> None:
    sealed = keyring.seal(b"payload", made)

    if made == read:
        assert keyring.open(sealed, read) == b"payload"
    else:
        with pytest.raises(BadSeal, match="another purpose"):
            keyring.open(sealed, read)


@pytest.mark.parametrize(
    "forged",
    [
        b"",
        b"payload",
        b"...",
        b"s1.....",
        b"s2.00000000.mac.payload",
        b"s1.\xff\xff.mac.payload",
        b"s1.00000000.AAAA.payload",
        b'{"choice":"approve"}',
    ],
)
def test_what_is_not_sealed_does_not_open(keyring: Keyring, forged: bytes) -> None:
    with pytest.raises(BadSeal):
        keyring.open(forged, "vote")


def test_no_seal_and_a_cut_seal_do_not_open(keyring: Keyring) -> None:
    form, kid, mac, payload = keyring.seal(b"payload", "vote").split(b".", 3)

    for other in (b"", mac[:-1], mac + b"A", mac.lower(), mac + b"=", b"\xff" * 43):
        with pytest.raises(BadSeal):
            keyring.open(b".".join((form, kid, other, payload)), "vote")


def test_another_deployments_seal_does_not_open(keyring: Keyring) -> None:
    with pytest.raises(BadSeal, match="does not accept"):
        keyring.open(Keyring([OTHER]).seal(b"payload", "vote"), "vote")


def test_another_deployments_seal_under_our_key_id_does_not_open(keyring: Keyring) -> None:
    _, _, mac, payload = Keyring([OTHER]).seal(b"payload", "vote").split(b".", 3)
    ours = keyring.key_ids[0].encode()

    with pytest.raises(BadSeal):
        keyring.open(b".".join((b"s1", ours, mac, payload)), "vote")


def test_keys_rotate() -> None:
    old, new, both = Keyring([SECRET]), Keyring([OTHER]), Keyring([OTHER, SECRET])

    assert both.open(old.seal(b"before", "vote"), "vote") == b"before"
    assert new.open(both.seal(b"after", "vote"), "vote") == b"after"
    with pytest.raises(BadSeal):
        old.open(both.seal(b"after", "vote"), "vote")
    assert both.key_ids == (*new.key_ids, *old.key_ids)
    assert both.derive("digest") == new.derive("digest")


@pytest.mark.parametrize("secrets", [[], (), [""], [SECRET, ""], SECRET])
def test_a_keyring_needs_secrets(secrets: Any) -> None:
    with pytest.raises(ConfigurationError, match="SUDOAGENT_SIGNING_KEY"):
        Keyring(secrets)


@pytest.mark.parametrize("text", ["short", f"{SECRET},short", f"{SECRET},", ",", "x" * 15])
def test_a_key_that_can_be_guessed_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="openssl rand -hex 32"):
        Keyring.of_deployment(text, "xoxb-token")


@pytest.mark.parametrize("text", [None, "", "  "])
def test_without_a_key_the_token_is_the_secret(text: str | None) -> None:
    assert Keyring.of_deployment(text, "xoxb-1").key_ids == Keyring(["xoxb-1"]).key_ids


def test_a_deployments_keys_are_separated_by_commas() -> None:
    assert (
        Keyring.of_deployment(f"{SECRET}, {OTHER}", "t").key_ids == Keyring([SECRET, OTHER]).key_ids
    )


def test_secrets_are_not_shown(keyring: Keyring) -> None:
    assert SECRET not in repr(keyring)
    assert keyring.key_ids[0] in repr(keyring)


def test_keys_differ_by_purpose(keyring: Keyring) -> None:
    keys = [keyring.derive(purpose) for purpose in PURPOSES]

    assert len(set(keys)) == len(PURPOSES)
    assert all(len(key) == 32 for key in keys)


def test_the_form_is_the_documented_one(keyring: Keyring) -> None:
    form, kid, mac, payload = keyring.seal(b"a.b.c", "request").split(b".", 3)

    expected = hmac.digest(keyring.derive("request"), b"a.b.c", hashlib.sha256)
    assert (form, payload) == (b"s1", b"a.b.c")
    assert kid.decode() == keyring.key_ids[0]
    assert base64.urlsafe_b64decode(mac + b"=") == expected


def test_the_derivation_is_hkdf() -> None:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    expected = HKDF(hashes.SHA256(), 32, b"sudoagent/v1", b"vote").derive(SECRET.encode())

    assert _hkdf(SECRET.encode(), b"vote") == expected
