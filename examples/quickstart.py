"""The smallest use: a policy, a guarded function, a question in the terminal.

    python examples/quickstart.py

The second refund is above the limit, so the person at the terminal is asked. Where there is
no terminal, the answer is no. With SUDOAGENT_AUTO_APPROVE=1 *this example* picks an approver that
says yes; the library has no such switch.
"""

import os

from sudoagent import (
    ApprovalDenied,
    Approver,
    Context,
    Decision,
    InteractiveApprover,
    PolicyResult,
    SudoEngine,
)


class HighValueRefundPolicy:
    def evaluate(self, ctx: Context) -> PolicyResult:
        refund_amount = ctx.kwargs.get("refund_amount", 0)
        if refund_amount <= 500:
            return PolicyResult(decision=Decision.ALLOW, reason="within limit")
        return PolicyResult(decision=Decision.REQUIRE_APPROVAL, reason="over limit")


class SaysYes:
    """An approver for demonstrations."""

    def approve(self, ctx: Context, result: PolicyResult, request_id: str) -> bool:
        print(f"(approving {ctx.action} because SUDOAGENT_AUTO_APPROVE is set)")
        return True


automatic = os.environ.get("SUDOAGENT_AUTO_APPROVE") == "1"
approver: Approver = SaysYes() if automatic else InteractiveApprover()
sudo = SudoEngine(policy=HighValueRefundPolicy(), approver=approver)


@sudo.guard()
def refund_user(user_id: str, refund_amount: float) -> None:
    print(f"Refunding {refund_amount} to {user_id}")


if __name__ == "__main__":
    refund_user("user_1", refund_amount=10.0)
    try:
        refund_user("user_2", 1500.0)  # by position: still asks
    except ApprovalDenied as error:
        print(f"Denied: {error}")
    print("What was decided, and what came of it, is in sudo_audit.jsonl.")
