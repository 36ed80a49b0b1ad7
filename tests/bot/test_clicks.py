"""Payloads are read without trust: odd ones become clicks with gaps, never exceptions."""

from __future__ import annotations

from typing import Any

import pytest

from sudoagent_bot.clicks import (
    DELIVERY,
    Click,
    Delivery,
    Visit,
    delivered,
    read_click,
    read_submission,
    read_visit,
)

REQUEST_ID = "6ba1f2a4-59b6-4c6d-9a2e-0f6c2b1f7e11"
METADATA = f'{{"id":"{REQUEST_ID}","ch":"C0APPROVALS","ts":"1700000000.000100","page":2}}'


def block_actions(**changes: Any) -> dict[str, Any]:
    payload: dict[str, Any] = {
        "type": "block_actions",
        "user": {"id": "U0ALICE", "team_id": "T0HOME"},
        "team": {"id": "T0HOME"},
        "channel": {"id": "C0APPROVALS"},
        "message": {"ts": "1700000000.000100"},
        "container": {"channel_id": "C0APPROVALS", "message_ts": "1700000000.000100"},
        "response_url": "https://hooks.slack.com/actions/T/1/x",
        "trigger_id": "13345224609.738474920.8088930838d88f008e0",
        "actions": [{"action_id": "approve", "value": REQUEST_ID}],
    }
    payload.update(changes)
    return {name: value for name, value in payload.items() if value is not None}


def test_a_click_says_who_pressed_what_and_where():
    assert read_click(block_actions()) == Click(
        action="approve",
        request_id=REQUEST_ID,
        team_id="T0HOME",
        place_team_id="T0HOME",
        user_id="U0ALICE",
        channel="C0APPROVALS",
        message_ts="1700000000.000100",
        response_url="https://hooks.slack.com/actions/T/1/x",
        trigger_id="13345224609.738474920.8088930838d88f008e0",
    )


@pytest.mark.parametrize("absent", ["container", "response_url", "trigger_id"])
def test_what_a_stand_in_for_slack_leaves_out_is_not_missed(absent: str):
    click = read_click(block_actions(**{absent: None}))
    assert (click.user_id, click.team_id) == ("U0ALICE", "T0HOME")
    assert (click.channel, click.message_ts) == ("C0APPROVALS", "1700000000.000100")


def test_the_container_says_where_when_the_message_does_not():
    click = read_click(block_actions(channel=None, message=None))
    assert (click.channel, click.message_ts) == ("C0APPROVALS", "1700000000.000100")


def test_the_workspace_of_the_place_stands_in_for_the_persons_only_when_that_is_not_said():
    assert read_click(block_actions(user={"id": "U0ALICE"})).team_id == "T0HOME"
    assert read_click(block_actions(user={"id": "U0ALICE", "team_id": None})).team_id is None
    assert read_click(block_actions(user={"id": "U0ALICE", "team_id": ["T"]})).team_id is None


@pytest.mark.parametrize(
    "odd",
    [
        {"user": None},
        {"user": "U0ALICE"},
        {"user": {"id": 7}},
        {"user": {"id": ""}},
        {"user": {"id": "U" * 1000}},
    ],
)
def test_a_missing_or_odd_person_is_nobody(odd: dict[str, Any]):
    assert read_click(block_actions(**odd)).user_id is None


@pytest.mark.parametrize("actions", [None, [], "approve", [None], [["approve"]], [{}]])
def test_a_payload_without_an_action_is_a_click_on_nothing(actions: Any):
    click = read_click(block_actions(actions=actions))
    assert (click.action, click.request_id) == ("", None)


def test_an_empty_payload_is_a_click_of_nobody_on_nothing():
    assert read_click({}) == Click(
        action="",
        request_id=None,
        team_id=None,
        place_team_id=None,
        user_id=None,
        channel=None,
        message_ts=None,
    )


def test_a_page_of_a_dialog_says_which_card_it_came_from():
    view = {"id": "V1", "private_metadata": METADATA}
    click = read_click(block_actions(view=view, channel=None, message=None, container={}))
    assert (click.view_id, click.page) == ("V1", 2)
    assert (click.channel, click.message_ts) == ("C0APPROVALS", "1700000000.000100")


def view_submission(**changes: Any) -> dict[str, Any]:
    view: dict[str, Any] = {
        "id": "V1",
        "callback_id": "deny_reason",
        "private_metadata": METADATA,
        "state": {"values": {"reason": {"text": {"value": " Wrong customer \n"}}}},
    }
    view.update(changes)
    return {"user": {"id": "U0ALICE", "team_id": "T0HOME"}, "team": {"id": "T0HOME"}, "view": view}


def test_a_submitted_dialog_brings_the_card_and_what_was_written():
    click = read_submission(view_submission(), "reason")
    assert click.request_id == REQUEST_ID
    assert (click.channel, click.message_ts) == ("C0APPROVALS", "1700000000.000100")
    assert click.comment == "Wrong customer"


@pytest.mark.parametrize("state", [None, {}, {"values": []}, {"values": {"reason": {"text": {}}}}])
def test_a_dialog_without_words_has_no_comment(state: Any):
    assert read_submission(view_submission(state=state), "reason").comment is None


def test_a_comment_has_an_end():
    state = {"values": {"reason": {"text": {"value": "x" * 100_000}}}}
    comment = read_submission(view_submission(state=state), "reason").comment
    assert comment is not None
    assert len(comment) == 3000


@pytest.mark.parametrize(
    "metadata",
    [None, "", "{}", "[]", "not json", '{"id":"../../keys","ch":"C","ts":"1"}', "x" * 5000],
)
def test_a_dialog_with_foreign_metadata_belongs_to_no_request(metadata: Any):
    click = read_submission(view_submission(private_metadata=metadata), "reason")
    assert (click.request_id, click.channel, click.message_ts) == (None, None, None)


def test_a_click_on_a_home_tab_is_on_no_message():
    view = {"id": "V1", "type": "home", "private_metadata": "the note"}
    click = read_click(block_actions(view=view))
    assert (click.home, click.channel, click.message_ts, click.view_id) == (
        "the note",
        None,
        None,
        None,
    )
    assert (click.action, click.request_id, click.user_id) == ("approve", REQUEST_ID, "U0ALICE")
    assert click.trigger_id == "13345224609.738474920.8088930838d88f008e0"
    for metadata in (None, "", 7, "x" * 4000):
        assert read_click(block_actions(view={**view, "private_metadata": metadata})).home == ""
    assert read_click(block_actions(view={"id": "V1", "type": "modal"})).home is None


def test_a_visit_says_who_opened_the_home_tab_where():
    event = {"type": "app_home_opened", "user": "U0ALICE", "tab": "home"}
    assert read_visit({"team_id": "T0HOME", "event": event}) == Visit(
        user_id="U0ALICE", team_id="T0HOME"
    )
    for odd in ({}, {"event": event}, {"team_id": "T0HOME", "event": [event]}):
        assert read_visit(odd) is None
    for change in ({"tab": "messages"}, {"user": 7}, {"user": ""}):
        assert read_visit({"team_id": "T0HOME", "event": {**event, **change}}) is None


def test_a_delivery_is_known_only_from_whoever_checked_it():
    click = read_click(block_actions())
    came = Delivery(body=b"payload", stamp="1700000000", is_retry=False)
    assert delivered(click, {DELIVERY: came}).delivery == came
    assert delivered(click, {}).delivery is None
    assert delivered(click, {DELIVERY: "payload"}).delivery is None
