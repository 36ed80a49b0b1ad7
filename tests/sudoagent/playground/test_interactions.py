"""What people do, what the app is told about it, and what people see then."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sudoagent.playground import AsyncPlayground, PlaygroundError
from support.slack_pieces import ScriptedApp, actions, button, modal, section, text_input

CONFIRM = {
    "title": {"type": "plain_text", "text": "Sure?"},
    "text": {"type": "plain_text", "text": "It runs."},
    "confirm": {"type": "plain_text", "text": "Yes"},
    "deny": {"type": "plain_text", "text": "No"},
}
MENU = {
    "type": "overflow",
    "action_id": "more",
    "options": [{"text": {"type": "plain_text", "text": "Show"}, "value": "show"}],
}


async def post(client: AsyncWebClient, *blocks: dict[str, Any], **more: Any) -> str:
    where = {"channel": "C0APPROVALS", "text": "?", **more}
    return str((await client.chat_postMessage(blocks=list(blocks), **where))["ts"])


async def open_modal(
    client: AsyncWebClient, aslack: AsyncPlayground, scripted: ScriptedApp, **view: Any
) -> dict[str, Any]:
    await aslack.as_person("U0BOB").slash("/sudo")
    trigger_id = scripted.payloads[-1]["trigger_id"]
    opened = await client.views_open(trigger_id=trigger_id, view=modal(text_input(), **view))
    return dict(opened["view"])


async def test_a_click_is_told_in_slacks_shape(
    client: AsyncWebClient, aslack: AsyncPlayground, scripted: ScriptedApp
) -> None:
    ts = await post(client, section("Refund?"), actions(button("approve", confirm=CONFIRM)))
    clicked = await aslack.as_person("U0SAM").click("approve", ts=ts)
    (told,) = scripted.payloads
    assert clicked.payload == told
    assert told["type"] == "block_actions"
    assert told["user"]["team_id"] == "T0ELSEWHERE"
    assert told["team"] == {"id": "T0PLAYGROUND", "domain": "playground"}
    assert told["channel"] == {"id": "C0APPROVALS", "name": "approvals"}
    assert told["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": "C0APPROVALS",
        "is_ephemeral": False,
    }
    assert told["message"]["ts"] == ts
    assert told["state"] == {"values": {}}
    (action,) = told["actions"]
    assert (action["action_id"], action["block_id"], action["value"]) == (
        "approve",
        "buttons",
        "r1",
    )
    assert told["response_url"].startswith(f"{aslack.url}/response/")


async def test_a_choice_and_inputs_in_a_message_are_told(
    client: AsyncWebClient, aslack: AsyncPlayground, scripted: ScriptedApp
) -> None:
    parent = await post(client, section("parent"))
    await post(client, text_input(), actions(MENU), thread_ts=parent)
    await aslack.as_person("U0BOB").click("more", choose="show")
    (told,) = scripted.payloads
    assert told["actions"][0]["selected_option"]["value"] == "show"
    assert told["state"]["values"]["reason"]["text"]["value"] is None
    assert told["container"]["thread_ts"] == parent
    with pytest.raises(PlaygroundError, match="there is no option 'hide'"):
        await aslack.as_person("U0BOB").click("more", choose="hide")


async def test_a_click_in_an_ephemeral_message_tells_no_message(
    client: AsyncWebClient, aslack: AsyncPlayground, scripted: ScriptedApp
) -> None:
    blocks = [actions(button("go"))]
    await client.chat_postEphemeral(channel="C0APPROVALS", user="U0BOB", text="?", blocks=blocks)
    await aslack.as_person("U0BOB").click("go")
    (told,) = scripted.payloads
    assert told["container"]["is_ephemeral"]
    assert "message" not in told
    with pytest.raises(PlaygroundError, match="Alice Moreau sees no"):
        await aslack.as_person("U0ALICE").click("go")


async def test_a_hidden_button_is_not_there_for_others(
    client: AsyncWebClient, aslack: AsyncPlayground, scripted: ScriptedApp
) -> None:
    await post(client, actions(button("go", visible_to_user_ids=["U0BOB"])))
    assert (await aslack.as_person("U0BOB").click("go")).acknowledged
    with pytest.raises(PlaygroundError, match="sees no 'go'"):
        await aslack.as_person("U0ALICE").click("go")


async def test_a_page_that_has_not_caught_up_can_press_a_button_that_is_gone(
    client: AsyncWebClient, aslack: AsyncPlayground, scripted: ScriptedApp
) -> None:
    ts = await post(client, section("Done"))
    late = await aslack.as_person("U0BOB").click("approve", ts=ts, value="r9", blindly=True)
    assert late.acknowledged
    (told,) = scripted.payloads
    assert told["actions"][0]["value"] == "r9"
    assert told["container"]["message_ts"] == ts


async def test_somebody_who_left_still_sees_the_shared_channel(
    client: AsyncWebClient, aslack: AsyncPlayground, scripted: ScriptedApp
) -> None:
    await post(client, actions(button("go")))
    assert (await aslack.as_person("U0DANA").click("go")).acknowledged
    await client.chat_postMessage(
        channel="C0FINANCE", text="?", blocks=[actions(button("private"))]
    )
    with pytest.raises(PlaygroundError, match="sees no 'private'"):
        await aslack.as_person("U0DANA").click("private")


async def test_a_submitted_modal_closes(
    client: AsyncWebClient, aslack: AsyncPlayground, scripted: ScriptedApp
) -> None:
    view = await open_modal(client, aslack, scripted, callback_id="why", private_metadata="r1")
    bob = aslack.as_person("U0BOB")
    shown = await bob.view(callback_id="why")
    assert (shown.id, shown.elements[0]["action_id"]) == (view["id"], "text")
    await bob.submit({"reason": "Wrong customer"})
    told = scripted.payloads[-1]
    assert told["type"] == "view_submission"
    assert told["view"]["state"]["values"]["reason"]["text"]["value"] == "Wrong customer"
    assert told["view"]["private_metadata"] == "r1"
    assert scripted.envelopes[-1]["accepts_response_payload"]
    assert await bob.views() == []


async def test_errors_from_the_app_keep_the_modal_open(
    client: AsyncWebClient, aslack: AsyncPlayground, scripted: ScriptedApp
) -> None:
    await open_modal(client, aslack, scripted)
    scripted.replies = lambda _: {"response_action": "errors", "errors": {"reason": "Too vague."}}
    bob = aslack.as_person("U0BOB")
    sent = await bob.submit({"text": "no"})
    assert sent.errors == {"reason": "Too vague."}
    assert (await bob.view()).errors == {"reason": "Too vague."}


NEXT = modal(section("Step two"))


@pytest.mark.parametrize(
    ("answer", "stack"),
    [
        ({"response_action": "update", "view": NEXT}, ["Step two"]),
        ({"response_action": "push", "view": NEXT}, ["Reason", "Step two"]),
        ({"response_action": "clear"}, []),
    ],
)
async def test_the_answer_to_a_submission_decides_what_is_shown(
    client: AsyncWebClient,
    aslack: AsyncPlayground,
    scripted: ScriptedApp,
    answer: dict[str, Any],
    stack: list[str],
) -> None:
    await open_modal(client, aslack, scripted)
    scripted.replies = lambda _: answer
    bob = aslack.as_person("U0BOB")
    await bob.submit({"text": "because"})
    assert [view.words.splitlines()[1] for view in await bob.views()] == stack


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "explode"},
        {"response_action": "update"},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "errors", "errors": 7},
        None,
    ],
)
async def test_an_answer_that_slack_cannot_use_is_trouble(
    client: AsyncWebClient,
    aslack: AsyncPlayground,
    scripted: ScriptedApp,
    answer: dict[str, Any] | None,
) -> None:
    await aslack.hurry(acknowledge=0.2)
    await open_modal(client, aslack, scripted)
    scripted.replies = lambda _: answer
    bob = aslack.as_person("U0BOB")
    await bob.submit({"text": "because"})
    assert (await bob.view()).warning == "We had some trouble connecting. Try again?"


async def test_choices_that_are_not_offered_cannot_be_submitted(
    client: AsyncWebClient, aslack: AsyncPlayground, scripted: ScriptedApp
) -> None:
    radio = {**MENU, "type": "radio_buttons", "action_id": "pick"}
    choice = text_input("choice") | {"element": radio}
    await aslack.as_person("U0BOB").slash("/sudo")
    trigger_id = scripted.payloads[-1]["trigger_id"]
    await client.views_open(trigger_id=trigger_id, view=modal(choice))
    with pytest.raises(PlaygroundError, match="there is no option"):
        await aslack.as_person("U0BOB").submit({"pick": "hide"})


async def test_push_and_update_from_inside_a_modal(
    client: AsyncWebClient, aslack: AsyncPlayground, scripted: ScriptedApp
) -> None:
    bob = aslack.as_person("U0BOB")
    await bob.slash("/sudo")
    first = modal(text_input(initial_value="draft"), actions(button("next")))
    await client.views_open(trigger_id=scripted.payloads[-1]["trigger_id"], view=first)
    await bob.click("next")
    told = scripted.payloads[-1]
    assert told["container"]["type"] == "view"
    assert told["view"]["state"]["values"]["reason"]["text"]["value"] == "draft"
    assert "response_url" not in told
    pushed = await client.views_push(trigger_id=told["trigger_id"], view=NEXT)
    assert pushed["view"]["previous_view_id"] == told["view"]["id"]
    await client.views_update(view_id=pushed["view"]["id"], view=modal(section("Step three")))
    assert "Step three" in (await bob.view()).words
    await bob.close()
    assert len(await bob.views()) == 1


async def test_an_app_that_is_silent_to_a_click_in_a_modal_is_trouble(
    client: AsyncWebClient, aslack: AsyncPlayground, scripted: ScriptedApp
) -> None:
    bob = aslack.as_person("U0BOB")
    await bob.slash("/sudo")
    view = modal(actions(button("next")))
    await client.views_open(trigger_id=scripted.payloads[-1]["trigger_id"], view=view)
    await aslack.hurry(acknowledge=0.05)
    scripted.replies = lambda _: None
    await bob.click("next")
    assert (await bob.view()).warning


@pytest.mark.parametrize("everything", [False, True])
async def test_closing_is_told_where_the_app_asked_to_be(
    client: AsyncWebClient, aslack: AsyncPlayground, scripted: ScriptedApp, everything: bool
) -> None:
    await open_modal(client, aslack, scripted, notify_on_close=True)
    await aslack.as_person("U0BOB").close(everything=everything)
    told = scripted.payloads[-1]
    assert (told["type"], told["is_cleared"]) == ("view_closed", everything)
    assert await aslack.as_person("U0BOB").views() == []


async def test_closing_is_not_told_otherwise(
    client: AsyncWebClient, aslack: AsyncPlayground, scripted: ScriptedApp
) -> None:
    await open_modal(client, aslack, scripted, clear_on_close=True)
    before = len(scripted.envelopes)
    closed = await aslack.as_person("U0BOB").close()
    assert (closed.acknowledged, closed.missed) == (False, None)
    assert len(scripted.envelopes) == before


async def test_slash_command(aslack: AsyncPlayground, scripted: ScriptedApp) -> None:
    scripted.replies = lambda _: {"text": "Nothing waits for you."}
    bob = aslack.as_person("U0BOB")
    await bob.slash("/sudo", "pending now", channel="#finance-approvals")
    (told,) = scripted.payloads
    assert (told["command"], told["text"], told["user_id"]) == ("/sudo", "pending now", "U0BOB")
    assert (told["channel_id"], told["channel_name"]) == ("C0FINANCE", "privategroup")
    assert [message.text for message in await bob.ephemerals()] == ["Nothing waits for you."]


async def test_slash_command_that_fails_is_explained_by_slackbot(
    aslack: AsyncPlayground, scripted: ScriptedApp
) -> None:
    bob = aslack.as_person("U0BOB")
    scripted.replies = lambda _: {"blocks": [{"type": "table"}]}
    await bob.slash("/sudo")
    await aslack.hurry(acknowledge=0.05)
    scripted.replies = lambda _: None
    await bob.slash("/sudo")
    await aslack.drop_sockets()
    await bob.slash("/sudo")
    codes = [message.text.split('"')[1] for message in await bob.ephemerals()]
    assert codes == ["invalid_blocks", "operation_timeout", "dispatch_failed"]
    assert {message.user for message in await bob.ephemerals()} == {"USLACKBOT"}


async def test_app_home(
    client: AsyncWebClient, aslack: AsyncPlayground, scripted: ScriptedApp
) -> None:
    alice = aslack.as_person("U0ALICE")
    assert await alice.home() is None
    await alice.open_home()
    told = scripted.payloads[-1]
    assert scripted.envelopes[-1]["type"] == "events_api"
    assert (told["event"]["type"], told["event"]["user"]) == ("app_home_opened", "U0ALICE")
    assert "view" not in told["event"]
    view = {"type": "home", "blocks": [section("*Waiting*"), actions(button("approve"))]}
    await client.views_publish(user_id="U0ALICE", view=view)
    shown = await alice.home()
    assert shown is not None
    assert "Waiting" in shown.words
    await alice.click("approve", view_id=shown.id)
    assert scripted.payloads[-1]["view"]["type"] == "home"
    await alice.open_home()
    assert scripted.payloads[-1]["event"]["view"]["id"] == shown.id


async def test_direct_message_buttons(
    client: AsyncWebClient, aslack: AsyncPlayground, scripted: ScriptedApp
) -> None:
    await client.chat_postMessage(channel="U0CAROL", text="?", blocks=[actions(button("go"))])
    await aslack.as_person("U0CAROL").click("go")
    assert scripted.payloads[-1]["channel"]["name"] == "directmessage"
