"""Who is calling, and where the socket is."""

from __future__ import annotations

from typing import Any

from sudoagent.playground.cast import APP_ID, BOT_ID, BOT_USER, TEAM, TEAM_NAME

from ._call import Call

__all__ = ["api_test", "auth_test", "open_connection"]


def api_test(call: Call) -> dict[str, Any]:
    """``api.test``: the arguments come back."""
    return {"args": dict(call.arguments)}


def auth_test(call: Call) -> dict[str, Any]:
    """``auth.test``: the app's own user, team and bot id; of an app-level token, the app."""
    if call.bearer == "app":
        return {"app_name": "Approvals", "app_id": APP_ID}
    return {
        "url": f"{call.base_url}/",
        "team": TEAM_NAME,
        "user": call.workspace.user(BOT_USER).handle,
        "team_id": TEAM,
        "user_id": BOT_USER,
        "bot_id": BOT_ID,
        "is_enterprise_install": False,
    }


def open_connection(call: Call) -> dict[str, Any]:
    """``apps.connections.open``: a WebSocket address that works once, within 30 s."""
    ticket = call.workspace.tickets.issue(None)
    address = call.base_url.replace("http", "ws", 1)
    return {"url": f"{address}/link/?ticket={ticket}&app_id={APP_ID}"}
