"""Reading JSON that an app sent, with what cannot be written again made harmless. Pure."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["read_json"]


def read_json(text: str | bytes) -> Any:
    """Return the value; lone surrogates become U+FFFD, as in Slack. Raises ``ValueError``."""
    try:
        return _clean(json.loads(text))
    except RecursionError:
        raise ValueError("the JSON is nested too deeply") from None


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    return value
