"""What a request offers to allow for a while, and when it offers nothing: doubt is a no."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Annotated, Any

import pytest

from sudoagent import AllowFor, Context, Secret, SlackApprover, SudoEngine
from sudoagent.approvers._slack_question import Question, question_for
from sudoagent.review.request import decode_request, encode
from support.parts import Answers, Asks, Log

OFFER = AllowFor(seconds=600, same=("customer",))
SETTINGS: dict[str, Any] = {
    "channel": "#approvals",
    "reviewers": ["U0ALICE", "U0BOB"],
    "token": "xoxb-1",
    "signing_key": "the-key-of-this-deployment",
    "agent": "billing-agent",
}


@dataclass
class Account:
    """Data, which can be shown."""

    number: str
    limit: int


def refund(customer: object, amount: float = 5.0, note: str = "") -> None: ...


def login(customer: Annotated[str, Secret()], password: str = "") -> None: ...


def anything(**kwargs: object) -> None: ...


class Shop:
    """A service, which cannot be shown."""

    def __init__(self) -> None:
        self.lock = io.StringIO()

    def refund(self, customer: str) -> None: ...


def asked(func: Any, *args: Any, **options: Any) -> Question:
    """Return the question that a call leads to."""
    rules = {"allow_for": OFFER, **options.pop("rules", {})}
    metadata, settings = options.pop("metadata", {}), options.pop("settings", {})
    seen: list[Context] = []

    def keep(ctx: Context) -> bool:
        seen.append(ctx)
        return False

    policy = Asks(**rules)
    engine = SudoEngine(policy=policy, approver=Answers(keep), logger=Log())
    with pytest.raises(Exception, match="denied"):
        engine.using(metadata=metadata).execute(func, *args, **options)
    approver = SlackApprover(**{**SETTINGS, **settings})
    request_id = "0f2c6f0e-3f6b-4a52-9a55-0a1b2c3d4e5f"
    return question_for(approver._settings, seen[0], policy.answer, request_id)  # type: ignore[arg-type]


def test_the_request_carries_the_offer() -> None:
    question = asked(refund, "cus_1")
    offer = question.request.offer
    assert offer is not None
    assert (offer.seconds, offer.same) == (600, ("customer",))
    assert question.not_offered is None
    assert decode_request(encode(question.request)) == question.request


@pytest.mark.parametrize(
    "value", ["cus_1", 5, 1.5, True, None, ["a", {"b": 2}], Account("DE1", 5), "x" * 2000]
)
def test_whatever_is_shown_in_full_can_bind_it(value: object) -> None:
    first, second = asked(refund, value, 1.0), asked(refund, value, 2.0)
    assert first.request.offer is not None
    assert first.request.offer == second.request.offer


def test_without_the_policys_wish_there_is_neither_offer_nor_note() -> None:
    question = asked(refund, "cus_1", rules={"allow_for": None})
    assert (question.request.offer, question.not_offered) == (None, None)


NOT_OFFERED: dict[str, tuple[Any, tuple[Any, ...], dict[str, Any], str]] = {
    "an argument that is missing": (
        refund,
        ("cus_1",),
        {"rules": {"allow_for": AllowFor(seconds=9, same=("customer", "client"))}},
        "no argument client",
    ),
    "arguments of another call": (anything, (), {"client": "cus_1"}, "no argument customer"),
    "an iterator": (
        refund,
        (iter("cus_1"),),
        {"rules": {"allow_uninspectable": True}},
        "customer cannot be shown in full",
    ),
    "part of a value that cannot be read": (
        refund,
        ([object()],),
        {"rules": {"allow_uninspectable": True}},
        "customer cannot be shown in full",
    ),
    "a value that is cut": (refund, ("x" * 100_000,), {}, "customer cannot be shown in full"),
    "a value too long to read again": (refund, ("x" * 4000,), {}, "too long"),
    "a value of too many lines": (refund, (list(range(600)),), {}, "too long"),
    "a parameter marked secret": (login, ("cus_1",), {}, "customer is secret"),
    "a parameter named like a secret": (
        login,
        ("cus_1", "hunter2hunter2"),
        {"rules": {"allow_for": AllowFor(seconds=9, same=("password",))}},
        "password is secret",
    ),
    "a value that looks like a secret": (
        refund,
        ("AKIAIOSFODNN7EXAMPLE",),
        {},
        "customer is secret",
    ),
    "a secret deep in a value": (refund, ({"token": "abcdefgh12345"},), {}, "customer is secret"),
    "high risk": (refund, ("cus_1",), {"rules": {"risk": "high"}}, "the risk is high"),
    "two reviewers": (refund, ("cus_1",), {"rules": {"quorum": 2}}, "more than one reviewer"),
    "no agent": (refund, ("cus_1",), {"settings": {"agent": None}}, "the agent has no name"),
    "an agent whose name hides something": (
        refund,
        ("cus_1",),
        {"metadata": {"agent": "billing\u202eagent"}},
        "the agent's name cannot be shown in full",
    ),
    "an agent with a long name": (
        refund,
        ("cus_1",),
        {"metadata": {"agent": "a" * 81}},
        "the agent's name cannot be shown in full",
    ),
    "an environment of two lines": (
        refund,
        ("cus_1",),
        {"metadata": {"environment": "test\nproduction"}},
        "the environment's name cannot be shown in full",
    ),
    "a method's own object": (
        Shop().refund,
        ("cus_1",),
        {"rules": {"allow_uninspectable": True, "allow_for": AllowFor(seconds=9, same=("self",))}},
        "self cannot be shown in full",
    ),
}


@pytest.mark.parametrize("what", NOT_OFFERED)
def test_doubt_offers_nothing_and_says_why(what: str) -> None:
    func, args, options, why = NOT_OFFERED[what]
    question = asked(func, *args, **options)
    assert question.request.offer is None
    assert question.not_offered is not None
    assert question.not_offered.startswith("not offered: ")
    assert why in question.not_offered
    assert "cus_1" not in question.not_offered


def test_high_risk_is_offered_when_the_policy_says_so() -> None:
    wanted = AllowFor(seconds=600, same=("customer",), high_risk=True)
    assert asked(refund, "cus_1", rules={"risk": "high", "allow_for": wanted}).request.offer


def test_a_context_that_no_engine_made_has_no_policy_to_bind() -> None:
    approver = SlackApprover(**SETTINGS)
    ctx = Context("refund", kwargs={"customer": "cus_1"})
    result = Asks(allow_for=OFFER).answer
    question = question_for(approver._settings, ctx, result, "0f2c6f0e-3f6b-4a52-9a55-0a1b2c3d4e5f")  # type: ignore[arg-type]
    assert question.request.offer is None
    assert "which policy" in str(question.not_offered)


def test_names_of_an_agents_own_keywords_bind_as_any_other() -> None:
    first, second = asked(anything, customer="a", x=1), asked(anything, customer="a", y=2)
    assert first.request.offer is not None
    assert first.request.offer == second.request.offer
    other = asked(anything, customer="b", x=1).request.offer
    assert other is not None
    assert other.key != first.request.offer.key
