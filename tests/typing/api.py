"""The public API as type checkers see it. Checked with `mypy --strict`, never run."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, assert_type

from sudoagent import (
    AllowAllPolicy,
    AllowFor,
    ApprovalDenied,
    Approver,
    AuditEntry,
    AuditLogger,
    Authorization,
    Context,
    Decision,
    DenyAllPolicy,
    Editable,
    FallbackApprover,
    Gate,
    InteractiveApprover,
    JsonlAuditLogger,
    Policy,
    PolicyResult,
    Redactor,
    Secret,
    SlackApprover,
    SudoAgentError,
    SudoEngine,
    Verdict,
    Vote,
)


class Refunds:
    """A policy, by its shape alone."""

    def evaluate(self, ctx: Context) -> PolicyResult:
        """Ask about large amounts."""
        assert_type(ctx.action, str)
        assert_type(ctx.args, tuple[Any, ...])
        assert_type(ctx.kwargs, Mapping[str, Any])
        assert_type(ctx.metadata, Mapping[str, Any])
        return PolicyResult(decision=Decision.REQUIRE_APPROVAL, reason="large", quorum=2)


class Yes:
    """An approver, by its shape alone."""

    def approve(self, ctx: Context, result: PolicyResult, request_id: str) -> bool:
        """Approve."""
        return True


class Signed:
    """An approver that says who and why."""

    def approve(self, ctx: Context, result: PolicyResult, request_id: str) -> Verdict:
        """Approve."""
        vote = Vote(choice="approve", user_id="U1", team_id="T1")
        return Verdict(outcome="approved", reason="said so", votes=(vote,))


class Lines:
    """A logger, by its shape alone."""

    def log(self, entry: AuditEntry) -> None:
        """Print it."""
        assert_type(entry.request_id, str)
        assert_type(entry.timestamp, datetime)


class Open:
    """A gate, by its shape alone."""

    def closed(self, policy_decision: str) -> str | None:
        """Stay open."""
        return None


class Mornings:
    """A policy whose requests can be allowed for a while."""

    def evaluate(self, ctx: Context) -> PolicyResult:
        """Ask, and offer to allow the same customer's calls."""
        again = AllowFor(seconds=600, same=("customer",))
        return PolicyResult(decision=Decision.REQUIRE_APPROVAL, reason="large", allow_for=again)


policies: list[Policy] = [Refunds(), Mornings(), AllowAllPolicy(), DenyAllPolicy()]
approvers: list[Approver] = [
    Yes(),
    Signed(),
    InteractiveApprover(timeout=60),
    SlackApprover(channel="#approvals", reviewers=["U1"], timeout=600.0),
    FallbackApprover(SlackApprover(), InteractiveApprover()),
]
loggers: list[AuditLogger] = [Lines(), JsonlAuditLogger(), JsonlAuditLogger("log.jsonl")]
gate: Gate = Open()

sudo = SudoEngine(policy=Refunds())
SudoEngine(policy=Refunds(), approver=Yes(), logger=Lines(), gate=gate, redactor=Redactor())


@sudo.guard()
def refund(
    user_id: str,
    amount: Annotated[float, Editable(ge=0, le=5)] = 1.0,
    *,
    phrase: Annotated[str, Secret()] = "",
) -> bool:
    """Keep the signature."""
    return bool(user_id)


@sudo.guard
def bare(user_id: str) -> int:
    """Keep the signature without brackets, too."""
    return len(user_id)


@sudo.guard(policy=AllowAllPolicy(), action="billing.wait")
async def wait(seconds: float) -> str:
    """Stay async."""
    return str(seconds)


@sudo.guard(as_async=True)
def blocking(path: str) -> bytes:
    """Become async."""
    return path.encode()


class Billing:
    """Methods keep their signatures."""

    @sudo.guard()
    def pay(self, amount: float) -> list[float]:
        """Pay."""
        return [amount]


assert_type(refund("alice", amount=2.0), bool)
assert_type(bare("alice"), int)
assert_type(Billing().pay(1.0), list[float])
one_argument: Callable[[str], bool] = refund
stays_async: Callable[[float], Coroutine[Any, Any, str]] = wait
becomes_async: Callable[[str], Coroutine[Any, Any, bytes]] = blocking

refund(5)  # type: ignore[arg-type]
refund("alice", policy=AllowAllPolicy())  # type: ignore[call-arg]
bare()  # type: ignore[call-arg]
SudoEngine()  # type: ignore[call-arg]
SudoEngine(policy=Yes())  # type: ignore[arg-type]
SudoEngine(Refunds())  # type: ignore[call-arg]
PolicyResult(decision=Decision.ALLOW)  # type: ignore[call-arg]
PolicyResult(decision=Decision.ALLOW, reason="x", risk="extreme")  # type: ignore[arg-type]
PolicyResult(decision=Decision.DENY, reason="x", deny_reason="always")  # type: ignore[arg-type]
Editable(500)  # type: ignore[call-arg]
Editable(le="500")  # type: ignore[arg-type]
SlackApprover(number_match="low")  # type: ignore[arg-type]
SlackApprover(number_match="high", deny_reason="required", on_number=print)
Verdict(outcome="approved", reason="x", edits={"amount": 1.0})
Verdict(outcome="maybe", reason="x")  # type: ignore[arg-type]

assert_type(sudo.execute(len, "alice"), int)
assert_type(sudo.using(metadata={"agent": "a"}, idempotency_key="k", deadline=5.0), SudoEngine)
permission = sudo.authorize("mcp.pay", {"amount": 5}, editable={"amount": Editable(le=5)})
assert_type(permission, Authorization)
assert_type(permission.comment, str | None)


async def asynchronous() -> None:
    """Await what is awaited."""
    assert_type(await wait(1.0), str)
    assert_type(await blocking("x"), bytes)
    assert_type(await sudo.aauthorize("mcp.pay"), Authorization)
    assert_type(await sudo.aexecute(wait, 1.0), str)
    assert_type(await sudo.aexecute(len, "alice"), int)


try:
    refund("alice")
except ApprovalDenied as denied:
    assert_type(denied.comment, str | None)
    assert_type(denied.reviewer, str | None)
except SudoAgentError as error:
    assert_type(error.reason, str)
    assert_type(error.request_id, str | None)
    assert_type(error.action, str | None)

Context(action="pay")
Context(action="pay", args=(1,), kwargs={"amount": 1}, metadata={"agent": "a"})
AuditEntry(
    timestamp=datetime.now(UTC), request_id="r", action="pay", decision="allow", reason="small"
)
