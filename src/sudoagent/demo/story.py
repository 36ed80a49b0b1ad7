"""What the demonstration tells, in order."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from .stage import Stage, set_up

__all__ = ["tell"]

REVIEWER = "U0ALICE"
_PATIENCE = 60.0
_MARKS = {"allow": "green", "deny": "red", "success": "green", "error": "red", "cancelled": "red"}


async def tell(console: Console, *, automatic: bool) -> int:
    """Run the demonstration and return its exit code. ``automatic`` presses the buttons itself."""
    task = asyncio.current_task()
    assert task is not None
    loop = asyncio.get_running_loop()
    # SIGHUP: the terminal was closed.
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)
    console.print("\n[bold]sudoagent[/bold]: starting a local Slack, a server and a bot …")
    async with set_up() as stage:
        await _act(console, stage, automatic=automatic)
        console.print(_table(stage.log))
    console.print("Everything that was started here has ended. Next: the README, “Use it”.\n")
    return 0


async def _act(console: Console, stage: Stage, *, automatic: bool) -> None:
    address = Text(stage.playground.url, style="bold cyan")
    says = "The buttons are pressed by themselves." if automatic else "Open it and press a button."
    console.print(
        Panel(Text.assemble(address, "\n", says), title="Slack, on this machine", width=60)
    )
    amounts = ("20", "1500", "9000") if automatic else ("20", "1500")
    async with stage.process("sudoagent.demo.agent", *amounts) as agent:
        if automatic:
            await _press(stage)
        await agent.wait()


async def _press(stage: Stage) -> None:
    alice = stage.playground.as_person(REVIEWER)
    card = await stage.playground.wait_for_message("1500", timeout=_PATIENCE)
    await alice.click("approve", ts=card.ts)
    card = await stage.playground.wait_for_message("9000", timeout=_PATIENCE)
    await alice.click("deny", ts=card.ts)
    await alice.view(callback_id="deny_reason", timeout=_PATIENCE)
    await alice.submit({"text": "More than the order was worth."})


def _table(log: Path) -> Table:
    table = Table(title="\nThe audit log", title_justify="left", title_style="bold")
    for column in ("time", "event", "action", "result", "reason", "who"):
        table.add_column(column, no_wrap=column == "time")
    for line in log.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        result = entry["outcome"] or entry["decision"]
        votes = entry["metadata"].get("votes") or ()
        table.add_row(
            entry["timestamp"][11:19],
            entry["event"],
            entry["action"],
            Text(result, style=_MARKS.get(result, "")),
            Text(entry["reason"]),
            ", ".join(vote["user_id"] for vote in votes),
        )
    return table
