"""Allowing for a while and revoking it in the browser, with the real bot behind the playground."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from sudoagent.playground import Playground
from sudoagent.review.request import Argument, GrantOffer
from sudoagent.review.store import ReviewStore
from support.bot import Asker, BotProcess
from support.valkey import Server

from .conftest import Look, expect, keep

pytestmark = pytest.mark.asyncio(loop_scope="module")

ARGUMENTS = (
    Argument(name="customer", value="cus_8842 ``` <!channel> *everybody*", type="str"),
    Argument(name="amount", value=1500.0, type="float"),
    Argument(name="note", value="Ticket 5120", type="str"),
)
OFFER = GrantOffer(seconds=600, same=("customer",), key="c0ffee00" * 8)


@pytest_asyncio.fixture(loop_scope="module")
async def here(
    bot: BotProcess, slack: Playground, valkey_server: Server, namespace: str
) -> AsyncIterator[Asker]:
    """Somebody who asks, on the event loop of the browser."""
    async with await ReviewStore.open(valkey_server.url, namespace) as store:
        yield Asker(store, slack)


async def test_a_reviewer_allows_for_a_while_and_ends_it(look: Look, here: Asker) -> None:
    page = await look("U0ALICE")
    asked = await here.ask(
        agent="billing-agent", action="refund", arguments=ARGUMENTS, offer=OFFER, environment="test"
    )
    await page.get_by_role("button", name="Allow refund for 10 minutes").click()
    dialog = page.get_by_role("dialog", name="Allow for a while")
    await dialog.get_by_text("Everything else can be different each time").wait_for()
    await expect(dialog).to_contain_text('customer  "cus_8842 ``` <!channel> *everybody*"')
    await expect(dialog).to_contain_text("amount, note")
    await keep(page, "allow-for-a-while")
    await dialog.get_by_role("button", name="Go back").click()
    await expect(dialog).to_have_count(0)
    assert (await here.stored(asked)).state == "pending"
    await page.get_by_role("button", name="Allow refund for 10 minutes").click()
    await dialog.get_by_role("button", name="Allow", exact=True).click()
    await page.get_by_text("also allowed it for 10 minutes").first.wait_for()
    assert [one.request_id for one in await here.store.grants.standing()] == [asked.id]
    await keep(page, "allowed-for-a-while")

    await page.get_by_role("textbox").last.fill("/sudo grants")
    await page.keyboard.press("Enter")
    revoke = page.get_by_role("button", name="Revoke: ask about refund again")
    await revoke.wait_for()
    await keep(page, "grants")
    await revoke.click()
    await page.get_by_text("is asked about again from now on").wait_for()
    await page.get_by_text("has ended that").wait_for()
    assert await here.store.grants.standing() == ()
