"""What must hold for a message, modal or Home tab as a whole. docs.slack.dev, "Surfaces"."""

from __future__ import annotations

import copy
import secrets
from collections import Counter
from collections.abc import Iterator
from typing import Any

from ._blocks import BLOCK
from ._objects import plain_text
from ._schema import Check, Findings, boolean, constant, items, record, required, string

__all__ = ["TooLongError", "check_message", "check_view", "with_ids"]

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
# Undocumented: found by asking, answered with `msg_blocks_too_long`.
CHARACTERS = 13_000


class TooLongError(ValueError):
    """The texts of all blocks together are more than Slack takes: ``msg_blocks_too_long``."""


_MODAL = record(
    type=required(constant("modal")),
    title=required(plain_text(24)),
    blocks=required(items(BLOCK, VIEW_BLOCKS)),
    close=plain_text(24),
    submit=plain_text(24),
    private_metadata=string(3000, shortest=0),
    callback_id=string(255, shortest=0),
    external_id=string(255, shortest=0),
    clear_on_close=boolean,
    notify_on_close=boolean,
    submit_disabled=boolean,
)
_HOME = record(
    type=required(constant("home")),
    blocks=required(items(BLOCK, VIEW_BLOCKS)),
    private_metadata=string(3000, shortest=0),
    callback_id=string(255, shortest=0),
    external_id=string(255, shortest=0),
)
_VIEWS: dict[str, Check] = {"modal": _MODAL, "home": _HOME}


def check_message(blocks: Any) -> list[str]:
    """Return what is wrong with a message's blocks, in Slack's words. Raises ``TooLongError``."""
    findings = Findings()
    items(BLOCK, MESSAGE_BLOCKS, least=0)(blocks, "/blocks", findings)
    if not findings.messages:
        _check_ids(blocks, "/blocks", findings)
    if not findings.messages and _characters(blocks) > CHARACTERS:
        raise TooLongError(f"{_characters(blocks)} characters, {CHARACTERS} are allowed")
    return findings.messages


def check_view(view: Any) -> list[str]:
    """Return what is wrong with a modal or Home tab, in Slack's words."""
    findings = Findings()
    kind = view.get("type") if isinstance(view, dict) else None
    if not isinstance(kind, str) or kind not in _VIEWS:
        findings.add("unsupported type", "/view/type")
        return findings.messages
    _VIEWS[kind](view, "/view", findings)
    if not findings.messages:
        _check_ids(view["blocks"], "/view/blocks", findings)
        _check_modal(view, findings)
    return findings.messages


def with_ids(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a copy in which each block and interactive element has an id, as Slack adds them."""
    named = copy.deepcopy(blocks)
    for block in named:
        block.setdefault("block_id", secrets.token_urlsafe(4))
        for element in _interactive(block):
            element.setdefault("action_id", secrets.token_urlsafe(4))
    return named


def _check_ids(blocks: list[dict[str, Any]], pointer: str, findings: Findings) -> None:
    for block_id in _repeated(block["block_id"] for block in blocks if "block_id" in block):
        findings.add(f"block_id `{block_id}` already exists", pointer)
    for index, block in enumerate(blocks):
        ids = (e["action_id"] for e in _interactive(block) if "action_id" in e)
        for action_id in _repeated(ids):
            findings.add(f"action_id `{action_id}` already exists", f"{pointer}/{index}")
    focused = sum(e.get("focus_on_load", False) for b in blocks for e in _interactive(b))
    if focused > 1:
        findings.add("only one element can have focus_on_load", pointer)


def _check_modal(view: dict[str, Any], findings: Findings) -> None:
    has_input = any(block["type"] == "input" for block in view["blocks"])
    if view["type"] == "modal" and has_input and "submit" not in view:
        findings.add("`submit` is required for modals with input blocks", "/view")


def _repeated(ids: Iterator[str]) -> list[str]:
    return [name for name, count in Counter(ids).items() if count > 1]


def _interactive(block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if block["type"] == "actions":
        yield from block["elements"]
    elif block["type"] == "input":
        yield block["element"]
    elif block.get("accessory", {}).get("type", "image") != "image":
        yield block["accessory"]


def _characters(node: Any) -> int:
    if isinstance(node, list):
        return sum(_characters(child) for child in node)
    if not isinstance(node, dict):
        return 0
    own = len(node["text"]) if isinstance(node.get("text"), str) else 0
    return own + sum(_characters(child) for child in node.values())
