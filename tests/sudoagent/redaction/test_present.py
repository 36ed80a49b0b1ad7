"""A call as reviewers and the log see it."""

from __future__ import annotations

import inspect
import json
from typing import Annotated, Any, Optional, Union

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudoagent import Context, Secret
from sudoagent.context import Origin
from sudoagent.redaction import REDACTED, Redactor, present, secret_parameters
from sudoagent.redaction._present import DEFAULT_LIMIT, _as_they_are

CANARY = "canary-" + "7f3Qz" * 4


def shown(**kwargs: Any) -> str:
    presentation = present(Context("act", kwargs=kwargs))
    values = [argument.value for argument in presentation.arguments]
    return json.dumps([values, presentation.args, presentation.kwargs])


def test_each_argument_is_shown_with_its_name_and_type() -> None:
    presentation = present(Context("act", kwargs={"user": "bob", "items": [1], "n": 1.5}))
    assert [(a.name, a.value, a.type) for a in presentation.arguments] == [
        ("user", "bob", "str"), ("items", [1], "list"), ("n", 1.5, "float"),
    ]  # fmt: skip
    assert presentation.kwargs == {"user": "bob", "items": [1], "n": 1.5}
    assert not presentation.cut
    assert presentation.uninspectable == ()


def test_arguments_without_names_are_numbered() -> None:
    presentation = present(Context("act", args=("a", {"password": CANARY})))
    assert [a.name for a in presentation.arguments] == ["args[0]", "args[1]"]
    assert presentation.args == ["a", {"password": REDACTED}]
    assert presentation.kwargs == {}


TEXTS = [
    "",
    "u_8842",
    "bob",
    "x" * 400,
    "\ud800",
    "a\u2028b",
    "password=hunter2hunter2",
    "é",
    "4711",
]
SINGLE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(10**14, 10**19),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from([*TEXTS, 0.0, -0.0, 4111111111111111, "4111111111111111", [1]]),
)
NAMES = st.sampled_from(["user", "amount", "password", "note", "api_key", "n\u2028", "count"])


@given(st.dictionaries(NAMES, SINGLE, max_size=9), st.integers(0, 9))
def test_the_quick_way_shows_what_the_thorough_way_shows(
    kwargs: dict[str, Any], by_position: int
) -> None:
    args = tuple(kwargs.values())[:by_position]
    ctx = Context("act", args, kwargs)
    # A lower limit is never the quick way's.
    assert present(ctx) == present(ctx, limit=DEFAULT_LIMIT - 1)


def test_the_quick_way_is_the_usual_one() -> None:
    usual = {"user_id": "u_8842", "amount": 12.5, "note": "late delivery", "dry_run": False}
    assert _as_they_are(Context("act", kwargs=usual), Redactor()) is not None


def test_a_positional_argument_is_judged_by_the_name_of_its_parameter() -> None:
    ctx = Context("act", args=("bob", CANARY), kwargs={"user": "bob", "password": CANARY})
    assert present(ctx).args == ["bob", REDACTED]


def test_a_secret_of_one_argument_is_taken_out_of_the_others() -> None:
    text = shown(password=CANARY, note=f"use {CANARY}", deep=[{"x": CANARY, CANARY: 1}])
    assert CANARY not in text


@pytest.mark.parametrize(
    "kwargs",
    [
        {"command": "login api_key=`rm -rf /`"},
        {"command": "true\n-----BEGIN PRIVATE KEY-----\nrm -rf /\n-----END PRIVATE KEY-----"},
        {"argv": ["--password", "; rm -rf /"]},
        {"argv": ["run", "--token=x1; rm -rf /"]},
        {"options": {"token": "DROP TABLE users;"}, "sql": "SELECT 1; DROP TABLE users;"},
        {"options": {"secret": {"to": "mallory", "amount": 999_999}}},
        {"options": {"secret": ["rm", "-rf", "/"]}},
        {"number": 4111111111111111},
        {"rows": {"xoxb-" + "1234567890-" * 2 + "abcdefghijklmnopqrstuvwx": 1}},
    ],
    ids=["assignment", "key block", "pair", "flag", "borrowed", "record", "list", "number", "key"],
)
def test_no_payload_passes_for_a_secret_unnoticed(kwargs: dict[str, Any]) -> None:
    presentation = present(Context("act", kwargs=kwargs))
    assert REDACTED in str(presentation.arguments)
    assert presentation.obscured
    assert presentation.arguments[-1].obscured


@pytest.mark.parametrize(
    "kwargs",
    [
        {"password": CANARY, "note": "nothing else"},
        {"headers": {"Authorization": f"Bearer {CANARY}"}},
        {"token": b"abcd1234", "pin": 4821},
        {"note": "a text as long as this one, with marks: [1] = {2}"},
    ],
    ids=["parameter", "header", "bytes and number", "none"],
)
def test_a_value_that_is_what_its_name_says_hides_nothing(kwargs: dict[str, Any]) -> None:
    assert not present(Context("act", kwargs=kwargs)).obscured


def test_what_cannot_be_read_is_named() -> None:
    presentation = present(Context("act", kwargs={"a": iter([1]), "b": 1}))
    assert presentation.uninspectable == ("a",)
    assert presentation.arguments[0].uninspectable


