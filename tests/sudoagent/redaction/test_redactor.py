"""What goes by its name, what an exception tells, and rules of one's own."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from sudoagent.errors import ConfigurationError
from sudoagent.redaction import REDACTED, Redactor

CANARY = "canary-" + "7f3Qz" * 4


def reduced(value: Any, name: str | None = None) -> Any:
    return Redactor().value(value, name)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (CANARY, "password"),
        ({"a": CANARY}, "credentials"),
        ([CANARY], "api_keys"),
        ([("Authorization", CANARY)], None),
        ({"name": "DB_PASSWORD", "value": CANARY}, None),
        ({"kty": "EC", "crv": "x", "d": CANARY}, None),
        (["tool", "--token", CANARY], None),
        ({f"password={CANARY}": 1}, None),
        ({CANARY: 1, "password": CANARY}, None),
        (f"password={CANARY}".encode(), None),
        (4821, "pin"),
        (123456, "otp"),
    ],
)
def test_a_secret_by_name_goes_wherever_it_is(value: Any, name: str | None) -> None:
    shown = json.dumps(reduced({name: value} if name else value))
    assert not any(secret in shown for secret in (CANARY, "4821", "123456"))


@pytest.mark.parametrize(
    ("value", "name"),
    [(None, "password"), (True, "has_password"), (False, "password"), ("", "token"),
     (1500, "tokens"), (12, "pass"), (13, "pin"), ("/home/bob", "PWD"), ("user:42", "key")],
)  # fmt: skip
def test_what_cannot_be_the_secret_stays(value: Any, name: str) -> None:
    assert reduced({name: value}) == {name: value}


def test_a_long_exact_number_that_is_a_card_goes() -> None:
    assert reduced(int("42" * 8)) == REDACTED
    assert reduced(int("42" * 8) + 1) == int("42" * 8) + 1


class Broken(Exception):
    def __str__(self) -> str:
        raise AssertionError("code of the exception ran")


def test_exceptions_are_read_with_notes_and_causes_but_not_asked() -> None:
    error = Broken(f"password={CANARY}", 3)
    error.add_note(f"token: {CANARY}")
    error.__cause__ = FileNotFoundError(2, "No such file", "/x")
    error.__cause__.__context__ = ExceptionGroup("several", [KeyError("a"), error])
    shown = Redactor().exception(error)
    assert shown.split("\n") == [
        f"Broken: password={REDACTED}, 3",
        f"token: {REDACTED}",
        "caused by FileNotFoundError: [Errno 2] No such file: '/x'",
        "while handling ExceptionGroup: several",
        "with KeyError: a",
    ]
    assert CANARY not in shown


def test_a_suppressed_context_is_not_told() -> None:
    error = ValueError("a")
    error.__context__ = TypeError("b")
    error.__suppress_context__ = True
    assert Redactor().exception(error) == "ValueError: a"


def test_an_exception_does_not_quote_a_secret_that_is_known() -> None:
    error = ValueError(f"no such door: {CANARY}")
    assert CANARY in Redactor().exception(error)
    assert CANARY not in Redactor().exception(error, known={CANARY})


def test_an_exceptions_text_is_bounded() -> None:
    assert len(Redactor().exception(ValueError("x " * 50_000))) <= 4000


def test_own_names_and_patterns_count() -> None:
    redactor = Redactor(names=["door code", "mtan"], patterns=[r"ACME-\d+", r"id:(?P<secret>\d+)"])
    assert redactor.value({"frontDoorCode": "x1", "mTAN": "y2"}) == {
        "frontDoorCode": REDACTED,
        "mTAN": REDACTED,
    }
    assert (
        redactor.text("ACME-12 and id:34, mtan=q77")
        == f"{REDACTED} and id:{REDACTED}, mtan={REDACTED}"
    )
    assert redactor == Redactor(["door code", "mtan"], [r"ACME-\d+", r"id:(?P<secret>\d+)"])
    assert hash(redactor)


@pytest.mark.parametrize(
    "arguments",
    [{"names": [""]}, {"names": [3]}, {"patterns": ["("]}, {"patterns": [3]},
     {"patterns": [re.compile(b"a")]}],
)  # fmt: skip
def test_a_rule_that_cannot_work_is_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="Redactor"):
        Redactor(**arguments)
