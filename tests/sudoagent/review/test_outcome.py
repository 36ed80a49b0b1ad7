"""What the library says became of a call: only its own word, about exactly this request."""

from __future__ import annotations

from typing import Any

import pytest

from sudoagent.review.recount import opened_outcome
from sudoagent.review.request import MalformedRecord, decode_outcome, encode
from sudoagent.review.seal import BadSeal, Keyring
from support.reviews import KEYRING, make_outcome, make_request, make_vote, sealed

# Its id is part of the tests' names, which must be the same in every process that runs them.
ASKED = make_request(id="6f2c9d1e-8b7a-4c3d-9e0f-1a2b3c4d5e6f")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"outcome": "error", "error": "ValueError: [redacted]"},
        {"outcome": "cancelled", "seconds": None, "audit_head": "12:0123456789ab"},
    ],
)
def test_a_genuine_outcome_reads_back(fields: dict[str, Any]) -> None:
    told = make_outcome(ASKED, **fields)
    assert opened_outcome(ASKED, sealed(told), KEYRING) == told


@pytest.mark.parametrize(
    "forged",
    [
        b"s1.x.y.{}",
        KEYRING.seal(b"{}", "outcome"),
        KEYRING.seal(encode(make_outcome(ASKED)), "vote"),
        sealed(make_vote(ASKED)),
        Keyring(["the secret of somebody else"]).seal(encode(make_outcome(ASKED)), "outcome"),
        sealed(make_outcome(make_request())),
        sealed(make_outcome(ASKED, nonce="earlier")),
        sealed(make_outcome(ASKED, digest="another call")),
        sealed(make_outcome(ASKED)).replace(b"success", b"error"),
    ],
    ids=[
        "no seal",
        "rubbish",
        "another purpose",
        "a vote",
        "key",
        "request",
        "nonce",
        "digest",
        "changed",
    ],
)
def test_anything_else_is_refused(forged: bytes) -> None:
    with pytest.raises(BadSeal):
        opened_outcome(ASKED, forged, KEYRING)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"success"', b'"approved"'),
        (b"1.5", b"-1.5"),
        (b"1.5", b"1e999"),
        (b'"v":1', b'"v":2'),
        (b'"v":1', b'"v":1,"more":1'),
        (ASKED.id.encode(), b"no id"),
    ],
)
def test_an_outcome_of_another_form_is_malformed(old: bytes, new: bytes) -> None:
    with pytest.raises(MalformedRecord):
        decode_outcome(encode(make_outcome(ASKED)).replace(old, new))
