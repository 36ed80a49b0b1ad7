"""The card: what reviewers need, nothing that lies, never over Slack's limits."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from sudoagent.playground.blockkit import check_message
from sudoagent.review.request import Request
from sudoagent.slack import texts
from sudoagent.slack.messages import Message, Run, card, pending_card, seconds

from .reading import arguments, buttons, header, nodes, sentences, words
from .requests_at_hand import (
    HOSTILE,
    INVISIBLE,
    MARKUP,
    MENTIONS,
    REQUEST_ID,
    argument,
    request,
    vote,
)

STATES = ("pending", "approved", "denied", "expired", "cancelled")
NOW = 1_795_349_000_000
RUN = Run(outcome="error", seconds=3.2, error="boom")


def test_the_question_who_what_and_the_arguments_are_on_the_card() -> None:
    asked = request(agent="billing-agent", requester="U0RAVI", agent_reason="Ticket 5120")
    message = pending_card(asked)
    assert header(message) == "🟡 Approve refund_user?"
    assert "billing-agent wants to run refund_user for U0RAVI." in sentences(message)
    assert arguments(message) == 'user_id        "user_2"\nrefund_amount  1500.0'
    assert "Why it asks: over limit" in sentences(message)
    assert "Ticket 5120" in sentences(message)
    assert "Who can decide: U0ALICE, U0BOB" in sentences(message)
    assert "Needs: 1 approval" in sentences(message)


def test_an_agent_without_a_name_is_some_agent() -> None:
    assert "An agent wants to run refund_user." in sentences(pending_card(request(agent="  ")))


def test_numbers_and_strings_are_told_apart() -> None:
    both = request(arguments=(argument("a", 1500), argument("b", "1500"), argument("c", None)))
    assert arguments(pending_card(both)) == 'a  1500\nb  "1500"\nc  null'
    spelled = (argument("a", "NaN", type="float"), argument("b", "NaN"))
    assert arguments(pending_card(request(arguments=spelled))) == 'a  NaN\nb  "NaN"'


def test_other_types_are_named() -> None:
    asked = request(arguments=(argument("when", "2026-11-27", type="date"),))
    assert arguments(pending_card(asked)) == 'when  "2026-11-27" (date)'


def test_nested_arguments_are_shown_as_json() -> None:
    asked = request(arguments=(argument("customer", {"id": 1, "tags": ["a"]}),))
    shown = arguments(pending_card(asked)).removeprefix("customer: ")
    assert json.loads(shown) == {"id": 1, "tags": ["a"]}
    assert "\n" in shown


def test_what_the_policy_acted_on_comes_first() -> None:
    asked = request(highlight=("refund_amount", "gone"))
    assert arguments(pending_card(asked)).startswith("refund_amount")


def test_the_buttons_carry_the_request_id_and_are_read_aloud() -> None:
    found = buttons(pending_card(request()))
    assert list(found) == ["approve", "deny", "details"]
    assert {button["value"] for button in found.values()} == {REQUEST_ID}
    assert found["approve"]["accessibility_label"] == "Approve refund_user"
    assert found["deny"]["accessibility_label"] == "Deny refund_user, with a reason"
    assert "confirm" not in found["approve"]


def test_high_risk_is_confirmed_with_action_and_arguments() -> None:
    asked = request(risk="high", agent="billing-agent", highlight=("refund_amount",))
    message = pending_card(asked)
    dialog = buttons(message)["approve"]["confirm"]["text"]["text"]
    assert header(message).startswith("🔴")
    assert "billing-agent will run refund_user right away" in dialog
    assert 'refund_amount: 1500.0, user_id: "user_2"' in dialog


@pytest.mark.parametrize(
    "name",
    [
        "200 keywords",
        "long words",
        "everything in a value",
        "everything in a name",
        "deep",
        "many lines",
        "unreadable",
        "obscured",
    ],
)
def test_what_is_not_wholly_on_the_card_cannot_be_approved_there(name: str) -> None:
    message = pending_card(HOSTILE[name])
    assert list(buttons(message)) == ["details", "deny"]
    assert texts.HIDDEN_NOTICE in words(message)


def test_padding_does_not_push_the_highlighted_argument_out_of_sight() -> None:
    padding = tuple(argument(f"padding_{n}", "x" * 500) for n in range(100))
    asked = request(arguments=(*padding, argument("amount", 999_999)), highlight=("amount",))
    shown = arguments(pending_card(asked))
    assert shown.startswith("amount: 999999\n")
    assert "more arguments that are not shown here" in shown


def test_one_argument_left_out_is_counted_in_the_singular() -> None:
    asked = request(arguments=tuple(argument(f"a{n}", "x" * 500) for n in range(5)))
    assert texts.ONE_MORE_ARGUMENT in arguments(pending_card(asked))


def test_the_card_says_what_happens_when_nobody_answers() -> None:
    foot = pending_card(request()).blocks[-1]["elements"]
    expected = (
        "⏳ Expires <!date^1795349373^{time} ({ago})|2026-11-22 12:09 UTC>, then it is denied"
    )
    assert foot[0]["text"] == expected
    assert foot[1]["text"] == f"Request {REQUEST_ID} · call 3fa13fa13fa1"


def test_the_audit_head_makes_slack_a_witness() -> None:
    foot = pending_card(request(audit_head="17:ab12cd34ef56")).blocks[-1]["elements"][-1]["text"]
    assert foot.endswith("· log 17:ab12cd34ef56")


def test_votes_so_far_and_what_is_missing_are_shown() -> None:
    asked = request(quorum=2, deny_quorum=2, reviewers=("U0ALICE", "U0BOB", "U0CAROL"))
    message = card(asked, votes=[vote("approve", "U0ALICE"), vote("deny", "U0BOB")])
    assert "Needs: 2 approvals, or 2 denials against it" in sentences(message)
    assert "1 of 2 approvals: U0ALICE. 1 more needed." in sentences(message)
    assert "1 of 2 denials: U0BOB." in sentences(message)
    assert list(buttons(message)) == ["approve", "deny", "details"]


def test_denials_alone_are_shown_too() -> None:
    message = card(request(deny_quorum=2), votes=[vote("deny", "U0BOB")])
    assert "1 of 2 denials: U0BOB." in sentences(message)
    assert "approvals:" not in sentences(message)


def test_an_id_of_no_known_kind_is_shown_as_it_is() -> None:
    message = pending_card(request(reviewers=("B0ROBOT", "W0ALICE", "S0GROUP")))
    assert "Who can decide: B0ROBOT, W0ALICE, S0GROUP" in sentences(message)


def test_votes_that_are_enough_are_not_said_to_be_missing_any() -> None:
    message = card(request(), votes=[vote("approve", "U0ALICE")])
    assert "1 of 1 approvals: U0ALICE.\n" in sentences(message) + "\n"


def test_an_approved_card_says_who_and_when_and_keeps_the_arguments() -> None:
    message = card(
        request(), state="approved", votes=[vote("approve", "U0ALICE", "fine")], decided_at=NOW
    )
    assert header(message) == "✅ Approved: refund_user"
    assert "✅ Approved by U0ALICE, 2026-11-22 12:03 UTC" in sentences(message)
    assert "U0ALICE wrote:" in sentences(message)
    assert "fine" in sentences(message)
    assert "refund_amount  1500.0" in arguments(message)
    assert buttons(message) == {}
    assert "Expires" not in words(message)


def test_a_denied_card_quotes_the_reason() -> None:
    votes = [vote("approve", "U0BOB"), vote("deny", "U0ALICE", "Wrong customer")]
    message = card(request(), state="denied", votes=votes)
    assert header(message) == "⛔ Denied: refund_user"
    assert "⛔ Denied by U0ALICE" in sentences(message)
    assert "Wrong customer" in sentences(message)


def test_an_expired_card_says_that_it_is_denied() -> None:
    message = card(request(), state="expired", decided_at=NOW)
    assert "so it is denied" in sentences(message)
    assert buttons(message) == {}


@pytest.mark.parametrize(
    ("cause", "said"),
    [("stopped", "gave up waiting"), (None, "took it back"), (MARKUP, "took it back")],
)
def test_a_withdrawn_card_says_why_in_one_of_our_sentences(cause: str | None, said: str) -> None:
    message = card(request(), state="cancelled", cause=cause)
    assert said in sentences(message)
    assert "Nothing ran." in sentences(message)
    assert MARKUP not in words(message)


@pytest.mark.parametrize(
    ("run", "title", "line"),
    [
        (Run(outcome="success", seconds=1.24), "Approved and done", "Done after 1.2 s."),
        (Run(outcome="error", seconds=0.03), "it failed", "Failed after 30 ms."),
        (Run(outcome="cancelled", seconds=300), "it was stopped", "Stopped after 5 min"),
        (Run(outcome="cancelled", seconds=None), "nothing ran", "Nothing ran."),
    ],
)
def test_the_card_can_tell_what_became_of_the_call(run: Run, title: str, line: str) -> None:
    message = card(request(), state="approved", votes=[vote("approve", "U0ALICE")], run=run)
    assert title in header(message)
    assert title in message.text
    assert line in sentences(message)


def test_the_card_shows_the_newest_place_in_the_audit_log() -> None:
    asked, ran = "12:0123456789ab", "14:ba9876543210"
    assert f"log {asked}" in words(card(request(audit_head=asked)))
    for run in (
        Run(outcome="success", seconds=1),
        Run(outcome="success", seconds=1, audit_head=""),
    ):
        told = words(card(request(audit_head=asked), state="approved", run=run))
        assert f"log {asked}" in told
    run = Run(outcome="success", seconds=1, audit_head=ran)
    told = words(card(request(audit_head=asked), state="approved", run=run))
    assert f"log {ran}" in told
    assert asked not in told


@pytest.mark.parametrize(
    ("duration", "said"),
    [(-1, "0 ms"), (0.5, "500 ms"), (90, "90.0 s"), (600, "10 min"), (9000, "2 h 30 min")],
)
def test_durations_are_said_as_people_say_them(duration: float, said: str) -> None:
    assert seconds(duration) == said


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("state", STATES)
def test_every_card_is_valid_for_slack(name: str, state: Any) -> None:
    votes = [vote("approve" if n % 2 else "deny", f"U{n:04}", "c" * 3000) for n in range(60)]
    for message in (
        card(HOSTILE[name], state=state, cause="stopped"),
        card(HOSTILE[name], state=state, votes=votes, decided_at=NOW, run=RUN),
    ):
        assert check_message(list(message.blocks)) == []
        assert 0 < len(message.text) < 500


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_that_a_caller_chose_is_parsed_or_invisible(name: str) -> None:
    message = card(HOSTILE[name], votes=[vote("approve", "<!channel>", MENTIONS + INVISIBLE)])
    for node in nodes(message.blocks):
        if node.get("type") == "mrkdwn":
            assert node["text"].startswith("⏳ Expires <!date^")
        if node.get("type") == "plain_text" and node.get("emoji"):
            assert node["text"] in (
                texts.BUTTON_APPROVE,
                texts.BUTTON_DENY,
                texts.BUTTON_DETAILS,
            )
    everything = json.dumps(message.blocks, ensure_ascii=False) + message.text
    assert not [char for char in INVISIBLE if not char.isprintable() and char in everything]
    assert "<!channel>" not in message.text
    assert "<@" not in message.text


def test_the_fallback_tells_who_and_what_and_no_secret() -> None:
    asked = request(agent="billing-agent", agent_reason="canary", policy_reason="canary")
    text = pending_card(asked).text
    assert text == "Approval needed: billing-agent wants to run refund_user (medium risk)"
    assert card(asked, state="denied").text == "Denied: refund_user"


def test_each_revision_has_block_ids_of_its_own_and_repainting_changes_none() -> None:
    def ids(message: Message) -> set[str]:
        return {block["block_id"] for block in message.blocks}

    asked, one = request(quorum=2), [vote("approve", "U0ALICE")]
    cards = [pending_card(asked), card(asked, votes=one), card(asked, state="approved", votes=one)]
    assert not ids(cards[0]) & ids(cards[1])
    assert not ids(cards[1]) & ids(cards[2])
    assert ids(cards[1]) == ids(card(asked, votes=one))
    assert all(REQUEST_ID in block_id for message in cards for block_id in ids(message))


def test_every_state_keeps_a_rich_text_block() -> None:
    for state in STATES:
        kinds = [block["type"] for block in card(request(), state=state).blocks]  # type: ignore[arg-type]
        assert kinds[:2] == ["header", "rich_text"]


def test_a_card_is_made_from_what_travelled_through_redis() -> None:
    asked = request(agent="billing-agent")
    travelled = msgspec.json.decode(msgspec.json.encode(asked), type=Request)
    assert pending_card(travelled) == pending_card(asked)
