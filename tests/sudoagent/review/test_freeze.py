"""Freezing: every engine of the namespace stops within a second, and none of another namespace."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from sudoagent import (
    AllowAllPolicy,
    ApprovalDenied,
    ConfigurationError,
    JsonlAuditLogger,
    SudoEngine,
)
from sudoagent.review.freeze import FreezeSwitch
from sudoagent.review.store import ReviewStore
from support.valkey import Server, eventually


def engine(folder: Path, switch: FreezeSwitch) -> SudoEngine:
    logger = JsonlAuditLogger(folder / "log.jsonl", durability="os")
    return SudoEngine(policy=AllowAllPolicy(), logger=logger, gate=switch)


def change(server: Server, namespace: str, what: str) -> None:
    async def work() -> None:
        async with await ReviewStore.open(server.url, namespace) as store:
            if what == "freeze":
                await store.presence.freeze("an incident \u202e", "olga@host")
            else:
                await store.presence.unfreeze("olga@host")

    thread = threading.Thread(target=asyncio.run, args=(work(),))
    thread.start()
    thread.join()


def is_denied(call: Callable[[], object]) -> bool:
    try:
        call()
    except ApprovalDenied:
        return True
    return False


def test_a_freeze_stops_allowed_calls_and_ends(
    tmp_path: Path, valkey_server: Server, namespace: str
) -> None:
    sudo = engine(tmp_path, FreezeSwitch(redis_url=valkey_server.url, namespace=namespace))
    elsewhere = FreezeSwitch(redis_url=valkey_server.url, namespace=namespace + "x")
    assert sudo.execute(str.upper, "a") == "A"
    change(valkey_server, namespace, "freeze")
    eventually(lambda: is_denied(lambda: sudo.execute(str.upper, "a")), "it is frozen")
    with pytest.raises(ApprovalDenied, match=r"frozen by olga@host: an incident \\u202e"):
        sudo.execute(str.upper, "a")
    with pytest.raises(ApprovalDenied, match="frozen"):
        asyncio.run(sudo.aexecute(str.upper, "a"))
    assert engine(tmp_path, elsewhere).execute(str.upper, "b") == "B"
    change(valkey_server, namespace, "unfreeze")
    eventually(lambda: not is_denied(lambda: sudo.execute(str.upper, "a")), "it has thawed")
    log = (tmp_path / "log.jsonl").read_text("utf-8")
    assert '"decision":"deny"' in log
    assert "frozen by olga@host" in log


def test_a_freeze_from_before_the_start_counts(
    tmp_path: Path, valkey_server: Server, namespace: str
) -> None:
    change(valkey_server, namespace, "freeze")
    sudo = engine(tmp_path, FreezeSwitch(redis_url=valkey_server.url, namespace=namespace))
    with pytest.raises(ApprovalDenied, match="frozen"):
        sudo.execute(str.upper, "a")


@pytest.mark.parametrize("choice", ["deny", "allow"])
def test_where_the_server_cannot_be_asked_the_operator_has_chosen(
    tmp_path: Path, choice: str
) -> None:
    nowhere = f"unix://{tmp_path}/nobody"
    switch = FreezeSwitch(redis_url=nowhere, on_unreachable=choice)
    sudo = engine(tmp_path, switch)
    if choice == "allow":
        assert sudo.execute(str.upper, "a") == "A"
    else:
        with pytest.raises(ApprovalDenied, match="cannot be read"):
            sudo.execute(str.upper, "a")


def test_a_server_that_goes_silent_is_noticed_and_its_return_too(
    tmp_path: Path, own_server: Server
) -> None:
    sudo = engine(tmp_path, FreezeSwitch(redis_url=own_server.url))
    assert sudo.execute(str.upper, "a") == "A"
    own_server.signal(signal.SIGSTOP)
    eventually(lambda: is_denied(lambda: sudo.execute(str.upper, "a")), "silence is noticed")
    own_server.signal(signal.SIGCONT)
    eventually(lambda: not is_denied(lambda: sudo.execute(str.upper, "a")), "it is back")


def test_a_forked_child_listens_for_itself(
    tmp_path: Path, valkey_server: Server, namespace: str
) -> None:
    sudo = engine(tmp_path, FreezeSwitch(redis_url=valkey_server.url, namespace=namespace))
    assert sudo.execute(str.upper, "a") == "A"
    ready, go = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        os.write(ready[1], b"x")
        os.read(go[0], 1)
        os._exit(7 if is_denied(lambda: sudo.execute(str.upper, "a")) else 0)
    os.read(ready[0], 1)
    change(valkey_server, namespace, "freeze")
    os.write(go[1], b"x")
    _, status = os.waitpid(child, 0)
    for descriptor in (*ready, *go):
        os.close(descriptor)
    assert os.waitstatus_to_exitcode(status) == 7


def test_an_address_that_is_none_is_a_configuration_error() -> None:
    for given in ({"redis_url": "http://db"}, {"environ": {"REDIS_URL": "db:6379"}}):
        with pytest.raises(ConfigurationError, match="REDIS_URL"):
            FreezeSwitch(**given)  # type: ignore[arg-type]
    FreezeSwitch(environ={"REDIS_URL": " "})  # empty counts as unset


def test_a_choice_that_is_none_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="on_unreachable"):
        FreezeSwitch(on_unreachable="maybe")  # type: ignore[arg-type]
