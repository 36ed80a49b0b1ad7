"""What a person fills in becomes Slack's `state`, and Slack's own checks come first."""

from __future__ import annotations

from typing import Any

import pytest

from sudoagent.playground.forms import action_of, complaints, state_of
from support.slack_pieces import actions, button, text_input


def option(value: str) -> dict[str, Any]:
    return {"text": {"type": "plain_text", "text": value.upper()}, "value": value}


def asked(element: dict[str, Any], **more: Any) -> dict[str, Any]:
    return text_input("b", **{}) | {"element": {"action_id": "e", **element}, **more}


def number(**more: Any) -> dict[str, Any]:
    return asked({"type": "number_input", "is_decimal_allowed": False, **more})


BOXES = {"type": "checkboxes", "options": [option("a"), option("b")]}
SELECT = {"type": "static_select", "options": [option("a"), option("b")]}
GROUPED = {
    "type": "static_select",
    "option_groups": [{"label": option("g")["text"], "options": [option("z")]}],
}
FILLED: list[tuple[dict[str, Any], Any, dict[str, Any]]] = [
    ({"type": "plain_text_input"}, "why", {"value": "why"}),
    ({"type": "plain_text_input"}, "", {"value": None}),
    ({"type": "plain_text_input", "initial_value": "old"}, None, {"value": None}),
    ({"type": "number_input", "is_decimal_allowed": True}, 1.5, {"value": "1.5"}),
    ({"type": "datepicker"}, "2026-11-27", {"selected_date": "2026-11-27"}),
    (BOXES, ["b"], {"selected_options": [option("b")]}),
    (BOXES, "b", {"selected_options": [option("b")]}),
    (BOXES, None, {"selected_options": []}),
    (SELECT, "a", {"selected_option": option("a")}),
    (SELECT, None, {"selected_option": None}),
    (GROUPED, "z", {"selected_option": option("z")}),
    ({"type": "radio_buttons", "options": [option("a")]}, "a", {"selected_option": option("a")}),
]


@pytest.mark.parametrize(("element", "value", "answer"), FILLED)
@pytest.mark.parametrize("key", ["e", "b"])
def test_values_are_told_in_the_shape_of_their_element(
    element: dict[str, Any], value: Any, answer: dict[str, Any], key: str
) -> None:
    state = state_of([asked(element)], {key: value})
    assert state == {"values": {"b": {"e": {"type": element["type"], **answer}}}}


INITIAL: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"type": "plain_text_input", "initial_value": "old"}, {"value": "old"}),
    ({"type": "datepicker", "initial_date": "2026-11-27"}, {"selected_date": "2026-11-27"}),
    (SELECT | {"initial_option": option("b")}, {"selected_option": option("b")}),
    (BOXES | {"initial_options": [option("a")]}, {"selected_options": [option("a")]}),
]


@pytest.mark.parametrize(("element", "answer"), INITIAL)
def test_what_is_left_alone_keeps_its_initial_value(
    element: dict[str, Any], answer: dict[str, Any]
) -> None:
    state = state_of([asked(element)], {})
    assert state["values"]["b"]["e"] == {"type": element["type"], **answer}


def test_an_option_that_is_not_offered_cannot_be_chosen() -> None:
    with pytest.raises(KeyError, match="there is no option 'c'"):
        state_of([asked(SELECT)], {"e": "c"})


REFUSED: list[tuple[dict[str, Any], Any, str]] = [
    (asked({"type": "plain_text_input"}), "", "Please complete this required field."),
    (asked({"type": "plain_text_input", "min_length": 3}), "no", "at least 3 characters"),
    (asked({"type": "plain_text_input", "max_length": 3}), "long", "at most 3 characters"),
    (asked(SELECT), None, "Please complete this required field."),
    (asked(BOXES), [], "Please complete this required field."),
    (number(), "1.5", "valid number"),
    (number(), "many", "valid number"),
    (number(is_decimal_allowed=True, min_value="0"), "nan", "at least 0"),
    (number(min_value="10"), "9", "at least 10"),
    (number(max_value="10"), "11", "at most 10"),
]


@pytest.mark.parametrize(("block", "value", "complaint"), REFUSED)
def test_slack_does_not_send_what_the_element_forbids(
    block: dict[str, Any], value: Any, complaint: str
) -> None:
    assert complaint in complaints([block], {"e": value})["b"]


@pytest.mark.parametrize(
    ("block", "value"),
    [
        (asked({"type": "plain_text_input"}, optional=True), ""),
        (asked({"type": "plain_text_input", "min_length": 2}), "ok"),
        (number(min_value="1", max_value="3"), "2"),
        (asked({"type": "datepicker"}), "2026-11-27"),
        (actions(SELECT | {"action_id": "e"}), None),
    ],
)
def test_what_is_allowed_is_sent(block: dict[str, Any], value: Any) -> None:
    assert complaints([block], {"e": value}) == {}


def test_the_action_of_a_button_carries_its_value_and_label() -> None:
    pressed = action_of(button("approve", style="primary", url="https://x.example"), None)
    assert pressed == {
        "type": "button",
        "action_id": "approve",
        "value": "r1",
        "style": "primary",
        "text": {"type": "plain_text", "text": "Approve"},
    }


def test_the_action_of_a_choice_carries_the_option() -> None:
    menu = {"type": "overflow", "action_id": "more", "options": [option("a")]}
    assert action_of(menu, "a")["selected_option"] == option("a")
    picked = action_of(SELECT | {"action_id": "e", "initial_option": option("b")}, None)
    assert picked["selected_option"] == option("b")
