"""What became of an approved call reaches the store, sealed, whoever goes on or ends meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sudoagent import ApprovalDenied, Context, JsonlAuditLogger, PolicyResult, SudoEngine, Verdict
from sudoagent.approvers import _slack_outcome
from sudoagent.review.recount import opened_outcome
from sudoagent.review.request import SignedOutcome
from sudoagent.review.store import StoreUnavailable
from support.valkey import spawn_python

from .slack_deployment import ALICE, PATIENCE, Deployment, eventually, over_limit


class AskAlways:
    def evaluate(self, ctx: Context) -> PolicyResult:
        return over_limit()


def engine(deployment: Deployment, folder: Path, **changes: Any) -> SudoEngine:
    folder.chmod(0o700)
    logger = JsonlAuditLogger(folder / "log.jsonl")
    return SudoEngine(policy=AskAlways(), approver=deployment.approver(**changes), logger=logger)


async def outcome(deployment: Deployment, request_id: str) -> SignedOutcome:
    """Wait until the store knows what became of the call."""

    async def look() -> bytes | None:
        return (await deployment.stored(request_id)).sealed_outcome

    sealed = await eventually(look)
    return opened_outcome(await deployment.request(request_id), sealed, deployment.keyring)


async def approved(deployment: Deployment, call: Any) -> tuple[str, asyncio.Future[Any]]:
    """Start the call and approve it; return the request's id and the call."""
    running = asyncio.ensure_future(call)
    request_id = await deployment.pending()
    await deployment.vote(request_id)
    return request_id, running


async def test_a_success_is_reported_with_its_duration(
    deployment: Deployment, tmp_path: Path
) -> None:
    @engine(deployment, tmp_path).guard()
    async def refund_user(user_id: str) -> str:
        await asyncio.sleep(0.05)
        return "refunded"

    request_id, call = await approved(deployment, refund_user("user_2"))

    assert await call == "refunded"
    told = await outcome(deployment, request_id)
    assert (told.outcome, told.error) == ("success", None)
    assert told.seconds is not None
    assert 0.05 <= told.seconds < PATIENCE


async def test_a_blocking_call_reports_too(deployment: Deployment, tmp_path: Path) -> None:
    sudo = engine(deployment, tmp_path)

    def refund_user(user_id: str) -> str:
        return "refunded"

    request_id, call = await approved(
        deployment, asyncio.to_thread(sudo.execute, refund_user, "user_2")
    )

    assert await call == "refunded"
    assert (await outcome(deployment, request_id)).outcome == "success"


async def test_a_failure_is_reported_without_secrets_and_cut(
    deployment: Deployment, tmp_path: Path
) -> None:
    @engine(deployment, tmp_path).guard()
    async def refund_user(user_id: str) -> None:
        raise ValueError(f"password=hunter2hunter2 {'x ' * 5000}")

    request_id, call = await approved(deployment, refund_user("user_2"))

    with pytest.raises(ValueError, match="hunter2"):
        await call
    told = await outcome(deployment, request_id)
    assert told.outcome == "error"
    assert told.error is not None
    assert told.error.startswith("ValueError: password=[redacted]")
    assert len(told.error) < 3000


async def test_a_run_that_is_cancelled_is_reported(deployment: Deployment, tmp_path: Path) -> None:
    began = asyncio.Event()

    @engine(deployment, tmp_path).guard()
    async def refund_user(user_id: str) -> None:
        began.set()
        await asyncio.sleep(3600)

    request_id, call = await approved(deployment, refund_user("user_2"))
    await began.wait()
    call.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await call

    told = await outcome(deployment, request_id)
    assert (told.outcome, told.error) == ("cancelled", None)
    assert told.seconds is not None


async def test_an_approval_after_which_nothing_was_begun_is_reported(
    deployment: Deployment, tmp_path: Path
) -> None:
    class Closed:
        def closed(self, policy_decision: str) -> str:
            return "closed for the night"

    sudo = SudoEngine(
        policy=AskAlways(),
        approver=deployment.approver(),
        logger=JsonlAuditLogger(tmp_path / "log.jsonl", allow_shared_directory=True),
        gate=Closed(),
    )

    async def refund_user(user_id: str) -> None:
        raise AssertionError("it ran")

    request_id, call = await approved(deployment, sudo.aexecute(refund_user, "user_2"))

    with pytest.raises(ApprovalDenied, match="closed"):
        await call
    told = await outcome(deployment, request_id)
    assert (told.outcome, told.seconds) == ("cancelled", None)
    assert told.error == "closed for the night"


