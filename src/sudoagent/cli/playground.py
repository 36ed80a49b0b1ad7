"""`sudoagent playground`."""

from __future__ import annotations

import asyncio
import shlex
import signal

import click
from rich.console import Console
from rich.text import Text

from sudoagent.errors import ConfigurationError
from sudoagent.playground import Server, running
from sudoagent.playground.cast import SIGNING_SECRET

__all__ = ["playground"]


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8420,
    show_default=True,
    help="0 takes a free port.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="A loopback address.")
@click.option("--request-url", help="HTTP mode: where the app takes requests, on this machine.")
@click.option("--rate-limits", is_flag=True, help="Answer 429 as often as Slack would.")
def playground(port: int, host: str, request_url: str | None, rate_limits: bool) -> None:
    """Run a local Slack: Web API, Socket Mode, and a page to press buttons in.

    Library and bot talk to it exactly as to Slack, through the variables that are printed. Nothing
    is kept: a restart begins with empty channels.
    """
    asyncio.run(_serve(host, port, request_url, rate_limits=rate_limits))


async def _serve(host: str, port: int, request_url: str | None, *, rate_limits: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        async with running(host=host, port=port, rate_limits=rate_limits) as server:
            server.house.http.use(request_url)
            _introduce(server, rate_limits=rate_limits)
            await stop.wait()
    except ValueError as error:
        raise ConfigurationError(f"{error}; 127.0.0.1 is the usual one") from error
    except OSError as error:
        sentence = (
            f"port {port} on {host} cannot be used ({error.strerror}); --port 0 takes a free one"
        )
        raise ConfigurationError(sentence) from error


def _introduce(server: Server, *, rate_limits: bool) -> None:
    variables = server.environment
    if server.house.http.request_url is not None:
        variables["SLACK_SIGNING_SECRET"] = SIGNING_SECRET
        # The bot would connect instead of listening.
        del variables["SLACK_APP_TOKEN"]
    exports = "\n".join(f"export {name}={shlex.quote(value)}" for name, value in variables.items())
    # Only what a shell can read goes to stdout: `sudoagent playground > variables`.
    stage = Console(stderr=True, highlight=False)
    stage.print()
    stage.print(Text("  ● ", style="green"), Text("The playground is open", style="bold"), sep="")
    stage.print(Text.assemble("    Page       ", (f"{server.url}/", "bold cyan underline")))
    stage.print(Text.assemble("    Web API    ", (server.environment["SLACK_API_URL"], "cyan")))
    stage.print(f"    Limits     {'as in Slack' if rate_limits else 'off'}")
    stage.print("\n  In the shells of library and bot:\n", style="dim")
    click.echo(exports)
    stage.print("\n  Ctrl-C closes it; nothing is kept.\n", style="dim")
