"""What people do, what the app is told about it, and what people see then."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sudoagent.playground import AsyncPlayground, PlaygroundError
from support.slack_pieces import ScriptedApp, actions, button, section, text_input

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
