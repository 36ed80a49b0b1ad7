"""Reading an approval from a dialog while other people decide, too."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from sudoagent.redaction import Redactor
from sudoagent.review.number import number_check
from sudoagent.review.request import EditableArgument, Request
from sudoagent.slack.modals import EDIT_CALLBACK, NUMBER_CALLBACK
from sudoagent_bot.ballots import Ballot, Ballots, WrongNumber
from sudoagent_bot.clicks import Click
from sudoagent_bot.dialogs import Complaints
from sudoagent_bot.rules import Refused
from support.bot import Asker


def submitted(request: Request, callback: str = NUMBER_CALLBACK, **filled: Any) -> Click:
    return Click(
        action=callback,
        request_id=request.id,
        team_id="T0PLAYGROUND",
        place_team_id="T0PLAYGROUND",
        user_id="U0ALICE",
        channel="C1",
        message_ts="1.1",
        **filled,
    )


def numbered(asker: Asker, **changes: Any) -> Request:
    ids = {"id": str(uuid.uuid4()), "nonce": uuid.uuid4().hex}
    check = number_check(asker.keyring, ids["id"], ids["nonce"], "427")
    return asker.request(**{**ids, "number_check": check, **changes})


@pytest.fixture
def ballots(asker: Asker) -> Ballots:
    return Ballots(asker.store, asker.keyring, Redactor())


async def test_a_request_without_number_and_edits_needs_nothing(
    asker: Asker, ballots: Ballots
) -> None:
    request = asker.request()
    assert await ballots.read(request, submitted(request)) == Ballot()


async def test_edits_count_in_their_own_dialog_only(asker: Asker, ballots: Ballots) -> None:
    field = EditableArgument(name="refund_amount", kind="float", current="1500.0")
    request = asker.request(editable=(field,))
    edits = {"refund_amount": "450", "user_id": "attacker"}
    edited = await ballots.read(request, submitted(request, EDIT_CALLBACK, edits=edits))
    assert edited == Ballot(edits={"refund_amount": "450"})
    assert await ballots.read(request, submitted(request, edits=edits)) == Ballot()
    nothing = asker.request()
    with pytest.raises(Refused) as caught:
        await ballots.read(nothing, submitted(nothing, EDIT_CALLBACK, edits=edits))
    assert caught.value.refusal == "not_editable"


async def test_a_field_that_the_dialog_did_not_send_is_no_edit(
    asker: Asker, ballots: Ballots
) -> None:
    field = EditableArgument(name="refund_amount", kind="float", current="1500.0")
    request = asker.request(editable=(field,))
    assert await ballots.read(request, submitted(request, EDIT_CALLBACK)) == Ballot()


async def test_edits_are_not_larger_than_a_vote_can_be(asker: Asker, ballots: Ballots) -> None:
    names = [f"n{n}" for n in range(20)]
    fields = tuple(EditableArgument(name=name, kind="str", current="") for name in names)
    request = asker.request(editable=fields)
    edits = dict.fromkeys(names[:-1], "€" * 1000) | {names[-1]: "€" * 3000}
    with pytest.raises(Complaints) as caught:
        await ballots.read(request, submitted(request, EDIT_CALLBACK, edits=edits))
    assert caught.value.by_block == {"edit:n19": "This is longer than allowed."}


async def test_guesses_at_once_are_counted_one_by_one(asker: Asker, ballots: Ballots) -> None:
    request = numbered(asker)
    await asker.store_only(request)
    with pytest.raises(WrongNumber):
        await ballots.read(request, submitted(request, number="111"))
    assert (await ballots.read(request, submitted(request, number="427"))).number_matched
    for refusal in ("number_exhausted", "number_exhausted"):
        with pytest.raises(Refused) as caught:
            await ballots.read(request, submitted(request, number="222"))
        assert caught.value.refusal == refusal


async def test_a_request_that_ended_meanwhile_tells_nothing_about_its_number(
    asker: Asker, ballots: Ballots
) -> None:
    request = numbered(asker)
    await asker.store_only(request)
    await asker.store.cancel(request.id, "stopped")
    with pytest.raises(Refused) as caught:
        await ballots.read(request, submitted(request, number="427"))
    assert caught.value.refusal == "cancelled"


async def test_a_request_that_is_gone_takes_no_number(asker: Asker, ballots: Ballots) -> None:
    request = numbered(asker)
    with pytest.raises(Refused) as caught:
        await ballots.read(request, submitted(request, number="427"))
    assert caught.value.refusal == "unknown"
