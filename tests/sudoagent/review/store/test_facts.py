"""What a server says about itself, and what the operator is told."""

from __future__ import annotations

import re
from typing import Any

import pytest
from redis.crc import key_slot

from sudoagent.errors import ConfigurationError
from sudoagent.review.store import ReviewStore, ServerFacts
from sudoagent.review.store.addresses import parse_address
from sudoagent.review.store.facts import read_facts
from sudoagent.review.store.keys import Keys
from sudoagent.review.store.scripts import _FLAGS, script
from support.valkey import PERMISSIONS, Server

SOUND: dict[str, Any] = {
    "redis_version": "7.2.4",
    "role": "master",
    "connected_slaves": 2,
    "aof_enabled": 1,
    "maxmemory_policy": "noeviction",
    "maxmemory": 0,
}


def facts(url: str = "redis://localhost", skew: int = 0, **info: Any) -> ServerFacts:
    return read_facts(SOUND | info, parse_address(url), embedded=False, clock_skew_ms=skew)


def test_a_sound_server_is_named_and_warned_of_nothing() -> None:
    assert facts().sentence == "Redis 7.2.4 (at redis://localhost:6379), kept on disk"
    assert facts().warnings == ()
    assert facts().replicas == 2


@pytest.mark.parametrize(
    ("change", "warning"),
    [
        ({"aof_enabled": 0}, "appendonly is off"),
        ({"maxmemory": 100, "maxmemory_policy": "allkeys-lru"}, "maxmemory-policy is allkeys-lru"),
        ({"role": "slave"}, "the server is a slave"),
        ({"skew": 3000}, r"clock is \+3.0 s off"),
        ({"skew": -3000}, r"clock is -3.0 s off"),
        ({"url": "redis://elsewhere"}, "without TLS and a password"),
    ],
)
def test_what_can_lose_requests_is_warned_of(change: dict[str, Any], warning: str) -> None:
    (said,) = facts(**change).warnings
    assert re.search(warning, said)


def test_an_eviction_policy_without_a_limit_evicts_nothing() -> None:
    assert facts(maxmemory_policy="allkeys-lru").warnings == ()


@pytest.mark.parametrize(
    ("info", "reads_flags"),
    [
        ({"redis_version": "6.2.14"}, False),
        ({"redis_version": "7.0.15"}, True),
        ({"redis_version": "7.2.4", "valkey_version": "9.1.0"}, True),
        ({"redis_version": "unknown"}, False),
    ],
)
def test_flags_are_for_servers_that_read_them(info: dict[str, str], reads_flags: bool) -> None:
    assert facts(**info).reads_flags == reads_flags


def test_valkey_is_called_valkey() -> None:
    assert facts(valkey_version="9.1.0").sentence.startswith("Valkey 9.1.0 ")


def test_a_reply_that_was_cut_short_is_taken_for_the_worst() -> None:
    told = read_facts({}, parse_address("redis://h"), embedded=False, clock_skew_ms=0)
    assert len(told.warnings) == 3
    assert not told.reads_flags


async def test_a_real_server_is_recognised(store: ReviewStore, server: Server) -> None:
    info: Any = server.call("INFO", "server")
    assert info.get("valkey_version", info["redis_version"]) in store.facts.sentence
    assert store.facts.warnings == ()
    assert abs(store.facts.clock_skew_ms) < 2000


@pytest.mark.parametrize("name", sorted(_FLAGS))
def test_every_script_comes_with_and_without_its_flags(name: str) -> None:
    with_flags, without = (script(name, with_flags=flag) for flag in (True, False))
    assert with_flags.source.startswith("#!lua")
    assert with_flags.source.partition("\n")[2] == without.source
    assert with_flags.sha != without.sha
    assert script(name, with_flags=True) is with_flags


@pytest.mark.parametrize("name", sorted(_FLAGS))
def test_no_script_needs_a_command_that_the_documented_permissions_leave_out(name: str) -> None:
    called = re.findall(r"redis\.p?call\('([A-Z]+)'", script(name, with_flags=True).source)
    assert called
    assert {f"+{command.lower()}" for command in called} <= set(PERMISSIONS.split())


@pytest.mark.parametrize("name", ["", "-x", "a b", "a{b}", "x" * 65, "é"])
def test_a_namespace_that_could_be_mistaken_for_another_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match="SUDOAGENT_NAMESPACE"):
        Keys(name)


def test_all_keys_of_a_namespace_share_a_slot() -> None:
    keys = Keys("prod")
    request = keys.request("6f2c9d1e-8b7a-4c3d-9e0f-1a2b3c4d5e6f")
    names = [*keys.shared(), request, keys.idempotency("k"), keys.bots, keys.bot("b")]
    assert len({key_slot(name.encode()) for name in names}) == 1
    assert key_slot(names[0].encode()) != key_slot(Keys("test").pending.encode())
