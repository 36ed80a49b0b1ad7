"""`sudoagent status`, `freeze`, `unfreeze` and `requests`, as an operator types them."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable

import pytest
from click.testing import CliRunner, Result

from sudoagent.cli._main import _root
from sudoagent.errors import ConfigurationError
from sudoagent.review.request import Argument, Request
from sudoagent.review.store import ReviewStore
from support.reviews import create, make_outcome, sealed, vote
from support.valkey import Server

Run = Callable[..., Result]


@pytest.fixture
def run(
    valkey_server: Server, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Result]:
    monkeypatch.setenv("REDIS_URL", valkey_server.url)
    monkeypatch.setenv("SUDOAGENT_NAMESPACE", namespace)
    monkeypatch.setenv("SUDOAGENT_SIGNING_KEY", "a secret of this test deployment")

    def invoke(*words: str) -> Result:
        return CliRunner().invoke(_root, words, env={"COLUMNS": "160"})

    return invoke


@pytest.fixture
def with_store(valkey_server: Server, namespace: str) -> Callable[..., object]:
    def do(work: Callable[[ReviewStore], Awaitable[object]]) -> object:
        async def within() -> object:
            async with await ReviewStore.open(valkey_server.url, namespace) as store:
                return await work(store)

        found: list[object] = []
        thread = threading.Thread(target=lambda: found.append(asyncio.run(within())))
        thread.start()
        thread.join()
        return found[0]

    return do


ARGUMENTS = (
    Argument(name="customer", value="cus_\u202e8842", type="str"),
    Argument(name="amount", value=1500.0, type="float"),
)


@pytest.fixture
def pending(with_store: Callable[..., object]) -> Request:
    async def ask(store: ReviewStore) -> Request:
        request = await create(
            store,
            namespace=store.namespace,
            arguments=ARGUMENTS,
            quorum=2,
            agent="billing-agent",
        )
        await vote(store, request, "U2")
        return request

    asked = with_store(ask)
    assert isinstance(asked, Request)
    return asked


def test_status_says_what_is_so(run: Run, pending: Request) -> None:
    said = run("status").output
    assert "guarded calls may run" in said
    assert "none: start one with sudoagent-bot" in said
    assert "1 pending" in said
    facts = json.loads(run("status", "--json").output)
    assert facts["frozen"] is False
    assert facts["bots"] == []


def test_freeze_and_unfreeze_say_what_they_did(run: Run) -> None:
    assert "Frozen" in run("freeze", "--reason", "an incident").output
    assert "frozen already" in run("freeze", "--reason", "again").output
    assert "an incident" in run("status").output
    assert json.loads(run("status", "--json").output)["reason"] == "an incident"
    assert "run again" in run("unfreeze").output
    assert "not frozen" in run("unfreeze").output


def test_a_freeze_needs_a_reason(run: Run) -> None:
    assert run("freeze").exit_code == 2
    assert run("freeze", "--reason", " ").exit_code == 2


def test_pending_requests_are_listed(run: Run, pending: Request) -> None:
    said = run("requests", "list").output
    assert pending.id in said
    assert "refund_user" in said
    assert "1 of 2" in said
    assert r"cus_\u202e8842" in said
    (account,) = map(json.loads, run("requests", "list", "--json").output.splitlines())
    assert account["arguments"] == {"customer": "cus_\u202e8842", "amount": 1500.0}
    assert account["votes"][0]["user_id"] == "U2"


def test_nothing_pending_is_said(run: Run) -> None:
    assert run("requests", "list").output == "Nothing is pending.\n"


def test_one_request_is_shown_whole(run: Run, pending: Request) -> None:
    said = run("requests", "show", pending.id).output
    for words in ("pending", "over limit", "2 of U1, U2, U3", "U2 at", "1500.0", pending.digest):
        assert words in said
    assert json.loads(run("requests", "show", pending.id, "--json").output)["id"] == pending.id


def test_what_became_of_the_call_is_shown(
    run: Run, pending: Request, with_store: Callable[..., object]
) -> None:
    async def go_on(store: ReviewStore) -> object:
        await vote(store, pending, "U3")
        await store.claim(pending.id, "a run")
        told = make_outcome(pending, "error", error="ValueError: [redacted]")
        return await store.report(told, sealed(told), "a run")

    assert with_store(go_on) == "reported"
    said = run("requests", "show", pending.id).output
    assert "ValueError: [redacted]" in said
    assert "1.5 s" in said
    account = json.loads(run("requests", "show", pending.id, "--json").output)
    assert (account["outcome"], account["seconds"]) == ("error", 1.5)


def test_an_end_that_nobody_voted_for_is_a_problem(
    run: Run, pending: Request, with_store: Callable[..., object]
) -> None:
    async def forge(store: ReviewStore) -> object:
        key = f"sudoagent:{{{store.namespace}}}:request:{pending.id}"
        return await store._link.command("HSET", key, "state", "approved")

    with_store(forge)
    account = json.loads(run("requests", "show", pending.id, "--json").output)
    assert account["problem"] == "the store says approved, but the votes do not"


def test_a_request_of_another_namespace_is_not_shown_as_one_of_ours(
    run: Run, with_store: Callable[..., object]
) -> None:
    async def ask(store: ReviewStore) -> Request:
        return await create(store, namespace="elsewhere")

    asked = with_store(ask)
    assert isinstance(asked, Request)
    assert "another id or namespace" in run("requests", "show", asked.id).output


def test_a_request_that_is_not_there_is_not_there(run: Run, pending: Request) -> None:
    other = "8f14e45f-ceea-4e7a-9f2b-0123456789ab"
    done = run("requests", "show", other)
    assert done.exit_code == 1
    assert "no such request" in done.output
    with pytest.raises(ConfigurationError, match="is no request id"):
        raise run("requests", "show", "../../etc").exception or AssertionError


@pytest.mark.parametrize(
    ("key", "problem"),
    [("somebody-elses-signing-key", "does not accept"), ("", "set SUDOAGENT_SIGNING_KEY")],
)
def test_what_cannot_be_trusted_is_not_shown(
    run: Run, pending: Request, monkeypatch: pytest.MonkeyPatch, key: str, problem: str
) -> None:
    monkeypatch.setenv("SUDOAGENT_SIGNING_KEY", key)
    monkeypatch.delenv("SLACK_BOT_TOKEN", raising=False)
    said = run("requests", "list").output
    assert problem in " ".join(said.split())
    assert "refund_user" not in said
    assert problem in " ".join(run("requests", "show", pending.id).output.split())
