"""The page while something else happens at the same moment: late answers, half clicks, losses."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from sudoagent.playground import AsyncPlayground
from support.slack_pieces import actions, button, modal, section, text_input

from .conftest import Desk, Look, expect

pytestmark = pytest.mark.asyncio(loop_scope="module")

SCREEN = "**/_playground/screen"


class Held:
    """Requests for the screen that go on only when `let_go` says so."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self._gate = asyncio.Event()

    async def hold(self, route: Any) -> None:
        self.asked.set()
        await self._gate.wait()
        await route.continue_()

    async def let_go(self, page: Any) -> None:
        self._gate.set()
        await page.unroute_all(behavior="wait")


async def held(page: Any, desk: Desk) -> Held:
    """Let the page ask for the screen, and wait for the answer until it is let go."""
    await page.get_by_text("The app is connected").wait_for()
    gate = Held()
    await page.route(SCREEN, gate.hold)
    await desk.ask()
    await asyncio.wait_for(gate.asked.wait(), 40)
    return gate


async def test_a_late_answer_does_not_take_anybody_back(look: Look, desk: Desk) -> None:
    page = await look("U0ALICE")
    gate = await held(page, desk)
    await page.get_by_role("button", name="general").click()
    await gate.let_go(page)
    await page.get_by_role("heading", name="general", exact=True).first.wait_for()
    await expect(page.locator('[aria-current="page"]')).to_have_attribute("data-place", "C0GENERAL")
    await expect(page).to_have_url(re.compile("in=C0GENERAL$"))


async def test_what_is_written_goes_where_its_box_stands(
    look: Look, desk: Desk, aslack: AsyncPlayground
) -> None:
    page = await look("U0ALICE")
    gate = await held(page, desk)
    await page.get_by_role("button", name="general").click()
    await page.get_by_label("Message #approvals").fill("For the reviewers")
    await page.keyboard.press("Enter")
    said = await aslack.wait_for_message("For the reviewers", timeout=40)
    await gate.let_go(page)
    assert said.channel == "C0APPROVALS"


async def point(page: Any, node: Any) -> None:
    box = await node.bounding_box()
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


async def test_a_click_survives_what_changes_meanwhile(look: Look, desk: Desk) -> None:
    page = await look("U0ALICE")
    await page.get_by_text("The app is connected").wait_for()
    await point(page, page.get_by_role("button", name="Light or dark"))
    await page.mouse.down()
    ts = await desk.ask()
    approve = page.get_by_role("button", name="Approve refund_user")
    await approve.wait_for()
    await page.mouse.up()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")

    await point(page, approve)
    await page.mouse.down()
    await desk.client.chat_postMessage(channel="#approvals", thread_ts=ts, text="Anybody?")
    await page.get_by_role("button", name="1 reply").wait_for()
    # What came below has pushed it up.
    await point(page, approve)
    await page.mouse.up()
    await page.get_by_role("alertdialog").get_by_text("Cancel").click()

    await point(page, page.get_by_role("button", name="general"))
    await page.mouse.down()
    await desk.client.chat_postMessage(channel="U0ALICE", text="psst")
    await page.locator('.room.unread[data-place="D0ALICE"]').wait_for()
    await page.mouse.up()
    await page.get_by_role("heading", name="general", exact=True).first.wait_for()


async def test_what_was_not_answered_is_asked_for_again(look: Look, desk: Desk) -> None:
    losses = 0

    async def lose(route: Any) -> None:
        nonlocal losses
        losses += 1
        await route.abort()

    page = await look("U0ALICE", lossy=True)
    await page.get_by_text("The app is connected").wait_for()
    await page.route(SCREEN, lose, times=1)
    await desk.ask()
    await page.get_by_role("button", name="Approve refund_user").wait_for()
    await expect(page.locator("#notice")).to_be_empty()
    assert losses == 1


async def test_a_stream_that_was_refused_is_opened_again(look: Look, desk: Desk) -> None:
    async def refuse_once(page: Any) -> None:
        await page.route("**/_playground/feed*", lambda route: route.fulfill(status=503), times=1)

    page = await look("U0ALICE", before=refuse_once, lossy=True)
    await page.get_by_text("The playground does not answer").wait_for()
    await expect(page.locator("#notice")).to_be_empty()
    await desk.ask()
    await page.get_by_role("button", name="Approve refund_user").wait_for()


async def test_mistakes_are_led_to_once(look: Look, desk: Desk) -> None:
    @desk.app.action("form")
    async def form(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        note = text_input("note") | {"optional": True}
        view = modal(text_input("reason"), note | {"label": {"type": "plain_text", "text": "Note"}})
        await desk.client.views_open(trigger_id=body["trigger_id"], view=view)

    await desk.ask(blocks=[actions(button("form"))])
    page = await look("U0ALICE")
    await page.get_by_role("button", name="Form").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Send").click()
    await expect(dialog.get_by_label("Reason")).to_be_focused()
    await dialog.get_by_label("Note").focus()
    await page.keyboard.type("Half ")
    await desk.ask(text="Something else", blocks=[section("Something else")])
    await expect(page.locator("#messages")).to_contain_text("Something else")
    await page.keyboard.type("and half")
    await expect(dialog.get_by_label("Note")).to_have_value("Half and half")


async def test_a_modal_that_was_not_closed_is_still_shown(
    look: Look, desk: Desk, aslack: AsyncPlayground
) -> None:
    page = await look("U0BOB", lossy=True)
    await desk.ask()
    await page.get_by_role("button", name="Deny").click()
    await page.get_by_role("dialog").wait_for()
    await page.route("**/_playground/close", lambda route: route.abort())
    # Chromium lets a page keep its dialog for the first ones only.
    for _ in range(4):
        await page.locator("dialog[open]").wait_for()
        async with page.expect_event("requestfailed"):
            await page.keyboard.press("Escape")
    await page.unroute_all(behavior="wait")
    await page.get_by_role("dialog").get_by_role("button", name="Close").first.click()
    await expect(page.locator("dialog")).to_have_count(0)
    assert await aslack.as_person("U0BOB").views() == []
