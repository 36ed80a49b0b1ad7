"""One call of a method: the workspace it is about, and its arguments, however they were encoded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sudoagent.playground.refusal import SlackError
from sudoagent.playground.wellformed import read_json
from sudoagent.playground.workspace import Workspace

__all__ = ["Call", "Method"]


@dataclass(frozen=True)
class Call:
    """``base_url`` is the playground's own address without a trailing slash."""

    workspace: Workspace
    arguments: Mapping[str, Any]
    base_url: str = ""
    bearer: Literal["bot", "app"] = "bot"

    def string(self, name: str, default: str = "") -> str:
        """An optional string; numbers are taken as Slack takes them."""
        value = self.arguments.get(name)
        return default if value is None else str(value)

    def required(self, name: str) -> str:
        """A string that must be there. Raises ``invalid_arguments``."""
        value = self.string(name)
        if not value:
            raise invalid(f"missing required field: {name}", name)
        return value

    def number(self, name: str, default: int) -> int:
        """An optional whole number, also as a string."""
        try:
            return int(self.arguments.get(name) or default)
        except (TypeError, ValueError):
            raise invalid("must provide an integer", name) from None

    def flag(self, name: str, default: bool = False) -> bool:
        """An optional boolean, also as ``true``, ``1`` or ``t``."""
        value = self.arguments.get(name)
        if value is None:
            return default
        return value is True or str(value).lower() in ("1", "true", "t")

    def structure(self, name: str, code: str) -> Any:
        """An optional JSON value, which may come as a string. Raises ``SlackError(code)``."""
        value = self.arguments.get(name)
        if not isinstance(value, str):
            return value
        try:
            return read_json(value) if value else None
        except ValueError:
            raise SlackError(code) from None


@dataclass(frozen=True)
class Method:
    """How a method is run, which token it takes, and the scope it needs (any one of ``scopes``)."""

    run: Callable[[Call], dict[str, Any]]
    bearer: Literal["bot", "app", "either"] = "bot"
    scopes: tuple[str, ...] = ()


def invalid(what: str, name: str) -> SlackError:
    """Return the refusal of a wrong argument, with Slack's pointer to it."""
    message = f"[ERROR] {what} [json-pointer:/{name}]"
    return SlackError("invalid_arguments", response_metadata={"messages": [message]})
