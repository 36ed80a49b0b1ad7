"""In a job without a terminal and without Slack, what needs approval is denied.

    python examples/non_interactive_deny.py < /dev/null

The answer is never read from standard input, so feeding it a "y" changes nothing: run it as
`yes | setsid python examples/non_interactive_deny.py` and see.
"""

import sys

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


class AlwaysAsk:
    def evaluate(self, ctx: Context) -> PolicyResult:
        return PolicyResult(decision=Decision.REQUIRE_APPROVAL, reason="always asks")


sudo = SudoEngine(
    policy=AlwaysAsk(), approver=FallbackApprover(SlackApprover(), InteractiveApprover())
)


@sudo.guard()
def drop_table(name: str) -> None:
    print(f"dropping {name}")


if __name__ == "__main__":
    try:
        drop_table("customers")
    except ApprovalDenied as error:
        print(f"Denied: {error}")
        sys.exit(3)
