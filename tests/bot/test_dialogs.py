"""A submitted dialog is answered once and in time; what was filled in is read, never trusted."""

from __future__ import annotations

from typing import Any

import pytest

from sudoagent_bot.clicks import read_submission
from sudoagent_bot.dialogs import Complaints, Dialog

WRONG = Complaints({"number": "This is not the number."})


async def test_a_dialog_that_is_done_with_closes() -> None:
    dialog = Dialog()
    dialog.close()
    dialog.close()
    assert await dialog.answer() == {}
    assert not dialog.complain(WRONG)


async def test_complaints_keep_it_open() -> None:
    dialog = Dialog()
    assert dialog.complain(WRONG)
    dialog.close()
    assert await dialog.answer() == {"number": "This is not the number."}


async def test_slack_does_not_wait_for_somebody_slow() -> None:
    dialog = Dialog()
    assert await dialog.answer(0.01) == {}
    # Whoever complains now is told that nobody will read it.
    assert not dialog.complain(WRONG)


def filled(values: Any) -> Any:
    return read_submission({"view": {"state": {"values": values}}}, "comment")


@pytest.mark.parametrize(
    ("element", "text"),
    [
        ({"type": "number_input", "value": "450"}, "450"),
        ({"type": "plain_text_input", "value": "a b "}, "a b "),
        ({"type": "plain_text_input", "value": None}, ""),
        ({"type": "static_select", "selected_option": {"value": "EUR"}}, "EUR"),
        ({"type": "checkboxes", "selected_options": [{"value": "true"}]}, "true"),
        ({"type": "checkboxes", "selected_options": []}, "false"),
        ({"type": "checkboxes", "selected_options": [{"value": "maybe"}]}, "false"),
    ],
)
def test_every_field_is_read_as_text(element: dict[str, Any], text: str) -> None:
    assert filled({"edit:x": {"text": element}}).edits == {"x": text}


@pytest.mark.parametrize(
    "element",
    [
        None,
        [],
        {},
        {"value": "450"},
        {"type": "number_input", "value": 450},
        {"type": "number_input", "value": ["450"]},
        {"type": "static_select", "selected_option": None},
        {"type": "static_select", "selected_option": {"value": 5}},
        {"type": "datepicker", "value": "450"},
        {"type": "plain_text_input", "value": "x" * 3001},
    ],
)
def test_an_odd_field_is_as_good_as_none(element: Any) -> None:
    assert filled({"edit:x": {"text": element}}).edits == {}


def test_fields_of_other_names_are_no_edits() -> None:
    click = filled(
        {
            "x": {"text": {"type": "number_input", "value": "1"}},
            "edit:y": {"value": {"type": "number_input", "value": "2"}},
            "number": {"text": {"type": "plain_text_input", "value": " 427 "}},
            **{f"edit:{n}": {"text": {"type": "number_input", "value": "3"}} for n in range(200)},
        }
    )
    assert click.number == "427"
    assert len(click.edits) < 100
    assert not {"x", "y"} & click.edits.keys()
    assert "427" not in repr(click)
