"""The app's Home tab and `/sudo` in the browser, with the real bot behind them."""

from __future__ import annotations

import pytest

from sudoagent.playground import Playground
from sudoagent.review.request import Argument
from sudoagent.review.store import ReviewStore
from support.bot import Asker, BotProcess
from support.valkey import Server

from .conftest import Look, expect, keep

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_reviewer_works_off_what_waits(
    look: Look, bot: BotProcess, slack: Playground, valkey_server: Server, namespace: str
) -> None:
    async with await ReviewStore.open(valkey_server.url, namespace) as store:
        asker = Asker(store, slack)
        many = tuple(Argument(name=f"line_{n}", value=n, type="int") for n in range(12))
        refund = await asker.ask(agent="billing-agent", seconds=300)
        rows = await asker.ask(agent="importer", action="import_rows", arguments=many, seconds=900)
        page = await look("U0ALICE")
        await page.get_by_role("button", name="Approvals · Home").click()
        home = page.locator("#home")
        await home.get_by_text("Waiting for you").wait_for()
        await keep(page, "home")
        # What is not shown in full offers no Approve.
        await expect(home.get_by_role("button", name="Approve")).to_have_count(2)
        await expect(home.get_by_role("button", name="Approve import_rows")).to_have_count(0)

        await home.get_by_role("button", name="Approve refund_user").click()
        await home.get_by_text("You approved").wait_for()
        stored = await store.read(refund.id)
        assert stored is not None
        assert stored.state == "approved"

        await home.get_by_role("button", name="Deny import_rows").click()
        dialog = page.get_by_role("dialog", name="Deny this call")
        await dialog.get_by_label("Reason").fill("Not on a Friday")
        await dialog.get_by_role("button", name="Deny").click()
        await home.get_by_text("You denied").wait_for()
        await home.get_by_text("Nothing waits for you.").wait_for()
        await keep(page, "home-decided")
        stored = await store.read(rows.id)
        assert stored is not None
        assert stored.state == "denied"

        # Somebody stops everything: the tab says so while it is open.
        await store.presence.freeze("incident 812", "T0PLAYGROUND/U0BOB")
        await home.get_by_text("incident 812").wait_for()
        await store.presence.unfreeze("T0PLAYGROUND/U0BOB")
        await home.get_by_text("incident 812").wait_for(state="detached")


async def test_what_waits_is_asked_for_with_a_command(
    look: Look, bot: BotProcess, slack: Playground, valkey_server: Server, namespace: str
) -> None:
    async with await ReviewStore.open(valkey_server.url, namespace) as store:
        asked = await Asker(store, slack).ask(agent="billing-agent")
    page = await look("U0ALICE")
    box = page.get_by_label("Message #approvals")
    await box.fill("/sudo pending")
    await box.press("Enter")
    await page.get_by_text("Waiting for you: 1").wait_for()
    await box.fill(f"/sudo show {asked.id}")
    await box.press("Enter")
    await page.get_by_text("Decide on the card, or in the app's Home tab.").last.wait_for()
    await keep(page, "sudo")
