"""What approving takes besides a click: a number, edited arguments; and how that is told."""

from __future__ import annotations

import json
from typing import Any, get_args

import msgspec
import pytest

from sudoagent.editable import Complaint
from sudoagent.playground.blockkit import check_message, check_view
from sudoagent.review.request import EditableArgument, Request
from sudoagent.slack import texts
from sudoagent.slack.blocks import strong
from sudoagent.slack.fields import edit_lines, field_input
from sudoagent.slack.messages import card, pending_card
from sudoagent.slack.modals import arguments_modal, edit_modal, number_modal, origin
from sudoagent.slack.threads import vote_reply

from .reading import buttons, nodes, sentences
from .requests_at_hand import HOSTILE, REQUEST_ID, argument, hostile_text, request, vote

AMOUNT = EditableArgument(name="refund_amount", kind="float", current="1500.0", ge="0", le="500")
FIELDS = {
    "float": AMOUNT,
    "int": EditableArgument(name="count", kind="int", current="7"),
    "Decimal": EditableArgument(name="fee", kind="Decimal", current="1.50", le="2"),
    "huge": EditableArgument(name="n", kind="float", current="1e+300"),
    "huge limit": EditableArgument(name="n", kind="int", current="5", le="9" * 40),
    "bool": EditableArgument(name="notify", kind="bool", current="true"),
    "no": EditableArgument(name="notify", kind="bool", current="false"),
    "str": EditableArgument(name="note", kind="str", current="hello", max_length=40),
    "empty": EditableArgument(name="note", kind="str", current=""),
    "long": EditableArgument(name="note", kind="str", current="x" * 3000),
    "menu": EditableArgument(name="to", kind="str", current="EUR", choices=("EUR", "USD")),
    "menu of others": EditableArgument(name="to", kind="int", current="9", choices=("1", "2")),
    "odd names": EditableArgument(name="<!channel> *x*\n" + "y" * 80, kind="int", current="1"),
    "odd choices": EditableArgument(
        name="to", kind="str", current="a", choices=("<!here>", "\u202ex", "z" * 75)
    ),
}


def asked(**changes: Any) -> Request:
    return request(**{"editable": (AMOUNT,), **changes})


def element(name: str) -> dict[str, Any]:
    found: dict[str, Any] = field_input(FIELDS[name])["element"]
    return found


def test_every_kind_has_its_field_filled_in() -> None:
    assert element("float") == {
        "type": "number_input",
        "is_decimal_allowed": True,
        "initial_value": "1500.0",
        "min_value": "0",
        "max_value": "500",
        "action_id": "text",
    }
    assert element("int")["is_decimal_allowed"] is False
    assert element("Decimal")["initial_value"] == "1.50"
    assert element("huge") == {
        "type": "plain_text_input",
        "initial_value": "1e+300",
        "action_id": "text",
    }
    assert element("huge limit")["type"] == "plain_text_input"
    assert element("bool")["initial_options"][0]["value"] == "true"
    assert "initial_options" not in element("no")
    assert element("str")["max_length"] == 40
    assert element("str")["multiline"] is False
    assert element("long")["multiline"] is True
    assert element("menu")["initial_option"]["value"] == "EUR"
    assert "initial_option" not in element("menu of others")


def test_limits_are_said_and_only_text_and_boxes_may_be_empty() -> None:
    hints = {name: field_input(field).get("hint", {}).get("text") for name, field in FIELDS.items()}
    assert hints["float"] == "From 0 to 500."
    assert hints["Decimal"] == "At most 2."
    assert hints["str"] == "At most 40 characters."
    assert hints["int"] is None
    optional = {name for name, field in FIELDS.items() if field_input(field)["optional"]}
    assert optional == {"bool", "no", "str", "empty", "long"}


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("number_check", [None, "s1.a.b."])
def test_every_edit_dialog_is_valid_for_slack(name: str, number_check: str | None) -> None:
    one = asked(editable=(FIELDS[name],), number_check=number_check)
    view = edit_modal(one, "C1", "1.1")
    assert check_view(view) == []
    assert view["callback_id"] == "edited"
    assert origin(view["private_metadata"]).id == REQUEST_ID
    blocks = [block["block_id"] for block in view["blocks"]]
    assert blocks[1:] == [
        f"edit:{FIELDS[name].name}",
        *(["number"] if number_check else []),
        "comment",
    ]


