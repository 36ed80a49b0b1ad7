"""Deciding about a call that somebody else makes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from sudoagent import (
    ApprovalDenied,
    ApprovalError,
    AuditLogError,
    Authorization,
    ConfigurationError,
    PolicyError,
    SudoEngine,
)
from support.parts import DENY, Answers, Asks, Log, Says, asking, engine


def authorize(way: str, sudo: SudoEngine, *args: Any, **kwargs: Any) -> Authorization:
    if way == "authorize":
        return sudo.authorize(*args, **kwargs)
    return asyncio.run(sudo.aauthorize(*args, **kwargs))


pytestmark = pytest.mark.parametrize("way", ["authorize", "aauthorize"])


def test_a_yes_is_recorded_and_returned(way: str) -> None:
    policy, log = Asks(), Log()
    sudo = engine(policy, Answers(), log)

    yes = authorize(way, sudo, "mcp.pay", {"amount": 5}, {"agent": "bot"})

    assert log.story == [("decision", "allow")]
    (entry,) = log.entries
    assert (yes.request_id, yes.action, yes.reason) == (entry.request_id, "mcp.pay", "approved")
    assert (entry.action, entry.metadata["runs"]) == ("mcp.pay", "elsewhere")
    assert datetime.fromisoformat(entry.metadata["asked_at"]) <= entry.timestamp
    assert (policy.seen[0].kwargs, policy.seen[0].metadata) == ({"amount": 5}, {"agent": "bot"})


def test_arguments_are_optional(way: str) -> None:
    assert authorize(way, engine(), "restart").arguments == {}


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda: engine(Says(DENY)), ApprovalDenied),
        (lambda: engine(Says(None)), PolicyError),
        (lambda: asking(False), ApprovalDenied),
        (lambda: asking("yes"), ApprovalError),
        (lambda: engine(logger=Log({1: OSError()})), AuditLogError),
    ],
    ids=["denied", "policy", "refused", "answer", "log"],
)
def test_everything_else_raises(
    way: str, make: Callable[[], SudoEngine], kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        authorize(way, make(), "mcp.pay", {"amount": 5})


def test_what_was_judged_is_handed_back_and_cannot_be_changed(way: str) -> None:
    arguments = {"lines": [1]}

    yes = authorize(way, engine(), "mcp.pay", arguments)
    arguments["lines"].append(999_999)

    assert yes.arguments == {"lines": [1]}
    with pytest.raises(TypeError, match="read-only"):
        yes.arguments["lines"].append(2)


def test_a_change_while_somebody_thinks_about_it_is_refused(way: str) -> None:
    arguments = {"lines": [1]}

    def meanwhile(_: Any) -> bool:
        arguments["lines"].append(999_999)
        return True

    with pytest.raises(ApprovalDenied, match="changed"):
        authorize(way, asking(meanwhile), "mcp.pay", arguments)


@pytest.mark.parametrize("name", ["self", "policy", "action", "arguments", "metadata", "args"])
def test_no_argument_is_an_option(way: str, name: str) -> None:
    assert authorize(way, engine(), "mcp.pay", {name: 1}).arguments == {name: 1}


@pytest.mark.parametrize("action", ["", " ", None, 5])
def test_it_has_an_action(way: str, action: Any) -> None:
    log = Log()
    with pytest.raises(ConfigurationError, match="action"):
        authorize(way, engine(logger=log), action)
    assert log.entries == []
