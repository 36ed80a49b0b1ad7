"""Where Slack's deliveries meet the desk: acknowledge, hand over, return."""

from __future__ import annotations

from slack_bolt.app.async_app import AsyncApp

from ..desk import Desk
from ..in_flight import InFlight
from . import actions, views

__all__ = ["register"]


def register(app: AsyncApp, desk: Desk, in_flight: InFlight) -> None:
    """Register every listener. The catch-alls come last: the first match takes the delivery."""
    actions.register(app, desk, in_flight)
    views.register(app, desk, in_flight)
