"""Slack's way to say no: a short code, sometimes with details. Pure."""

from __future__ import annotations

from typing import Any

__all__ = ["SlackError"]


class SlackError(Exception):
    """A Web API call is refused: answered as ``{"ok": false, "error": code, **details}``."""

    def __init__(self, code: str, **details: Any) -> None:
        super().__init__(code)
        self.code = code
        self.details = details

    @property
    def answer(self) -> dict[str, Any]:
        """The body of the response."""
        return {"ok": False, "error": self.code, **self.details}
