"""Decisions while two thousand other requests expire, at Slack's real rate limits.

    python benchmarks/bot_backlog.py [--expiring 2000] [--decisions 20]

All of the requests but a few expire in the same moment. Slack takes fifty updates a minute, so
repainting them takes most of an hour; meanwhile reviewers decide about the few, one by one. Timed
are their acknowledgements, and how long their own cards wait to be repainted.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path

from bot_clicks import ask, bot_process

from sudoagent.playground import AsyncPlayground, running
from sudoagent.playground.cast import BOT_TOKEN, REVIEWERS
from sudoagent.review.store import ReviewStore
from sudoagent.slack.client import SlackClient

# Long enough to post all of them before the first is due.
POSTING_SECONDS = 60.0
GIVE_UP = 180.0


async def until_expired(store: ReviewStore, ids: list[str]) -> None:
    async with asyncio.timeout(GIVE_UP):
        while True:
            states, _ = await store.states(ids)
            if all(state == "expired" for state in states.values()):
                return
            await asyncio.sleep(0.1)


async def measure(expiring: int, decisions: int, folder: Path) -> None:
    async with running() as server:
        playground = AsyncPlayground(server.url)
        async with (
            bot_process(playground, folder),
            await ReviewStore.open(None, state_dir=folder / "state") as store,
        ):
            slack = SlackClient(BOT_TOKEN, playground.environment["SLACK_API_URL"])
            due = time.monotonic() + POSTING_SECONDS
            others = [await ask(store, slack, due - time.monotonic()) for _ in range(expiring)]
            cards = [await ask(store, slack) for _ in range(decisions)]
            await playground.rate_limits(True)
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            started = time.monotonic()
            async with asyncio.TaskGroup() as group:
                group.create_task(until_expired(store, [name for name, _ in others]))
                times = [await decide(playground, ts, turn) for turn, (_, ts) in enumerate(cards)]
            report(expiring, time.monotonic() - started, times)


async def decide(playground: AsyncPlayground, ts: str, turn: int) -> tuple[float, float]:
    """Press Approve; returns the seconds until the acknowledgement and until the repaint."""
    person = playground.as_person(REVIEWERS[turn % len(REVIEWERS)])
    pressed = time.monotonic()
    click = await person.click("approve", ts=ts)
    assert click.acknowledged, "a click was not acknowledged in three seconds"
    await playground.wait_for_revision(ts, without_buttons=True, timeout=GIVE_UP)
    return click.seconds, time.monotonic() - pressed


def report(expiring: int, seconds: float, times: list[tuple[float, float]]) -> None:
    acknowledged = sorted(ms * 1000 for ms, _ in times)
    repainted = sorted(ms * 1000 for _, ms in times)
    print(f"expired in the store    {expiring} within {seconds:.1f} s, while {len(times)} decided")
    print(f"acknowledged, slowest   {acknowledged[-1]:8.1f} ms   (Slack gives 3000)")
    print(f"repainted, median       {repainted[len(repainted) // 2]:8.1f} ms")
    print(f"repainted, slowest      {repainted[-1]:8.1f} ms")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--expiring", type=int, default=2000)
    parser.add_argument("--decisions", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="sa-") as folder:
        asyncio.run(measure(options.expiring, options.decisions, Path(folder)))


if __name__ == "__main__":
    main()
