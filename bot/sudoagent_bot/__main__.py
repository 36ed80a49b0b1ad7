"""The process shell: configuration, logging, signals, exit codes."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys

import click

from sudoagent import __version__
from sudoagent.errors import ConfigurationError
from sudoagent.review.store.addresses import parse_address

from .config import Config, read_config
from .logs import log_to_stderr
from .serving import TokenRefused, serve

__all__ = ["main"]

logger = logging.getLogger("sudoagent_bot")

# sysexits.h: EX_CONFIG. A supervisor must not start the bot again before somebody has acted;
# for systemd: RestartPreventExitStatus=78.
EXIT_CONFIGURATION = 78

_VARIABLES = """\b
Variables:
  SLACK_BOT_TOKEN        xoxb-…, from OAuth & Permissions (required)
  SLACK_APP_TOKEN        xapp-…, from App-Level Tokens, scope
                         connections:write; for Socket Mode
  SLACK_SIGNING_SECRET   from App Credentials; for HTTP mode, which is
                         chosen when there is no SLACK_APP_TOKEN
  SUDOAGENT_MODE         socket or http, where both of them are set
  PORT                   HTTP mode: where Slack's requests arrive, at
                         /slack/events; default: 3000
  SUDOAGENT_HOST         HTTP mode: the address to listen on;
                         default: every address of this machine
  SUDOAGENT_METRICS_PORT /healthz, /readyz and /metrics, in both modes;
                         unset: none
  SUDOAGENT_METRICS_HOST the address for them; default: 127.0.0.1
  REDIS_URL              redis://, rediss:// or unix://, the one that the
                         agents use; unset: a server on this machine
  SUDOAGENT_SIGNING_KEY  the one that the agents use; unset: derived
                         from SLACK_BOT_TOKEN
  SUDOAGENT_NAMESPACE    separates deployments that share a Redis;
                         default: default
  SUDOAGENT_STATE_DIR    where the server on this machine keeps its data
  SUDOAGENT_BOT_AUDIT    where refused clicks are recorded;
                         default: sudo_bot_audit.jsonl
  SUDOAGENT_ADMINS       Slack user ids that may freeze from Slack
  SUDOAGENT_TEXTS        TOML file with other words for what Slack shows;
                         see: sudoagent slack texts
  SLACK_API_URL          a stand-in for Slack, such as the playground

\b
Exit codes:
  0   stopped by SIGTERM or Ctrl-C, after finishing what was begun
  1   failed in a way that nobody thought of; the log says where
  78  a setting is missing or wrong, or Slack refuses a token: starting
      again will not help before somebody has changed it
"""


@click.command(
    epilog=_VARIABLES,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.option("--check", is_flag=True, help="Check the configuration, say what is wrong, and exit.")
@click.version_option(__version__, prog_name="sudoagent-bot")
def main(check: bool) -> None:
    """Receive clicks on approval requests in Slack, count votes, repaint messages.

    Slack is reached over a connection of the bot's own (Socket Mode), or reaches it (HTTP mode).

    Any number of bots may run at once; two make restarts unnoticeable. Everything is configured
    by environment variables and logged to standard error.
    """
    log_to_stderr()
    try:
        config = read_config(os.environ)
        if check:
            _report(config)
        else:
            asyncio.run(_until_stopped(config))
    except ConfigurationError as error:
        _give_up(error.reason)
    except TokenRefused as error:
        _give_up(str(error))
    except Exception:  # a defect: one for the log, and an exit code that asks for a restart
        logger.exception("the bot failed, which it should not")
        sys.exit(1)


async def _until_stopped(config: Config) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await serve(config, stop)


def _report(config: Config) -> None:
    http, redis_url = config.http, config.redis_url
    way = "Socket Mode" if http is None else f"HTTP mode on port {http.place.port}"
    server = "the embedded server" if redis_url is None else parse_address(redis_url).shown
    click.echo(
        f"The configuration is complete: {way}, {server}, namespace {config.namespace}, signing "
        f"key {', '.join(config.keyring.key_ids)}.\nWhether Slack agrees, `sudoagent doctor` says."
    )


def _give_up(reason: str) -> None:
    for line in reason.splitlines():
        logger.error("%s", line)
    sys.exit(EXIT_CONFIGURATION)


if __name__ == "__main__":
    main(prog_name="sudoagent-bot")
