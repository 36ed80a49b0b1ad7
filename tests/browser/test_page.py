"""The playground's page, used as people use it."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from sudoagent.playground import AsyncPlayground
from support.slack_pieces import actions, section, text_input

from .conftest import PATIENCE, Desk, Look, expect, keep

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_reviewer_approves(look: Look, desk: Desk, aslack: AsyncPlayground) -> None:
    page = await look("U0ALICE")
    ts = await desk.ask()
    await page.get_by_role("button", name="Approve refund_user").click()
    await keep(page, "confirm")
    await page.get_by_role("alertdialog", name="Approve this?").get_by_text("Cancel").click()
    await expect(page.locator("dialog")).to_have_count(0)
    await expect(page.get_by_role("button", name="Approve refund_user")).to_have_count(1)
    await page.get_by_role("button", name="Approve refund_user").click()
    await page.get_by_role("alertdialog").get_by_role("button", name="Approve").click()
    await page.get_by_text("Approved by").wait_for()
    await expect(page.locator(f'[data-ts="{ts}"] .b-actions')).to_have_count(0)
    await page.get_by_role("button", name="1 reply").click()
    await page.get_by_label("Thread").get_by_text("Finished in 84 ms.").wait_for()
    await keep(page, "approved")
    await page.get_by_label("Reply…").fill("Thank you")
    await page.keyboard.press("Enter")
    await page.get_by_label("Thread").get_by_text("Thank you").wait_for()
    assert [reply.text for reply in await aslack.replies(ts)] == ["Finished in 84 ms.", "Thank you"]
    await page.get_by_role("button", name="Close the thread").click()
    await expect(page.get_by_label("Thread", exact=True)).to_be_hidden()


async def test_a_reviewer_denies_with_a_reason(look: Look, desk: Desk) -> None:
    page = await look("U0BOB")
    await desk.ask()
    await page.get_by_role("button", name="Deny").click()
    dialog = page.get_by_role("dialog", name="A question")
    reason = dialog.get_by_label("Reason")
    await dialog.get_by_role("button", name="Send").click()
    await dialog.get_by_text("Please complete this required field.").wait_for()
    await expect(reason).to_have_attribute("aria-invalid", "true")
    await reason.fill("Wrong one")
    await dialog.get_by_role("button", name="Send").click()
    await dialog.get_by_text("Say which customer.").wait_for()
    # What was typed is still there.
    await expect(reason).to_have_value("Wrong one")
    await keep(page, "deny")
    await reason.fill("Wrong customer")
    await dialog.get_by_role("button", name="Send").click()
    await page.get_by_text("Denied", exact=True).wait_for()
    await expect(page.locator("dialog")).to_have_count(0)


async def test_escape_closes_a_modal_for_slack_too(
    look: Look, desk: Desk, aslack: AsyncPlayground
) -> None:
    page = await look("U0BOB")
    await desk.ask()
    await page.get_by_role("button", name="Deny").click()
    await page.get_by_role("dialog").wait_for()
    await page.keyboard.press("Escape")
    await expect(page.locator("dialog")).to_have_count(0)
    assert await aslack.as_person("U0BOB").views() == []


async def test_who_may_not_decide_is_told_alone(look: Look, desk: Desk) -> None:
    guest, reviewer = await look("U0GUS"), await look("U0ALICE")
    await desk.ask()
    await guest.get_by_role("button", name="Approve refund_user").click()
    await guest.get_by_role("alertdialog").get_by_role("button", name="Approve").click()
    await guest.get_by_text("You are not on the list").wait_for()
    await guest.get_by_text("Only visible to you").wait_for()
    await keep(guest, "not-entitled")
    await desk.client.chat_postMessage(channel="#approvals", text="The last one.")
    await reviewer.get_by_text("The last one.").wait_for()
    # It was posted before, so a page that showed it would show it by now.
    await expect(reviewer.get_by_text("You are not on the list")).to_have_count(0)


async def test_a_button_that_the_app_misses_shows_a_warning(look: Look, desk: Desk) -> None:
    page = await look("U0CAROL")
    await desk.ask()
    await desk.leave()
    await page.get_by_text("No app is connected").wait_for()
    await page.get_by_role("button", name="Details").click()
    await page.get_by_role("alert").get_by_text("no app is connected").wait_for()


HOSTILE = (
    "<img src=x onerror=window.pwned=1> *not bold* `not code` <!channel> <@U0ALICE> "
    "```fence``` <https://evil.example|click> &lt;b&gt; :tada: <script>window.pwned=1</script>"
)


async def test_what_a_caller_chose_is_shown_as_it_is(look: Look, desk: Desk) -> None:
    text = {"type": "text", "text": HOSTILE}
    kinds = ("rich_text_section", "rich_text_preformatted", "rich_text_quote")
    lines = [{"type": kind, "elements": [text]} for kind in kinds]
    plain = {"type": "plain_text", "text": HOSTILE, "emoji": False}
    blocks = [
        {"type": "rich_text", "elements": lines},
        {"type": "context", "elements": [plain]},
        section("<javascript:alert(1)|harmless> <img src=x onerror=window.pwned=1>"),
    ]
    page = await look("U0ALICE")
    ts = await desk.ask(blocks=blocks)
    message = page.locator(f'[data-ts="{ts}"]')
    for place in (".rt-line", ".rt-pre", ".rt-quote", ".plain-text"):
        await expect(message.locator(place)).to_have_text(HOSTILE)
    made = message.locator(".blocks :is(img, script, strong, code, a, .mention)")
    await expect(made).to_have_count(0)
    assert await page.evaluate("window.pwned") is None


async def test_mrkdwn_is_drawn_where_it_is_meant(look: Look, desk: Desk) -> None:
    words = (
        "*bold* _italic_ ~gone~ `code` <@U0ALICE> <@U0BOB> <!subteam^S0APPROVERS> <#C0GENERAL> "
        "<!here> <https://example.com|link> :eyes: 2*3*4 a &amp; b\n&gt; quoted\n```block```"
    )
    page = await look("U0ALICE")
    ts = await desk.ask(blocks=[section(words)])
    drawn = page.locator(f'[data-ts="{ts}"] .mrkdwn')
    texts = {
        "strong": "bold",
        "em": "italic",
        ".strike": "gone",
        "code": "code",
        ".mention.me": "@Alice Moreau",
        ".mention.loud": "@here",
        "a": "link",
        "blockquote": "quoted",
        "pre": "block",
    }
    for selector, text in texts.items():
        await expect(drawn.locator(selector)).to_have_text(text)
    for piece in ("@Bob Okafor", "@approvers", "#general", "👀", "2*3*4", "a & b"):
        await expect(drawn).to_contain_text(piece)


async def test_dates_are_in_the_readers_time_zone(look: Look, desk: Desk) -> None:
    await desk.ask(blocks=[section("At <!date^1700000000^{date_num} {time}|fallback>")])
    for person, date in (("U0ALICE", "2023-11-14 10:13"), ("U0RAVI", "2023-11-15 3:43")):
        page = await look(person)
        await page.get_by_text(date).wait_for()


OPTIONS = [
    {"text": {"type": "plain_text", "text": word.title()}, "value": word} for word in ("one", "two")
]


async def test_menus_boxes_and_inputs_tell_what_was_chosen(look: Look, desk: Desk) -> None:
    told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    @desk.app.action({"block_id": "buttons"})
    async def chosen(ack: Any, body: dict[str, Any]) -> None:
        await ack()
        told.put_nowait(body)

    # One after the other: nothing promises that the app hears of them in this order otherwise.
    async def picked() -> dict[str, Any]:
        body = await asyncio.wait_for(told.get(), PATIENCE / 1000)
        assert body["state"]["values"]["reason"]["text"]["value"] == "because"
        return dict(body["actions"][0])

    kinds = ("static_select", "checkboxes", "radio_buttons", "overflow")
    elements = [{"type": kind, "action_id": kind, "options": OPTIONS} for kind in kinds]
    date = {"type": "datepicker", "action_id": "date"}
    number = {"type": "number_input", "action_id": "n", "is_decimal_allowed": False}
    amount = text_input("amount") | {"element": number, "optional": True}
    await desk.ask(blocks=[text_input(), amount, actions(*elements, date)])
    page = await look("U0BOB")
    await page.get_by_label("Reason", exact=True).fill("because")
    await page.locator("select").select_option("two")
    assert (await picked())["selected_option"]["value"] == "two"
    await page.get_by_role("checkbox", name="One").check()
    assert [each["value"] for each in (await picked())["selected_options"]] == ["one"]
    await page.get_by_role("radio", name="Two").check()
    assert (await picked())["selected_option"]["value"] == "two"
    await page.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="One").click()
    assert (await picked())["selected_option"]["value"] == "one"
    await page.locator('input[type="date"]').fill("2026-11-27")
    assert (await picked())["selected_date"] == "2026-11-27"


async def test_slash_commands_are_suggested_and_answered(look: Look, desk: Desk) -> None:
    page = await look("U0ALICE")
    box = page.get_by_label("Message #approvals")
    await box.fill("/sudo p")
    await page.get_by_role("button", name="/sudo pending").click()
    await box.press("Enter")
    await page.get_by_text("Nothing is pending.").wait_for()
    await page.get_by_text("Only visible to you").wait_for()


async def test_app_home(look: Look, desk: Desk) -> None:
    page = await look("U0ALICE")
    await page.get_by_role("button", name="Approvals · Home").click()
    await page.get_by_text("Waiting for you").wait_for()
    await keep(page, "home")
    await page.get_by_role("button", name="approvals", exact=True).click()
    await page.get_by_text("This is #approvals").wait_for()


async def test_somebody_else_is_chosen_with_the_keyboard(look: Look, desk: Desk) -> None:
    page = await look("U0ALICE")
    await page.get_by_role("button", name="You are Alice Moreau").press("Enter")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="You are Bob Okafor").wait_for()
    await page.get_by_role("button", name="You are Bob Okafor").press("Enter")
    await keep(page, "people")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("menu")).to_have_count(0)
    await expect(page).to_have_url(re.compile("#as=U0BOB&in=C0APPROVALS$"))


async def test_accounts_that_slack_would_stop_are_explained(look: Look) -> None:
    page = await look("U0DANA")
    await page.get_by_text("In Slack this account could not press anything.").wait_for()
    stranger = await look("U0SAM")
    await expect(stranger.get_by_role("button", name="general")).to_have_count(0)


async def test_archived_channels_take_nothing(look: Look) -> None:
    page = await look("U0ALICE")
    await page.get_by_role("button", name="old-approvals").click()
    await page.get_by_text("This channel is archived.").wait_for()


async def test_new_messages_elsewhere_are_marked(look: Look, desk: Desk) -> None:
    page = await look("U0ALICE")
    await page.get_by_text("The app is connected").wait_for()
    await desk.ask(channel="#general")
    await page.locator(".room.unread", has_text="general").wait_for()
    await desk.client.chat_postMessage(channel="U0ALICE", text="psst")
    await page.locator('.room.unread[data-place="D0ALICE"]').click()
    await page.get_by_text("psst").wait_for()


async def test_phone_and_dark(look: Look, desk: Desk) -> None:
    await desk.ask()
    phone = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}
    page = await look("U0ALICE", **phone)
    await page.get_by_role("button", name="Approve refund_user").wait_for()
    await keep(page, "phone")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await page.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
    await page.get_by_role("button", name="Open the sidebar").click()
    await page.get_by_role("button", name="general").click()
    await page.get_by_role("heading", name="general").first.wait_for()
    await page.get_by_role("button", name="Light or dark").click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "light")
