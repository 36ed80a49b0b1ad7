"""A request with several cards: one verdict repaints them all, whatever becomes of one of them."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sudoagent.playground import AsyncPlayground
from sudoagent.slack.messages import pending_card
from support.bot import Asked, Asker, BotProcess, StartBot


async def with_copy(asker: Asker, **changes: object) -> tuple[Asked, str]:
    """A request that has a second card, and that card's ts."""
    asked = await asker.ask(**changes)
    posted = await asker.post_only(pending_card(asked.request), f"{asked.id}-copy")
    await asker.store.follow_ups.begin_copy(asked.id, "#copy")
    await asker.store.follow_ups.copied(asked.id, "#copy", posted.channel, posted.ts, 1)
    return asked, posted.ts


async def painted(asker: Asker, asked: Asked) -> None:
    """Wait until no card of the request waits to be repainted."""
    key = asker.store._keys.shared()[2]
    for _ in range(1200):
        if not await asker.store._link.command("ZCARD", key):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it stays in the queue")


async def test_a_click_on_either_repaints_both(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
) -> None:
    asked, copy = await with_copy(asker, quorum=2)
    await aslack.as_person("U0ALICE").click("approve", ts=copy)
    for ts in (asked.ts, copy):
        await aslack.wait_for_revision(ts, "1 of 2 approvals")
    await aslack.as_person("U0BOB").click("approve", ts=asked.ts)
    for ts in (asked.ts, copy):
        await aslack.wait_for_revision(ts, "Approved by", without_buttons=True)


async def test_a_dialog_that_was_opened_from_a_copy_counts(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
) -> None:
    asked, copy = await with_copy(asker)
    alice = aslack.as_person("U0ALICE")
    await alice.click("deny", ts=copy)
    await alice.view(callback_id="deny_reason")
    await alice.submit({"text": "Wrong customer"})
    for ts in (asked.ts, copy):
        await aslack.wait_for_revision(ts, "Wrong customer", without_buttons=True)
    assert bot.refusals == []


async def test_a_card_that_was_deleted_does_not_keep_the_others_from_being_painted(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
) -> None:
    asked, copy = await with_copy(asker)
    await aslack.delete_message(asked.ts)
    await aslack.as_person("U0ALICE").click("approve", ts=copy)
    await aslack.wait_for_revision(copy, "Approved by", without_buttons=True)
    await painted(asker, asked)


async def test_when_slack_limits_the_rate_all_are_painted_in_the_end(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
) -> None:
    asked, copy = await with_copy(asker)
    await aslack.fail("chat.update", "rate_limited", retry_after=4)
    await aslack.as_person("U0ALICE").click("approve", ts=copy)
    for ts in (asked.ts, copy):
        await aslack.wait_for_revision(ts, "Approved by", without_buttons=True)
    await painted(asker, asked)


async def test_the_bot_shows_a_companys_own_words(
    start_bot: StartBot, aslack: AsyncPlayground, asker: Asker, tmp_path: Path
) -> None:
    words = tmp_path / "texts.toml"
    words.write_text(
        'STATUS.approved = "✅ Freigegeben von {people}, {at}"\n'
        'REFUSAL.not_a_reviewer = "Das dürfen Sie nicht entscheiden."\n',
        "utf-8",
    )
    start_bot(SUDOAGENT_TEXTS=str(words)).ready()
    asked = await asker.ask(reviewers=("U0ALICE",))
    bob = aslack.as_person("U0BOB")
    await bob.click("approve", ts=asked.ts)
    await bob.wait_for_ephemeral("Das dürfen Sie nicht entscheiden.")
    await aslack.as_person("U0ALICE").click("approve", ts=asked.ts)
    await aslack.wait_for_revision(asked.ts, "Freigegeben von")
