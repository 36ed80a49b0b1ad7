"""A call needs approval: reviewers are asked in Slack, and Slack remembers what the log said."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from pathlib import Path

import pytest

from sudoagent import Context, Decision, JsonlAuditLogger, PolicyResult, SlackApprover, SudoEngine
from sudoagent.playground import AsyncPlayground
from support.bot import SIGNING_KEY, BotProcess
from support.valkey import Server

ALICE = "U0ALICE"


class LargeRefunds:
    """Refunds over 500 are asked about."""

    def evaluate(self, ctx: Context) -> PolicyResult:
        if ctx.kwargs["amount"] <= 500:
            return PolicyResult(decision=Decision.ALLOW, reason="within the limit")
        return PolicyResult(decision=Decision.REQUIRE_APPROVAL, reason="over the limit")


@pytest.fixture
def sudo(
    bot: BotProcess,
    slack_environment: dict[str, str],
    valkey_server: Server,
    namespace: str,
    private_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> SudoEngine:
    # Agent and bot are told the same: the workspace, the server, the key with which they sign.
    monkeypatch.setenv("REDIS_URL", valkey_server.url)
    monkeypatch.setenv("SUDOAGENT_NAMESPACE", namespace)
    monkeypatch.setenv("SUDOAGENT_SIGNING_KEY", SIGNING_KEY)
    log = JsonlAuditLogger(private_path / "audit.jsonl")
    return SudoEngine(policy=LargeRefunds(), approver=SlackApprover(), logger=log)


async def test_alice_approves_and_card_and_thread_tell_how_it_went(
    sudo: SudoEngine, aslack: AsyncPlayground
) -> None:
    @sudo.guard()
    async def refund(user_id: str, amount: float) -> str:
        return f"refunded {amount}"

    # The agent calls; Alice sees a card in the channel, and approves.
    call = asyncio.ensure_future(refund("user_2", amount=1500.0))
    card = await aslack.wait_for_message("refund")
    await aslack.as_person(ALICE).click("approve", ts=card.ts)
    assert await call == "refunded 1500.0"

    # The card says what became of it, and the thread who did what.
    card = await aslack.wait_for_revision(card.ts, "Approved and done", without_buttons=True)
    assert re.search(r"Done after [\d.]+ m?s", card.words)
    await aslack.wait_for_message("alice approved.", thread_ts=card.ts)
    await aslack.wait_for_message("refund is done", thread_ts=card.ts)


async def test_a_refund_fails_and_everybody_can_read_why(
    sudo: SudoEngine, aslack: AsyncPlayground
) -> None:
    @sudo.guard()
    async def refund(user_id: str, amount: float, api_key: str) -> None:
        raise ConnectionError(f"no route to the bank with {api_key}")

    call = asyncio.ensure_future(refund("user_2", 1500.0, api_key="correct horse battery"))
    card = await aslack.wait_for_message("refund")
    await aslack.as_person(ALICE).click("approve", ts=card.ts)
    with pytest.raises(ConnectionError):
        await call

    await aslack.wait_for_revision(card.ts, "it failed", without_buttons=True)
    told = await aslack.wait_for_message("failed after", thread_ts=card.ts)
    assert "no route to the bank" in told.words
    assert "battery" not in told.words


def verify(log: Path, anchor: str) -> int:
    """Run `sudoagent audit verify LOG --anchor SEQ:HASH`; return its exit code."""
    command = [sys.executable, "-m", "sudoagent", "audit", "verify", str(log), "--anchor", anchor]
    return subprocess.run(command, capture_output=True, timeout=60).returncode


async def test_slack_is_a_witness_of_the_log(
    sudo: SudoEngine, aslack: AsyncPlayground, private_path: Path
) -> None:
    @sudo.guard()
    async def refund(user_id: str, amount: float) -> None: ...

    log = private_path / "audit.jsonl"
    for amount in (1.0, 2.0):
        await refund("user_1", amount)
    call = asyncio.ensure_future(refund("user_2", 1500.0))
    card = await aslack.wait_for_message("refund")

    # Each card says where the log stands: the number of the newest entry, and its hash.
    asked_at = place_in_log(card.words)
    assert asked_at.startswith("4:")
    await aslack.as_person(ALICE).click("approve", ts=card.ts)
    await call
    card = await aslack.wait_for_revision(card.ts, "Approved and done")
    ended_at = place_in_log(card.words)
    assert ended_at.startswith("6:")

    # Whoever has a card can tell that the log is the one that it was then.
    assert await asyncio.to_thread(verify, log, asked_at) == 0
    assert await asyncio.to_thread(verify, log, ended_at) == 0

    # Somebody removes the refund from the log, and from the file that would have given him away.
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(lines[:4]))
    (private_path / "audit.jsonl.head").unlink()
    assert await asyncio.to_thread(verify, log, asked_at) == 0
    assert await asyncio.to_thread(verify, log, ended_at) == 1


def place_in_log(words: str) -> str:
    found = re.search(r"log (\d+:[0-9a-f]{12})", words)
    assert found is not None, words
    return found[1]
