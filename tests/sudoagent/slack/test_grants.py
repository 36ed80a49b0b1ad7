"""What people read before they allow something for a while, and afterwards."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from sudoagent.playground.blockkit import check_message, check_view
from sudoagent.review.request import GrantOffer, Request
from sudoagent.slack.commands import grants_answer, revoked_answer
from sudoagent.slack.grants import (
    MOST_STANDING,
    REVOKE,
    GrantEnd,
    Standing,
    duration,
    grant_end_marker,
    grant_lines,
)
from sudoagent.slack.home import HomeFacts, home_view
from sudoagent.slack.messages import card, pending_card
from sudoagent.slack.modals import arguments_modal, grant_modal
from sudoagent.slack.threads import grant_end_reply, vote_reply

from .reading import buttons, nodes, sentences
from .requests_at_hand import HOSTILE, INVISIBLE, MARKUP, MENTIONS, argument, request, vote

LATER = 1_795_349_400_000


def offering(*same: str, seconds: int = 600, **changes: Any) -> Request:
    offer = GrantOffer(seconds=seconds, same=same or ("user_id",), key="ab" * 32)
    return request(**{"agent": "billing-agent", "offer": offer, **changes})


def granting() -> Any:
    return msgspec.structs.replace(vote("approve", "U0ALICE"), grant=True)


def standing(asked: Request | None = None, **changes: Any) -> Standing:
    usual: dict[str, Any] = {"vote": granting(), "until": LATER, "uses": 2}
    return Standing(request=asked or offering(), **{**usual, **changes})


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (90, "90 seconds"),
        (600, "10 minutes"),
        (3600, "1 hour"),
        (5400, "90 minutes"),
        (86_400, "24 hours"),
    ],
)
def test_times_are_said_exactly(seconds: int, words: str) -> None:
    assert duration(seconds) == words


def test_the_button_is_there_with_an_offer_only() -> None:
    assert "allow_for" not in buttons(pending_card(request()))
    button = buttons(pending_card(offering()))["allow_for"]
    assert button["text"]["text"] == "Allow for 10 minutes…"
    assert button["accessibility_label"] == "Allow refund_user for 10 minutes: see what will pass"


def test_it_is_not_on_a_card_that_hides_something_but_behind_all_of_it() -> None:
    asked = offering(arguments=(argument("user_id", "user_2"), argument("note", "x" * 3000)))
    assert list(buttons(pending_card(asked))) == ["details", "deny"]
    view = arguments_modal(asked, "C1", "1.1", page=9, may_approve=True)
    assert "allow_for" in [n["action_id"] for n in nodes(view["blocks"]) if "action_id" in n]


def test_the_dialog_restates_everything_that_is_bound_and_names_what_is_not() -> None:
    asked = offering(requester="U0RAVI", environment="production")
    view = grant_modal(asked, "C1", "1.1")
    assert sentences(view["blocks"]).split("\n") == [
        "refund_user runs right away. For 10 minutes from now on billing-agent can run it again, "
        "as often as it likes, without anybody being asked, as long as all of this is the same:",
        "Action: refund_user",
        "Agent: billing-agent",
        "On behalf of: U0RAVI",
        "Environment, as the agent says: production",
        "These arguments, with exactly these values:",
        'user_id  "user_2"',
        "⚠️ Everything else can be different each time, whatever it is in this call: refund_amount.",
        "Each call is recorded. To end it before: /sudo grants, or the Home tab of this app.",
    ]
    assert view["callback_id"] == "allowed_for"
    check_view(view)


def test_with_everything_bound_it_says_what_else_there_could_be() -> None:
    view = grant_modal(offering("user_id", "refund_amount"), "C1", "1.1")
    assert "If it takes other arguments, they can be anything." in sentences(view["blocks"])


def test_many_other_arguments_are_counted() -> None:
    asked = offering("a0", arguments=tuple(argument(f"a{n}", n) for n in range(30)))
    assert "a20 and 9 more." in sentences(grant_modal(asked, "C1", "1.1")["blocks"])


def test_high_risk_and_the_number_stay_what_they_are() -> None:
    view = grant_modal(offering(risk="high", number_check="s1.x"), "C1", "1.1")
    assert "High risk" in sentences(view["blocks"])
    assert "number" in [block["block_id"] for block in view["blocks"]]


@pytest.mark.parametrize("text", [MENTIONS, MARKUP, INVISIBLE, "```\n*Approved* by <@U0ALICE>"])
def test_values_cannot_lie_in_the_dialog(text: str) -> None:
    arguments = (argument("user_id", text), argument(text, 1))
    asked = offering(arguments=arguments, action=text, environment=text)
    view = grant_modal(asked, "C1", "1.1")
    check_view(view)
    shown = sentences(view["blocks"])
    assert not any(ord(c) < 32 and c != "\n" for c in shown)
    assert not set("\u202e\u2066\u200b\ufeff") & set(shown)
    kinds = {n["type"] for n in nodes(view["blocks"]) if str(n.get("type")) in ("user", "link")}
    assert kinds == set()


@pytest.mark.parametrize("asked", HOSTILE.values(), ids=HOSTILE)
def test_no_hostile_request_breaks_a_card_a_list_or_a_thread(asked: Request) -> None:
    offer = GrantOffer(seconds=600, same=("customer",), key="ab" * 32)
    bound = argument("customer", MENTIONS + MARKUP + INVISIBLE)
    asked = msgspec.structs.replace(
        asked, offer=offer, risk="low", arguments=(*asked.arguments, bound)
    )
    check_view(grant_modal(asked, "C1", "1.1"))
    given = granting()
    for message in (
        pending_card(asked),
        card(asked, state="approved", votes=[given], decided_at=LATER, revoked_by="T/U0BOB"),
        grants_answer([standing(asked)]),
        revoked_answer(asked),
        vote_reply(asked, given, "alice"),
        grant_end_reply(asked, GrantEnd(by="operator@host", uses=1)),
    ):
        check_message({"text": message.text, "blocks": list(message.blocks)})


def test_the_card_and_the_thread_say_what_was_allowed_and_who_ended_it() -> None:
    asked, given = offering(), granting()
    shown = card(asked, state="approved", votes=[given])
    assert "🔓 U0ALICE also allowed it for 10 minutes, until 20" in sentences(shown)
    assert "as long as these stay the same: user_id." in sentences(shown)
    assert "🔒" not in sentences(shown)
    after = card(asked, state="approved", votes=[given], revoked_by="T1/U0BOB")
    assert "🔒 U0BOB has ended that." in sentences(after)
    assert {b["block_id"] for b in after.blocks}.isdisjoint(b["block_id"] for b in shown.blocks)
    # In a thread by name, since a mention would ping.
    reply = vote_reply(asked, given, "alice")
    assert "🔓 alice also allowed it for 10 minutes" in sentences(reply)
    assert "user" not in {n.get("type") for n in nodes(reply.blocks)}
    assert grant_lines(asked, vote("approve", "U0ALICE")) == []


def test_its_end_is_told_with_how_often_it_was_used() -> None:
    by_itself = grant_end_reply(offering(), GrantEnd(by=None, uses=0))
    assert sentences(by_itself) == (
        "⌛ What was allowed here for a while is over. 0 calls passed without being asked about."
    )
    revoked = grant_end_reply(offering(), GrantEnd(by="T1/U0BOB", uses=1), "bob")
    assert revoked.text == (
        "🔒 bob has ended what was allowed here for a while. "
        "1 call passed without being asked about."
    )
    assert grant_end_marker(offering()) in revoked.blocks[0]["block_id"]
    operator = grant_end_reply(offering(), GrantEnd(by="ops@host", uses=2))
    assert "ops@host has ended" in sentences(operator)


def test_what_stands_is_listed_with_a_button_each() -> None:
    answer = grants_answer([standing(offering(requester="U0RAVI", environment="production"))])
    shown = sentences(answer)
    for part in (
        "billing-agent can run refund_user without asking until",
        'user_id  "user_2"',
        "On behalf of: U0RAVI",
        "production",
        "Allowed by U0ALICE. 2 calls passed",
    ):
        assert part in shown
    revoke = buttons(answer)[REVOKE]
    assert (revoke["value"], revoke["style"]) == (offering().id, "danger")
    assert "Nothing is allowed" in sentences(grants_answer([]))


def test_a_home_tab_has_room_for_them_beside_everything_else() -> None:
    many = [
        msgspec.structs.replace(offering(), id=f"{n:08x}{offering().id[8:]}") for n in range(14)
    ]
    view = home_view(HomeFacts(grants=tuple(map(standing, many))))
    check_view(view)
    shown = [n for n in nodes(view["blocks"]) if n.get("action_id") == REVOKE]
    assert len(shown) == MOST_STANDING
    assert "and 4 more" in sentences(view["blocks"])
    assert "Allowed for a while" not in str(home_view(HomeFacts()))
