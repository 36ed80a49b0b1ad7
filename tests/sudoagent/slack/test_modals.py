"""The dialogs: why not, and everything about the call, page by page."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sudoagent.playground.blockkit import check_view
from sudoagent.slack import texts
from sudoagent.slack.arguments import on_pages
from sudoagent.slack.modals import Origin, arguments_modal, deny_modal, origin

from .reading import nodes, sentences
from .requests_at_hand import HOSTILE, REQUEST_ID, argument, request

LONG = request(arguments=tuple(argument(f"a{n}", "x" * 2000 + f"<{n}>") for n in range(30)))


def shown(view: dict[str, Any]) -> str:
    return sentences(view["blocks"])


def actions(view: dict[str, Any]) -> list[str]:
    return [node["action_id"] for node in nodes(view["blocks"]) if "action_id" in node]


def page(asked: Any, number: int, *, may_approve: bool = True) -> dict[str, Any]:
    return arguments_modal(asked, "C1", "1.1", page=number, may_approve=may_approve)


@pytest.mark.parametrize("required", [True, False])
def test_the_reason_can_be_required_or_not(required: bool) -> None:
    asked = request(deny_reason="required" if required else "optional")
    view = deny_modal(asked, "C1", "1.1")
    (field,) = [block for block in view["blocks"] if block["type"] == "input"]
    assert (field["block_id"], field["element"]["action_id"]) == ("reason", "text")
    assert field["optional"] is not required
    assert view["callback_id"] == "deny_reason"


def test_a_modal_knows_where_it_came_from() -> None:
    assert origin(deny_modal(request(), "C1", "1.1")["private_metadata"]) == Origin(
        id=REQUEST_ID, ch="C1", ts="1.1"
    )
    assert origin(page(LONG, 2)["private_metadata"]).page == 2


@pytest.mark.parametrize(
    "metadata",
    [
        "",
        "{}",
        "[]",
        "\udc80",
        json.dumps({"id": "apr_1", "ch": "C1", "ts": "1.1"}),
        json.dumps({"id": REQUEST_ID, "ch": "C1", "ts": "1.1", "page": 0}),
        json.dumps({"id": REQUEST_ID, "ch": "C1", "ts": "1.1", "approve": True}),
        json.dumps({"id": REQUEST_ID, "ch": "C" * 4000, "ts": "1.1"}),
    ],
)
def test_metadata_that_we_did_not_write_is_refused(metadata: str) -> None:
    with pytest.raises(ValueError, match="metadata"):
        origin(metadata)


def test_a_short_call_is_one_page_that_can_be_approved() -> None:
    view = page(request(), 1)
    assert view["submit"]["text"] == texts.DETAILS_SUBMIT
    assert actions(view) == ["text"]
    assert 'user_id: "user_2"\nrefund_amount: 1500.0' in shown(view)


def test_whoever_may_not_approve_only_reads() -> None:
    view = page(request(), 1, may_approve=False)
    assert "submit" not in view
    assert actions(view) == []


def test_only_the_last_page_approves_and_the_others_lead_there() -> None:
    last = len(on_pages(LONG))
    assert last > 2
    first, middle, end = page(LONG, 1), page(LONG, 2), page(LONG, last)
    assert "submit" not in first
    assert actions(first) == ["next_page"]
    assert f"Page 1 of {last}" in shown(first)
    assert texts.DETAILS_MORE in shown(first)
    assert actions(middle) == ["previous_page", "next_page"]
    assert actions(end) == ["previous_page", "text"]
    assert "submit" in end


@pytest.mark.parametrize("number", [-5, 0, 10_000])
def test_a_page_that_does_not_exist_becomes_the_nearest(number: int) -> None:
    nearest = 1 if number < 1 else len(on_pages(LONG))
    assert origin(page(LONG, number)["private_metadata"]).page == nearest


def test_all_pages_together_hold_every_argument_whole() -> None:
    everything = "".join(text for texts_ in on_pages(LONG) for text in texts_)
    assert all(f"<{n}>" in everything for n in range(30))


def test_a_value_longer_than_a_text_says_that_it_goes_on() -> None:
    asked = request(arguments=(argument("note", "y" * 20_000),))
    parts = [text for page_texts in on_pages(asked) for text in page_texts]
    assert parts[1].startswith("note (continued, part 2): ")
    assert sum(part.count("y") for part in parts) == 20_000


@pytest.mark.parametrize("name", ["unreadable", "obscured"])
def test_high_risk_and_unreadable_parts_are_said_where_they_are_approved(name: str) -> None:
    asked = request(risk="high", arguments=HOSTILE[name].arguments)
    assert "runs right away" in shown(page(asked, 1))
    assert texts.DETAILS_UNREADABLE in shown(page(asked, 1))
    assert texts.DETAILS_UNREADABLE not in shown(page(asked, 1, may_approve=False))


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("may_approve", [True, False])
def test_every_modal_is_valid_for_slack(name: str, may_approve: bool) -> None:
    asked = HOSTILE[name]
    assert check_view(deny_modal(asked, "C1", "1.1")) == []
    for number in range(1, len(on_pages(asked)) + 1):
        view = page(asked, number, may_approve=may_approve)
        assert check_view(view) == []
        assert len(json.dumps(view)) < 100_000
