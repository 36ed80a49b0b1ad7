"""Reading cards and modals as a person does, and as Slack does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sudoagent.slack.messages import Message


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Every object in a tree of blocks."""
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list | tuple):
        for child in node:
            yield from nodes(child)


def words(message: Message) -> str:
    """All that is written on the card, sentence by sentence."""
    return "\n".join(node["text"] for node in nodes(message.blocks) if is_text(node))


def is_text(node: dict[str, Any]) -> bool:
    return isinstance(node.get("text"), str)


def sentences(shown: Any) -> str:
    """The sentences of a card or of blocks, with people as @id and moments as their fallback."""
    keys = {"text": "text", "user": "user_id", "usergroup": "usergroup_id", "date": "fallback"}
    lines = []
    for node in nodes(getattr(shown, "blocks", shown)):
        if str(node.get("type")).startswith("rich_text_"):
            elements = node["elements"]
            lines.append("".join(str(e[keys[e["type"]]]) for e in elements))
    return "\n".join(lines)


def buttons(message: Message) -> dict[str, dict[str, Any]]:
    return {node["action_id"]: node for node in nodes(message.blocks) if "action_id" in node}


def header(message: Message) -> str:
    return str(message.blocks[0]["text"]["text"])


def arguments(message: Message) -> str:
    found = [n for n in nodes(message.blocks) if n.get("type") == "rich_text_preformatted"]
    return str(found[0]["elements"][0]["text"])
