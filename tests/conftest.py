"""Fixtures that more than one room uses come from the plugins in `support`."""

from __future__ import annotations

pytest_plugins: list[str] = [
    "support.audit_cli",
    "support.embedded",
    "support.parts",
    "support.slack",
    "support.terminal",
    "support.valkey",
    "support.bot",  # after what it imports: assertions are rewritten once
]
