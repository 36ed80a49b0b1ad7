"""Block Kit is judged by the limits that Slack documents."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from sudoagent.playground.blockkit import TooLongError, check_message, check_view, with_ids
from support.slack_pieces import actions, button, modal, section, text_input


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def header(text: str) -> dict[str, Any]:
    return {"type": "header", "text": plain(text)}


def context(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "context", "elements": list(elements)}


def option(value: str, text: str = "One") -> dict[str, Any]:
    return {"text": plain(text), "value": value}


def select(**more: Any) -> dict[str, Any]:
    return {"type": "static_select", "action_id": "pick", "options": [option("1")], **more}


def confirm(**more: Any) -> dict[str, Any]:
    words = {"title": plain("Sure?"), "text": plain("Yes?"), "confirm": plain("Yes")}
    return {**words, "deny": plain("No"), **more}


def rich(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": list(elements)}


def line(kind: str, *pieces: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": kind, "elements": list(pieces), **more}


WORD = {"type": "text", "text": "word"}
EVERYTHING: list[dict[str, Any]] = [
    header("Approve refund_user?"),
    {**section("*Who*"), "accessory": button("more")},
    {"type": "section", "fields": [plain("a"), {"type": "mrkdwn", "text": "b", "verbatim": True}]},
    {"type": "divider"},
    context(plain("small"), {"type": "image", "image_url": "https://x.example/a", "alt_text": "a"}),
    {"type": "image", "image_url": "https://x.example/a.png", "alt_text": "a", "title": plain("A")},
    rich(
        line(
            "rich_text_section",
            {**WORD, "style": {"bold": True, "italic": True, "strike": False, "code": True}},
            {"type": "link", "url": "https://x.example", "text": "x", "unsafe": True},
            {"type": "user", "user_id": "U0BOB"},
            {"type": "usergroup", "usergroup_id": "S0APPROVERS"},
            {"type": "channel", "channel_id": "C0APPROVALS"},
            {"type": "emoji", "name": "eyes", "unicode": "1f440"},
            {"type": "broadcast", "range": "here"},
            {"type": "date", "timestamp": 1, "format": "{time}", "fallback": "then"},
            {"type": "color", "value": "#ff0000"},
        ),
        line("rich_text_preformatted", WORD, border=0),
        line("rich_text_quote", WORD),
        line("rich_text_list", line("rich_text_section", WORD), style="bullet", indent=1),
    ),
    actions(
        button(
            "approve", style="primary", confirm=confirm(style="danger"), url="https://x.example"
        ),
        button(
            "deny", style="danger", accessibility_label="Deny it", visible_to_user_ids=["U0BOB"]
        ),
        select(initial_option=option("1"), placeholder=plain("Pick")),
        {"type": "overflow", "action_id": "o", "options": [option("1") | {"url": "https://x.ex"}]},
        {"type": "checkboxes", "action_id": "c", "options": [option("1")]},
        {"type": "radio_buttons", "action_id": "r", "options": [option("1")]},
        {"type": "datepicker", "action_id": "d", "initial_date": "2026-11-27"},
    ),
    text_input("why", multiline=True, min_length=3, max_length=500, placeholder=plain("Because")),
    {
        "type": "input",
        "label": plain("Amount"),
        "hint": plain("In euro"),
        "optional": True,
        "element": {
            "type": "number_input",
            "is_decimal_allowed": True,
            "action_id": "n",
            "initial_value": "1.5",
            "min_value": "0",
            "max_value": "-500",
        },
    },
]


def test_everything_that_is_known_is_taken() -> None:
    assert check_message(EVERYTHING) == []
    assert check_view(modal(*EVERYTHING, private_metadata="", callback_id="deny")) == []
    assert check_view({"type": "home", "blocks": EVERYTHING}) == []


AT_THE_LIMIT: dict[str, list[dict[str, Any]]] = {
    "blocks": [{"type": "divider"}] * 50,
    "header": [header("x" * 150)],
    "section": [section("x" * 3000)],
    "fields": [{"type": "section", "fields": [plain("x" * 10)] * 10}],
    "field": [{"type": "section", "fields": [plain("x" * 2000)]}],
    "context": [context(*[plain("x")] * 10)],
    "actions": [actions(*[button(f"b{i}") for i in range(25)])],
    "button text": [actions(button("b", text=plain("x" * 75)))],
    "button value": [actions(button("b", value="x" * 2000))],
    "action_id": [actions(button("b" * 255, text=plain("b")))],
    "block_id": [header("h") | {"block_id": "b" * 255}],
    "confirm title": [actions(button("b", confirm=confirm(title=plain("x" * 100))))],
    "confirm text": [actions(button("b", confirm=confirm(text=plain("x" * 300))))],
    "options": [actions(select(options=[option(str(i)) for i in range(100)]))],
    "option text": [actions(select(options=[option("1", "x" * 75)]))],
    "option value": [actions(select(options=[option("x" * 150)]))],
    "label": [actions(button("b", accessibility_label="x" * 75))],
}
OVER_THE_LIMIT: dict[str, tuple[list[dict[str, Any]], str]] = {
    "blocks": ([{"type": "divider"}] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    "header": ([header("x" * 151)], "less than 151 characters [json-pointer:/blocks/0/text/text]"),
    "section": ([section("x" * 3001)], "less than 3001 characters"),
    "fields": ([{"type": "section", "fields": [plain("x")] * 11}], "no more than 10 items"),
    "field": ([{"type": "section", "fields": [plain("x" * 2001)]}], "less than 2001"),
    "context": ([context(*[plain("x")] * 11)], "no more than 10 items"),
    "actions": ([actions(*[button(f"b{i}") for i in range(26)])], "no more than 25 items"),
    "button text": ([actions(button("b", text=plain("x" * 76)))], "less than 76"),
    "button value": ([actions(button("b", value="x" * 2001))], "less than 2001"),
    "action_id": ([actions(button("b" * 256, text=plain("b")))], "less than 256"),
    "block_id": ([header("h") | {"block_id": "b" * 256}], "less than 256"),
    "confirm title": ([actions(button("b", confirm=confirm(title=plain("x" * 101))))], "than 101"),
    "confirm text": ([actions(button("b", confirm=confirm(text=plain("x" * 301))))], "than 301"),
    "options": ([actions(select(options=[option(str(i)) for i in range(101)]))], "more than 100"),
    "option text": ([actions(select(options=[option("1", "x" * 76)]))], "less than 76"),
    "option value": ([actions(select(options=[option("x" * 151)]))], "less than 151"),
    "label": ([actions(button("b", accessibility_label="x" * 76))], "less than 76"),
}
WRONG: dict[str, tuple[Any, str]] = {
    "not a list": ({}, "must provide an array"),
    "not a block": (["text"], "must provide an object [json-pointer:/blocks/0]"),
    "no type": ([{}], "missing required field: type"),
    "a type that is no word": ([{"type": 7}], "missing required field: type"),
    "unknown block": ([{"type": "table"}], "unsupported type: table"),
    "unknown field": ([header("h") | {"colour": "red"}], "invalid additional property: colour"),
    "missing text": ([{"type": "header"}], "missing required field: text"),
    "empty text": ([header("")], "must be more than 0 characters"),
    "mrkdwn in a header": ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "one of"),
    "number as text": ([header(7)], "must provide a string"),  # type: ignore[arg-type]
    "text as a string": ([{"type": "header", "text": "x"}], "must provide an object"),
    "emoji in mrkdwn": (
        [section("x") | {"text": {"type": "mrkdwn", "text": "x", "emoji": True}}],
        "emoji",
    ),
    "verbatim as a string": (
        [{"type": "section", "text": {"type": "mrkdwn", "text": "x", "verbatim": "yes"}}],
        "must provide a boolean",
    ),
    "section without text": ([{"type": "section"}], "missing required field: text"),
    "no actions": ([actions()], "no fewer than 1 items"),
    "unknown style": ([actions(button("b", style="blue"))], "value must be one of"),
    "script as a link": ([actions(button("b", url="javascript:alert(1)"))], "must be a valid url"),
    "input in actions": ([actions(text_input()["element"])], "unsupported type: plain_text_input"),
    "two sets of options": ([actions(select(option_groups=[]))], "either options or option_groups"),
    "empty rich text": (
        [rich(line("rich_text_section", {"type": "text", "text": ""}))],
        "more than 0",
    ),
    "mention in code": (
        [rich(line("rich_text_preformatted", {"type": "user", "user_id": "U"}))],
        "unsupported type: user",
    ),
    "unknown broadcast": (
        [rich(line("rich_text_section", {"type": "broadcast", "range": "all"}))],
        "one of",
    ),
    "date as text": (
        [rich(line("rich_text_section", {"type": "date", "timestamp": "1", "format": "{time}"}))],
        "must provide a number",
    ),
    "list too deep": (
        [rich(line("rich_text_list", line("rich_text_section", WORD), style="bullet", indent=9))],
        "must be between 0 and 8",
    ),
    "lengths crossed": ([text_input(min_length=5, max_length=4)], "must not be greater"),
    "same block_id twice": ([header("h") | {"block_id": "x"}] * 2, "block_id `x` already exists"),
    "same action_id twice": ([actions(button("b"), button("b"))], "action_id `b` already exists"),
    "two focused": (
        [text_input("a", focus_on_load=True), text_input("b", focus_on_load=True)],
        "focus",
    ),
}


@pytest.mark.parametrize("name", AT_THE_LIMIT)
def test_at_the_limit_is_taken(name: str) -> None:
    assert check_message(AT_THE_LIMIT[name]) == []


@pytest.mark.parametrize(("blocks", "complaint"), OVER_THE_LIMIT.values(), ids=OVER_THE_LIMIT)
def test_one_more_is_refused(blocks: list[dict[str, Any]], complaint: str) -> None:
    (finding,) = check_message(blocks)
    assert finding.startswith("[ERROR]")
    assert complaint in finding


@pytest.mark.parametrize(("blocks", "complaint"), WRONG.values(), ids=WRONG)
def test_wrong_blocks_are_refused(blocks: Any, complaint: str) -> None:
    assert any(complaint in finding for finding in check_message(blocks))


def test_all_texts_together_have_a_limit() -> None:
    assert check_message([section("x" * 2600)] * 5) == []
    with pytest.raises(TooLongError):
        check_message([*[section("x" * 2600)] * 5, section("x")])


WRONG_VIEWS: dict[str, tuple[Any, str]] = {
    "not a view": (None, "unsupported type"),
    "no type": ({}, "unsupported type"),
    "unknown type": ({"type": "sheet"}, "unsupported type"),
    "long title": (modal(section("x"), title=plain("x" * 25)), "less than 25"),
    "long submit": (modal(section("x"), submit=plain("x" * 25)), "less than 25"),
    "long close": (modal(section("x"), close=plain("x" * 25)), "less than 25"),
    "long metadata": (modal(section("x"), private_metadata="x" * 3001), "less than 3001"),
    "long callback": (modal(section("x"), callback_id="x" * 256), "less than 256"),
    "no blocks": (modal(), "no fewer than 1"),
    "101 blocks": (modal(*[{"type": "divider"}] * 101), "no more than 100"),
    "input without submit": (
        {"type": "modal", "title": plain("t"), "blocks": [text_input()]},
        "`submit` is required",
    ),
    "home with a title": (
        {"type": "home", "title": plain("t"), "blocks": [section("x")]},
        "invalid additional property: title",
    ),
}


@pytest.mark.parametrize(("view", "complaint"), WRONG_VIEWS.values(), ids=WRONG_VIEWS)
def test_wrong_views_are_refused(view: Any, complaint: str) -> None:
    assert any(complaint in finding for finding in check_view(view))


def test_a_view_without_inputs_needs_no_submit() -> None:
    view = {"type": "modal", "title": plain("t"), "blocks": [section("x")]}
    assert check_view(view) == []


def test_missing_ids_are_given_and_others_kept() -> None:
    blocks = [header("h"), {"type": "actions", "elements": [button("b")]}, section("s")]
    del blocks[1]["elements"][0]["action_id"]
    before = copy.deepcopy(blocks)
    named = with_ids([*blocks, text_input("kept")])
    assert blocks == before
    assert len({block["block_id"] for block in named}) == 4
    assert named[1]["elements"][0]["action_id"]
    assert named[3]["block_id"] == "kept"
