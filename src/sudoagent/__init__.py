"""sudo for AI agents: a policy allows, denies or asks; a reviewer answers; the log knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .approvers import Approver
from .audit import AuditEntry, AuditLogger
from .context import Context
from .editable import Editable
from .engine import Authorization, SudoEngine
from .errors import (
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
from .follow_up import FollowUp, QuietHours
from .gate import Gate
from .policies import AllowAllPolicy, AllowFor, Decision, DenyAllPolicy, Policy, PolicyResult
from .redaction import Redactor, Secret
from .verdict import Verdict, Vote

if TYPE_CHECKING:
    from .approvers.fallback import FallbackApprover
    from .approvers.slack import SlackApprover
    from .approvers.terminal import InteractiveApprover
    from .audit.jsonl import JsonlAuditLogger
    from .review.freeze import FreezeSwitch

__version__ = "0.1.0"

__all__ = [
    "AllowAllPolicy",
    "AllowFor",
    "ApprovalCancelled",
    "ApprovalDenied",
    "ApprovalError",
    "ApprovalExpired",
    "Approver",
    "ApproverUnavailable",
    "ArgumentsChanged",
    "AuditEntry",
    "AuditLogError",
    "AuditLogger",
    "Authorization",
    "ConfigurationError",
    "Context",
    "Decision",
    "DenyAllPolicy",
    "Editable",
    "FallbackApprover",
    "FollowUp",
    "FreezeSwitch",
    "Gate",
    "InteractiveApprover",
    "JsonlAuditLogger",
    "OutcomeUnknown",
    "Policy",
    "PolicyError",
    "PolicyResult",
    "QuietHours",
    "Redactor",
    "Secret",
    "SlackApprover",
    "SudoAgentError",
    "SudoEngine",
    "Verdict",
    "Vote",
]

# Loaded on first use, so that `import sudoagent` brings in neither Slack, Redis nor rich.
_ON_FIRST_USE = {
    "FallbackApprover": "approvers.fallback",
    "FreezeSwitch": "review.freeze",
    "InteractiveApprover": "approvers.terminal",
    "JsonlAuditLogger": "audit.jsonl",
    "SlackApprover": "approvers.slack",
}


def __getattr__(name: str) -> Any:
    module = _ON_FIRST_USE.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    found = getattr(importlib.import_module(f"{__name__}.{module}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
