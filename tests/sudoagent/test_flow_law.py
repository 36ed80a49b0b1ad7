"""The law of the flow: whatever is answered, what runs was recorded, and runs once."""

from __future__ import annotations

import asyncio
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sudoagent import (
    ApprovalDenied,
    ApproverUnavailable,
    AuditLogError,
    Verdict,
)
from sudoagent._steps import Answer, Ask, Done, Evaluate, Failed, Gate, Record, Report, Run
from support.parts import ALLOW, ASK, DENY
from support.stepping import Pause, recorded, stepped

ERRORS = [
    ValueError("v"),
    KeyboardInterrupt(),
    SystemExit(1),
    asyncio.CancelledError(),
    GeneratorExit(),
    StopIteration(),
    RecursionError(),
    ApprovalDenied("no"),
    ApproverUnavailable("none"),
    AuditLogError("full"),
    ExceptionGroup("two", [ValueError()]),
    Pause(),
]


ANSWERS: list[Any] = [
    ALLOW,
    DENY,
    ASK,
    None,
    True,
    False,
    1,
    "yes",
    Verdict(outcome="approved", reason="x"),
    Verdict(outcome="denied", reason="x"),
    Verdict(outcome="expired", reason="x"),
]


answers = st.sampled_from([*map(Done, ANSWERS), *map(Failed, ERRORS)])


likely = {
    Evaluate: [Done(ALLOW), Done(ASK)],
    Ask: [Done(True)],
    Gate: [Done(None)],
    Record: [Done()],
}


def interrupted(answer: Answer) -> bool:
    return isinstance(answer, Failed) and not isinstance(answer.error, Exception)


@given(st.lists(answers, min_size=12, max_size=12), st.randoms(), st.booleans())
@settings(max_examples=300, deadline=None)
def test_whatever_is_answered_the_law_holds(
    drawn: list[Answer], dice: random.Random, unchanged: bool
) -> None:
    flow = stepped(unchanged=lambda: unchanged or dice.random() < 0.7)
    story: list[tuple[Any, Answer]] = []
    while flow.ending is None:
        step, answer = flow.step, drawn[len(story)]
        if dice.random() < 0.6:
            answer = dice.choice(likely.get(type(step), [answer]))
        story.append((step, answer))
        flow.answer(answer)

    ran = [at for at, (step, _) in enumerate(story) if isinstance(step, Run)]
    assert len(ran) <= 1
    if ran:
        before, written = story[ran[0] - 1]
        # The step before the run is the successful record of an allow decision.
        assert recorded(before) == ("decision", "allow")
        assert isinstance(written, Done)
        assert story[ran[0] + 1 :], "the outcome is recorded"
    else:
        # Nothing ran: it ends with an error, and an entry was attempted before that.
        assert isinstance(flow.ending, Failed)
        assert any(isinstance(step, Record) for step, _ in story)
    told_of = [at for at, (step, _) in enumerate(story) if isinstance(step, Report)]
    assert told_of in ([], [len(story) - 1]), "an approver is told at most once, and last"
    after = story[ran[0] + 1 :] if ran else story[-1:]
    interrupts = [answer for _, answer in after if interrupted(answer)]
    if told_of and interrupts:
        assert flow.ending == interrupts[0], "the first interrupt is what comes out"
    elif told_of and ran and isinstance(story[-2][1], Done):
        assert flow.ending == story[ran[0]][1], "what telling leads to changes nothing"
    decisions = [s.entry for s, _ in story if isinstance(s, Record) and s.entry.event == "decision"]
    assert len(decisions) == 1
    asked = [answer for step, answer in story if isinstance(step, Ask)]
    assert bool(told_of) <= bool(asked)
    if ran and asked:
        assert told_of
        assert asked[0] in (Done(True), Done(Verdict(outcome="approved", reason="x")))