async def test_card_and_outcome_carry_the_place_in_the_audit_log(
    deployment: Deployment, tmp_path: Path
) -> None:
    sudo = engine(deployment, tmp_path)
    log: JsonlAuditLogger = sudo._parts.logger  # type: ignore[assignment]

    async def refund_user(user_id: str) -> None: ...

    first, call = await approved(deployment, sudo.aexecute(refund_user, "user_2"))
    assert (await deployment.request(first)).audit_head is None, "the log was empty"
    await call
    assert (await outcome(deployment, first)).audit_head == log.head

    asked_at = log.head
    second, call = await approved(deployment, sudo.aexecute(refund_user, "user_3"))
    assert (await deployment.request(second)).audit_head == asked_at
    await call
    assert (await outcome(deployment, second)).audit_head == log.head != asked_at
    assert log.head is not None
    assert log.head.startswith("4:")


@pytest.mark.parametrize(
    "head", [ValueError("no"), "not a head", 7, "12:" + "z" * 12, "*bold*:0123456789ab"]
)
async def test_a_logger_that_tells_something_else_is_not_quoted(
    deployment: Deployment, head: Any
) -> None:
    class Odd:
        @property
        def head(self) -> Any:
            if isinstance(head, Exception):
                raise head
            return head

        def log(self, entry: Any) -> None: ...

    sudo = SudoEngine(policy=AskAlways(), approver=deployment.approver(), logger=Odd())

    async def refund_user(user_id: str) -> None: ...

    request_id, call = await approved(deployment, sudo.aexecute(refund_user, "user_2"))
    await call
    assert (await deployment.request(request_id)).audit_head is None
    assert (await outcome(deployment, request_id)).audit_head is None


async def test_a_server_that_is_away_for_a_while_is_told_later(
    deployment: Deployment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_slack_outcome, "_PAUSES", (0.01, 0.01, 0.01))
    desk_for: Callable[..., Any] = _slack_outcome.desk_for
    asked = 0

    async def away_at_first(settings: Any) -> Any:
        nonlocal asked
        asked += 1
        if asked < 3:
            raise StoreUnavailable("away")
        return await desk_for(settings)

    monkeypatch.setattr(_slack_outcome, "desk_for", away_at_first)

    @engine(deployment, tmp_path).guard()
    async def refund_user(user_id: str) -> None: ...

    request_id, call = await approved(deployment, refund_user("user_2"))
    await call
    assert (await outcome(deployment, request_id)).outcome == "success"


async def test_a_server_that_stays_away_is_given_up_in_the_log(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def away(settings: Any) -> Any:
        raise StoreUnavailable("away")

    asking = deployment.asking()
    await asking.vote()
    receipt = (await asking.verdict()).receipt
    assert isinstance(receipt, _slack_outcome.Receipt)
    monkeypatch.setattr(_slack_outcome, "_PAUSES", (0.0, 0.0))
    monkeypatch.setattr(_slack_outcome, "desk_for", away)

    await _slack_outcome.tell(receipt, "success", 1.0, None)

    assert "will not say what became of the call" in caplog.text
    assert (await deployment.stored(asking.id)).sealed_outcome is None


async def test_nobody_else_can_report(deployment: Deployment) -> None:
    asking = deployment.asking()
    await asking.vote()
    verdict = await asking.verdict()
    approver = deployment.approver()

    approver.completed(Verdict(outcome="approved", reason="x"), asking.id, "success", 1.0, None)
    approver.completed(verdict, asking.id, "surprise", 1.0, None)
    approver.completed(verdict, asking.id, "error", 1.0, "as it was")

    assert (await outcome(deployment, asking.id)).outcome == "error"


PROGRAM = """
import sys
from sudoagent import Decision, JsonlAuditLogger, PolicyResult, SlackApprover, SudoEngine

class AskAlways:
    def evaluate(self, ctx):
        return PolicyResult(decision=Decision.REQUIRE_APPROVAL, reason="always")

log = JsonlAuditLogger("log.jsonl", allow_shared_directory=True)
sudo = SudoEngine(policy=AskAlways(), approver=SlackApprover(), logger=log)

@sudo.guard()
def refund_user(user_id):
    if sys.argv[1] == "fails":
        raise SystemExit(3)

refund_user("user_2")
"""


@pytest.mark.parametrize(
    ("form", "code", "ended"), [("works", 0, "success"), ("fails", 3, "error")]
)
async def test_a_program_that_ends_right_after_the_call_has_reported(
    deployment: Deployment, tmp_path: Path, form: str, code: int, ended: str
) -> None:
    environment = {
        **deployment.slack.environment,
        "REDIS_URL": deployment.redis_url,
        "SUDOAGENT_SIGNING_KEY": deployment.settings["signing_key"],
        "SUDOAGENT_NAMESPACE": deployment.settings["namespace"],
    }
    program = spawn_python(PROGRAM, form, cwd=tmp_path, stderr=subprocess.PIPE, env=environment)
    request_id = await deployment.pending()
    await deployment.vote(request_id, user_id=ALICE)
    _, errors = await asyncio.to_thread(program.communicate, timeout=PATIENCE)
    assert (program.returncode, errors) == (code, "")
    assert (await outcome(deployment, request_id)).outcome == ended
