"""Many calls at once, in asyncio: some pass, some wait for a person, nothing blocks.

    python examples/async_agent.py

The approver here answers by itself after a moment, as a person would, so that the example ends.
"""

import asyncio
import time

from sudoagent import ApprovalDenied, Context, Decision, PolicyResult, SudoEngine, Verdict


class MailPolicy:
    def evaluate(self, ctx: Context) -> PolicyResult:
        if ctx.kwargs["to"].endswith("@example.com"):
            return PolicyResult(decision=Decision.ALLOW, reason="a colleague")
        return PolicyResult(decision=Decision.REQUIRE_APPROVAL, reason="leaves the company")


class Colleague:
    """Answers like a person: late, and not always yes."""

    def approve(self, ctx: Context, result: PolicyResult, request_id: str) -> bool:
        return False  # only asynchronous calls are asked about here

    async def aapprove(self, ctx: Context, result: PolicyResult, request_id: str) -> Verdict:
        await asyncio.sleep(0.3)
        if "invoice" in ctx.kwargs["subject"]:
            return Verdict(outcome="approved", reason="approved by a colleague")
        return Verdict(outcome="denied", reason="denied", comment="not to customers, please")


sudo = SudoEngine(policy=MailPolicy(), approver=Colleague())


@sudo.guard()
async def send_mail(to: str, subject: str) -> str:
    await asyncio.sleep(0.01)
    return f"sent {subject!r} to {to}"


@sudo.guard(as_async=True)  # a blocking function, guarded for asynchronous callers
def archive(to: str) -> str:
    time.sleep(0.01)
    return f"archived the thread with {to}"


async def main() -> None:
    calls = [
        send_mail("ann@example.com", "lunch"),
        send_mail("customer@example.org", subject="your invoice"),
        send_mail("customer@example.org", subject="a joke"),
        archive("bob@example.com"),
    ]
    for result in await asyncio.gather(*calls, return_exceptions=True):
        if isinstance(result, ApprovalDenied):
            print(f"denied: {result} ({result.comment})")
        elif isinstance(result, BaseException):
            raise result
        else:
            print(result)


if __name__ == "__main__":
    asyncio.run(main())
