"""The socket against a server that misbehaves: never deaf for long, and never in a hurry."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable

import pytest
from slack_bolt.app.async_app import AsyncApp

from sudoagent.review.seal import Keyring
from sudoagent.slack.client import SlackClient
from sudoagent_bot.app import bolt_app
from sudoagent_bot.config import Config
from sudoagent_bot.socket_mode import Socket
from sudoagent_bot.web import Workspace
from support.odd_slack import OddSlack

DEAD = "ws://127.0.0.1:1/socket?ticket=secret-ticket"


def app_for(url: str) -> AsyncApp:
    config = Config(
        bot_token="xoxb-odd", app_token="xapp-odd", keyring=Keyring(["k" * 16]), api_url=url
    )
    return bolt_app(config, Workspace("T1", "Odd", "U1"))


@pytest.fixture
async def refusals() -> list[str]:
    return []


@pytest.fixture
async def socket(strange: OddSlack, refusals: list[str]) -> AsyncIterator[Socket]:
    api_url = f"{strange.url}/api/"
    opened = Socket(
        app_for(api_url),
        app_token="xapp-odd",
        slack=SlackClient("xapp-odd", api_url),
        on_refused=refusals.append,
        acknowledged=lambda _: None,
    )
    yield opened
    await opened.close()


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not true():  # noqa: ASYNC110 - a server of the test's own does not tell
            await asyncio.sleep(0.01)


def opened(strange: OddSlack) -> int:
    return len([method for method, _ in strange.asked if method == "apps.connections.open"])


async def test_each_attempt_has_an_address_of_its_own(
    strange: OddSlack, socket: Socket, caplog: pytest.LogCaptureFixture
):
    strange.answers["apps.connections.open"] = [{"url": DEAD}, {"url": strange.socket_url}]
    await socket.connect()
    assert await socket.is_connected()
    assert opened(strange) == 2
    assert "no connection to Slack" in caplog.text
    assert "secret-ticket" not in caplog.text


@pytest.mark.parametrize("answer", [{}, {"url": None}, {"url": 7}])
async def test_an_answer_without_an_address_is_asked_for_again(
    strange: OddSlack, socket: Socket, answer: dict[str, object]
):
    strange.answers["apps.connections.open"] = [answer, {"url": strange.socket_url}]
    await socket.connect()
    assert await socket.is_connected()


async def test_an_address_that_takes_a_while_is_waited_for(strange: OddSlack, socket: Socket):
    strange.answers["apps.connections.open"] = {"url": strange.socket_url}
    strange.seconds["apps.connections.open"] = 1.2
    await socket.connect()
    assert await socket.is_connected()


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "missing_scope"])
async def test_a_refused_token_is_told_and_not_tried_again(
    strange: OddSlack, socket: Socket, refusals: list[str], code: str
):
    strange.answers["apps.connections.open"] = {"ok": False, "error": code}
    await socket.connect()
    assert not await socket.is_connected()
    (reason,) = refusals
    assert "SLACK_APP_TOKEN" in reason
    assert code in reason
    assert opened(strange) == 1


async def test_a_connection_that_is_ended_at_once_is_not_made_again_at_once(
    strange: OddSlack, socket: Socket
):
    strange.answers["apps.connections.open"] = {"url": strange.socket_url}
    strange.sockets = [[json.dumps({"type": "disconnect", "reason": "too_many_websockets"})], []]
    started = time.monotonic()
    await socket.connect()
    await until(lambda: opened(strange) >= 3)
    assert time.monotonic() - started >= 1.0


async def test_words_that_mean_nothing_are_survived(strange: OddSlack, socket: Socket):
    strange.answers["apps.connections.open"] = {"url": strange.socket_url}
    strange.sockets = [["", "[]", "{", "null", '{"type": 7}', '{"type": "hello"}']]
    await socket.connect()
    await until(lambda: opened(strange) >= 2)
    envelope = {"envelope_id": "E1", "type": "interactive", "payload": {"type": "block_actions"}}
    await socket.enqueue_message(json.dumps(envelope))
    await until(lambda: strange.heard)


async def test_what_no_listener_wants_is_acknowledged(strange: OddSlack, socket: Socket):
    strange.answers["apps.connections.open"] = {"url": strange.socket_url}
    await socket.connect()
    envelope = {"envelope_id": "E1", "type": "interactive", "payload": {"type": "shortcut"}}
    await socket.enqueue_message(json.dumps(envelope))
    await until(lambda: strange.heard)
    assert json.loads(strange.heard[0])["envelope_id"] == "E1"
    await socket.drain()


async def test_a_closed_socket_does_not_connect(strange: OddSlack, socket: Socket):
    await socket.close()
    await socket.connect()
    assert opened(strange) == 0


async def test_oauth_variables_do_not_take_bolts_token_away(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "secret")
    app = app_for("http://127.0.0.1:1/api/")
    assert app.client.token == "xoxb-odd"
