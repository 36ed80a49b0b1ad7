"""`sudoagent grants`, as an operator types it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Awaitable, Callable

import pytest
from click.testing import CliRunner, Result

from sudoagent.cli._main import _root
from sudoagent.errors import ConfigurationError
from sudoagent.review.request import Argument, GrantOffer, Request
from sudoagent.review.store import GrantTerms, ReviewStore
from support.reviews import create, make_vote, sealed
from support.valkey import Server

KEY = "0123456789abcdef" * 4
ARGUMENTS = (
    Argument(name="customer", value="cus_\u202e8842", type="str"),
    Argument(name="amount", value=1500.0, type="float"),
)

Run = Callable[..., Result]


@pytest.fixture
def run(valkey_server: Server, namespace: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("REDIS_URL", valkey_server.url)
    monkeypatch.setenv("SUDOAGENT_NAMESPACE", namespace)
    monkeypatch.setenv("SUDOAGENT_SIGNING_KEY", "a secret of this test deployment")

    def invoke(*words: str) -> Result:
        return CliRunner().invoke(_root, words, env={"COLUMNS": "200"})

    return invoke


@pytest.fixture
def granted(valkey_server: Server, namespace: str) -> Request:
    offer = GrantOffer(seconds=600, same=("customer",), key=KEY)

    async def grant(store: ReviewStore) -> Request:
        request = await create(
            store,
            namespace=namespace,
            arguments=ARGUMENTS,
            offer=offer,
            agent="billing-agent",
        )
        vote = make_vote(request, grant=True, at=await store.now_ms())
        terms = GrantTerms(key=KEY, until=vote.at + 600_000)
        await store.vote(vote, sealed(vote), grant=terms)
        await store.grants.use(KEY, request.id, "one")
        return request

    return in_store(valkey_server, namespace, grant)


def in_store(
    server: Server, namespace: str, work: Callable[[ReviewStore], Awaitable[Request]]
) -> Request:
    async def within() -> Request:
        async with await ReviewStore.open(server.url, namespace) as store:
            return await work(store)

    found: list[Request] = []
    thread = threading.Thread(target=lambda: found.append(asyncio.run(within())))
    thread.start()
    thread.join()
    return found[0]


def test_what_stands_is_listed_as_its_seals_prove_it(run: Run, granted: Request) -> None:
    said = run("grants", "list").output
    for part in ("refund_user", r'customer="cus_\u{202e}8842"', "billing-agent", "T1/U1"):
        assert part in said or part.replace(r"\u{202e}", "\\u202e") in said
    assert "\u202e" not in said
    (line,) = run("grants", "list", "--json").output.splitlines()
    account = json.loads(line)
    assert account["request_id"] == granted.id
    assert account["same"] == {"customer": "cus_\u202e8842"}
    assert account["uses"] == 1


def test_one_command_ends_it(run: Run, granted: Request) -> None:
    revoked = run("grants", "revoke", granted.id)
    assert (revoked.exit_code, "Revoked" in revoked.output) == (0, True)
    assert "Nothing is allowed" in run("grants", "list").output
    again = run("grants", "revoke", granted.id)
    assert again.exit_code == 1
    assert "it is over, or never was" in again.output


def test_programs_revoke_too(run: Run, granted: Request) -> None:
    said = json.loads(run("grants", "revoke", granted.id, "--json").output)
    assert said == {"request_id": granted.id, "result": "revoked"}


def test_ending_it_needs_no_key_and_reading_it_does(
    run: Run, granted: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SUDOAGENT_SIGNING_KEY")
    monkeypatch.delenv("SLACK_BOT_TOKEN", raising=False)
    listed = run("grants", "list").output
    assert "set SUDOAGENT_SIGNING_KEY" in listed
    assert granted.id in listed
    assert "cus_" not in listed
    assert run("grants", "revoke", granted.id).exit_code == 0


def test_another_key_is_told_apart(
    run: Run, granted: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDOAGENT_SIGNING_KEY", "the secret of another deployment")
    (line,) = run("grants", "list", "--json").output.splitlines()
    assert "does not accept" in json.loads(line)["problem"]


def test_a_lost_request_is_listed_as_unreadable_and_can_be_ended(
    run: Run, granted: Request, valkey_server: Server, namespace: str
) -> None:
    valkey_server.call("DEL", f"sudoagent:{{{namespace}}}:request:{granted.id}")
    (line,) = run("grants", "list", "--json").output.splitlines()
    assert "cannot be read" in json.loads(line)["problem"]
    assert run("grants", "revoke", granted.id).exit_code == 0
    assert run("grants", "list", "--json").output == ""


@pytest.mark.parametrize("words", ["all", "*", ""])
def test_nothing_but_one_request_can_be_named(run: Run, words: str) -> None:
    result = run("grants", "revoke", words)
    assert isinstance(result.exception, ConfigurationError)
