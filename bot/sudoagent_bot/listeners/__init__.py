"""Where Slack's deliveries meet the desk: acknowledge, hand over, return."""

from __future__ import annotations

from slack_bolt.app.async_app import AsyncApp

from ..brake import Brake
from ..desk import Desk
from ..in_flight import InFlight
from . import actions, commands, views

__all__ = ["register"]


def register(app: AsyncApp, desk: Desk, brake: Brake, in_flight: InFlight) -> None:
    """Register every listener. The catch-alls come last: the first match takes the delivery."""
    actions.register(app, desk, in_flight)
    views.register(app, desk, in_flight)
    commands.register(app, brake, in_flight)
