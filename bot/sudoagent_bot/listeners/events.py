"""What Slack tells by itself."""

from __future__ import annotations

from typing import Any

from slack_bolt.app.async_app import AsyncApp

from ..clicks import read_visit
from ..home import Home
from ..intake import Intake

__all__ = ["register"]


def register(app: AsyncApp, intake: Intake, home: Home) -> None:
    """Register a listener for whoever opens the app's Home tab."""

    async def on_visit(body: dict[str, Any]) -> None:
        # Bolt acknowledges events by itself.
        visit = read_visit(body)
        if visit is not None:
            intake.start(home.open(visit))

    app.event("app_home_opened")(on_visit)
