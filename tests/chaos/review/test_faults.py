"""Faults while people wait and click: no click is lost, and nothing is executed twice.

Every fault meets calls that wait through it and clicks that are made during it. Counted are the
clicks whose call never learned of them, the executions per request, and the seconds between the
end of the fault and the last waking. `-s` shows them; `make chaos` repeats each fault often.
"""

from __future__ import annotations

import asyncio
import random
import signal
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import pytest

from sudoagent.review.recount import recount
from sudoagent.review.request import Request
from sudoagent.review.store import ReviewStore, StoreError, StoreRefused
from sudoagent.review.waiter import Ending, Waiter
from support.proxy import Proxy, proxy_to
from support.reviews import KEYRING, create, make_vote, sealed
from support.valkey import Server, running, valkey_binary

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600)]

WAITING = 5
# The promise is three seconds; a loaded machine gets some more before a test fails for it.
RECOVERY_SECONDS = 3.0
PATIENCE = 60.0


@dataclass
class Tally:
    """What came of all rounds of one fault."""

    clicks: int = 0
    lost: int = 0
    executions: Counter[str] = field(default_factory=Counter)
    recoveries: list[float] = field(default_factory=list)

    def told(self, fault: str) -> None:
        most = max(self.executions.values(), default=0)
        slowest = max(self.recoveries, default=0.0)
        print(
            f"\n{fault:34} clicks {self.clicks:6}  lost {self.lost}  "
            f"most executions of one request {most}  slowest recovery {slowest:.2f} s"
        )
        assert self.lost == 0
        assert most <= 1
        assert slowest < 3 * RECOVERY_SECONDS


class Field:
    """One server that is hurt, one process' waiting calls through a proxy, and reviewers."""

    def __init__(self, server: Server, proxy: Proxy, library: ReviewStore, bot: ReviewStore):
        self.server = server
        self.proxy = proxy
        self.library = library
        self.bot = bot
        self.waiter = Waiter(library)
        self.tally = Tally()

    async def call(self, request: Request) -> Ending:
        """A guarded call that waits, and runs when it may."""
        ending = await self.waiter.wait(request.id, time.monotonic() + 120)
        review = ending.review
        if review is not None and review.state == "approved":
            verdict = recount(request, review.state, review.sealed_votes, KEYRING)
            claim = await self.library.claim(request.id, str(uuid.uuid4()))
            if verdict.approved and claim.kind == "claimed":
                self.tally.executions[request.id] += 1
        return ending

    async def click(self, request: Request) -> None:
        """A reviewer's click, which the bot settles however long it takes."""
        ballot = make_vote(request)
        reply = await self.bot.vote(ballot, sealed(ballot))
        assert reply.kind == "decided"
        self.tally.clicks += 1

    async def round(self, fault: Callable[[Field], Awaitable[None]]) -> None:
        """Let calls wait, strike, click during the fault, and see that every call wakes."""
        requests = [await create(self.bot) for _ in range(WAITING)]
        calls = [asyncio.create_task(self.call(request)) for request in requests]
        await asyncio.sleep(0.05)
        striking = asyncio.ensure_future(fault(self))
        await asyncio.sleep(0)
        await asyncio.gather(striking, *map(self.click, requests))
        over = time.monotonic()
        done, waiting = await asyncio.wait(calls, timeout=60)
        self.tally.recoveries.append(time.monotonic() - over)
        self.tally.lost += len(waiting) + sum(call.result().kind != "ended" for call in done)
        for call in waiting:
            call.cancel()


async def connection_killed(field: Field) -> None:
    for kind in ("pubsub", "normal"):
        with field.server.client() as client:
            client.execute_command("CLIENT", "KILL", "TYPE", kind, "SKIPME", "yes")


async def connection_reset(field: Field) -> None:
    field.proxy.cut()


async def network_silent(field: Field) -> None:
    field.proxy.mode = "silent"
    await asyncio.sleep(4)
    field.proxy.mode = "pass"


async def reply_lost(field: Field) -> None:
    field.proxy.mode = "lose_replies"


async def server_killed(field: Field) -> None:
    field.server.kill()
    await asyncio.sleep(0.2)
    await asyncio.to_thread(field.server.start)


async def server_frozen(field: Field) -> None:
    field.server.signal(signal.SIGSTOP)
    await asyncio.sleep(4)
    field.server.signal(signal.SIGCONT)


async def server_full(field: Field) -> None:
    field.server.call("CONFIG", "SET", "maxmemory", "1")
    await asyncio.sleep(0.1)
    field.server.call("CONFIG", "SET", "maxmemory", "0")


async def scripts_forgotten(field: Field) -> None:
    field.server.call("SCRIPT", "FLUSH")


