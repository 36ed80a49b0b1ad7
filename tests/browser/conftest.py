"""Headless Chromium in front of the playground, and a small approvals app behind it."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sudoagent.playground import AsyncPlayground
from sudoagent.playground.cast import APP_TOKEN, BOT_TOKEN
from support.slack_pieces import actions, button, modal, section, text_input

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
# Without these, Chromium looks for its maker's services at every start, and needs a sandbox that
# containers do not have.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


# Milliseconds until something counts as missing from a page, on a machine that is busy with more.
PATIENCE = 40_000
# Seconds that an app has for what Slack gives it three, for the same reason.
UNHURRIED = 60


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.parent == here:
            item.add_marker(pytest.mark.browser)
            if CHROMIUM is None:
                item.add_marker(pytest.mark.skip(reason="no chromium was found on the PATH"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Any]:
    playwright = pytest.importorskip("playwright.async_api", reason="Playwright is not installed")
    playwright.expect.set_options(timeout=PATIENCE)
    async with playwright.async_playwright() as player:
        browser = await player.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        await browser.close()


def expect(seen: Any) -> Any:
    """Say what a page shows in the end: Playwright waits for it. Playwright may be absent."""
    from playwright.async_api import expect

    return expect(seen)


Look = Callable[..., Awaitable[Any]]


@pytest_asyncio.fixture(loop_scope="module")
async def look(browser: Any, aslack: AsyncPlayground) -> AsyncIterator[Look]:
    """Open the page as a person: `await look("U0BOB")`. Fails on any error in the page.

    `before(page)` is awaited before the page is opened. `lossy`: answers may go missing, of which
    the browser complains.
    """
    contexts: list[Any] = []
    errors: list[str] = []
    await aslack.hurry(acknowledge=UNHURRIED, trigger=UNHURRIED)

    async def open_page(
        person: str = "U0ALICE", *, before: Look | None = None, lossy: bool = False, **options: Any
    ) -> Any:
        context = await browser.new_context(
            **{"viewport": {"width": 1280, "height": 860}, **options}
        )
        contexts.append(context)
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: errors.append(str(error)))
        if not lossy:
            page.on("console", lambda said: said.type == "error" and errors.append(said.text))
        if before is not None:
            await before(page)
        await page.goto(f"{aslack.url}/#as={person}")
        await page.locator(".you").wait_for(state="attached")
        return page

    yield open_page
    for context in contexts:
        await context.close()
    assert errors == []


async def keep(page: Any, name: str) -> None:
    """Keep a picture for the README where SUDOAGENT_SCREENSHOTS names a folder."""
    folder = os.environ.get("SUDOAGENT_SCREENSHOTS")
    if folder:
        await page.screenshot(path=str(Path(folder) / f"{name}.png"), animations="disabled")


def card(*blocks: dict[str, Any]) -> list[dict[str, Any]]:
    title = {"type": "plain_text", "text": "🔴 Approve refund_user?"}
    arguments = {"type": "text", "text": '{\n  "user_id": "user_2",\n  "refund_amount": 1500.0\n}'}
    asked = [
        {"type": "text", "text": "billing-agent", "style": {"bold": True}},
        {"type": "text", "text": " wants to run "},
        {"type": "text", "text": "refund_user", "style": {"code": True}},
        {"type": "text", "text": " for "},
        {"type": "user", "user_id": "U0RAVI"},
    ]
    rich = [
        {"type": "rich_text_section", "elements": asked},
        {"type": "rich_text_preformatted", "elements": [arguments]},
    ]
    header = {"type": "header", "text": title}
    return [header, {"type": "rich_text", "elements": rich}, *blocks]


PENDING = card(
    actions(
        button(
            "approve",
            style="primary",
            accessibility_label="Approve refund_user",
            confirm={
                "title": {"type": "plain_text", "text": "Approve this?"},
                "text": {"type": "plain_text", "text": "1500.0 will be refunded at once."},
                "confirm": {"type": "plain_text", "text": "Approve"},
                "deny": {"type": "plain_text", "text": "Cancel"},
            },
        ),
        button("deny", style="danger"),
        button("details"),
    )
)


class Desk:
    """A small approvals app; ``client`` speaks for it, ``leave`` ends its connection for good."""

    def __init__(self, client: AsyncWebClient, app: AsyncApp) -> None:
        self.client = client
        self.app = app
        self._handler = AsyncSocketModeHandler(app, APP_TOKEN, ping_interval=2)
        self.arrive, self.leave = self._handler.connect_async, self._handler.close_async

    async def ask(self, **more: Any) -> str:
        told = {"channel": "#approvals", "text": "Approve refund_user?", "blocks": PENDING, **more}
        return str((await self.client.chat_postMessage(**told))["ts"])


@pytest_asyncio.fixture(loop_scope="module")
async def desk(aslack: AsyncPlayground) -> AsyncIterator[Desk]:
    client = AsyncWebClient(BOT_TOKEN, base_url=aslack.environment["SLACK_API_URL"])
    app = AsyncApp(client=client)
    _listen(app)
    desk = Desk(client, app)
    await desk.arrive()
    await aslack.wait_for_connections(1, timeout=60)
    yield desk
    await desk.leave()
    # aiohttp closes the session's transports one step later.
    await asyncio.sleep(0.05)


def _listen(app: AsyncApp) -> None:
    @app.action("approve")
    async def approve(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        where = {"channel": body["channel"]["id"]}
        who = body["user"]["id"]
        if who != "U0ALICE":
            sentence = "You are not on the list of reviewers for this request."
            await client.chat_postEphemeral(**where, user=who, text=sentence)
            return
        ts = body["message"]["ts"]
        outcome = section(f"✅ *Approved* by <@{who}>")
        await client.chat_update(**where, ts=ts, text="Approved", blocks=card(outcome))
        await client.chat_postMessage(**where, thread_ts=ts, text="Finished in 84 ms.")

    @app.action("deny")
    async def deny(ack: Any, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        told = f"{body['channel']['id']} {body['message']['ts']}"
        reason = text_input("reason", multiline=True)
        view = modal(section("`refund_user` will not run."), reason, callback_id="why")
        await client.views_open(
            trigger_id=body["trigger_id"], view={**view, "private_metadata": told}
        )

    @app.view("why")
    async def denied(ack: Any, view: dict[str, Any], client: AsyncWebClient) -> None:
        reason = view["state"]["values"]["reason"]["text"]["value"]
        if "customer" not in reason:
            await ack(response_action="errors", errors={"reason": "Say which customer."})
            return
        await ack()
        channel, ts = view["private_metadata"].split()
        blocks = card(section("⛔ *Denied*"))
        await client.chat_update(channel=channel, ts=ts, text="Denied", blocks=blocks)

    @app.command("/sudo")
    async def sudo(ack: Any, command: dict[str, Any]) -> None:
        await ack(f"Nothing is *{command['text']}*.")

    @app.event("app_home_opened")
    async def home(event: dict[str, Any], client: AsyncWebClient) -> None:
        blocks = [section("*Waiting for you*"), actions(button("approve"))]
        view = {"type": "home", "blocks": blocks}
        await client.views_publish(user_id=event["user"], view=view)
