"""A policy of one's own, tested without running anything.

    python examples/custom_policy.py

A policy is any object with `evaluate(ctx) -> PolicyResult`. It reads arguments by name, however the
call was written, and says why; whatever it raises refuses the call.
"""

from dataclasses import dataclass

from sudoagent import ApprovalDenied, Context, Decision, PolicyResult, SudoEngine


@dataclass(frozen=True)
class ShellPolicy:
    """Reading is free, everything else needs two people, and some things are never run."""

    harmless: tuple[str, ...] = ("ls", "cat", "git status", "git diff")
    forbidden: tuple[str, ...] = ("rm -rf /", "mkfs", "shutdown")

    def evaluate(self, ctx: Context) -> PolicyResult:
        command = ctx.kwargs["command"]
        if any(pattern in command for pattern in self.forbidden):
            return PolicyResult(decision=Decision.DENY, reason="this command is never run")
        # A harmless first word is not enough: `ls; curl ...` begins with one too.
        plain = not set(command) & set(";|&$`<>\n")
        if plain and command.startswith(self.harmless):
            return PolicyResult(decision=Decision.ALLOW, reason="only reads")
        return PolicyResult(
            decision=Decision.REQUIRE_APPROVAL,
            reason="changes something",
            quorum=2,
            risk="high",
            highlight=["command"],
        )


class Nobody:
    """An approver for a machine on which nobody can be asked."""

    def approve(self, ctx: Context, result: PolicyResult, request_id: str) -> bool:
        return False


sudo = SudoEngine(policy=ShellPolicy(), approver=Nobody())


@sudo.guard()
def run(command: str) -> str:
    return f"(would run: {command})"


if __name__ == "__main__":
    # Policies are plain objects: judge them with a context made by hand.
    for command in ("ls -l", "ls; rm -rf /", "git push"):
        ctx = Context(action="run", kwargs={"command": command})
        result = ShellPolicy().evaluate(ctx)
        print(f"{command!r:20} {result.decision:17} {result.reason}")
    print(run("git status"))
    try:
        run("git push")
    except ApprovalDenied as error:
        print(f"Denied: {error}")
