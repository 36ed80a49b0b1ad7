"""The review store for one command, and the options that say which one."""

from __future__ import annotations

import asyncio
import functools
import getpass
import os
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from sudoagent.review.seal import BadSeal, Keyring
from sudoagent.review.store import ReviewStore

__all__ = ["Place", "deployment_keyring", "operator", "place_options"]

T = TypeVar("T")


class Place:
    """Where the store is, as the options or the environment say."""

    def __init__(self, redis_url: str | None, namespace: str, state_dir: Path | None) -> None:
        self.redis_url = redis_url
        self.namespace = namespace
        self.state_dir = state_dir

    def run(self, work: Callable[[ReviewStore], Awaitable[T]]) -> T:
        """Open the store, do the work, close the store. Raises ``SudoAgentError``."""

        async def within() -> T:
            opening = ReviewStore.open(self.redis_url, self.namespace, state_dir=self.state_dir)
            async with await opening as store:
                return await work(store)

        return asyncio.run(within())


def place_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say which store is meant; it receives a ``Place``."""

    @click.option("--redis-url", envvar="REDIS_URL", help="The server. Unset: the embedded one.")
    @click.option("--namespace", envvar="SUDOAGENT_NAMESPACE", default="default", show_default=True)
    @click.option(
        "--state-dir",
        envvar="SUDOAGENT_STATE_DIR",
        type=click.Path(path_type=Path),
        help="Where the embedded server keeps its data.",
    )
    @functools.wraps(command)
    def placed(
        redis_url: str | None, namespace: str, state_dir: Path | None, **options: Any
    ) -> None:
        command(Place(redis_url or None, namespace, state_dir), **options)

    return placed


def deployment_keyring() -> Keyring:
    """Return the deployment's keyring, as the environment has it. Raises ``BadSeal`` without."""
    token = os.environ.get("SLACK_BOT_TOKEN", "").strip()
    signing_key = os.environ.get("SUDOAGENT_SIGNING_KEY", "").strip()
    if not token and not signing_key:
        raise BadSeal(
            "set SUDOAGENT_SIGNING_KEY or SLACK_BOT_TOKEN, as for the bot, to read what was asked"
        )
    return Keyring.of_deployment(signing_key, token)


def operator() -> str:
    """Return who runs this command, for the record."""
    try:
        return f"{getpass.getuser()}@{socket.gethostname()}"
    except (OSError, KeyError):  # an id without a name
        return f"somebody@{socket.gethostname()}"
