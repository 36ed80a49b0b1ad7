"""Remakes the pictures of the documentation: `make screenshots`.

Starts the demonstration's stage (playground, bot, server), lets an agent ask, and photographs what
people see, in Debian's Chromium.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import async_playwright

from sudoagent import (
    ApprovalDenied,
    Context,
    Decision,
    JsonlAuditLogger,
    PolicyResult,
    SlackApprover,
    SudoEngine,
)
from sudoagent.demo.stage import Stage, set_up

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync")
SIZE = {"width": 1280, "height": 860}


class Scenes:
    """A policy for the pictures."""

    def evaluate(self, ctx: Context) -> PolicyResult:
        """Ask about everything."""
        reasons = {
            "refund": PolicyResult(
                decision=Decision.REQUIRE_APPROVAL,
                reason="refunds above 500 need a person",
                risk="medium",
                highlight=["amount"],
            ),
            "delete_customer": PolicyResult(
                decision=Decision.REQUIRE_APPROVAL,
                reason="deleting cannot be undone",
                risk="high",
                quorum=2,
            ),
        }
        return reasons[ctx.action]


def refund(customer: str, amount: float, currency: str = "EUR") -> None:
    """Stand for a real refund."""


def delete_customer(customer_id: str, cascade: bool, note: str) -> None:
    """Stand for a real deletion."""


async def main() -> None:
    """Take all pictures."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise SystemExit("chromium is needed: apt-get install chromium")
    IMAGES.mkdir(parents=True, exist_ok=True)
    async with set_up() as stage, async_playwright() as player:
        os.environ.update(stage.environment)
        browser = await player.chromium.launch(executable_path=chromium, args=list(FLAGS))
        await _pictures(stage, browser)
        await browser.close()


async def _pictures(stage: Stage, browser: Any) -> None:
    sudo = SudoEngine(
        policy=Scenes(),
        approver=SlackApprover(agent="billing-agent"),
        logger=JsonlAuditLogger(stage.log),
    ).using(
        metadata={"justification": "Ticket 5120: parcel lost twice.", "environment": "production"}
    )
    page = await browser.new_page(viewport=SIZE, device_scale_factor=1.5)
    await page.goto(f"{stage.playground.url}/#as=U0ALICE")
    alice = stage.playground.as_person("U0ALICE")
    async with _asking(sudo.aexecute(refund, "cus_8842", amount=1500.0)):
        card = await stage.playground.wait_for_message("1500")
        await _shoot(page.locator(f"[data-ts='{card.ts}']"), "message.png")
        await alice.click("approve", ts=card.ts)
        await stage.playground.wait_for_revision(card.ts, without_buttons=True)
    note = "dup of cus_8841 ``` <!channel> & <https://evil.example|click>"
    call = sudo.aexecute(delete_customer, "cus_8842", cascade=True, note=note)
    async with _asking(call):
        card = await stage.playground.wait_for_message("cascade")
        await _shoot(page, "playground.png")
        await page.locator(f"[data-ts='{card.ts}'] [data-action=deny]").click()
        await page.locator("dialog textarea").fill("Wrong customer: check the ticket first")
        await page.locator("dialog [data-submit]").click()
        await stage.playground.wait_for_revision(card.ts, without_buttons=True)
        await _shoot(page, "decided.png")


@asynccontextmanager
async def _asking(call: Awaitable[Any]) -> AsyncIterator[None]:
    task = asyncio.ensure_future(call)
    try:
        yield
    finally:
        with contextlib.suppress(ApprovalDenied):
            await task


async def _shoot(what: Any, name: str) -> None:
    await asyncio.sleep(0.4)  # let the page settle: the picture is of a still moment
    await what.screenshot(path=IMAGES / name)
    print(f"docs/images/{name}")


if __name__ == "__main__":
    asyncio.run(main())
