"""The process that asks is interrupted, ended or killed: no later click runs anything."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest

from support.valkey import spawn_python

from .slack_deployment import PATIENCE, Deployment

AGENT = """
import asyncio, os, signal, sys, threading
from sudoagent import Decision, JsonlAuditLogger, PolicyResult, SlackApprover, SudoEngine

# A tool that measures coverage may have taken the signal for itself.
signal.signal(signal.SIGTERM, signal.SIG_DFL)

class AskAlways:
    def evaluate(self, ctx):
        return PolicyResult(decision=Decision.REQUIRE_APPROVAL, reason="always")

log = JsonlAuditLogger("log.jsonl")
sudo = SudoEngine(policy=AskAlways(), approver=SlackApprover(), logger=log)

@sudo.guard()
def refund_user(user_id, refund_amount):
    print("RAN", flush=True)

@sudo.guard()
async def arefund_user(user_id, refund_amount):
    print("RAN", flush=True)

form, key = sys.argv[1], sys.argv[2]
if form == "blocking":
    refund_user("user_2", 1500.0)
elif form == "awaiting":
    asyncio.run(arefund_user("user_2", 1500.0))
elif form == "keyed":
    sudo.using(idempotency_key=key).execute(refund_user, "user_2", 1500.0)
elif form == "thread":
    threading.Thread(target=refund_user, args=("user_2", 1500.0), daemon=True).start()
    sys.stdin.readline()
elif form == "forking":
    threading.Thread(target=refund_user, args=("user_2", 1500.0), daemon=True).start()
    sys.stdin.readline()
    child = os.fork()
    if child == 0:
        sys.exit(0)
    os.waitpid(child, 0)
    print("FORKED", flush=True)
    sys.stdin.readline()
"""


class Agent:
    """A process that has asked, and whose card is in the channel."""

    def __init__(self, deployment: Deployment, folder: Path, form: str, key: str = "") -> None:
        settings = deployment.settings
        self.log = folder / "log.jsonl"
        self.errors = ""
        self.process = spawn_python(
            AGENT,
            form,
            key,
            cwd=folder,
            stderr=subprocess.PIPE,
            env={
                **deployment.slack.environment,
                "REDIS_URL": deployment.redis_url,
                "SUDOAGENT_SIGNING_KEY": settings["signing_key"],
                "SUDOAGENT_NAMESPACE": settings["namespace"],
            },
        )

    async def end(self) -> tuple[int, str]:
        """Return exit code and output."""
        output, self.errors = await asyncio.to_thread(self.process.communicate, timeout=PATIENCE)
        return self.process.returncode, output

    async def told(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line)
        self.process.stdin.flush()

    async def says(self) -> str:
        assert self.process.stdout is not None
        return await asyncio.to_thread(self.process.stdout.readline)

    def decisions(self) -> list[dict[str, Any]]:
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        entries = [json.loads(line) for line in lines]
        return [entry for entry in entries if entry.get("event") == "decision"]


@pytest.mark.parametrize("form", ["blocking", "awaiting"])
@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, -signal.SIGINT), (signal.SIGTERM, 128 + signal.SIGTERM)],
    ids=["Ctrl-C", "SIGTERM"],
)
async def test_an_interrupt_withdraws_the_request_and_is_recorded(
    deployment: Deployment, tmp_path: Path, form: str, number: int, code: int
) -> None:
    agent = Agent(deployment, tmp_path, form)
    request_id = await deployment.pending()
    agent.process.send_signal(number)
    ended, output = await agent.end()
    assert ended == code
    assert "RAN" not in output
    stored = await deployment.stored(request_id)
    assert (stored.state, stored.why) == ("cancelled", "stopped")
    assert await deployment.vote(request_id) == "already_decided"
    (entry,) = agent.decisions()
    assert entry["decision"] == "deny"
    assert "interrupted" in entry["reason"]


async def test_the_end_of_the_program_withdraws_what_its_threads_asked(
    deployment: Deployment, tmp_path: Path
) -> None:
    agent = Agent(deployment, tmp_path, "thread")
    request_id = await deployment.pending()
    ended, output = await agent.end()
    assert (ended, output) == (0, "")
    assert (await deployment.stored(request_id)).state == "cancelled"


async def test_an_answer_given_while_nobody_ran_is_taken_up_by_the_next_run(
    deployment: Deployment, tmp_path: Path
) -> None:
    first = Agent(deployment, tmp_path, "keyed", "ticket 5120")
    request_id = await deployment.pending()
    first.process.kill()
    assert await first.end() == (-signal.SIGKILL, "")
    assert await deployment.vote(request_id) == "decided"
    second = Agent(deployment, tmp_path, "keyed", "ticket 5120")
    assert await second.end() == (0, "RAN\n")
    third = Agent(deployment, tmp_path, "keyed", "ticket 5120")
    code, output = await third.end()
    assert (code, output) == (1, "")
    assert len(deployment.cards()) == 1
    assert request_id in third.errors
    used, refused = third.decisions()
    assert (used["request_id"], used["decision"]) == (request_id, "allow")
    assert (refused["decision"], refused["error_type"]) == ("deny", "OutcomeUnknown")


async def test_a_fork_of_a_waiting_process_withdraws_nothing(
    deployment: Deployment, tmp_path: Path
) -> None:
    agent = Agent(deployment, tmp_path, "forking")
    request_id = await deployment.pending()
    await agent.told("\n")
    assert await agent.says() == "FORKED\n"
    assert (await deployment.stored(request_id)).state == "pending"
    await deployment.vote(request_id)
    assert await agent.says() == "RAN\n"
    await agent.end()
