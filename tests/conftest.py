"""Fixtures that more than one room uses come from the plugins in `support`."""

from __future__ import annotations

import signal

from hypothesis import HealthCheck, settings

# How long an example takes says more about the machine than about the code.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

# A shell that runs the tests in the background has Ctrl-C ignored, and every program that a test
# starts would inherit that; what is handled here is not inherited.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

pytest_plugins: list[str] = [
    "support.audit_cli",
    "support.embedded",
    "support.parts",
    "support.slack",
    "support.terminal",
    "support.valkey",
    "support.bot",  # after what it imports: assertions are rewritten once
]
