"""How one bot stands three hundred reviewers who press Approve in the same moment.

    python benchmarks/bot_clicks.py [--clicks 300] [--update-ms 200]

Starts a playground, whose chat.update takes so many milliseconds, a server of its own (embedded,
appendfsync always) and the bot as a process. Every click is on a card of its own. Acknowledgements
are timed where Slack would time them: from the sending of the click to the arrival of the answer.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from sudoagent.playground import AsyncPlayground, Interaction, running
from sudoagent.playground.cast import BOT_TOKEN, CHANNEL, REVIEWERS, TEAM
from sudoagent.review.request import SCHEMA_VERSION, Request, encode
from sudoagent.review.seal import Keyring
from sudoagent.review.store import Caps, ReviewStore
from sudoagent.slack.client import SlackClient
from sudoagent.slack.messages import pending_card
from sudoagent.slack.posting import post

KEYRING = Keyring.of_deployment(None, BOT_TOKEN)
NO_CAPS = Caps(total=1_000_000, per_asker=1_000_000)
GIVE_UP = 120.0  # seconds


async def ask(store: ReviewStore, slack: SlackClient, seconds: float = 600.0) -> tuple[str, str]:
    """Store a request and post its card; returns its id and the card's timestamp."""
    now = int(time.time() * 1000)
    request = Request(
        v=SCHEMA_VERSION,
        id=str(uuid.uuid4()),
        nonce=uuid.uuid4().hex,
        namespace=store.namespace,
        action="refund_user",
        arguments=(),
        digest=uuid.uuid4().hex,
        policy_reason="over limit",
        reviewers=REVIEWERS,
        quorum=1,
        deny_quorum=1,
        risk="medium",
        channel=CHANNEL,
        created_at=now,
        expires_at=now + round(seconds * 1000),
    )
    await store.create(request, KEYRING.seal(encode(request), "request"), caps=NO_CAPS)
    posted = await post(slack, CHANNEL, pending_card(request), marker=request.id)
    await store.attach_message(request.id, posted.channel, posted.ts, TEAM)
    return request.id, posted.ts


@asynccontextmanager
async def bot_process(playground: AsyncPlayground, folder: Path):
    environment = {**os.environ, **playground.environment}
    environment |= {"SUDOAGENT_STATE_DIR": str(folder / "state")}
    environment.pop("REDIS_URL", None)
    with (folder / "bot.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "sudoagent_bot", env=environment, cwd=folder, stderr=log
        )
    try:
        await playground.wait_for_connections(1, timeout=30.0)
        yield process
    finally:
        process.terminate()
        await process.wait()


async def until_decided(store: ReviewStore, ids: Sequence[str]) -> None:
    async with asyncio.timeout(GIVE_UP):
        while True:
            states, _ = await store.states(ids)
            if all(state == "approved" for state in states.values()):
                return
            await asyncio.sleep(0.02)


async def press_all(
    playground: AsyncPlayground, cards: Sequence[tuple[str, str]]
) -> list[Interaction]:
    return await asyncio.gather(
        *(
            playground.as_person(REVIEWERS[number % len(REVIEWERS)]).click("approve", ts=ts)
            for number, (_, ts) in enumerate(cards)
        )
    )


async def measure(clicks: int, update_ms: float, folder: Path) -> None:
    async with running() as server:
        playground = AsyncPlayground(server.url)
        state = folder / "state"
        async with (
            bot_process(playground, folder),
            await ReviewStore.open(None, state_dir=state) as store,
        ):
            slack = SlackClient(BOT_TOKEN, playground.environment["SLACK_API_URL"])
            cards = [await ask(store, slack) for _ in range(clicks)]
            await playground.slow_down("chat.update", update_ms / 1000)
            started = time.monotonic()
            async with asyncio.TaskGroup() as group:
                group.create_task(until_decided(store, [request_id for request_id, _ in cards]))
                pressing = group.create_task(press_all(playground, cards))
            report(pressing.result(), time.monotonic() - started)


def report(pressed: Sequence[Interaction], seconds: float) -> None:
    times = sorted(click.seconds * 1000 for click in pressed if click.acknowledged)
    print(f"acknowledged        {len(times)} of {len(pressed)}")
    print(f"  p50               {times[len(times) // 2]:7.1f} ms")
    print(f"  p99               {times[int(len(times) * 0.99)]:7.1f} ms")
    print(f"  slowest           {times[-1]:7.1f} ms   (Slack gives 3000)")
    print(f"all votes stored    {seconds:7.2f} s    ({len(pressed) / seconds:.0f} a second,")
    print("                    with the clicking, which shares this machine)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clicks", type=int, default=300)
    parser.add_argument("--update-ms", type=float, default=200.0)
    options = parser.parse_args()
    # A unix socket's path has about a hundred characters at most.
    with tempfile.TemporaryDirectory(prefix="sa-") as folder:
        asyncio.run(measure(options.clicks, options.update_ms, Path(folder)))


if __name__ == "__main__":
    main()
