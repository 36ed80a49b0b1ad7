"""The real bot process, beside the playground and a real Valkey; and somebody who asks.

`bot` is one running bot, `start_bot` starts more of them (with other variables if need be), and
`asker` puts a request into the store and on the channel, as the library does.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sudoagent.playground import Playground
from sudoagent.playground.cast import APPROVERS, BOT_TOKEN, CHANNEL, REQUESTER, TEAM
from sudoagent.review.request import SCHEMA_VERSION, Argument, Request, encode
from sudoagent.review.seal import Keyring
from sudoagent.review.store import ReviewStore, StoredReview
from sudoagent.slack.client import SlackClient
from sudoagent.slack.messages import Message, pending_card
from sudoagent.slack.posting import Posted, post

from .reviews import is_over
from .valkey import Server, eventually

SIGNING_KEY = "the-key-of-this-deployment"
_TRAPS = ("REDIS_URL", "HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")


@dataclass
class BotProcess:
    """A bot to talk to, to hurt and to read the log of."""

    environment: dict[str, str]
    folder: Path
    process: subprocess.Popen[bytes] | None = None
    name: str = field(default_factory=lambda: uuid.uuid4().hex[:8])

    @property
    def log(self) -> str:
        path = self.folder / f"{self.name}.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    @property
    def refusals(self) -> list[dict[str, Any]]:
        """The refusals that the bot's own audit log holds."""
        path = Path(self.environment["SUDOAGENT_BOT_AUDIT"])
        # A line that is being written just now may be there in part.
        lines = path.read_text("utf-8").split("\n")[:-1] if path.exists() else []
        return [entry for entry in map(json.loads, lines) if entry.get("decision") == "deny"]

    def start(self, *options: str) -> BotProcess:
        inherited = {k: v for k, v in os.environ.items() if k not in _TRAPS}
        with open(self.folder / f"{self.name}.log", "ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "sudoagent_bot", *options],
                env={**inherited, **self.environment},
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        return self

    def ready(self, times: int = 1) -> BotProcess:
        """Wait until it has connected to Slack so many times."""

        def connected() -> bool:
            assert self.process is not None
            assert self.process.poll() is None, self.log
            return self.log.count("connected to Slack") >= times

        eventually(connected, "the bot is connected")
        return self

    def waits_to_log(self, words: str, times: int = 1) -> None:
        eventually(lambda: self.log.count(words) >= times, f"the bot logs {words!r}")

    def signal(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def exit_code(self, seconds: float = 60.0) -> int:
        """Wait for the end of the process."""
        assert self.process is not None
        return self.process.wait(seconds)

    def terminate(self) -> int:
        self.signal(signal.SIGTERM)
        return self.exit_code()

    def kill(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


StartBot = Callable[..., BotProcess]


@pytest.fixture
def start_bot(
    slack: Playground, valkey_server: Server, namespace: str, tmp_path: Path
) -> Iterator[StartBot]:
    """Starts bots of one deployment; keyword arguments are variables, ``None`` unsets one."""
    started: list[BotProcess] = []
    usual = {
        **slack.environment,
        "REDIS_URL": valkey_server.url,
        "SUDOAGENT_NAMESPACE": namespace,
        "SUDOAGENT_SIGNING_KEY": SIGNING_KEY,
        "SUDOAGENT_BOT_AUDIT": str(tmp_path / "bot_audit.jsonl"),
    }

    def start(*options: str, **variables: str | None) -> BotProcess:
        environment = {k: v for k, v in {**usual, **variables}.items() if v is not None}
        started.append(BotProcess(environment, tmp_path).start(*options))
        return started[-1]

    yield start
    for bot in started:
        if bot.process is not None and bot.process.poll() is None:
            bot.signal(signal.SIGCONT)
            bot.signal(signal.SIGTERM)
    for bot in started:
        try:
            bot.exit_code()
        except subprocess.TimeoutExpired:
            bot.kill()


@pytest.fixture
def bot(start_bot: StartBot) -> BotProcess:
    """One bot that hears Slack."""
    return start_bot().ready()


@dataclass(frozen=True)
class Asked:
    """A request in the store and on the channel."""

    request: Request
    channel: str
    ts: str

    @property
    def id(self) -> str:
        return self.request.id


class Asker:
    """Asks as the library does: request sealed and stored, card posted, its place attached."""

    def __init__(self, store: ReviewStore, slack: Playground) -> None:
        self.store = store
        self.keyring = Keyring([SIGNING_KEY])
        self._slack = SlackClient(BOT_TOKEN, slack.environment["SLACK_API_URL"])

    def request(self, *, seconds: float = 600.0, **changes: Any) -> Request:
        now = int(time.time() * 1000)
        usual: dict[str, Any] = {
            "v": SCHEMA_VERSION,
            "id": str(uuid.uuid4()),
            "nonce": uuid.uuid4().hex,
            "namespace": self.store.namespace,
            "action": "refund_user",
            "arguments": (
                Argument(name="user_id", value="user_2", type="str"),
                Argument(name="refund_amount", value=1500.0, type="float"),
            ),
            "digest": uuid.uuid4().hex,
            "policy_reason": "over limit",
            "reviewers": (APPROVERS,),
            "quorum": 1,
            "deny_quorum": 1,
            "risk": "medium",
            "channel": CHANNEL,
            "created_at": now,
            "expires_at": now + int(seconds * 1000),
            "requester": REQUESTER,
        }
        return Request(**{**usual, **changes})

    async def store_only(self, request: Request, sealed: bytes | None = None) -> None:
        sealed = sealed or self.keyring.seal(encode(request), "request")
        reply = await self.store.create(request, sealed)
        assert reply.kind == "created", reply

    async def post_only(self, message: Message, marker: str) -> Posted:
        return await post(self._slack, CHANNEL, message, marker=marker)

    async def post(self, request: Request) -> Asked:
        posted = await self.post_only(pending_card(request), request.id)
        assert await self.store.attach_message(request.id, posted.channel, posted.ts, TEAM)
        return Asked(request, posted.channel, posted.ts)

    async def ask(self, **changes: Any) -> Asked:
        request = self.request(**changes)
        await self.store_only(request)
        return await self.post(request)

    async def is_over(self, *asked: Asked) -> None:
        """Wait until the deadlines have passed."""
        await is_over(self.store, *(each.request for each in asked))

    async def stored(self, asked: Asked) -> StoredReview:
        found = await self.store.read(asked.id)
        assert found is not None
        return found


@pytest.fixture
async def asker(slack: Playground, valkey_server: Server, namespace: str) -> AsyncIterator[Asker]:
    """Somebody who asks, in the namespace that the bots of this test serve."""
    async with await ReviewStore.open(valkey_server.url, namespace, patience=30.0) as store:
        yield Asker(store, slack)
