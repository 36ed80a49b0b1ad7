"""From a click in Slack to a vote in the store and a card that says so: real bot, socket and server."""

from __future__ import annotations

import json

import pytest
from support.bot import Asker, BotProcess

from sudoagent.playground import AsyncPlayground
from sudoagent.review.request import Argument, decode_vote


async def test_approve_stores_a_sealed_vote_and_repaints_the_card(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask()
    pressed = await aslack.as_person("U0ALICE").click("approve", ts=asked.ts)
    assert pressed.acknowledged
    card = await aslack.wait_for_revision(asked.ts, "Approved", without_buttons=True)
    assert "U0ALICE" in card.words
    stored = await asker.stored(asked)
    assert stored.state == "approved"
    (sealed,) = stored.sealed_votes
    vote = decode_vote(asker.keyring.open(sealed, "vote"))
    assert (vote.choice, vote.team_id, vote.user_id) == ("approve", "T0PLAYGROUND", "U0ALICE")
    assert (vote.request_id, vote.nonce) == (asked.id, asked.request.nonce)
    assert bot.refusals == []
