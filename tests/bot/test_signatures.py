"""Forged, late, early and repeated deliveries are told from Slack's by their headers."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from sudoagent_bot.signatures import Forged, Recent, check_signature, check_timestamp

SECRET, NOW, BODY = "8f742231b10e8888abcd99yyyzzz85a5", 1_700_000_000, b"token=x&team_id=T1"
GOOD = "v0=" + "a" * 64


def signed(timestamp: str = str(NOW), body: bytes = BODY, secret: str = SECRET) -> str:
    base = f"v0:{timestamp}:".encode() + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def test_what_slack_signed_just_now_is_good():
    for timestamp in (NOW, NOW - 300, NOW + 30):
        check_timestamp(str(timestamp), GOOD, NOW)
    check_signature(SECRET, str(NOW), BODY, signed())


def test_slacks_own_example_verifies():
    # docs.slack.dev, "Verifying requests from Slack".
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow"
        b"&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner"
        b"&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
        b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
        b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    signature = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    check_signature(SECRET, "1531420618", body, signature)


@pytest.mark.parametrize(
    "timestamp",
    [
        None,
        "",
        "now",
        "1e9",
        "-1700000000",
        " 1700000000",
        "1700000000.5",
        "١٧٠٠٠٠٠٠٠٠",
        "1" * 400,
        str(NOW - 301),
        str(NOW + 31),
        "0",
        "999999999999",
    ],
)
def test_a_timestamp_that_is_none_or_not_of_now_is_refused(timestamp: str | None):
    with pytest.raises(Forged):
        check_timestamp(timestamp, GOOD, NOW)


@pytest.mark.parametrize(
    "signature", [None, "", "v0=", "v1=" + "a" * 64, "v0=" + "A" * 64, GOOD + "a", "v0=" + "ä" * 64]
)
def test_a_signature_that_is_none_is_refused(signature: str | None):
    with pytest.raises(Forged):
        check_timestamp(str(NOW), signature, NOW)


@pytest.mark.parametrize(
    "signature",
    [
        signed(secret="another"),
        signed(timestamp=str(NOW + 1)),
        signed(body=BODY + b"&text=freeze"),
        GOOD,
    ],
)
def test_a_signature_of_something_else_is_refused(signature: str):
    with pytest.raises(Forged):
        check_signature(SECRET, str(NOW), BODY, signature)


def test_a_signature_counts_once_while_it_is_good():
    recent = Recent()
    assert recent.is_new("a", NOW)
    assert not recent.is_new("a", NOW + 300)
    assert recent.is_new("b", NOW + 300)
    # By now the timestamp of the first is too old.
    assert recent.is_new("a", NOW + 331)
