"""What doctor finds out from the server itself. Against real ones."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sudoagent.review.store import ReviewStore
from sudoagent.setup.result import Check
from sudoagent.setup.server import check_facts, check_listening, open_store
from sudoagent.setup.settings import Setup, read_setup
from support.valkey import Server, running, valkey_binary


def setup_of(url: str, **variables: str) -> Setup:
    setup, _ = read_setup({"SLACK_BOT_TOKEN": "xoxb-1", "REDIS_URL": url, **variables})
    assert not setup.wrong
    return setup


async def opened(setup: Setup) -> ReviewStore:
    store = await open_store(setup)
    assert isinstance(store, ReviewStore), store
    return store


async def test_scripts_run_and_news_arrives(store: ReviewStore):
    assert (await check_listening(store)).status == "ok"
    assert {check.status for check in check_facts(store.facts)} == {"ok"}


async def test_a_server_that_is_away_is_a_sentence():
    check = await open_store(setup_of("redis://127.0.0.1:1/0"))
    assert isinstance(check, Check)
    assert check.status == "failed"
    assert "127.0.0.1:1" in check.sentence
    assert "redis-cli" in (check.cure or "")


async def test_an_embedded_server_that_cannot_be_at_home_is_a_sentence(tmp_path: Path):
    os.chmod(tmp_path, 0o755)
    check = await open_store(read_setup({"SUDOAGENT_STATE_DIR": str(tmp_path)})[0])
    assert isinstance(check, Check)
    assert "chmod 700" in check.sentence


async def test_settings_that_lose_requests_are_found():
    lossy = ("--appendonly", "no", "--maxmemory", "100mb", "--maxmemory-policy", "allkeys-lru")
    with running(valkey_binary(), *lossy) as server:
        async with await opened(setup_of(server.url)) as store:
            checks = {check.name: check for check in check_facts(store.facts)}
    assert checks["durability"].status == "warning"
    assert checks["memory"].status == "failed"


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (("+@all", "-eval", "-evalsha"), "refuses this login or a command"),
        (("+@all", "-subscribe", "-psubscribe", "-ssubscribe"), "news of a vote does not arrive"),
    ],
)
async def test_a_login_that_may_too_little_is_found(
    own_server: Server, monkeypatch: pytest.MonkeyPatch, rules: tuple[str, ...], said: str
):
    monkeypatch.setattr("sudoagent.setup.server._HINT_SECONDS", 1.0)
    grants = ("reset", "on", ">pass-word", "~*", "&*", *rules)
    own_server.call("ACL", "SETUSER", "agent", *grants)
    url = f"{own_server.url}?username=agent&password=pass-word"
    async with await opened(setup_of(url)) as store:
        check = await check_listening(store)
    assert check.status == "failed"
    assert said in check.sentence
