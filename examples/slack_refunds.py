"""Refunds that a reviewer approves in Slack.

    export SLACK_BOT_TOKEN=xoxb-...  SUDOAGENT_CHANNEL=#approvals  SUDOAGENT_REVIEWERS=U0123,S0456
    sudoagent-bot &                      # needs SLACK_APP_TOKEN too
    python examples/slack_refunds.py

Without Slack, or with no bot listening, it asks in the terminal. `sudoagent playground` gives you a
Slack to try this against, and prints the variables to export.
"""

from sudoagent import (
    ApprovalDenied,
    Context,
    Decision,
    FallbackApprover,
    InteractiveApprover,
    PolicyResult,
    SlackApprover,
    SudoEngine,
)


class RefundPolicy:
    def evaluate(self, ctx: Context) -> PolicyResult:
        amount = ctx.kwargs["amount"]
        if not isinstance(amount, int | float) or not 0 < amount < 100_000:
            return PolicyResult(decision=Decision.DENY, reason="no amount that is ever refunded")
        if amount <= 50:
            return PolicyResult(decision=Decision.ALLOW, reason="small refund")
        return PolicyResult(
            decision=Decision.REQUIRE_APPROVAL,
            reason="refunds above 50 need a person",
            risk="high" if amount > 1000 else "medium",
            highlight=["amount"],
            timeout=300,
        )


sudo = SudoEngine(
    policy=RefundPolicy(),
    approver=FallbackApprover(SlackApprover(), InteractiveApprover()),
)


@sudo.guard()
def refund(customer: str, amount: float, currency: str = "EUR") -> str:
    return f"refunded {amount} {currency} to {customer}"


if __name__ == "__main__":
    for customer, amount in [("cus_8841", 20.0), ("cus_8842", 1500.0)]:
        try:
            print(refund(customer, amount))
        except ApprovalDenied as error:
            print(f"not refunded: {error}")
            if error.comment:
                print(f"the reviewer wrote: {error.comment}")
