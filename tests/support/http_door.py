"""A bot's address in HTTP mode, and somebody who posts to it as Slack does, or as others might."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import aiohttp

from sudoagent.playground.cast import SIGNING_SECRET, TEAM
from sudoagent.playground.http_mode import sign

from .bot import Asked, BotProcess, StartBot
from .valkey import free_port

FORM = "application/x-www-form-urlencoded"


@dataclass
class Door:
    """The bot's address, and somebody who posts to it as Slack does, or as others might."""

    url: str
    session: aiohttp.ClientSession

    async def post(
        self,
        body: bytes,
        *,
        secret: str = SIGNING_SECRET,
        at: float = 0.0,
        kind: str = FORM,
        **headers: str,
    ) -> tuple[int, str]:
        """Post a signed body; a header given as ``X_Name`` replaces or adds one."""
        stamp = int(time.time() + at)
        usual = {
            "Content-Type": kind,
            "X-Slack-Request-Timestamp": str(stamp),
            "X-Slack-Signature": sign(secret, stamp, body),
        }
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.post(
            self.url, data=BytesIO(body), headers={**usual, **more}
        ) as answer:
            return answer.status, await answer.text()


@contextlib.asynccontextmanager
async def door_of(bot: BotProcess) -> AsyncIterator[Door]:
    async with aiohttp.ClientSession() as session:
        yield Door(f"http://127.0.0.1:{bot.environment['PORT']}/slack/events", session)


def start_http(start_bot: StartBot, **variables: str | None) -> BotProcess:
    bot = start_bot(
        SLACK_APP_TOKEN=None,
        SLACK_SIGNING_SECRET=SIGNING_SECRET,
        PORT=str(free_port()),
        SUDOAGENT_HOST="127.0.0.1",
        SUDOAGENT_ADMINS="U0CAROL",
        **variables,
    )
    bot.waits_to_log("listening for Slack")
    return bot


def click(asked: Asked, clicker: str = "U0ALICE", **changes: Any) -> bytes:
    payload = {
        "type": "block_actions",
        "user": {"id": clicker, "team_id": TEAM},
        "team": {"id": TEAM},
        "channel": {"id": asked.channel},
        "message": {"ts": asked.ts},
        "actions": [{"type": "button", "action_id": "approve", "block_id": "b", "value": asked.id}],
    }
    return urlencode({"payload": json.dumps({**payload, **changes})}).encode()


def command(text: str, user_id: str = "U0CAROL") -> bytes:
    fields = {"command": "/sudo", "text": text, "user_id": user_id, "team_id": TEAM}
    return urlencode({**fields, "channel_id": "C0APPROVALS"}).encode()
