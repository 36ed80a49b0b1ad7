"""The agent of the demonstration: `python -m sudoagent.demo.agent AMOUNT…`.

It wants to refund each amount. Small ones pass, large ones ask in Slack.
"""

from __future__ import annotations

import sys

import click

from sudoagent import (
    ApprovalDenied,
    Context,
    Decision,
    PolicyResult,
    SlackApprover,
    SudoEngine,
)

__all__ = ["main"]

LIMIT = 500


class RefundPolicy:
    """Refunds up to 500 pass."""

    def evaluate(self, ctx: Context) -> PolicyResult:
        """Allow small refunds, ask about others."""
        if ctx.kwargs["amount"] <= LIMIT:
            return PolicyResult(decision=Decision.ALLOW, reason=f"not more than {LIMIT}")
        return PolicyResult(
            decision=Decision.REQUIRE_APPROVAL,
            reason=f"more than {LIMIT}",
            risk="medium",
            highlight=["amount"],
        )


def refund(customer: str, amount: float, currency: str = "EUR") -> None:
    """Pretend to pay money back."""
    _say(f"   💸 refunding {amount:.2f} {currency} to {customer}", fg="green")


def main(amounts: list[float]) -> None:
    """Try to refund each amount, and go on whatever the answer is."""
    engine = SudoEngine(policy=RefundPolicy(), approver=SlackApprover(agent="refund-agent"))
    sudo = engine.using(
        metadata={"justification": "Ticket 5120: parcel lost twice, the customer asks for it back."}
    )
    for number, amount in enumerate(amounts, start=8841):
        wait = "" if amount <= LIMIT else " (asks, and waits for a click)"
        _say(f"🤖 wants to refund {amount:.2f} EUR{wait}")
        try:
            sudo.execute(refund, f"cus_{number}", amount=amount)
        except ApprovalDenied as error:
            _say(f"   ⛔ did not run: {error}", fg="red")
            if error.comment:
                _say(f"      the reviewer wrote: {error.comment}", fg="red")


def _say(line: str, fg: str | None = None) -> None:
    click.secho(line, fg=fg)
    sys.stdout.flush()


if __name__ == "__main__":
    main([float(argument) for argument in sys.argv[1:]])
