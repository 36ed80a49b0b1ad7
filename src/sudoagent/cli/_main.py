"""The root of the `sudoagent` command. Each subcommand is a module that is loaded when used."""

from __future__ import annotations

import importlib
import io
import os
import sys
from typing import Any

import click

from .. import __version__
from ..errors import SudoAgentError

__all__ = ["main"]

# name → (module, what it does); the sentences stand here so that --help loads nothing else.
_COMMANDS: dict[str, tuple[str, str]] = {
    "demo": ("demo", "A guarded agent, a local Slack and a bot, on this machine."),
    "playground": ("playground", "A local Slack to develop and demonstrate against."),
    "doctor": ("doctor", "What is missing before somebody can be asked in Slack."),
    "slack": ("slack", "The Slack app's manifest."),
    "requests": ("requests", "Who waits for whose approval, and until when."),
    "grants": ("grants", "What is allowed for a while, and an end to it."),
    "freeze": ("freeze", "Stop everything that is guarded, at once."),
    "unfreeze": ("freeze", "Let guarded calls run again."),
    "status": ("freeze", "Whether guarded calls may run, and which bots serve."),
    "audit": ("audit", "Verify, read and search the audit log."),
}


class _Lazy(click.Group):
    """A group that knows its commands by name and loads one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = importlib.import_module(f".{_COMMANDS[cmd_name][0]}", __package__)
        command: click.Command = getattr(module, cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in _COMMANDS.items()])


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sudoagent")
def _root() -> None:
    """Approval for what AI agents do.

    Guard functions with the library, answer in Slack, read what happened here.
    """


def main(args: list[str] | None = None) -> Any:
    """Run the command line. Errors that were meant are one sentence, not a traceback."""
    _make_writable()
    try:
        return _root.main(args=args, prog_name="sudoagent")
    except SudoAgentError as error:
        click.secho(f"sudoagent: {error.reason}", fg="red", err=True)
        sys.exit(78 if isinstance(error, ValueError) else 1)
    except BrokenPipeError:
        # Whoever read the output has enough of it, as `head` does.
        sys.stderr.close()
        sys.exit(0)


def _make_writable() -> None:
    # What a locale has no character for, or nobody can read, must not end a command with a code
    # that means something else: 1 from `audit verify` says that the log was tampered with.
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115 - as long as the process
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
