"""Everything that sudoagent raises on purpose.

    SudoAgentError
    ├── ConfigurationError      a setting is missing or wrong (also a ValueError)
    ├── PolicyError             the policy failed or did not answer with a PolicyResult
    ├── ApprovalError           the approver failed
    ├── ApprovalDenied          the answer is no
    │   ├── ApproverUnavailable nobody could be asked, nothing was sent (also an ApprovalError)
    │   ├── ApprovalExpired     nobody answered in time
    │   ├── ApprovalCancelled   the question was withdrawn before it was answered
    │   ├── ArgumentsChanged    what would run is not what was approved
    │   └── OutcomeUnknown      the approval was used before; whether its call finished is not known
    └── AuditLogError           the decision could not be recorded

None of them carries an argument value: what is raised is logged, and what is logged is read by
people who may not see the arguments.
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "ApprovalCancelled",
    "ApprovalDenied",
    "ApprovalError",
    "ApprovalExpired",
    "ApproverUnavailable",
    "ArgumentsChanged",
    "AuditLogError",
    "ConfigurationError",
    "OutcomeUnknown",
    "PolicyError",
    "SudoAgentError",
]


class SudoAgentError(Exception):
    """Base of everything raised on purpose.

    ``reason`` is a sentence for a person (and for the agent). ``request_id`` and ``action`` are
    ``None`` until the error belongs to one call.
    """

    def __init__(
        self,
        reason: str,
        *,
        request_id: str | None = None,
        action: str | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.request_id = request_id
        self.action = action

    def __reduce__(self) -> tuple[Any, ...]:
        # Exception.__reduce__ would call the class with self.args only.
        return (_rebuild, (type(self), self.reason), self.__dict__)


class ConfigurationError(SudoAgentError, ValueError):
    """A setting is missing or wrong; ``reason`` says how to supply it."""


class PolicyError(SudoAgentError):
    """The policy raised, or returned something that is not a ``PolicyResult``. Nothing ran."""


class ApprovalError(SudoAgentError):
    """The approver failed while asking or waiting. Nothing ran."""


class ApprovalDenied(SudoAgentError):
    """The call was refused, by the policy or by a reviewer. Nothing ran.

    ``comment`` is what the reviewer wrote, ``reviewer`` who it was (a Slack user id or the name of
    a terminal user); both are ``None`` when no person was involved.
    """

    def __init__(
        self,
        reason: str,
        *,
        request_id: str | None = None,
        action: str | None = None,
        comment: str | None = None,
        reviewer: str | None = None,
    ) -> None:
        super().__init__(reason, request_id=request_id, action=action)
        self.comment = comment
        self.reviewer = reviewer


class ApproverUnavailable(ApprovalError, ApprovalDenied):
    """Nobody could be asked, and nothing was sent to anybody, so another approver may be tried.

    Where there is no other, that is a denial: code that handles denials handles it too.
    """


class ApprovalExpired(ApprovalDenied):
    """Nobody answered before the deadline."""


class ApprovalCancelled(ApprovalDenied):
    """The request was withdrawn before anybody answered."""


class ArgumentsChanged(ApprovalDenied):
    """An argument changed between the question and the call, so the approval does not cover it."""


class OutcomeUnknown(ApprovalDenied):
    """This approval was already used by an earlier run that may or may not have finished.

    ``request_id`` is the id under which the earlier run recorded its decision in the audit log.
    """


class AuditLogError(SudoAgentError):
    """The decision could not be recorded, so nothing ran."""


def _rebuild(cls: type[SudoAgentError], reason: str) -> SudoAgentError:
    # Not by calling the class: a subclass may take other arguments. Its attributes follow.
    return cls.__new__(cls, reason)
