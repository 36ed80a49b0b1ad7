"""Modals: opened, filled in, submitted, stacked, closed."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sudoagent.playground import AsyncPlayground, PlaygroundError
from sudoagent.playground.answers import Interaction
from sudoagent.playground.steps import ask
from support.slack_pieces import ScriptedApp, actions, button, modal, section, text_input

MENU = {
    "type": "overflow",
    "action_id": "more",
    "options": [{"text": {"type": "plain_text", "text": "Show"}, "value": "show"}],
}


async def open_modal(
    client: AsyncWebClient, aslack: AsyncPlayground, scripted: ScriptedApp, **view: Any
) -> dict[str, Any]:
    await aslack.as_person("U0BOB").slash("/sudo")
    trigger_id = scripted.payloads[-1]["trigger_id"]
    opened = await client.views_open(trigger_id=trigger_id, view=modal(text_input(), **view))
    return dict(opened["view"])


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
    await open_modal(client, aslack, scripted)
    await aslack.hurry(acknowledge=0.2)
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


async def test_a_page_that_has_not_caught_up_reaches_no_other_modal(
    client: AsyncWebClient, aslack: AsyncPlayground, scripted: ScriptedApp
) -> None:
    seen = await open_modal(client, aslack, scripted)
    await open_modal(client, aslack, scripted)
    envelopes = len(scripted.envelopes)
    late = {"person": "U0BOB", "view_id": seen["id"]}
    with pytest.raises(PlaygroundError, match="another modal open by now"):
        await aslack.drive(ask("submit", Interaction, **late, values={"text": "because"}))
    await aslack.drive(ask("close", Interaction, **late))
    assert len(await aslack.as_person("U0BOB").views()) == 1
    assert len(scripted.envelopes) == envelopes
