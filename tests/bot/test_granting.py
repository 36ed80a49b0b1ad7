"""Allow for a while, from the button to the next call and to its end, with library and bot."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable
from typing import Any

import pytest

from sudoagent import AllowFor, ApprovalDenied, SlackApprover, SudoEngine
from sudoagent.playground import AsyncPlayground, Message, View
from sudoagent.playground.cast import CHANNEL, REQUESTER
from sudoagent.review.request import GrantOffer, Request
from sudoagent.review.store import StoredReview
from sudoagent.slack.grants import REVOKE
from support.bot import SIGNING_KEY, Asker, BotProcess, StartBot
from support.parts import Asks, Log
from support.valkey import Server, eventually

OFFER = AllowFor(seconds=600, same=("customer",))


def refund(customer: str, amount: float = 1500.0) -> str:
    """Stand for a real refund."""
    return f"{customer} got {amount}"


class Agent:
    """An agent that refunds."""

    def __init__(self, asker: Asker, slack: AsyncPlayground, url: str) -> None:
        self.asker = asker
        self.slack = slack
        self.log = Log()
        self._settings: dict[str, Any] = {
            "channel": "#approvals",
            "reviewers": ["U0ALICE", "U0BOB"],
            "requester": REQUESTER,
            "agent": "billing-agent",
            "token": slack.environment["SLACK_BOT_TOKEN"],
            "api_url": slack.environment["SLACK_API_URL"],
            "redis_url": url,
            "signing_key": SIGNING_KEY,
            "namespace": asker.store.namespace,
            "timeout": 60.0,
        }

    def refunds(self, customer: str, amount: float = 1500.0, **changes: Any) -> Awaitable[str]:
        rules = {"allow_for": changes.pop("allow_for", OFFER), **changes.pop("rules", {})}
        approver = SlackApprover(**{**self._settings, **changes})
        engine = SudoEngine(policy=Asks(**rules), approver=approver, logger=self.log)
        return engine.aexecute(refund, customer, amount)

    async def asks(self, customer: str, **changes: Any) -> tuple[asyncio.Future[str], str]:
        """Call, and return the call and the ts of its card."""
        earlier = {card.ts for card in await self.slack.messages(CHANNEL)}

        def look(seen: list[Message]) -> Message | None:
            cards = (m for m in seen if m.ts not in earlier and "approve" in m.action_ids)
            return next((card for card in cards if customer in card.words), None)

        task = asyncio.ensure_future(self.refunds(customer, **changes))
        card = await self.slack.wait_until(look)
        return task, card.ts

    async def is_allowed(self, customer: str, by: str = "U0ALICE", **changes: Any) -> str:
        """Let somebody allow it for a while; return the ts of the card."""
        task, ts = await self.asks(customer, **changes)
        reviewer = self.slack.as_person(by)
        assert (await reviewer.click("allow_for", ts=ts)).acknowledged
        await reviewer.view(callback_id="allowed_for")
        assert (await reviewer.submit()).acknowledged
        assert await asyncio.wait_for(task, 60) == f"{customer} got 1500.0"
        return ts

    async def passes(self, customer: str, amount: float = 1500.0) -> None:
        before = len(await self.slack.messages(CHANNEL))
        assert await asyncio.wait_for(self.refunds(customer, amount), 60)
        assert len(await self.slack.messages(CHANNEL)) == before

    async def is_asked_about(self, customer: str) -> None:
        task, ts = await self.asks(customer)
        await self.slack.as_person("U0BOB").click("deny", ts=ts)
        await self.slack.as_person("U0BOB").view(callback_id="deny_reason")
        await self.slack.as_person("U0BOB").submit({"text": "Enough of it"})
        with pytest.raises(ApprovalDenied):
            await asyncio.wait_for(task, 60)


@pytest.fixture
async def agent(asker: Asker, aslack: AsyncPlayground, valkey_server: Server) -> Agent:
    return Agent(asker, aslack, valkey_server.url)


async def test_the_dialog_restates_what_will_pass_and_the_next_call_passes(
    bot: BotProcess, aslack: AsyncPlayground, agent: Agent
):
    task, ts = await agent.asks("cus_8842")
    alice = aslack.as_person("U0ALICE")
    await alice.click("allow_for", ts=ts)
    words = (await alice.view(callback_id="allowed_for")).words
    for part in ("refund", "billing-agent", "10 minutes", 'customer  "cus_8842"', REQUESTER):
        assert part in words
    # What is not bound is named, and not shown with a value that it need not have.
    assert "can be different each time, whatever it is in this call: amount" in words
    assert "1500.0" not in words
    assert not task.done()
    await alice.submit({"text": "Ticket 5120"})
    await asyncio.wait_for(task, 60)
    card = await aslack.wait_for_revision(
        ts, "also allowed it for 10 minutes", without_buttons=True
    )
    assert "Ticket 5120" in card.words
    await agent.passes("cus_8842", 9999.0)
    await agent.is_asked_about("cus_1")
    assert bot.refusals == []


async def test_a_plain_approve_beside_it_allows_one_call(
    bot: BotProcess, aslack: AsyncPlayground, agent: Agent
):
    task, ts = await agent.asks("cus_1")
    await aslack.as_person("U0ALICE").click("approve", ts=ts)
    await asyncio.wait_for(task, 60)
    await agent.is_asked_about("cus_1")


async def test_sudo_grants_lists_it_and_one_click_ends_it(
    bot: BotProcess, aslack: AsyncPlayground, agent: Agent, asker: Asker
):
    ts = await agent.is_allowed("cus_1")
    await agent.passes("cus_1")
    bob = aslack.as_person("U0BOB")
    await bob.slash("/sudo", "grants")
    listed = await bob.wait_for_ephemeral("yours to end")
    for part in ("billing-agent", "refund", 'customer  "cus_1"', "U0ALICE", "1 call passed"):
        assert part in listed.words
    assert (await bob.click(REVOKE, ts=listed.ts)).acknowledged
    await bob.wait_for_ephemeral("Revoked")
    await agent.is_asked_about("cus_1")
    await aslack.wait_for_revision(ts, "has ended that")
    (entry,) = bot.refusals
    assert entry["reason"] == "what was allowed for a while is revoked"
    assert entry["metadata"]["user_id"] == "U0BOB"
    told = await reply(aslack, ts, "bob has ended what was allowed")
    assert "1 call passed" in told.words
    # Somebody else, with a list that has not caught up.
    payload = revoke_payload(await request_id_of(asker, ts), "U0ALICE")
    await aslack.deliver("interactive", payload)
    await aslack.as_person("U0ALICE").wait_for_ephemeral("over already")


async def reply(aslack: AsyncPlayground, ts: str, words: str) -> Message:
    def look(seen: list[Message]) -> Message | None:
        return next((m for m in seen if m.thread_ts == ts and words in m.words), None)

    return await aslack.wait_until(look)


async def request_id_of(asker: Asker, ts: str) -> str:
    decided = await asker.store.homes.decided("T0PLAYGROUND/U0ALICE", 10)
    stored = (await asker.store.read_many(decided)).values()
    return next(one.id for one in stored if isinstance(one, StoredReview) and one.message_ts == ts)


async def test_who_may_not_decide_neither_sees_nor_ends_it(
    bot: BotProcess, aslack: AsyncPlayground, agent: Agent, asker: Asker
):
    await agent.is_allowed("cus_1")
    (standing,) = await asker.store.grants.standing()
    for person in ("U0CAROL", REQUESTER):
        hand = aslack.as_person(person)
        await hand.slash("/sudo", "grants")
        await hand.wait_for_ephemeral("Nothing is allowed")
        payload = revoke_payload(standing.request_id, person)
        await aslack.deliver("interactive", payload)
    await aslack.deliver("interactive", revoke_payload(standing.request_id, "U0SAM", "T0SAM"))
    await aslack.deliver("interactive", revoke_payload("*", "U0ALICE"))
    await asyncio.to_thread(eventually, lambda: len(bot.refusals) == 4, "all are recorded")
    refused = {entry["metadata"]["refusal"] for entry in bot.refusals}
    assert refused == {"not_a_reviewer", "own_request", "other_workspace", "unknown"}
    await agent.passes("cus_1")


def revoke_payload(request_id: str, person: str, team: str = "T0PLAYGROUND") -> dict[str, Any]:
    button = {"type": "button", "action_id": REVOKE, "block_id": "b", "value": request_id}
    return {
        "type": "block_actions",
        "user": {"id": person, "team_id": team},
        "team": {"id": "T0PLAYGROUND"},
        "channel": {"id": "C0GENERAL"},
        "actions": [button],
    }


async def home(aslack: AsyncPlayground, person: str, words: str) -> View:
    hand = aslack.as_person(person)
    await hand.open_home()
    async with asyncio.timeout(60):
        while True:
            view = await hand.home()
            if view is not None and re.search(words, view.words):
                return view
            await asyncio.sleep(0.05)


async def test_the_home_tab_shows_it_with_a_button_that_ends_it(
    bot: BotProcess, aslack: AsyncPlayground, agent: Agent
):
    await agent.is_allowed("cus_1")
    view = await home(aslack, "U0ALICE", "Allowed for a while")
    assert 'customer  "cus_1"' in view.words
    await aslack.as_person("U0ALICE").click(REVOKE, view_id=view.id)
    # On the tab, nobody is told; acknowledged is not ended yet.
    await asyncio.to_thread(eventually, lambda: bot.refusals, "it is ended and recorded")
    await agent.is_asked_about("cus_1")
    after = await home(aslack, "U0ALICE", "You approved refund")
    assert "Allowed for a while" not in after.words


async def test_an_administrator_ends_what_others_allowed(
    start_bot: StartBot, aslack: AsyncPlayground, agent: Agent
):
    start_bot(SUDOAGENT_ADMINS="U0CAROL").ready()
    await agent.is_allowed("cus_1")
    carol = aslack.as_person("U0CAROL")
    await carol.slash("/sudo", "grants")
    listed = await carol.wait_for_ephemeral("yours to end")
    await carol.click(REVOKE, ts=listed.ts)
    await carol.wait_for_ephemeral("Revoked")
    await agent.is_asked_about("cus_1")


async def test_the_number_is_needed_for_it_where_an_approval_needs_one(
    bot: BotProcess, aslack: AsyncPlayground, agent: Agent
):
    numbers: list[str] = []
    task, ts = await agent.asks(
        "cus_1", number_match=True, on_number=lambda _, number: numbers.append(number)
    )
    alice = aslack.as_person("U0ALICE")
    await alice.click("allow_for", ts=ts)
    await alice.view(callback_id="allowed_for")
    wrong = str(100 + (int(numbers[0]) - 99) % 900)
    assert (await alice.submit({"number": wrong})).errors
    assert not task.done()
    assert not (await alice.submit({"number": numbers[0]})).errors
    await asyncio.wait_for(task, 60)
    await asyncio.wait_for(agent.refunds("cus_1", 10.0, number_match=True), 60)


async def test_when_something_is_hidden_all_of_it_is_shown_first(
    bot: BotProcess, aslack: AsyncPlayground, agent: Agent
):
    def mail(customer: str, text: str) -> None: ...

    engine_call = agent_mail(agent, mail)
    task = asyncio.ensure_future(engine_call)
    card = await aslack.wait_for_message("cus_long")
    assert card.action_ids == ["details", "deny"]
    alice = aslack.as_person("U0ALICE")
    await alice.click("details", ts=card.ts)
    view = await alice.view(callback_id="all_arguments")
    while view.submit is None:
        await alice.click("next_page", view_id=view.id)
        turned = view.hash
        while view.hash == turned:
            view = await alice.view(callback_id="all_arguments")
    await alice.click("allow_for", view_id=view.id)
    await alice.view(callback_id="allowed_for")
    await alice.submit()
    await asyncio.wait_for(task, 60)
    await asyncio.wait_for(agent_mail(agent, mail, "something else"), 30)


def agent_mail(agent: Agent, mail: Any, text: str = "x" * 3000) -> Awaitable[Any]:
    approver = SlackApprover(**agent._settings)
    engine = SudoEngine(policy=Asks(allow_for=OFFER), approver=approver, logger=agent.log)
    return engine.aexecute(mail, "cus_long", text)


async def test_nobody_allows_for_a_while_what_is_not_offered(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    asked = await asker.ask()
    payload = revoke_payload(asked.id, "U0ALICE")
    payload["actions"][0]["action_id"] = "allow_for"
    payload |= {"channel": {"id": asked.channel}, "message": {"ts": asked.ts}}
    await aslack.deliver("interactive", payload)
    await asyncio.to_thread(eventually, lambda: len(bot.refusals) == 1, "it is recorded")
    assert bot.refusals[0]["metadata"]["refusal"] == "not_offered"
    assert (await asker.stored(asked)).sealed_votes == ()


async def test_two_reviewers_at_once_give_one_grant(
    bot: BotProcess, aslack: AsyncPlayground, agent: Agent, asker: Asker
):
    task, ts = await agent.asks("cus_1")
    hands = [aslack.as_person(person) for person in ("U0ALICE", "U0BOB")]
    for hand in hands:
        await hand.click("allow_for", ts=ts)
        await hand.view(callback_id="allowed_for")
    await asyncio.gather(*(hand.submit() for hand in hands))
    await asyncio.wait_for(task, 60)
    (standing,) = await asker.store.grants.standing()
    stored = await asker.store.read(standing.request_id)
    assert stored is not None
    assert len(stored.sealed_votes) == 1


async def test_its_end_is_told_in_the_thread_with_how_often_it_was_used(
    bot: BotProcess, aslack: AsyncPlayground, asker: Asker
):
    def offering(request: Request) -> GrantOffer:
        return GrantOffer(seconds=1, same=("user_id",), key="ab" * 32)

    asked = await asker.ask(offer=offering(asker.request()), agent="billing-agent")
    alice = aslack.as_person("U0ALICE")
    await alice.click("allow_for", ts=asked.ts)
    await alice.view(callback_id="allowed_for")
    await alice.submit()

    over = await reply(aslack, asked.ts, "is over")
    assert "0 calls passed" in over.words
    first, *_ = await aslack.replies(asked.ts)
    assert "also allowed it for 1 second" in first.words
