"""Everything that Slack shows, once: for tests of what holds for all of it.

The data has no Latin letter in it: whatever Latin letter is shown is one of our own words.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from sudoagent.review.request import Argument, EditableArgument, Escalation, GrantOffer, State
from sudoagent.slack import command_texts, texts
from sudoagent.slack.commands import (
    grants_answer,
    pending_answer,
    plain_answer,
    revoked_answer,
    show_answer,
    status_answer,
)
from sudoagent.slack.grants import GrantEnd, Standing
from sudoagent.slack.home import Decided, Frozen, HomeFacts, Waiting, home_view, notice_modal
from sudoagent.slack.messages import Message, Run, card
from sudoagent.slack.modals import (
    arguments_modal,
    deny_modal,
    edit_modal,
    grant_modal,
    number_modal,
)
from sudoagent.slack.notices import held_back_notice
from sudoagent.slack.reminders import copy_card, reminder, widening_call
from sudoagent.slack.threads import grant_end_reply, run_reply, vote_reply

from .requests_at_hand import request, vote

DATA: dict[str, Any] = {
    "id": "00000000-0000-4000-8000-000000000000",
    "action": "возврат",
    "digest": "01" * 32,
    "nonce": "0",
    "agent": "агент",
    "agent_reason": "причина",
    "policy_reason": "сумма",
    "environment": "бой",
    "audit_head": "7:0123",
    "requester": "U0RAVI",
    "reviewers": tuple(f"U{number:06}" for number in range(12)),
    "channel": "C0APPROVALS",
    "escalation": Escalation(at=1_795_348_800_000, reviewers=("S000001",), channels=("C1",)),
}
ARGUMENTS = (
    Argument(name="номер", value=7, type="int"),
    Argument(name="список", value=list(range(40)), type="list"),
    Argument(name="вид", value=None, type="вид", uninspectable=True),
    Argument(name="текст", value="слово", type="str", cut=True),
    *(Argument(name=f"поле_{number}", value="я" * 50, type="str") for number in range(60)),
)
FIELDS = (
    EditableArgument(name="от_до", kind="float", current="1", ge="0", le="9"),
    EditableArgument(name="от", kind="int", current="1", ge="0"),
    EditableArgument(name="до", kind="int", current="1", le="9"),
    EditableArgument(name="слово", kind="str", current="я", max_length=9),
    EditableArgument(name="ли", kind="bool", current="false"),
)
AT = 1_795_349_000_000
STATES: tuple[State, ...] = get_args(State)
CAUSES = ("stopped", "unposted", "frozen", "нечто")


def numbered(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012}"


def asked(**changes: Any) -> Any:
    return request(**{**DATA, **changes})


SIMPLE = asked(arguments=ARGUMENTS[:1])
WHOLE = {"arguments": ARGUMENTS, "risk": "high", "quorum": 2, "deny_quorum": 2}
FULL = asked(**WHOLE)
OFFERED = asked(
    arguments=ARGUMENTS[:2], offer=GrantOffer(seconds=600, same=("номер",), key="0"), risk="high"
)
OTHER = asked(arguments=ARGUMENTS[:2], offer=OFFERED.offer, id=numbered(1))
EDITABLE = asked(arguments=ARGUMENTS[:1], editable=FIELDS, number_check="0", risk="low")
VOTES = (
    vote("approve", "U000001", "да"),
    vote("deny", "U000002", "нет"),
)


def messages() -> Iterator[tuple[str, Message]]:
    for one in (SIMPLE, FULL, OFFERED, EDITABLE, asked(agent=None, arguments=(), requester=None)):
        for state in STATES:
            for cause in CAUSES:
                yield f"card {state}", card(one, state=state, votes=VOTES, cause=cause)
        yield "widened", copy_card(one, VOTES, widened=True, asked_before=one.reviewers[:3])
        yield "call", widening_call(one, one.reviewers)
    for outcome, seconds in (("success", 0.1), ("error", 3.0), ("cancelled", 900.0)):
        run = Run(outcome=outcome, seconds=seconds, error="сбой", audit_head="8:0")  # type: ignore[arg-type]
        yield outcome, card(FULL, state="approved", votes=VOTES, run=run)
        yield outcome, run_reply(FULL, run)
    for seconds in (None, 8000.0):
        yield "run", run_reply(SIMPLE, Run(outcome="cancelled", seconds=seconds, error="стоп"))
    for ballot in VOTES:
        yield "vote", vote_reply(SIMPLE, ballot, "Алиса")
    for people in ((), ("U000001",)):
        yield "reminder", reminder(SIMPLE, people)
    for end in (GrantEnd(by=None, uses=1), GrantEnd(by="T0/U000001", uses=3)):
        yield "grant end", grant_end_reply(OFFERED, end)
    for count, asker in ((1, ""), (5, "агент")):
        yield "held back", held_back_notice(asker, count, AT)
    yield from answers()


def answers() -> Iterator[tuple[str, Message]]:
    waiting = [Waiting(request=FULL, votes=VOTES)] * 30
    granted = [
        Standing(request=one, vote=VOTES[0], until=AT, uses=uses)
        for uses, one in ((1, OFFERED), (2, OTHER))
    ]
    frozen = Frozen(by="T0/U000001", at=AT, reason="стоп")
    for words in texts.REFUSAL.values():
        yield "refusal", plain_answer(words)
    for name in ("HELP", "SAY_WHY", "SAY_WHICH", "FROZEN", "THAWED"):
        yield name, plain_answer(getattr(command_texts, name))
    for everybodys in (True, False):
        yield "pending", pending_answer(waiting, everybodys=everybodys)
        yield "pending", pending_answer((), everybodys=everybodys)
    yield "status", status_answer(True, frozen, 7)
    yield "status", status_answer(False, None, None)
    yield "grants", grants_answer(granted)
    yield "grants", grants_answer(())
    yield "revoked", revoked_answer(OFFERED)
    yield "show", show_answer(FULL, state="pending", votes=VOTES, ended_at=None, cause=None)


def views() -> Iterator[tuple[str, dict[str, Any]]]:
    for one in (SIMPLE, FULL, OFFERED, EDITABLE):
        yield "deny", deny_modal(one, "C1", "1.1")
        for page in (1, 2):
            yield "arguments", arguments_modal(one, "C1", "1.1", page=page, may_approve=True)
    yield "number", number_modal(EDITABLE, "C1", "1.1")
    yield "edit", edit_modal(EDITABLE, "C1", "1.1")
    yield "grant", grant_modal(OFFERED, "C1", "1.1")
    yield "notice", notice_modal(texts.REFUSAL["expired"])
    decided = [
        Decided(request=SIMPLE, choice=choice, state=state, at=AT)
        for choice in ("approve", "deny")
        for state in STATES
    ]
    yield (
        "home",
        home_view(
            HomeFacts(
                waiting=tuple(Waiting(request=asked(**WHOLE, id=numbered(n))) for n in range(20)),
                decided=tuple(decided),
                frozen=Frozen(by="T0/U000001", at=AT, reason="стоп"),
                unreadable=2,
                grants=(Standing(request=OFFERED, vote=VOTES[0], until=AT),),
            )
        ),
    )
    for facts in (HomeFacts(), HomeFacts(closed=True), HomeFacts(unknown=True)):
        yield "home", home_view(facts)
