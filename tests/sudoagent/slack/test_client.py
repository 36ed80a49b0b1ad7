"""Asking Slack: patience, errors in sentences, and no second message after a lost answer."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from sudoagent.errors import ConfigurationError
from sudoagent.playground import Playground
from sudoagent.playground.cast import BOT_TOKEN, CHANNEL
from sudoagent.slack.client import SlackClient, api_base
from sudoagent.slack.failures import (
    AnswerLost,
    SlackBusy,
    SlackFailure,
    SlackRefused,
    SlackUnreachable,
)
from support.valkey import free_port

POST = "chat.postMessage"


@pytest.fixture
def client(slack: Playground) -> SlackClient:
    return SlackClient(BOT_TOKEN, slack.environment["SLACK_API_URL"], timeout=20.0)


def unused_address() -> str:
    return f"http://127.0.0.1:{free_port()}/api/"


async def say(client: SlackClient, text: str = "hello", **options: float) -> dict[str, object]:
    return await client.call(POST, channel=CHANNEL, text=text, **options)


async def test_a_call_returns_what_slack_answers(client: SlackClient, slack: Playground) -> None:
    answer = await say(client)
    assert answer["ok"] is True
    assert [message.ts for message in slack.messages(CHANNEL)] == [answer["ts"]]


async def test_a_read_is_asked_for_by_get(client: SlackClient) -> None:
    answer = await client.call("conversations.history", channel=CHANNEL, cursor=None)
    assert answer["messages"] == []


async def test_retry_after_is_honoured(client: SlackClient, slack: Playground) -> None:
    slack.fail(POST, "rate_limited", retry_after=1)
    clock = asyncio.get_running_loop().time
    before = clock()
    await say(client)
    assert clock() - before >= 1
    assert len(slack.messages(CHANNEL)) == 1


async def test_a_longer_wait_than_there_is_time_for_is_not_begun(
    client: SlackClient, slack: Playground
) -> None:
    slack.fail(POST, "rate_limited", retry_after=3600)
    with pytest.raises(SlackBusy) as caught:
        await say(client, patience=2.0)
    assert caught.value.retry_after == 3600
    assert slack.messages(CHANNEL) == []


async def test_a_lost_answer_to_a_post_is_not_asked_for_again(
    client: SlackClient, slack: Playground
) -> None:
    slack.fail(POST, "lost_response")
    with pytest.raises(AnswerLost):
        await say(client)
    assert len(slack.messages(CHANNEL)) == 1


async def test_a_lost_answer_to_a_read_is(client: SlackClient, slack: Playground) -> None:
    slack.fail("conversations.history", "lost_response")
    answer = await client.call("conversations.history", channel=CHANNEL)
    assert answer["ok"] is True


async def test_a_server_error_leaves_open_whether_it_was_posted(
    client: SlackClient, slack: Playground
) -> None:
    slack.fail(POST, "server_error")
    with pytest.raises(AnswerLost, match="may have done it"):
        await say(client)


async def test_silence_ends_the_attempt(slack: Playground) -> None:
    client = SlackClient(BOT_TOKEN, slack.environment["SLACK_API_URL"], timeout=1.5)
    slack.fail(POST, "timeout", seconds=30.0)
    with pytest.raises(AnswerLost, match="did not answer"):
        await say(client)


async def test_nobody_listening_is_tried_again_and_then_said() -> None:
    client = SlackClient(BOT_TOKEN, unused_address())
    with pytest.raises(SlackUnreachable, match="cannot be reached"):
        await say(client, patience=1.0)


@pytest.mark.parametrize(
    ("spoil", "code", "what_to_do"),
    [
        (lambda slack: slack.revoke_token(), "token_revoked", "SLACK_BOT_TOKEN"),
        (lambda slack: slack.archive(CHANNEL), "is_archived", "SUDOAGENT_CHANNEL"),
        (lambda slack: slack.remove_bot(CHANNEL), "not_in_channel", "/invite"),
        (lambda slack: slack.remove_scope("chat:write"), "missing_scope", "chat:write"),
        (lambda slack: slack.fail(POST, "error", error="new_error"), "new_error", "documentation"),
    ],
    ids=["revoked", "archived", "not invited", "scope", "unknown"],
)
async def test_a_refusal_says_what_to_do(
    client: SlackClient,
    slack: Playground,
    spoil: Callable[[Playground], object],
    code: str,
    what_to_do: str,
) -> None:
    spoil(slack)
    with pytest.raises(SlackRefused) as caught:
        await say(client)
    assert caught.value.code == code
    assert what_to_do in caught.value.reason


async def test_the_token_and_the_text_stay_out_of_errors_and_logs(
    client: SlackClient, slack: Playground, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    slack.fail(POST, "rate_limited", retry_after=1)
    slack.fail(POST, "error", error="is_archived")
    with pytest.raises(SlackFailure) as caught:
        await say(client, text="canary-text")
    told = caplog.text + repr(caught.value) + str(caught.value.__context__) + repr(client)
    assert BOT_TOKEN not in told
    assert "canary-text" not in told
    assert "again in" in caplog.text


async def test_a_proxy_is_not_used_for_this_machine(
    slack: Playground, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, unused_address())
    client = SlackClient(BOT_TOKEN, slack.environment["SLACK_API_URL"])
    assert (await say(client))["ok"] is True


async def test_a_proxy_is_used_for_slack_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("HTTPS_PROXY", unused_address())
    with pytest.raises(SlackUnreachable, match="Proxy"):
        await say(SlackClient(BOT_TOKEN), patience=0.2)


@pytest.fixture
async def answering() -> AsyncIterator[Callable[[web.Response], str]]:
    """Starts a server that gives one answer to everything, and returns its address."""
    runners: list[web.AppRunner] = []
    answers: list[web.Response] = []

    async def answer(_: web.Request) -> web.Response:
        given = answers[0]
        return web.Response(status=given.status, body=given.body, headers=given.headers)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    runners.append(runner)
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    address = f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/api"  # type: ignore[attr-defined]

    def start(given: web.Response) -> str:
        answers[:] = [given]
        return address

    yield start
    await runner.cleanup()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (web.Response(text="<p>log in</p>", content_type="text/html"), SlackRefused),
        (web.Response(text="hello"), SlackRefused),
        (web.Response(text="{", content_type="application/json"), SlackRefused),
        (web.json_response(["ok"]), SlackRefused),
        (web.Response(body=b"\xff{}", content_type="application/json"), SlackRefused),
        (web.Response(text="upstream", status=502), AnswerLost),
        (web.Response(text="busy", status=503), SlackUnreachable),
        (web.Response(text="slow", status=429, headers={"Retry-After": "soon"}), SlackBusy),
        (web.json_response({"ok": False, "error": "fatal_error"}), AnswerLost),
        (web.json_response({"ok": False, "error": "service_unavailable"}), SlackUnreachable),
    ],
    ids=["page", "text", "torn", "list", "bytes", "502", "503", "429", "fatal", "unavailable"],
)
async def test_odd_answers_have_a_meaning(
    answering: Callable[[web.Response], str], answer: web.Response, kind: type[SlackFailure]
) -> None:
    client = SlackClient(BOT_TOKEN, answering(answer))
    with pytest.raises(kind):
        await say(client, patience=1.5)


@pytest.mark.parametrize("kind", ["text/plain", "text/html", "application/octet-stream"])
async def test_json_is_an_answer_whatever_it_is_called(
    answering: Callable[[web.Response], str], kind: str
) -> None:
    answer = web.Response(text='{"ok": true, "ts": "1.2"}', content_type=kind)
    assert (await say(SlackClient(BOT_TOKEN, answering(answer))))["ts"] == "1.2"


@pytest.mark.parametrize("status", [405, 501])
async def test_a_server_that_takes_no_get_is_sent_a_form(
    only_post: Callable[[int], str], status: int
) -> None:
    client = SlackClient(BOT_TOKEN, only_post(status))
    answer = await client.call("conversations.history", channel=CHANNEL, limit=200)
    assert answer["form"] == {"channel": CHANNEL, "limit": "200"}
    with pytest.raises(SlackRefused):
        await client.call("users.info", user="U1", patience=5.0)


@pytest.fixture
async def only_post() -> AsyncIterator[Callable[[int], str]]:
    """A server that repeats the forms about channels that it gets, and turns GET away."""
    statuses: list[int] = []

    async def answer(request: web.Request) -> web.Response:
        if request.method == "GET":
            return web.Response(status=statuses[0])
        ok = "conversations" in request.path
        return web.json_response({"ok": ok, "error": "odd", "form": dict(await request.post())})

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]

    def start(status: int) -> str:
        statuses[:] = [status]
        return f"http://{host}:{port}/api"

    yield start
    await runner.cleanup()


async def test_a_certificate_that_nobody_vouches_for_is_not_accepted(tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    try:
        with pytest.raises(SlackRefused, match="certificate"):
            await say(SlackClient(BOT_TOKEN, f"https://127.0.0.1:{port}/api/"))
    finally:
        server.close()
        await server.wait_closed()


def self_signed(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nobody")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = folder / "server.pem"
    path.write_bytes(secret + certificate.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.parametrize(
    ("given", "base"),
    [
        (None, "https://slack.com/api/"),
        ("", "https://slack.com/api/"),
        ("http://127.0.0.1:8484/api", "http://127.0.0.1:8484/api/"),
        ("http://localhost:1/api/", "http://localhost:1/api/"),
        ("https://slack.example/api", "https://slack.example/api/"),
    ],
)
def test_the_base_address_ends_in_a_slash(given: str | None, base: str) -> None:
    assert api_base(given) == base


@pytest.mark.parametrize(
    "given", ["slack.com", "ftp://slack.com/api/", "http://", "http://slack.com/api/"]
)
def test_an_address_that_would_leak_the_token_or_is_none_is_refused(given: str) -> None:
    with pytest.raises(ConfigurationError, match="SLACK_API_URL"):
        api_base(given)
