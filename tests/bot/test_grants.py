"""Listing and revoking when records, people, Slack or the store are not as usual."""

from __future__ import annotations

import asyncio
from typing import Any

from sudoagent.playground import AsyncPlayground
from sudoagent.review.request import GrantOffer
from sudoagent.review.store import StandingGrant
from sudoagent.slack.grants import REVOKE
from support.bot import Asked, Asker, BotProcess, StartBot
from support.reviews import comes
from support.valkey import Server, eventually

UNKNOWN = "0f2c6f0e-3f6b-4a52-9a55-0a1b2c3d4e5f"


async def granted(asker: Asker, aslack: AsyncPlayground, key: str = "ab" * 32) -> Asked:
    """Ask, and let Alice allow it for a while."""
    offer = GrantOffer(seconds=600, same=("user_id",), key=key)
    asked = await asker.ask(offer=offer, agent="billing-agent")
    alice = aslack.as_person("U0ALICE")
    await alice.click("allow_for", ts=asked.ts)
    await alice.view(callback_id="allowed_for")
    await alice.submit()
    await aslack.wait_for_revision(asked.ts, "also allowed it", without_buttons=True)
    return asked


def revoking(request_id: str | None, **changes: Any) -> dict[str, Any]:
    button = {"type": "button", "action_id": REVOKE, "block_id": "b", "value": request_id}
    payload: dict[str, Any] = {
        "type": "block_actions",
        "user": {"id": "U0ALICE", "team_id": "T0PLAYGROUND"},
        "team": {"id": "T0PLAYGROUND"},
        "channel": {"id": "C0APPROVALS"},
        "actions": [button],
    }
    return {**payload, **changes}


async def refused(bot: BotProcess, number: int) -> str:
    await asyncio.to_thread(eventually, lambda: len(bot.refusals) >= number, f"refusal {number}")
    return str(bot.refusals[-1]["metadata"]["refusal"])


async def standing(asker: Asker) -> tuple[StandingGrant, ...]:
    return await asker.store.grants.standing()


async def test_an_odd_click_ends_nothing_and_is_recorded(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await granted(asker, aslack)
    plain = await asker.ask()
    odd = [
        ("cannot_check", revoking(asked.id, user={})),
        ("other_workspace", revoking(asked.id, team={"id": "T0ELSEWHERE"})),
        ("guest", revoking(asked.id, user={"id": "U0GUS", "team_id": "T0PLAYGROUND"})),
        ("unknown", revoking(UNKNOWN)),
        ("unknown", revoking(None)),
        ("tampered", revoking(plain.id)),
    ]
    for number, (refusal, payload) in enumerate(odd, 1):
        assert (await aslack.deliver("interactive", payload)).acknowledged
        said = await refused(bot, number)
        assert said in (refusal, "not_a_reviewer"), payload
    assert [one.request_id for one in await standing(asker)] == [asked.id]


async def test_a_forged_one_is_not_listed(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker, valkey_server: Server
):
    asked = await granted(asker, aslack)
    other = await granted(asker, aslack, "cd" * 32)
    prefix = f"sudoagent:{{{asker.store.namespace}}}:"
    valkey_server.call("HSET", f"{prefix}request:{other.id}", "sealed", "s1.00000000.AAAA.{}")
    alice = aslack.as_person("U0ALICE")
    await alice.slash("/sudo", "grants")
    listed = await alice.wait_for_ephemeral("yours to end: 1")
    assert [n["value"] for n in listed.elements if n["action_id"] == REVOKE] == [asked.id]
    assert "a stored grant is not genuine" in bot.log
    valkey_server.call("HSET", f"{prefix}request:{other.id}", "revision", "many")
    await alice.slash("/sudo", "grants")
    await asyncio.to_thread(eventually, lambda: bot.log.count("not genuine") == 1, "it is skipped")


async def test_one_that_is_over_by_its_seals_is_not_listed(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker, valkey_server: Server
):
    offer = GrantOffer(seconds=1, same=("user_id",), key="ef" * 32)
    asked = await asker.ask(offer=offer, agent="billing-agent")
    alice = aslack.as_person("U0ALICE")
    await alice.click("allow_for", ts=asked.ts)
    await alice.view(callback_id="allowed_for")
    await alice.submit()
    await aslack.wait_for_revision(asked.ts, "also allowed it", without_buttons=True)

    async def is_forgotten() -> bool:
        return await standing(asker) == ()

    await comes(is_forgotten)
    prefix = f"sudoagent:{{{asker.store.namespace}}}:"
    far = await asker.store.now_ms() + 600_000
    grant = f"{prefix}grant:{offer.key}"
    valkey_server.call("HSET", grant, "v", "1", "request", asked.id, "until", far)
    valkey_server.call("PEXPIREAT", grant, far)
    valkey_server.call("ZADD", prefix + "grants", far, f"{offer.key} {asked.id}")
    valkey_server.call("PEXPIREAT", prefix + "grants", far)
    assert len(await standing(asker)) == 1
    await alice.slash("/sudo", "grants")
    await alice.wait_for_ephemeral("Nothing is allowed")


async def test_while_slack_does_not_say_who_somebody_is_nothing_is_listed_or_ended(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    await granted(asker, aslack)
    await aslack.fail("usergroups.users.list", "error", error="fatal_error", times=20)
    carol = aslack.as_person("U0CAROL")
    # What Slack said a moment ago is remembered for a minute, for those it was asked about.
    await aslack.fail("users.info", "error", error="fatal_error", times=20)
    await carol.slash("/sudo", "grants")
    await carol.wait_for_ephemeral("could not say who you are")
    assert len(await standing(asker)) == 1


async def test_it_is_ended_although_nobody_can_be_told(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await granted(asker, aslack)
    await aslack.fail("chat.postEphemeral", "error", error="fatal_error", times=20)
    await aslack.deliver("interactive", revoking(asked.id))
    await aslack.wait_for_revision(asked.ts, "has ended that")
    assert await standing(asker) == ()
    await asyncio.to_thread(bot.waits_to_log, "could not be told of a revocation")


async def test_while_the_store_is_away_the_clicker_is_told_that_nothing_was_ended(
    start_bot: StartBot, aslack: AsyncPlayground, own_server: Server
):
    bot = start_bot(REDIS_URL=own_server.url).ready()
    own_server.kill()
    await aslack.deliver("interactive", revoking(UNKNOWN))
    assert await refused(bot, 1) == "storage"
