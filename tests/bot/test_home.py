"""The Home tab with the real bot: what waits, buttons that count, and clicks that do not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from sudoagent.playground import AsyncPlayground, View
from sudoagent.playground.cast import TEAM
from sudoagent.review.request import Argument, encode
from sudoagent.review.seal import Keyring
from sudoagent.review.store import ReviewStore
from sudoagent_bot.home_pass import HomePass, sealed_pass
from support.bot import Asked, Asker, BotProcess, StartBot
from support.valkey import Server, eventually


async def home(
    aslack: AsyncPlayground, person: str, fits: Callable[[View], bool] | str, *, opens: bool = True
) -> View:
    """Open the tab, if need be, and wait until it shows something."""
    hand = aslack.as_person(person)
    if opens:
        assert (await hand.open_home()).acknowledged
    look = fits if callable(fits) else (lambda view: fits in view.words)
    async with asyncio.timeout(60):
        while True:
            view = await hand.home()
            if view is not None and look(view):
                return view
            await asyncio.sleep(0.05)


def has_no_buttons(view: View) -> bool:
    return view.elements == []


async def test_what_waits_is_shown_to_those_who_may_decide_and_to_nobody_else(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask()
    mine = await home(aslack, "U0ALICE", "refund_user")
    assert asked.id in mine.words
    assert [element["action_id"] for element in mine.elements] == ["approve", "deny", "details"]
    # The requester, who may not decide in their own cause.
    assert has_no_buttons(await home(aslack, "U0RAVI", "Nothing waits for you"))
    for outsider in ("U0GUS", "U0SAM"):
        closed = await home(aslack, outsider, "nothing here for you")
        assert has_no_buttons(closed)
        assert asked.id not in closed.words


async def test_a_button_there_counts_as_on_the_card_and_the_tab_says_so(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked, other = await asker.ask(), await asker.ask(action="delete_customer")
    view = await home(aslack, "U0ALICE", "delete_customer")
    alice = aslack.as_person("U0ALICE")
    assert (await alice.click("approve", view_id=view.id)).acknowledged
    card = await aslack.wait_for_revision(asked.ts, "Approved", without_buttons=True)
    assert "U0ALICE" in card.words
    after = await home(aslack, "U0ALICE", "You approved refund_user", opens=False)
    assert asked.id not in after.words
    assert other.id in after.words
    assert bot.refusals == []
    assert "failed" not in bot.log


async def test_deny_there_asks_why(bot: BotProcess, aslack: AsyncPlayground, asker: Asker):
    asked = await asker.ask()
    view = await home(aslack, "U0BOB", "refund_user")
    bob = aslack.as_person("U0BOB")
    assert (await bob.click("deny", view_id=view.id)).acknowledged
    assert "refund_user" in (await bob.view()).words
    await bob.submit({"text": "Wrong customer"})
    card = await aslack.wait_for_revision(asked.ts, "Denied", without_buttons=True)
    assert "Wrong customer" in card.words
    await home(aslack, "U0BOB", "You denied refund_user", opens=False)


async def test_what_the_tab_leaves_out_is_not_approved_with_one_click(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    lines = tuple(Argument(name=f"line_{n}", value=n, type="int") for n in range(12))
    asked = await asker.ask(arguments=lines)
    view = await home(aslack, "U0ALICE", "line_0")
    assert "line_11" not in view.words
    alice = aslack.as_person("U0ALICE")
    await alice.click("approve", view_id=view.id, value=asked.id, blindly=True)
    assert "line_11" in (await alice.view()).words
    assert (await asker.stored(asked)).state == "pending"
    await alice.submit()
    await aslack.wait_for_revision(asked.ts, "Approved", without_buttons=True)


async def test_it_follows_what_happens_elsewhere(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    await home(aslack, "U0ALICE", "Nothing waits for you")
    asked = await asker.ask(seconds=600)
    expiring = await asker.ask(action="expiring", seconds=3.0)
    await asker.store.presence.freeze("incident *812*", f"{TEAM}/U0BOB")
    view = await home(
        aslack, "U0ALICE", lambda v: "*812*" in v.words and asked.id in v.words, opens=False
    )
    assert "Frozen by <@U0BOB>" in view.words
    await asker.store.presence.unfreeze("operator")
    await home(aslack, "U0ALICE", lambda v: "*812*" not in v.words, opens=False)
    await home(aslack, "U0ALICE", lambda v: expiring.id not in v.words, opens=False)
    await aslack.as_person("U0BOB").click("approve", ts=asked.ts)
    await home(aslack, "U0ALICE", "Nothing waits for you", opens=False)


async def test_too_late_is_said_in_a_dialog_and_the_tab_catches_up(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask()
    view = await home(aslack, "U0ALICE", "refund_user")
    await asker.store.cancel(asked.id, "stopped")
    await home(aslack, "U0ALICE", has_no_buttons, opens=False)
    alice = aslack.as_person("U0ALICE")
    await alice.click("approve", view_id=view.id, value=asked.id, blindly=True)
    await asyncio.to_thread(eventually, lambda: bot.refusals, "the click is refused")
    # The tab that is shown now does not show the request.
    assert bot.refusals[-1]["metadata"]["refusal"] == "other_message"
    assert "Nothing was recorded" in (await alice.view()).words


def forged(asked: Asked, clicker: str, note: object, **changes: Any) -> dict[str, Any]:
    payload = {
        "type": "block_actions",
        "user": {"id": clicker, "team_id": TEAM},
        "team": {"id": TEAM},
        "container": {"type": "view", "view_id": "V1"},
        "view": {"id": "V1", "type": "home", "private_metadata": note},
        "actions": [{"type": "button", "action_id": "approve", "block_id": "b", "value": asked.id}],
    }
    return {**payload, **changes}


async def test_a_click_on_a_tab_that_this_bot_did_not_make_for_the_clicker_counts_for_nothing(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked, other = await asker.ask(), await asker.ask()
    namespace = asker.store.namespace
    stranger = Keyring(["not-the-key-of-this-deployment"])

    def note(keyring: Keyring = asker.keyring, **changes: Any) -> str:
        usual = {
            "namespace": namespace,
            "team": TEAM,
            "user": "U0ALICE",
            "asked": (asked.request.nonce,),
        }
        return sealed_pass(HomePass(**{**usual, **changes}), keyring)

    place = {"channel": {"id": asked.channel}, "message": {"ts": asked.ts}}
    forgeries = [
        forged(asked, "U0ALICE", ""),
        forged(asked, "U0ALICE", None),
        forged(asked, "U0ALICE", "{}"),
        forged(asked, "U0ALICE", note(stranger)),
        forged(asked, "U0ALICE", note() + "x"),
        forged(asked, "U0ALICE", note(user="U0BOB")),
        forged(asked, "U0ALICE", note(team="T0ELSEWHERE")),
        forged(asked, "U0ALICE", note(namespace="staging")),
        forged(asked, "U0ALICE", note(asked=(other.request.nonce,))),
        forged(asked, "U0ALICE", asker.keyring.seal(b"{}", "request").decode()),
        # The place of the card, beside a tab: one of the two is not true.
        forged(asked, "U0ALICE", "", **place),
    ]
    for number, payload in enumerate(forgeries, 1):
        assert (await aslack.deliver("interactive", payload)).acknowledged
        await asyncio.to_thread(
            eventually, lambda n=number: len(bot.refusals) >= n, f"refusal {number} is recorded"
        )
        assert bot.refusals[-1]["metadata"]["refusal"] == "other_message", payload
    assert (await asker.stored(asked)).sealed_votes == ()
    # Neither does a genuine tab make a reviewer of somebody.
    await aslack.deliver("interactive", forged(asked, "U0RAVI", note(user="U0RAVI")))
    await asyncio.to_thread(eventually, lambda: len(bot.refusals) > len(forgeries), "it is refused")
    assert bot.refusals[-1]["metadata"]["refusal"] == "own_request"
    await aslack.deliver("interactive", forged(asked, "U0ALICE", note()))
    await aslack.wait_for_revision(asked.ts, "Approved")


async def test_when_slack_limits_the_rate_the_tab_is_published_later(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    await aslack.fail("views.publish", "rate_limited", retry_after=4)
    await aslack.as_person("U0ALICE").open_home()
    await home(aslack, "U0ALICE", "Nothing waits for you", opens=False)
    refused, done = await aslack.calls("views.publish")
    assert done.at - refused.at >= 4


async def test_an_app_without_a_home_tab_is_served_all_the_same(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    await aslack.fail("views.publish", "error", error="not_enabled")
    await aslack.as_person("U0ALICE").open_home()
    await asyncio.to_thread(bot.waits_to_log, "a Home tab stays as it is")
    asked = await asker.ask()
    await aslack.as_person("U0ALICE").click("approve", ts=asked.ts)
    await aslack.wait_for_revision(asked.ts, "Approved")


async def test_nothing_changes_nothing_is_published(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    await home(aslack, "U0ALICE", "Nothing waits for you")
    before = len(await aslack.calls("views.publish"))
    # A change that concerns others only.
    asked = await asker.ask(reviewers=("U0BOB",))
    await home(aslack, "U0BOB", "refund_user")
    await aslack.as_person("U0BOB").click("approve", ts=asked.ts)
    await aslack.wait_for_revision(asked.ts, "Approved")
    await home(aslack, "U0BOB", "You approved", opens=False)
    published = [call.arguments["user_id"] for call in await aslack.calls("views.publish")]
    assert published.count("U0ALICE") == before


async def test_two_bots_share_the_tabs(start_bot: StartBot, aslack: AsyncPlayground, asker: Asker):
    for bot in (start_bot(), start_bot()):
        bot.ready()
    await home(aslack, "U0ALICE", "Nothing waits for you")
    asked = await asker.ask()
    await home(aslack, "U0ALICE", asked.id, opens=False)
    await aslack.as_person("U0BOB").click("approve", ts=asked.ts)
    await home(aslack, "U0ALICE", "Nothing waits for you", opens=False)


async def test_odd_visits_are_survived(bot: BotProcess, aslack: AsyncPlayground, asker: Asker):
    event = {"type": "app_home_opened", "user": "U0ALICE", "tab": "home"}
    odd: list[dict[str, Any]] = [
        {"team_id": TEAM, "event": {**event, "user": None}},
        {"team_id": TEAM, "event": {**event, "tab": "messages"}},
        {"team_id": None, "event": event},
        {"team_id": "T0ELSEWHERE", "event": event},
        {"team_id": TEAM, "event": {**event, "user": "../" * 20}},
    ]
    for payload in odd:
        delivered = await aslack.deliver("events_api", {"type": "event_callback", **payload})
        assert delivered.acknowledged, payload
    await home(aslack, "U0BOB", "Nothing waits for you")
    assert {call.arguments["user_id"] for call in await aslack.calls("views.publish")} == {"U0BOB"}
    assert "failed" not in bot.log


async def test_what_cannot_be_trusted_is_counted_and_not_shown(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker, valkey_server: Server
):
    genuine, forged_one, oversized = [await asker.ask() for _ in range(3)]
    write = ("HSET", asker.store._keys.request(forged_one.id))
    stranger = Keyring(["not-the-key-of-this-deployment"])
    valkey_server.call(*write, "sealed", stranger.seal(encode(forged_one.request), "request"))
    valkey_server.call("HSET", asker.store._keys.request(oversized.id), "x", b"x" * 400_000)
    view = await home(aslack, "U0ALICE", "cannot be trusted: 2")
    assert genuine.id in view.words
    assert forged_one.id not in view.words
    assert oversized.id not in view.words


async def test_an_outage_of_the_store_ends_and_the_tab_is_published(
    start_bot: StartBot, aslack: AsyncPlayground, own_server: Server
):
    bot = start_bot(REDIS_URL=own_server.url).ready()
    await home(aslack, "U0ALICE", "Nothing waits for you")
    own_server.kill()
    assert (await aslack.as_person("U0BOB").open_home()).acknowledged
    await asyncio.to_thread(bot.waits_to_log, "a Home tab stays as it is")
    own_server.start()
    await home(aslack, "U0BOB", "Nothing waits for you")
    namespace = bot.environment["SUDOAGENT_NAMESPACE"]
    async with await ReviewStore.open(own_server.url, namespace) as store:
        asked = await Asker(store, aslack).ask()
        await home(aslack, "U0ALICE", asked.id, opens=False)


async def test_when_slack_cannot_be_asked_who_somebody_is_nothing_is_shown(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    await asker.ask()
    await aslack.fail("users.info", "error", error="fatal_error", times=20)
    view = await home(aslack, "U0ALICE", "could not say who you are")
    assert has_no_buttons(view)
    await aslack.fail("users.info", "error", error="fatal_error", times=0)
