"""Number matching: recognised by whoever has the secret, by nobody else, for one request only."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudoagent.review.number import (
    chosen_number,
    is_number,
    number_check,
    number_of,
    states_number,
)
from sudoagent.review.request import Request, encode
from sudoagent.review.seal import BadSeal, Keyring
from support.reviews import KEYRING, make_request


def asked(number: str = "427", keyring: Keyring = KEYRING) -> Request:
    """A request that needs this number."""
    plain = make_request()
    check = number_check(keyring, plain.id, plain.nonce, number)
    return make_request(id=plain.id, nonce=plain.nonce, number_check=check)


def test_chosen_numbers_have_three_digits_and_vary() -> None:
    chosen = {chosen_number() for _ in range(200)}
    assert all(map(is_number, chosen))
    assert len(chosen) > 50


@given(st.integers(100, 999).map(str))
def test_only_the_number_is_the_number(number: str) -> None:
    request = asked("427")
    assert states_number(request, number, KEYRING) is (number == "427")


@pytest.mark.parametrize(
    "number", ["", "0427", "427 ", "４２７", "42", "4270", "+427", "027", "427\n", "4_2", "abc"]
)
def test_what_is_no_number_never_matches(number: str) -> None:
    assert not is_number(number)
    assert not states_number(asked(), number, KEYRING)


def test_a_request_without_a_number_is_matched_by_none() -> None:
    assert not states_number(make_request(), "427", KEYRING)


def test_a_number_of_another_request_does_not_match() -> None:
    other = asked("427")
    moved = make_request(number_check=other.number_check)
    assert not states_number(moved, "427", KEYRING)
    renewed = make_request(id=other.id, number_check=other.number_check)
    assert not states_number(renewed, "427", KEYRING)


def test_the_number_is_not_in_the_request() -> None:
    nowhere_else = {"id": "0" * 32, "nonce": "0" * 32, "digest": "0" * 64}
    check = number_check(KEYRING, "0" * 32, "0" * 32, "427")
    assert check.endswith(".")
    assert b"427" not in encode(make_request(number_check=check, **nowhere_else))


def test_without_the_secret_all_numbers_look_alike() -> None:
    assert not any(
        states_number(asked(), str(number), Keyring(["what an attacker guesses"]))
        for number in range(100, 1000)
    )


def test_a_bot_with_a_newer_key_still_recognises_it() -> None:
    old = "a secret of this test deployment"
    assert states_number(asked(), "427", Keyring(["the new secret of it", old]))


def test_an_earlier_runs_number_can_be_shown_again() -> None:
    assert number_of(asked("999"), KEYRING) == "999"
    assert number_of(asked("100"), KEYRING) == "100"
    with pytest.raises(BadSeal):
        number_of(asked(), Keyring(["another deployment's"]))


def test_a_mark_is_for_one_purpose() -> None:
    mark = KEYRING.mark(b"x", "number")
    assert KEYRING.matches(mark, b"x", "number")
    assert not KEYRING.matches(mark, b"y", "number")
    assert not KEYRING.matches(mark, b"x", "vote")
    assert not KEYRING.matches("nonsense", b"x", "number")
    assert KEYRING.matches(KEYRING.mark(b"", "number"), b"", "number")
