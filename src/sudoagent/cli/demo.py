"""`sudoagent demo`."""

from __future__ import annotations

import asyncio
import os
import sys

import click

__all__ = ["demo"]


@click.command()
@click.option(
    "--automatic/--manual",
    default=None,
    help="Press the buttons by itself, or leave that to you. "
    "By itself is the default without a terminal, and with SUDOAGENT_AUTO_APPROVE=1.",
)
def demo(automatic: bool | None) -> None:
    """Show the whole path on this machine: agent, policy, Slack, click, log.

    Starts a local Slack in your browser, an embedded server and a bot; ends all of them.
    """
    from rich.console import Console

    from sudoagent.demo.story import tell

    if automatic is None:
        alone = not (sys.stdin.isatty() and sys.stdout.isatty())
        automatic = alone or os.environ.get("SUDOAGENT_AUTO_APPROVE") == "1"
    console = Console(highlight=False)
    try:
        code = asyncio.run(tell(console, automatic=automatic))
    except (KeyboardInterrupt, asyncio.CancelledError):
        console.print("\nStopped. Nothing is left running.")
        code = 130
    sys.exit(code)