def test_what_a_built_in_value_carries_besides_is_shown_with_it() -> None:
    class Command(str):
        __slots__ = ("__dict__",)

    command = Command("ls")
    command.real = "rm -rf /"  # type: ignore[attr-defined]  # as an agent would
    command.token = CANARY  # type: ignore[attr-defined]
    presentation = present(Context("act", kwargs={"command": command}))
    assert presentation.kwargs["command"] == {
        "(itself)": "ls",
        "real": "rm -rf /",
        "token": REDACTED,
    }
    assert presentation.arguments[0].type == "Command"


def test_a_marked_parameter_is_hidden_whatever_it_holds() -> None:
    ctx = Context._of_call(
        action="act", args=(7,), kwargs={"door": 7, "b": 1}, metadata={},
        origin=Origin(named=True, secret_names=frozenset({"door"})),
    )  # fmt: skip
    presentation = present(ctx)
    assert presentation.kwargs == {"door": REDACTED, "b": 1}
    assert presentation.args == [REDACTED]


@pytest.mark.parametrize(
    "kwargs",
    [
        {"text": "x" * 500_000},
        {"text": "é" * 500_000},
        {"text": "\x00" * 500_000},
        {"items": list(range(100_000))},
        {"items": {f"k{n}": "v" * 50 for n in range(5_000)}},
        {"items": {"k" * 9000 + str(n): "v" for n in range(50)}},
        {"items": [["y" * 3000] * 50] * 50},
        {f"a{n}": "z" * 3000 for n in range(200)},
        {"pad": "x" * 500_000, "amount": 1500},
    ],
)
def test_what_is_too_much_is_cut_and_said_to_be(kwargs: dict[str, Any]) -> None:
    presentation = present(Context("act", args=tuple(kwargs.values()), kwargs=kwargs))
    assert presentation.cut
    log = json.dumps({"args": presentation.args, "kwargs": presentation.kwargs})
    assert len(log) <= 40_000
    assert len(json.dumps([a.value for a in presentation.arguments])) <= 40_000
    assert "cut" in log


def test_padding_does_not_push_out_a_small_argument() -> None:
    presentation = present(Context("act", kwargs={"pad": "x" * 500_000, "amount": 1500}))
    assert presentation.kwargs["amount"] == 1500
    assert [a.cut for a in presentation.arguments] == [True, False]


def test_head_and_tail_of_a_cut_value_stay() -> None:
    presentation = present(Context("act", kwargs={"rows": [f"row {n}" for n in range(9000)]}))
    rows = presentation.kwargs["rows"]
    assert rows[0] == "row 0"
    assert rows[-1] == "row 8999"
    assert any("items in all, sha256" in row for row in rows)


def test_two_values_that_differ_in_what_is_cut_look_different() -> None:
    first = shown(text="x" * 30_000 + "a" + "x" * 30_000)
    second = shown(text="x" * 30_000 + "b" + "x" * 30_000)
    assert first != second


@given(st.integers(0, 60_000), st.sampled_from(["password", "x"]))
def test_no_secret_survives_across_a_cut(lead: int, name: str) -> None:
    text = f"{'lorem ' * (lead // 6)} password={CANARY} {'ipsum ' * 9000}"
    result = shown(**{name: text})
    assert "7f3Qz7f3Qz" not in result


def f(
    a: Annotated[str, Secret()],
    b: Annotated[str, Secret],
    c: Optional[Annotated[str, Secret()]] = None,  # noqa: UP045
    d: Union[Annotated[str, Secret()], int] = 1,  # noqa: UP007
    e: Annotated[str, Secret()] | None = None,
    g: list[Annotated[str, Secret()]] = [],  # noqa: B006
    h: Annotated[Annotated[str, Secret()], "x"] = "",
    i: Annotated[str, "x"] = "",
    j: int = 0,
    **rest: Annotated[str, Secret()],
) -> None: ...


def test_marked_parameters_are_found_through_containers_and_unions() -> None:
    resolved = inspect.signature(f, eval_str=True)
    assert secret_parameters(resolved) == set("abcdegh") | {"rest"}


def test_marks_are_read_in_annotations_that_nobody_resolved() -> None:
    assert secret_parameters(inspect.signature(f)) == set("abcdegh") | {"rest"}


def test_marks_are_equal_and_say_their_name() -> None:
    assert Secret() == Secret()
    assert Secret() != 1
    assert len({Secret(), Secret()}) == 1
    assert repr(Secret()) == "Secret()"


def test_an_argument_may_name_what_another_one_holds() -> None:
    secret = "Sw0rdfish-of-the-day"
    presentation = present(Context("set", kwargs={"name": "NPM_TOKEN", "value": secret}))
    assert presentation.kwargs == {"name": "NPM_TOKEN", "value": REDACTED}
    positional = Context("set", (secret, "x"), {"value": secret, "key": "NPM_TOKEN"})
    among = present(positional)
    assert secret not in str((among.args, among.kwargs, among.arguments))
    ordinary = {"name": "region", "value": "eu-west-1"}
    assert present(Context("set", kwargs=ordinary)).kwargs == ordinary
