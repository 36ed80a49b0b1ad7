"""Where Slack's deliveries meet the desk: acknowledge, hand over, return."""

from __future__ import annotations

from slack_bolt.app.async_app import AsyncApp

from ..command import SudoCommand
from ..desk import Desk
from ..grants import GrantDesk
from ..home import Home
from ..intake import Intake
from . import actions, commands, events, views

__all__ = ["register"]


def register(
    app: AsyncApp,
    intake: Intake,
    desk: Desk,
    command: SudoCommand,
    home: Home,
    grants: GrantDesk,
) -> None:
    """Register every listener. The catch-alls come last: the first match takes the delivery."""
    actions.register(app, intake, desk, grants)
    views.register(app, intake, desk)
    commands.register(app, intake, command)
    events.register(app, intake, home)
