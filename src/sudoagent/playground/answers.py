"""What the playground tells: messages, views and interactions, as a person meets them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import msgspec

__all__ = ["ApiCall", "FaultKind", "Interaction", "Message", "View", "text_of"]

FaultKind = Literal[
    "rate_limited", "server_error", "timeout", "lost_request", "lost_response", "error"
]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message as it stands now. ``visible_to`` names the one reader of an ephemeral message."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[dict[str, Any]] = []
    thread_ts: str | None = None
    edited: bool = False
    revision: int = 1
    visible_to: str | None = None
    reply_count: int = 0
    warnings: tuple[str, ...] = ()
    metadata: dict[str, Any] | None = None

    @property
    def elements(self) -> list[dict[str, Any]]:
        """Every interactive element of the message, in reading order."""
        return list(interactive(self.blocks))

    @property
    def action_ids(self) -> list[str]:
        """The ``action_id`` of each interactive element, in reading order."""
        return [element["action_id"] for element in self.elements]

    @property
    def words(self) -> str:
        """Everything that a reader can see, one line per text."""
        return text_of(self.blocks) if self.blocks else self.text


class View(msgspec.Struct, frozen=True, kw_only=True):
    """A modal or a Home tab as one person sees it. ``errors`` (by block_id) stand below inputs."""

    id: str
    type: Literal["modal", "home"]
    user: str
    hash: str
    callback_id: str = ""
    private_metadata: str = ""
    blocks: list[dict[str, Any]] = []
    title: dict[str, Any] | None = None
    submit: dict[str, Any] | None = None
    close: dict[str, Any] | None = None
    external_id: str = ""
    notify_on_close: bool = False
    clear_on_close: bool = False
    errors: dict[str, str] = {}
    warning: str | None = None

    @property
    def elements(self) -> list[dict[str, Any]]:
        """Every interactive element of the view, in reading order."""
        return list(interactive(self.blocks))

    @property
    def words(self) -> str:
        """Everything that a reader can see, one line per text."""
        return text_of([{"text": self.title}, *self.blocks])


class Interaction(msgspec.Struct, frozen=True, kw_only=True):
    """What became of something that a person did.

    ``missed`` says in words why the person saw a warning sign (``None``: it was acknowledged in
    time). ``cancelled`` means that the person did not confirm, so nothing was sent. ``errors`` are
    the messages that a submitted modal came back with, by block_id.
    """

    id: str
    kind: str
    acknowledged: bool
    seconds: float = 0.0
    missed: str | None = None
    cancelled: bool = False
    errors: dict[str, str] = {}
    payload: dict[str, Any] = {}
    response: dict[str, Any] | None = None


class ApiCall(msgspec.Struct, frozen=True, kw_only=True):
    """One Web API call that arrived. ``error`` is Slack's code, or the name of a fault."""

    method: str
    at: float
    arguments: dict[str, Any] = {}
    error: str | None = None


def interactive(blocks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield each element that carries an ``action_id``, with its ``block_id`` added."""
    for block in blocks:
        candidates = [*block.get("elements", []), block.get("accessory"), block.get("element")]
        for element in candidates:
            if isinstance(element, dict) and "action_id" in element:
                yield {**element, "block_id": block.get("block_id", "")}


def text_of(node: Any) -> str:
    """Return every text in a tree of blocks, one per line; pieces of rich text are joined."""
    return "\n".join(line for line in _lines(node) if line)


def _lines(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for child in node:
            yield from _lines(child)
    elif isinstance(node, dict):
        yield from _lines_of_object(node)


def _lines_of_object(node: dict[str, Any]) -> Iterator[str]:
    kind = node.get("type", "")
    if kind in ("rich_text_section", "rich_text_preformatted", "rich_text_quote"):
        yield "".join(_inline(element) for element in node.get("elements", []))
        return
    if isinstance(node.get("text"), str):
        yield node["text"]
    for key in ("title", "text", "label", "fields", "elements", "element", "accessory", "options"):
        yield from _lines(node.get(key))
    yield from _lines(node.get("hint"))


def _inline(element: dict[str, Any]) -> str:
    match element.get("type"):
        case "text":
            return str(element.get("text", ""))
        case "link":
            return str(element.get("text") or element.get("url", ""))
        case "user":
            return f"<@{element.get('user_id')}>"
        case "usergroup":
            return f"<!subteam^{element.get('usergroup_id')}>"
        case "date":
            return str(element.get("fallback", element.get("timestamp", "")))
        case "emoji":
            return f":{element.get('name')}:"
        case other:
            return f"<{other}>"
