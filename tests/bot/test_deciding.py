"""Deciding with more than a click: a reason that is required, a number, edited arguments."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from sudoagent.playground import AsyncPerson, AsyncPlayground
from sudoagent.review.number import number_check
from sudoagent.review.request import Argument, EditableArgument, SignedVote, decode_vote
from sudoagent.slack import texts
from support.bot import Asked, Asker, BotProcess
from support.valkey import eventually

AMOUNT = EditableArgument(name="refund_amount", kind="float", current="1500.0", ge="0", le="500")
NOTE = EditableArgument(name="note", kind="str", current="hello", max_length=40)
NOTIFY = EditableArgument(name="notify", kind="bool", current="true")
CURRENCY = EditableArgument(name="currency", kind="str", current="EUR", choices=("EUR", "USD"))
FIELDS = (AMOUNT, NOTE, NOTIFY, CURRENCY)


async def ask(asker: Asker, number: str | None = None, **changes: Any) -> Asked:
    request = asker.request(**changes)
    if number is not None:
        check = number_check(asker.keyring, request.id, request.nonce, number)
        request = msgspec.structs.replace(request, number_check=check)
    await asker.store_only(request)
    return await asker.post(request)


async def votes(asker: Asker, asked: Asked) -> list[SignedVote]:
    sealed = (await asker.stored(asked)).sealed_votes
    return [decode_vote(asker.keyring.open(vote, "vote")) for vote in sealed]


async def opened(person: AsyncPerson, action: str, asked: Asked, callback: str) -> Any:
    assert (await person.click(action, ts=asked.ts)).acknowledged
    return await person.view(callback_id=callback)


class TestAReasonThatIsRequired:
    async def test_slack_asks_for_it_and_so_does_the_bot(
        self, bot: BotProcess, aslack: AsyncPlayground, asker: Asker
    ) -> None:
        asked = await ask(asker, deny_reason="required")
        bob = aslack.as_person("U0BOB")
        await opened(bob, "deny", asked, "deny_reason")
        assert "reason" in (await bob.submit()).errors
        assert "reason" in (await bob.submit({"text": "no"})).errors
        blank = await bob.submit({"text": "     "})
        assert blank.errors == {"reason": texts.REASON_MISSING}
        assert await votes(asker, asked) == []
        assert (await bob.submit({"text": "Wrong customer"})).errors == {}
        card = await aslack.wait_for_revision(asked.ts, "Denied", without_buttons=True)
        assert "Wrong customer" in card.words
        assert bot.refusals == []

    async def test_where_it_is_optional_an_empty_one_will_do(
        self, bot: BotProcess, aslack: AsyncPlayground, asker: Asker
    ) -> None:
        asked = await ask(asker)
        bob = aslack.as_person("U0BOB")
        await opened(bob, "deny", asked, "deny_reason")
        assert (await bob.submit()).errors == {}
        await aslack.wait_for_revision(asked.ts, "Denied", without_buttons=True)

    async def test_a_no_is_not_lost_for_want_of_one(
        self, bot: BotProcess, aslack: AsyncPlayground, asker: Asker
    ) -> None:
        asked = await ask(asker, deny_reason="required")
        await aslack.fail("views.open", "error", error="internal_error", times=20)
        await aslack.as_person("U0BOB").click("deny", ts=asked.ts)
        await aslack.wait_for_revision(asked.ts, "Denied", without_buttons=True)


class TestNumberMatching:
    async def test_the_number_approves_and_the_vote_says_so(
        self, bot: BotProcess, aslack: AsyncPlayground, asker: Asker
    ) -> None:
        asked = await ask(asker, "427")
        alice = aslack.as_person("U0ALICE")
        dialog = await opened(alice, "approve", asked, "number")
        assert "1500.0" in dialog.words
        assert await votes(asker, asked) == []
        await alice.submit({"number": "427", "comment": "Checked"})
        card = await aslack.wait_for_revision(asked.ts, "Approved", without_buttons=True)
        assert "Checked" in card.words
        (vote,) = await votes(asker, asked)
        assert vote.number_matched
        assert bot.refusals == []

    async def test_wrong_numbers_are_recorded_and_the_third_is_the_last(
        self, bot: BotProcess, aslack: AsyncPlayground, asker: Asker
    ) -> None:
        asked = await ask(asker, "427")
        alice, bob = aslack.as_person("U0ALICE"), aslack.as_person("U0BOB")
        await opened(alice, "approve", asked, "number")
        first, second = await alice.submit({"number": "426"}), await alice.submit({"number": "428"})
        assert first.errors == {"number": texts.NUMBER_WRONG.format(left=2)}
        assert second.errors == {"number": texts.NUMBER_WRONG_ONCE_MORE}
        assert (await alice.submit({"number": "429"})).errors == {}
        await alice.wait_for_ephemeral("tried as often as allowed")
        assert await alice.views() == []
        await opened(alice, "approve", asked, "number")
        await alice.submit({"number": "427"})
        # What she was told after the third is there still.
        await asyncio.to_thread(eventually, lambda: len(bot.refusals) >= 4, "it is recorded")
        assert await votes(asker, asked) == []
        told = [entry["metadata"]["refusal"] for entry in bot.refusals]
        assert told == ["wrong_number"] * 2 + ["number_exhausted"] * 2
        assert "42" not in str([entry["reason"] for entry in bot.refusals])
        await opened(bob, "approve", asked, "number")
        await bob.submit({"number": "427"})
        await aslack.wait_for_revision(asked.ts, "Approved", without_buttons=True)

    async def test_what_is_no_number_costs_no_attempt(
        self, bot: BotProcess, aslack: AsyncPlayground, asker: Asker
    ) -> None:
        asked = await ask(asker, "427")
        alice = aslack.as_person("U0ALICE")
        await opened(alice, "approve", asked, "number")
        for odd in ("abc", "0x1", "４２７", "012"):
            assert (await alice.submit({"number": odd})).errors == {"number": texts.NUMBER_HINT}
        assert "number" in (await alice.submit()).errors
        assert "number" in (await alice.submit({"number": "42"})).errors
        await alice.submit({"number": "427"})
        await aslack.wait_for_revision(asked.ts, "Approved", without_buttons=True)

    async def test_who_may_not_decide_is_not_told_whether_it_is_right(
        self, bot: BotProcess, aslack: AsyncPlayground, asker: Asker
    ) -> None:
        asked = await ask(asker, "427")
        for outsider, why in (("U0RAVI", "asked for this yourself"), ("U0GUS", "not on the list")):
            person = aslack.as_person(outsider)
            await person.click("approve", ts=asked.ts)
            await person.wait_for_ephemeral(why)
            assert await person.views() == []

    async def test_all_arguments_ask_for_it_too(
        self, bot: BotProcess, aslack: AsyncPlayground, asker: Asker
    ) -> None:
        asked = await ask(asker, "427")
        alice = aslack.as_person("U0ALICE")
        await opened(alice, "details", asked, "all_arguments")
        assert "number" in (await alice.submit({"comment": "fine"})).errors
        assert "number" in (await alice.submit({"number": "111"})).errors
        assert await votes(asker, asked) == []
        await alice.submit({"number": "427"})
        await aslack.wait_for_revision(asked.ts, "Approved", without_buttons=True)


class TestEditing:
    ARGUMENTS = (
        Argument(name="refund_amount", value=1500.0, type="float"),
        Argument(name="note", value="hello", type="str"),
        Argument(name="notify", value=True, type="bool"),
        Argument(name="currency", value="EUR", type="str"),
    )

    async def ask(self, asker: Asker, **changes: Any) -> Asked:
        return await ask(asker, **{"arguments": self.ARGUMENTS, "editable": FIELDS, **changes})

    async def test_what_was_changed_is_in_the_vote_and_on_the_card(
        self, bot: BotProcess, aslack: AsyncPlayground, asker: Asker
    ) -> None:
        asked = await self.ask(asker)
        alice = aslack.as_person("U0ALICE")
        await opened(alice, "edit", asked, "edited")
        changes = {"edit:refund_amount": "450", "edit:notify": [], "edit:currency": "USD"}
        assert (await alice.submit({**changes, "comment": "Half of it"})).errors == {}
        card = await aslack.wait_for_revision(asked.ts, "Approved", without_buttons=True)
        assert "changed refund_amount from 1500.0 to 450" in card.words
        assert "Half of it" in card.words
        (vote,) = await votes(asker, asked)
        assert vote.edits == {"refund_amount": "450", "notify": "false", "currency": "USD"}
        assert bot.refusals == []

    async def test_what_stayed_as_it_was_is_no_edit(
        self, bot: BotProcess, aslack: AsyncPlayground, asker: Asker
    ) -> None:
        within = msgspec.structs.replace(AMOUNT, current="450.0")
        asked = await self.ask(asker, editable=(within, NOTE, NOTIFY, CURRENCY))
        alice = aslack.as_person("U0ALICE")
        await opened(alice, "edit", asked, "edited")
        await alice.submit({"edit:refund_amount": "450.00"})
        await aslack.wait_for_revision(asked.ts, "Approved", without_buttons=True)
        (vote,) = await votes(asker, asked)
        assert vote.edits == {}

    async def test_what_does_not_fit_is_said_beside_the_field(
        self, bot: BotProcess, aslack: AsyncPlayground, asker: Asker
    ) -> None:
        odd = EditableArgument(name="odd", kind="float", current="1e+300")
        asked = await self.ask(asker, editable=(*FIELDS, odd))
        alice = aslack.as_person("U0ALICE")
        await opened(alice, "edit", asked, "edited")
        # Slack itself knows the limits of its own fields.
        assert "edit:refund_amount" in (await alice.submit({"edit:refund_amount": "501"})).errors
        assert "edit:note" in (await alice.submit({"edit:note": "x" * 41})).errors
        for typed in ("nan", "inf", "all of it", "1e999"):
            answer = await alice.submit({"edit:odd": typed, "edit:refund_amount": "1"})
            assert answer.errors == {"edit:odd": texts.EDIT_COMPLAINT["not_a_number"]}
        secret = {"edit:note": "password=hunter2hunter2", "edit:refund_amount": "1"}
        assert (await alice.submit(secret)).errors == {"edit:note": texts.EDIT_HIDDEN}
        assert await votes(asker, asked) == []
        assert bot.refusals == []

    async def test_the_bot_does_not_rely_on_slack_for_the_limits(
        self, bot: BotProcess, aslack: AsyncPlayground, asker: Asker
    ) -> None:
        wide = msgspec.structs.replace(AMOUNT, ge="-" + "9" * 20, le="500")
        asked = await self.ask(asker, editable=(wide,))
        alice = aslack.as_person("U0ALICE")
        await opened(alice, "edit", asked, "edited")
        answer = await alice.submit({"edit:refund_amount": "500.01"})
        assert answer.errors == {"edit:refund_amount": texts.EDIT_COMPLAINT["too_large"]}

    async def test_it_is_reached_through_all_arguments_where_the_card_hides_some(
        self, bot: BotProcess, aslack: AsyncPlayground, asker: Asker
    ) -> None:
        rows = Argument(name="rows", value=list(range(40)), type="list")
        asked = await self.ask(asker, arguments=(*self.ARGUMENTS, rows))
        alice = aslack.as_person("U0ALICE")
        await alice.click("edit", ts=asked.ts, value=asked.id, blindly=True)
        shown = await alice.view(callback_id="all_arguments")
        assert (await alice.click("edit", view_id=shown.id)).acknowledged
        await alice.view(callback_id="edited")
        await alice.submit({"edit:refund_amount": "450"})
        await aslack.wait_for_revision(asked.ts, "Approved", without_buttons=True)

    async def test_edits_and_number_together(
        self, bot: BotProcess, aslack: AsyncPlayground, asker: Asker
    ) -> None:
        asked = await self.ask(asker, number="427")
        alice = aslack.as_person("U0ALICE")
        await opened(alice, "edit", asked, "edited")
        wrong = await alice.submit({"edit:refund_amount": "450", "number": "111"})
        assert set(wrong.errors) == {"number"}
        await alice.submit({"edit:refund_amount": "450", "number": "427"})
        await aslack.wait_for_revision(asked.ts, "Approved", without_buttons=True)
        (vote,) = await votes(asker, asked)
        assert (vote.number_matched, vote.edits) == (True, {"refund_amount": "450"})

    @pytest.mark.parametrize("outsider", ["U0GUS", "U0RAVI"])
    async def test_who_may_not_decide_cannot_edit(
        self, bot: BotProcess, aslack: AsyncPlayground, asker: Asker, outsider: str
    ) -> None:
        asked = await self.ask(asker)
        person = aslack.as_person(outsider)
        await person.click("edit", ts=asked.ts)
        await person.wait_for_ephemeral()
        assert await person.views() == []
        assert len(bot.refusals) == 1

    async def test_a_request_that_offers_nothing_cannot_be_edited(
        self, bot: BotProcess, aslack: AsyncPlayground, asker: Asker
    ) -> None:
        asked = await ask(asker)
        alice = aslack.as_person("U0ALICE")
        await alice.click("edit", ts=asked.ts, value=asked.id, blindly=True)
        await alice.wait_for_ephemeral("cannot be changed")
        assert bot.refusals[0]["metadata"]["refusal"] == "not_editable"

    async def test_a_dialog_that_is_sent_after_the_end_changes_nothing(
        self, bot: BotProcess, aslack: AsyncPlayground, asker: Asker
    ) -> None:
        asked = await self.ask(asker)
        alice, bob = aslack.as_person("U0ALICE"), aslack.as_person("U0BOB")
        await opened(alice, "edit", asked, "edited")
        await opened(bob, "deny", asked, "deny_reason")
        await bob.submit({"text": "Wrong customer"})
        await aslack.wait_for_revision(asked.ts, "Denied", without_buttons=True)
        assert (await alice.submit({"edit:refund_amount": "450"})).errors == {}
        await alice.wait_for_ephemeral("denied already")
        assert [vote.choice for vote in await votes(asker, asked)] == ["deny"]
