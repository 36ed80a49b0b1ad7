"""Interactive elements. Limits: docs.slack.dev, "Block elements"."""

from __future__ import annotations

import re
from typing import Any

from ._objects import CONFIRM, options, plain_text
from ._schema import (
    Check,
    Findings,
    boolean,
    by_type,
    constant,
    integer,
    items,
    one_of,
    record,
    required,
    string,
)

__all__ = ["ACCESSORY", "ACTION", "IMAGE_FIELDS", "INPUT"]

_ACTION_ID = string(255)
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def _matching(pattern: re.Pattern[str], complaint: str) -> Check:
    def check(value: Any, pointer: str, findings: Findings) -> None:
        if not isinstance(value, str) or pattern.fullmatch(value) is None:
            findings.add(complaint, pointer)

    return check


def _first_of(check_list: Check) -> Check:
    """The single option that is chosen at first, checked as a list of one."""

    def check(value: Any, pointer: str, findings: Findings) -> None:
        check_list([value], pointer, findings)

    return check


_URL = _matching(re.compile(r"https?://\S{1,2990}"), "must be a valid url")
_number = _matching(_NUMBER, "must be a number as a string")

IMAGE_FIELDS: dict[str, Check | required] = {
    "type": required(constant("image")),
    "image_url": required(_URL),
    "alt_text": required(string(2000)),
}

_BUTTON = record(
    type=required(constant("button")),
    text=required(plain_text(75)),
    action_id=_ACTION_ID,
    url=_URL,
    value=string(2000),
    style=one_of("primary", "danger"),
    confirm=CONFIRM,
    accessibility_label=string(75),
    visible_to_user_ids=items(string(255), 100),
)

_STATIC_SELECT = record(
    type=required(constant("static_select")),
    action_id=_ACTION_ID,
    placeholder=plain_text(150),
    options=options(100),
    option_groups=items(
        record(label=required(plain_text(75)), options=required(options(100))), 100
    ),
    initial_option=_first_of(options(1)),
    confirm=CONFIRM,
    focus_on_load=boolean,
)

_OVERFLOW = record(
    type=required(constant("overflow")),
    action_id=_ACTION_ID,
    options=required(options(5, linked=True)),
    confirm=CONFIRM,
)

_CHECKBOXES = record(
    type=required(constant("checkboxes")),
    action_id=_ACTION_ID,
    options=required(options(10, formatted=True)),
    initial_options=options(10, formatted=True),
    confirm=CONFIRM,
    focus_on_load=boolean,
)

_RADIO_BUTTONS = record(
    type=required(constant("radio_buttons")),
    action_id=_ACTION_ID,
    options=required(options(10, formatted=True)),
    initial_option=_first_of(options(1, formatted=True)),
    confirm=CONFIRM,
    focus_on_load=boolean,
)

_DATEPICKER = record(
    type=required(constant("datepicker")),
    action_id=_ACTION_ID,
    placeholder=plain_text(150),
    initial_date=_matching(_DATE, "must be a date as YYYY-MM-DD"),
    confirm=CONFIRM,
    focus_on_load=boolean,
)

_DISPATCH = record(
    trigger_actions_on=items(one_of("on_enter_pressed", "on_character_entered"), 2),
)

_PLAIN_TEXT_INPUT = record(
    type=required(constant("plain_text_input")),
    action_id=_ACTION_ID,
    initial_value=string(3000, shortest=0),
    multiline=boolean,
    min_length=integer(0, 3000),
    max_length=integer(1, 3000),
    placeholder=plain_text(150),
    dispatch_action_config=_DISPATCH,
    focus_on_load=boolean,
)

_NUMBER_INPUT = record(
    type=required(constant("number_input")),
    is_decimal_allowed=required(boolean),
    action_id=_ACTION_ID,
    initial_value=_number,
    min_value=_number,
    max_value=_number,
    placeholder=plain_text(150),
    dispatch_action_config=_DISPATCH,
    focus_on_load=boolean,
)


def _static_select(value: Any, pointer: str, findings: Findings) -> None:
    _STATIC_SELECT(value, pointer, findings)
    if ("options" in value) == ("option_groups" in value):
        findings.add("must have either options or option_groups", pointer)


def _plain_text_input(value: Any, pointer: str, findings: Findings) -> None:
    _PLAIN_TEXT_INPUT(value, pointer, findings)
    shortest, longest = value.get("min_length", 0), value.get("max_length", 3000)
    if isinstance(shortest, int) and isinstance(longest, int) and shortest > longest:
        findings.add("min_length must not be greater than max_length", pointer)


_CHOICES: dict[str, Check] = {
    "static_select": _static_select,
    "checkboxes": _CHECKBOXES,
    "radio_buttons": _RADIO_BUTTONS,
    "datepicker": _DATEPICKER,
}

ACTION = by_type({**_CHOICES, "button": _BUTTON, "overflow": _OVERFLOW})
ACCESSORY = by_type(
    {**_CHOICES, "button": _BUTTON, "overflow": _OVERFLOW, "image": record(**IMAGE_FIELDS)}
)
INPUT = by_type({**_CHOICES, "plain_text_input": _plain_text_input, "number_input": _NUMBER_INPUT})