def test_many_long_fields_fit_a_dialog() -> None:
    fields = tuple(
        EditableArgument(name=f"n{n}" + "y" * 90, kind="str", current="x" * 3000) for n in range(20)
    )
    assert check_view(edit_modal(asked(editable=fields), "C1", "1.1")) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_every_number_dialog_is_valid_for_slack(name: str) -> None:
    hostile = msgspec.structs.replace(
        HOSTILE[name], number_check="s1.a.b.", editable=tuple(FIELDS.values())[:1]
    )
    view = number_modal(hostile, "C1", "1.1")
    assert check_view(view) == []
    assert len(json.dumps(view)) < 100_000
    assert check_view(arguments_modal(hostile, "C1", "1.1", may_approve=True)) == []
    assert check_message(list(pending_card(hostile).blocks)) == []


def test_the_edit_dialog_shows_what_cannot_be_changed_and_says_when_it_is_risky() -> None:
    said = sentences(edit_modal(asked(risk="high"), "C1", "1.1")["blocks"])
    assert 'user_id  "user_2"' in said
    assert "refund_amount  " not in said
    assert "High risk" in said
    only = asked(arguments=(argument("refund_amount", 1500.0),))
    assert texts.NO_ARGUMENTS not in sentences(edit_modal(only, "C1", "1.1")["blocks"])
    for name, hostile in HOSTILE.items():
        changed = msgspec.structs.replace(hostile, editable=(AMOUNT,), risk="high")
        assert check_view(edit_modal(changed, "C1", "1.1")) == [], name


def test_the_number_dialog_restates_the_call() -> None:
    view = number_modal(asked(number_check="s1.a.b.", agent="billing-agent"), "C1", "1.1")
    said = sentences(view["blocks"])
    assert "billing-agent will run refund_user right away" in said
    assert "1500.0" in said
    assert "s1.a.b" not in json.dumps(view)


class TestTheCard:
    def test_edit_is_offered_where_something_can_be_edited(self) -> None:
        assert list(buttons(pending_card(asked()))) == ["approve", "edit", "deny", "details"]
        assert list(buttons(pending_card(request()))) == ["approve", "deny", "details"]

    def test_it_is_offered_after_the_arguments_where_the_card_hides_some(self) -> None:
        hidden = asked(arguments=HOSTILE["many lines"].arguments)
        assert list(buttons(pending_card(hidden))) == ["details", "deny"]
        view = arguments_modal(hidden, "C1", "1.1", page=99, may_approve=True)
        assert "edit" in [node.get("action_id") for node in nodes(view["blocks"])]
        view = arguments_modal(hidden, "C1", "1.1", page=99, may_approve=False)
        assert "edit" not in [node.get("action_id") for node in nodes(view["blocks"])]

    def test_a_number_replaces_the_confirm_dialog(self) -> None:
        approve = buttons(pending_card(asked(risk="high")))["approve"]
        assert "refund_user" in approve["confirm"]["text"]["text"]
        assert "1500.0" in approve["confirm"]["text"]["text"]
        approve = buttons(pending_card(asked(risk="high", number_check="s1.a.b.")))["approve"]
        assert "confirm" not in approve
        assert approve["text"]["text"] == texts.BUTTON_APPROVE_NUMBER
        view = arguments_modal(asked(number_check="s1.a.b."), "C1", "1.1", may_approve=True)
        assert "number" in [block["block_id"] for block in view["blocks"]]


class TestAfterwards:
    EDITED = msgspec.structs.replace(
        vote("approve", "U0ALICE", "half of it"), edits={"refund_amount": "450", "gone": "1"}
    )

    def test_card_and_thread_tell_what_was_changed(self) -> None:
        line = "@U0ALICE changed refund_amount from 1500.0 to 450."
        said = sentences(card(asked(), state="approved", votes=[self.EDITED]))
        assert line.replace("@", "") in said.replace("@", "")
        assert "half of it" in said
        reply = vote_reply(asked(), self.EDITED, "Alice")
        assert "Alice changed refund_amount from 1500.0 to 450." in sentences(reply)
        # Nobody is pinged by a reply about his own vote.
        assert not [node for node in nodes(reply.blocks) if node.get("type") == "user"]

    def test_texts_are_quoted_cut_and_cannot_lie(self) -> None:
        field = EditableArgument(name="note", kind="str", current=hostile_text(400))
        one = asked(editable=(field,))
        changed = msgspec.structs.replace(self.EDITED, edits={"note": hostile_text()})
        for message in (card(one, state="approved", votes=[changed]), vote_reply(one, changed)):
            assert check_message(list(message.blocks)) == []
        (line,) = edit_lines(one, changed, strong("Alice"))
        assert '"' in sentences([line])
        assert len(sentences([line])) < 700


def test_every_complaint_has_a_sentence() -> None:
    assert set(texts.EDIT_COMPLAINT) == set(get_args(Complaint))
