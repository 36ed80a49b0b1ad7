"""The sealed note on a Home tab: whom it was made for, and which requests are on it."""

from __future__ import annotations

import msgspec
import pytest

from sudoagent.review.seal import BadSeal, Keyring
from sudoagent_bot.home_pass import HomePass, opened_pass, sealed_pass

KEYRING = Keyring(["the-deployments-own-key"])
NOTE = HomePass(namespace="default", team="T0HOME", user="U0ALICE", asked=("n1", "n2"))


def test_a_note_comes_back_as_it_was_written():
    assert opened_pass(sealed_pass(NOTE, KEYRING), KEYRING) == NOTE


def test_a_note_of_a_full_tab_fits_where_slack_keeps_it():
    full = HomePass(namespace="n" * 64, team="T" * 12, user="U" * 12, asked=("f" * 32,) * 15)
    assert len(sealed_pass(full, KEYRING)) < 3000


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        sealed_pass(NOTE, Keyring(["somebody-elses-key"])),
        sealed_pass(NOTE, KEYRING).replace("U0ALICE", "U0MALLORY"),
        KEYRING.seal(msgspec.json.encode(NOTE), "request").decode(),
        KEYRING.seal(b"{}", "home").decode(),
        KEYRING.seal(b"not json", "home").decode(),
        "\udc80",
    ],
)
def test_anything_else_is_none(text: str):
    with pytest.raises(BadSeal):
        opened_pass(text, KEYRING)
