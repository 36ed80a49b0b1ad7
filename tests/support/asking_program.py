"""A program that asks about calls in its terminal, for tests of who is asked there, and how."""

from __future__ import annotations

__all__ = ["program"]

# Asks about one call, and prints how it ended.
PROGRAM = """
import asyncio, json, sys
from sudoagent import *

class Asks:
    def evaluate(self, ctx):
        return PolicyResult(decision=Decision.REQUIRE_APPROVAL, reason="over the limit"{rules})

class Log:
    def log(self, entry):
        if entry.event == "decision":
            print("LOG", entry.decision, json.dumps(entry.metadata, default=str), flush=True)

sudo = SudoEngine(policy=Asks(), approver=InteractiveApprover({options}), logger=Log())
arguments = {arguments}

{style}
for _ in range({times}):
    try:
        print("ENDED", {call})
    except BaseException as error:
        print("ENDED", type(error).__name__, error, getattr(error, "comment", None),
              getattr(error, "reviewer", None), flush=True)
"""
BLOCKING = "def refund(**arguments): return 'paid'"
AWAITING = "async def refund(**arguments): return 'paid'"


def program(way: str = "blocking", **fields: object) -> str:
    """The program, asking in one way or the other, about these arguments, under these rules."""
    call = {
        "blocking": "sudo.execute(refund, **arguments)",
        "awaiting": "asyncio.run(sudo.aexecute(refund, **arguments))",
    }
    style = {"blocking": BLOCKING, "awaiting": AWAITING}
    ordinary = {"arguments": "{'amount': 1500.0}", "rules": "", "options": "", "times": 1}
    return PROGRAM.format(call=call[way], style=style[way], **{**ordinary, **fields})
