"""Editing and number matching in the browser, with the real bot behind the playground."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from sudoagent.playground import Playground
from sudoagent.review.number import number_check
from sudoagent.review.request import Argument, EditableArgument, decode_vote
from sudoagent.review.store import ReviewStore
from support.bot import Asked, Asker, BotProcess
from support.valkey import Server

from .conftest import Look, expect, keep

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIELDS = (
    EditableArgument(name="refund_amount", kind="float", current="1500.0", ge="0", le="500"),
    EditableArgument(name="currency", kind="str", current="EUR", choices=("EUR", "USD")),
    EditableArgument(name="notify", kind="bool", current="true"),
    EditableArgument(name="note", kind="str", current="Ticket 5120", max_length=40),
)
ARGUMENTS = (
    Argument(name="user_id", value="user_2", type="str"),
    Argument(name="refund_amount", value=1500.0, type="float"),
    Argument(name="currency", value="EUR", type="str"),
    Argument(name="notify", value=True, type="bool"),
    Argument(name="note", value="Ticket 5120", type="str"),
)


@pytest_asyncio.fixture(loop_scope="module")
async def here(
    bot: BotProcess, slack: Playground, valkey_server: Server, namespace: str
) -> AsyncIterator[Asker]:
    """Somebody who asks, on the event loop of the browser."""
    async with await ReviewStore.open(valkey_server.url, namespace) as store:
        yield Asker(store, slack)


async def ask(asker: Asker, number: str | None = None, **changes: Any) -> Asked:
    request = asker.request(agent="billing-agent", arguments=ARGUMENTS, **changes)
    if number is not None:
        check = number_check(asker.keyring, request.id, request.nonce, number)
        request = msgspec.structs.replace(request, number_check=check)
    await asker.store_only(request)
    return await asker.post(request)


async def test_a_reviewer_edits_and_approves(look: Look, here: Asker) -> None:
    page = await look("U0ALICE")
    asked = await ask(here, editable=FIELDS)
    await page.get_by_role("button", name="Edit the arguments of refund_user and approve").click()
    dialog = page.get_by_role("dialog", name="Edit and approve")
    amount = dialog.get_by_label("refund_amount")
    await expect(amount).to_have_value("1500.0")
    await amount.fill("450")
    await dialog.get_by_role("checkbox").uncheck()
    await dialog.locator("select").select_option("USD")
    await keep(page, "edit")
    await amount.fill("501")
    await dialog.get_by_role("button", name="Approve").click()
    await dialog.get_by_text("Please enter a number of at most 500.").wait_for()
    await amount.fill("450")
    await dialog.get_by_label("note").fill("password=hunter2hunter2")
    await dialog.get_by_role("button", name="Approve").click()
    await dialog.get_by_text("This looks like a secret").wait_for()
    await expect(amount).to_have_value("450")
    await dialog.get_by_label("note").fill("Ticket 5121")
    await dialog.get_by_role("button", name="Approve").click()
    await page.get_by_text("Approved by").wait_for()
    card = page.locator(f'[data-ts="{asked.ts}"]')
    await expect(card).to_contain_text("changed refund_amount from 1500.0 to 450")
    await keep(page, "edited")
    (sealed,) = (await here.stored(asked)).sealed_votes
    assert decode_vote(here.keyring.open(sealed, "vote")).edits == {
        "refund_amount": "450",
        "currency": "USD",
        "notify": "false",
        "note": "Ticket 5121",
    }


async def test_a_reviewer_types_the_number(look: Look, here: Asker) -> None:
    page = await look("U0ALICE")
    await ask(here, "427", risk="high")
    await page.get_by_role("button", name="Approve refund_user, with a number").click()
    dialog = page.get_by_role("dialog", name="Approve this call")
    number = dialog.get_by_label("Number")
    await number.fill("426")
    await dialog.get_by_role("button", name="Approve").click()
    await dialog.get_by_text("This is not the number. You can try 2 more times.").wait_for()
    await keep(page, "number")
    await number.fill("427")
    await dialog.get_by_role("button", name="Approve").click()
    await page.get_by_text("Approved by").wait_for()