FAULTS = {
    # How many rounds of the fast ones make up for one of the slow.
    connection_killed: 1,
    connection_reset: 1,
    reply_lost: 1,
    scripts_forgotten: 1,
    server_full: 2,
    server_killed: 5,
    network_silent: 10,
    server_frozen: 10,
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
async def test_no_click_is_lost_and_nothing_runs_twice(
    fault: Callable[[Field], Awaitable[None]], own_server: Server, chaos_rounds: int
) -> None:
    async with AsyncExitStack() as stack:
        proxy = await stack.enter_async_context(proxy_to(f"{own_server.folder}/s"))
        # The reviewer's way is cut only where the whole server is: a bot elsewhere reaches it.
        library, bot = [
            await stack.enter_async_context(await ReviewStore.open(url, patience=PATIENCE))
            for url in (proxy.url, own_server.url)
        ]
        field = Field(own_server, proxy, library, bot)
        stack.push_async_callback(field.waiter.close)
        for _ in range(max(1, chaos_rounds // FAULTS[fault])):
            await field.round(fault)
        field.tally.told(fault.__name__)


async def test_a_bot_whose_replies_are_lost_counts_each_click_once(
    own_server: Server, chaos_rounds: int
) -> None:
    async with (
        proxy_to(f"{own_server.folder}/s") as proxy,
        await ReviewStore.open(proxy.url, patience=PATIENCE) as bot,
    ):
        for _ in range(chaos_rounds):
            request = await create(bot, quorum=2)
            replies = []
            for user in ("U1", "U2"):
                proxy.mode = "lose_replies"
                ballot = make_vote(request, user)
                replies.append(await bot.vote(ballot, sealed(ballot)))
            assert [reply.kind for reply in replies] == ["counted", "decided"]
            assert replies[-1].approvals == 2
            proxy.mode = "lose_replies"
            assert (await bot.claim(request.id, "me")).kind == "claimed"
            proxy.mode = "lose_replies"
            withdrawn = await create(bot)
            proxy.mode = "lose_replies"
            assert (await bot.cancel(withdrawn.id, "why")).kind == "ended"


@pytest.mark.parametrize("how", ["flushed", "restarted without its data"])
async def test_a_server_that_forgot_everything_approves_nothing(how: str) -> None:
    with running(valkey_binary(), "--appendonly", "no") as server:
        async with await ReviewStore.open(server.url, patience=PATIENCE) as store:
            waiter = Waiter(store)
            request = await create(store)
            call = asyncio.create_task(waiter.wait(request.id, time.monotonic() + 60))
            await asyncio.sleep(0.05)
            if how == "flushed":
                server.call("FLUSHALL")
                server.call("CLIENT", "KILL", "TYPE", "pubsub")
            else:
                server.kill()
                await asyncio.to_thread(server.start)
            # The card is still in Slack, and somebody presses the button.
            ballot = make_vote(request)
            assert (await store.vote(ballot, sealed(ballot))).kind == "unknown"
            assert await call == Ending(kind="lost")
            await waiter.close()


async def test_a_full_server_refuses_the_new_and_settles_the_old(own_server: Server) -> None:
    async with await ReviewStore.open(own_server.url) as store:
        request = await create(store)
        own_server.call("CONFIG", "SET", "maxmemory", "1")
        with pytest.raises(StoreRefused, match="full"):
            await create(store)
        ballot = make_vote(request)
        assert (await store.vote(ballot, sealed(ballot))).kind == "decided"
        assert (await store.claim(request.id, "me")).kind == "claimed"


async def test_two_bots_and_two_clicks_make_one_verdict(
    own_server: Server, chaos_rounds: int
) -> None:
    async with (
        await ReviewStore.open(own_server.url) as one,
        await ReviewStore.open(own_server.url) as other,
    ):
        for _ in range(10 * chaos_rounds):
            request = await create(one)
            yes, no = make_vote(request, "U1"), make_vote(request, "U2", "deny")
            replies = await asyncio.gather(one.vote(yes, sealed(yes)), other.vote(no, sealed(no)))
            assert sorted(reply.kind for reply in replies) == ["already_decided", "decided"]
            claims = await asyncio.gather(one.claim(request.id, "a"), other.claim(request.id, "b"))
            taken = Counter(claim.kind for claim in claims)
            if replies[0].state == "approved":
                assert taken == {"claimed": 1, "taken": 1}
            else:
                assert taken == {"not_approved": 2}


async def test_a_click_at_the_deadline_counts_or_does_not_but_never_both(
    own_server: Server, chaos_rounds: int
) -> None:
    async with await ReviewStore.open(own_server.url) as store:
        waiter = Waiter(store)

        async def race() -> tuple[str, str]:
            request = await create(store, seconds=0.6)
            call = asyncio.create_task(waiter.wait(request.id, time.monotonic() + 0.6))
            # Up to four milliseconds before and after the moment.
            await asyncio.sleep(
                request.expires_at / 1000 - time.time() + random.uniform(-4, 4) / 1000
            )
            ballot = make_vote(request)
            reply = await store.vote(ballot, sealed(ballot))
            ending = await call
            return reply.kind, ending.review.state if ending.review else ending.kind

        outcomes: Counter[tuple[str, str]] = Counter()
        for _ in range(chaos_rounds):
            outcomes.update(await asyncio.gather(*(race() for _ in range(10))))
        print(f"\nclicks at the deadline: {dict(outcomes)}")
        legal = {("decided", "approved"), ("expired", "expired")}
        assert set(outcomes) <= legal
        await waiter.close()


async def test_a_clock_that_was_set_back_revives_nothing(own_server: Server) -> None:
    """The stored deadline moves away from us, which is what such a clock looks like from here."""
    async with await ReviewStore.open(own_server.url) as store:
        waiter = Waiter(store)
        request = await create(store, seconds=1)
        later = str(request.expires_at + 3_600_000)
        own_server.call("HSET", store._keys.request(request.id), "expires_at", later)
        ending = await waiter.wait(request.id, time.monotonic() + 0.2)
        assert ending == Ending(kind="deadline")
        ballot = make_vote(request)
        assert (await store.vote(ballot, sealed(ballot))).kind == "already_decided"
        assert (await store.claim(request.id, "me")).kind == "not_approved"
        await waiter.close()


async def test_a_server_that_never_comes_back_is_an_error_in_time(own_server: Server) -> None:
    async with await ReviewStore.open(own_server.url, patience=1) as store:
        own_server.signal(signal.SIGSTOP)
        began = time.monotonic()
        with pytest.raises(StoreError):
            await store.now_ms()
        assert time.monotonic() - began < 15
        own_server.signal(signal.SIGCONT)
