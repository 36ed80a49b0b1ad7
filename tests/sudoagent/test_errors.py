"""Errors say what to do, travel between processes, and stay in their families."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from sudoagent import errors
from sudoagent.errors import (
    ApprovalCancelled,
    ApprovalDenied,
    ApprovalError,
    ApprovalExpired,
    ApproverUnavailable,
    ArgumentsChanged,
    AuditLogError,
    ConfigurationError,
    OutcomeUnknown,
    PolicyError,
    SudoAgentError,
)

ALL = [getattr(errors, name) for name in errors.__all__]
DENIALS = [
    ApprovalExpired,
    ApprovalCancelled,
    ArgumentsChanged,
    OutcomeUnknown,
    ApproverUnavailable,
]


@pytest.mark.parametrize("kind", ALL)
def test_all_have_one_base(kind: type[SudoAgentError]) -> None:
    assert issubclass(kind, SudoAgentError)


@pytest.mark.parametrize("kind", DENIALS)
def test_who_handles_denials_handles_them_all(kind: type[SudoAgentError]) -> None:
    assert issubclass(kind, ApprovalDenied)


def test_what_failed_is_no_denial() -> None:
    for kind in (PolicyError, ApprovalError, AuditLogError, ConfigurationError):
        assert not issubclass(kind, ApprovalDenied)
    assert issubclass(ApproverUnavailable, ApprovalError)
    assert issubclass(ConfigurationError, ValueError)


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_they_travel_between_processes(kind: type[Any], protocol: int) -> None:
    error = kind("no", request_id="r", action="pay")
    if isinstance(error, ApprovalDenied):
        error.comment, error.reviewer = "too much", "U1"
    error.add_note("seen in production")

    travelled = pickle.loads(pickle.dumps(error, protocol))

    assert type(travelled) is kind
    assert vars(travelled) == vars(error)
    assert (str(travelled), travelled.args) == ("no", ("no",))
    assert vars(copy.copy(error)) == vars(error)


class Chained(ApprovalDenied):
    """As somebody's approver might raise it."""

    def __init__(self, ticket: int) -> None:
        super().__init__(f"ticket {ticket}")
        self.ticket = ticket


def test_a_subclass_with_other_arguments_travels_too() -> None:
    travelled = pickle.loads(pickle.dumps(Chained(5)))

    assert (type(travelled), travelled.ticket, travelled.reason) == (Chained, 5, "ticket 5")
    assert str(travelled) == "ticket 5"


def test_ids_are_unknown_until_the_error_belongs_to_a_call() -> None:
    error = ApprovalDenied("no")

    assert (error.request_id, error.action, error.comment, error.reviewer) == (None,) * 4
    assert (error.reason, repr(error)) == ("no", "ApprovalDenied('no')")
