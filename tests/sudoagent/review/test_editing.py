"""Which arguments are offered for editing, and which edits a vote can prove."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from sudoagent import Redactor, SudoEngine
from sudoagent.context import Context
from sudoagent.editable import Editable, Unfit, marked
from sudoagent.redaction import present
from sudoagent.review.editing import edited_value, edited_values, offered
from sudoagent.review.recount import recount, tally
from sudoagent.review.request import (
    EditableArgument,
    MalformedRecord,
    Request,
    decode_request,
    encode,
)
from sudoagent.review.seal import BadSeal
from support.parts import Answers, Asks, Log
from support.reviews import KEYRING, make_request, make_vote, sealed

AMOUNT = EditableArgument(name="amount", kind="float", current="1500.0", ge="0", le="500")
ASKED = make_request(editable=(AMOUNT,))


def offers(limits: Editable, **arguments: Any) -> tuple[EditableArgument, ...]:
    """What a request offers of a call whose arguments are all marked alike."""
    seen: list[Context] = []

    def answer(ctx: Context) -> bool:
        seen.append(ctx)
        return False

    sudo = SudoEngine(
        policy=Asks(allow_uninspectable=True),
        approver=Answers(answer),
        logger=Log(),  # type: ignore[arg-type]
        redactor=Redactor(names=["badge"]),
    )
    marks = dict.fromkeys(arguments, limits)
    with pytest.raises(Exception, match="denied"):
        sudo.authorize("act", arguments, editable=marks)
    return offered(seen[0], present(seen[0]).arguments)


class TestOffered:
    def test_the_value_its_kind_and_its_limits(self) -> None:
        assert offers(Editable(ge=0, le=Decimal("0.5"), max_length=9), x=0.25, y="a") == (
            EditableArgument(
                name="x", kind="float", current="0.25", ge="0", le="0.5", max_length=9
            ),
            EditableArgument(name="y", kind="str", current="a", ge="0", le="0.5", max_length=9),
        )
        (found,) = offers(Editable(choices=["EUR", "USD", 5]), x="EUR")
        assert found.choices == ("EUR", "USD")

    @pytest.mark.parametrize(
        ("value", "current"),
        [
            (True, "true"),
            (7, "7"),
            (2**70, str(2**70)),
            (Decimal("1.50"), "1.50"),
            (1e21, "1e+21"),
            (-0.0, "-0.0"),
            ("", ""),
            ("two\nlines", "two\nlines"),
        ],
    )
    def test_every_kind_of_value(self, value: Any, current: str) -> None:
        (found,) = offers(Editable(), x=value)
        assert (found.current, found.kind) == (current, type(value).__name__)

    @pytest.mark.parametrize(
        "value",
        [
            None,
            [1],
            b"bytes",
            float("nan"),
            float("inf"),
            10**200,
            "x" * 3001,
            "a\u202eb",
            "zero\u200bwidth",
            "cr\r\nlf",
            "\x1b[2J",
            "xoxb-" + "123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx",
        ],
    )
    def test_what_is_not_seen_as_it_is_or_cannot_be_typed_is_not_offered(self, value: Any) -> None:
        assert offers(Editable(), x=value) == ()

    def test_what_is_redacted_by_its_name_is_not_offered(self) -> None:
        assert [found.name for found in offers(Editable(), password="abc", badge=5, door=7)] == [
            "door"
        ]

    def test_no_more_are_offered_than_fit_a_form(self) -> None:
        assert len(offers(Editable(), **{f"a{n}": n for n in range(30)})) == 20
        assert offers(Editable(), **{"n" * 101: 1}) == ()

    def test_no_more_are_offered_than_fit_a_request(self) -> None:
        texts = {f"a{n}": "x" * 3000 for n in range(5)}
        assert [found.name for found in offers(Editable(), **texts, last=5)] == ["a0", "a1", "last"]

    def test_an_argument_that_the_call_does_not_have_is_not_offered(self) -> None:
        ctx = Context._of_call(
            action="act",
            args=(),
            kwargs={},
            metadata={},
            editable={"x": marked("x", Editable())},
        )
        assert offered(ctx, ()) == ()


class TestEdits:
    def test_texts_become_values_of_the_kind(self) -> None:
        assert edited_values(ASKED, {"amount": "450"}) == {"amount": 450.0}
        assert type(edited_values(ASKED, {"amount": "450"})["amount"]) is float
        box = EditableArgument(name="x", kind="bool", current="true")
        assert edited_value(box, "false") is False

    @pytest.mark.parametrize(
        "edits",
        [
            {"amount": "500.01"},
            {"amount": "-1"},
            {"amount": "nan"},
            {"amount": "inf"},
            {"amount": "1e999"},
            {"amount": ""},
            {"amount": "all"},
            {"user_id": "attacker"},
        ],
    )
    def test_edits_that_were_not_offered_do_not_fit(self, edits: dict[str, str]) -> None:
        with pytest.raises(Unfit):
            edited_values(ASKED, edits)
        with pytest.raises(BadSeal, match="does not offer"):
            tally(ASKED, [sealed(make_vote(ASKED, edits=edits))], KEYRING)

    def test_choices_and_lengths_hold(self) -> None:
        menu = EditableArgument(name="x", kind="int", current="1", choices=("1", "2"))
        assert edited_value(menu, "2") == 2
        with pytest.raises(Unfit):
            edited_value(menu, "3")
        line = EditableArgument(name="x", kind="str", current="", max_length=3)
        with pytest.raises(Unfit):
            edited_value(line, "abcd")


class TestVotes:
    def test_a_verdict_carries_the_edits_as_values(self) -> None:
        votes = [sealed(make_vote(ASKED, edits={"amount": "450"}))]
        verdict = recount(ASKED, "approved", votes, KEYRING)
        assert verdict.approved
        assert verdict.edits == {"amount": 450.0}

    def test_a_denial_with_edits_is_not_genuine(self) -> None:
        with pytest.raises(BadSeal, match="denial comes with edits"):
            tally(ASKED, [sealed(make_vote(ASKED, choice="deny", edits={"amount": "4"}))], KEYRING)

    def test_a_denied_verdict_has_none(self) -> None:
        votes = [sealed(make_vote(ASKED, choice="deny"))]
        assert recount(ASKED, "denied", votes, KEYRING).edits == {}

    def test_edits_are_for_one_reviewer_alone(self) -> None:
        two: Request = make_request(editable=(AMOUNT,), quorum=2)
        with pytest.raises(MalformedRecord, match="each edit"):
            decode_request(encode(two))

    def test_an_approval_without_the_number_is_not_believed(self) -> None:
        request = make_request(number_check="s1.abc.def.")
        with pytest.raises(BadSeal, match="number"):
            recount(request, "approved", [sealed(make_vote(request))], KEYRING)
        matched = [sealed(make_vote(request, number_matched=True))]
        verdict = recount(request, "approved", matched, KEYRING)
        assert verdict.votes[0].number_matched
        denied = [sealed(make_vote(request, choice="deny"))]
        assert recount(request, "denied", denied, KEYRING).outcome == "denied"
