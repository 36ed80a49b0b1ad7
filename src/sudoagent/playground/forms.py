"""What a person fills in: ``state.values`` as Slack builds it, and what Slack checks itself. Pure.

``values`` maps the ``block_id`` (or the ``action_id``) of an input to what was typed, the value of
the option that was chosen, or a list of those for checkboxes. Whatever is absent keeps its initial
value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["action_of", "complaints", "state_of"]

Element = dict[str, Any]
_STATEFUL = {
    "checkboxes",
    "datepicker",
    "number_input",
    "plain_text_input",
    "radio_buttons",
    "static_select",
}


def state_of(blocks: list[dict[str, Any]], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the ``state`` of a view or message that was filled in like this."""
    state: dict[str, dict[str, Any]] = {}
    for block, element in _stateful(blocks):
        answer = {"type": element["type"]} | _answer(element, _value_for(block, element, values))
        state.setdefault(block["block_id"], {})[element["action_id"]] = answer
    return {"values": state}


def complaints(blocks: list[dict[str, Any]], values: Mapping[str, Any]) -> dict[str, str]:
    """Return, by block_id, what Slack itself would not let a person submit."""
    found: dict[str, str] = {}
    for block, element in _stateful(blocks):
        if block["type"] != "input":
            continue
        answer = _answer(element, _value_for(block, element, values))
        complaint = _complaint(element, answer, optional=block.get("optional", False))
        if complaint is not None:
            found[block["block_id"]] = complaint
    return found


def action_of(element: Element, chosen: Any) -> dict[str, Any]:
    """Return the entry of ``actions`` for one use of an element."""
    action: dict[str, Any] = {"type": element["type"], "action_id": element["action_id"]}
    if element["type"] == "button":
        kept = {key: element[key] for key in ("text", "value", "style") if key in element}
        return action | kept
    if chosen is None:
        chosen = _initial(element)
    return action | _answer(element, chosen)


def _stateful(blocks: list[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], Element]]:
    for block in blocks:
        candidates = [block.get("element"), block.get("accessory")]
        if block["type"] == "actions":
            candidates.extend(block["elements"])
        for element in candidates:
            if element is not None and element["type"] in _STATEFUL:
                yield block, element


def _value_for(block: dict[str, Any], element: Element, values: Mapping[str, Any]) -> Any:
    if element["action_id"] in values:
        return values[element["action_id"]]
    if block["type"] == "input" and block["block_id"] in values:
        return values[block["block_id"]]
    return _initial(element)


def _initial(element: Element) -> Any:
    if "initial_options" in element:
        return [option["value"] for option in element["initial_options"]]
    if "initial_option" in element:
        return element["initial_option"]["value"]
    return element.get("initial_value", element.get("initial_date"))


def _answer(element: Element, value: Any) -> dict[str, Any]:
    match element["type"]:
        case "plain_text_input" | "number_input":
            return {"value": None if value in (None, "") else str(value)}
        case "datepicker":
            return {"selected_date": value or None}
        case "checkboxes":
            wanted = [value] if isinstance(value, str) else value or []
            return {"selected_options": [_option(element, each) for each in wanted]}
        case _:
            return {"selected_option": None if value is None else _option(element, value)}


def _option(element: Element, value: str) -> dict[str, Any]:
    groups = element.get("option_groups", [])
    offered = [*element.get("options", []), *(o for g in groups for o in g["options"])]
    for option in offered:
        if option["value"] == value:
            return dict(option)
    raise KeyError(f"there is no option {value!r} in {element['action_id']}")


def _complaint(element: Element, answer: dict[str, Any], *, optional: bool) -> str | None:
    (value,) = answer.values()
    if not value:
        return None if optional else "Please complete this required field."
    if element["type"] == "plain_text_input":
        return _length_complaint(element, value)
    if element["type"] == "number_input":
        return _number_complaint(element, value)
    return None


def _length_complaint(element: Element, value: str) -> str | None:
    shortest, longest = element.get("min_length", 0), element.get("max_length", 3000)
    if len(value) < shortest:
        return f"Please enter at least {shortest} characters."
    if len(value) > longest:
        return f"Please enter at most {longest} characters."
    return None


def _number_complaint(element: Element, value: str) -> str | None:
    try:
        number = float(value) if element["is_decimal_allowed"] else int(value)
    except ValueError:
        return "Please enter a valid number."
    # Compared so that NaN is refused as well.
    if "min_value" in element and not number >= float(element["min_value"]):
        return f"Please enter a number of at least {element['min_value']}."
    if "max_value" in element and not number <= float(element["max_value"]):
        return f"Please enter a number of at most {element['max_value']}."
    return None
