"""Modals and Home tabs."""

from __future__ import annotations

from typing import Any

from sudoagent.playground.blockkit import check_view
from sudoagent.playground.passes import PassRefusedError
from sudoagent.playground.refusal import SlackError
from sudoagent.playground.surfaces import Sheet
from sudoagent.playground.workspace import Trigger

from ._call import Call

__all__ = ["checked", "open_view", "publish", "push", "update"]

_TRIGGER_REFUSALS = {
    "unknown": "invalid_trigger_id",
    "expired": "expired_trigger_id",
    "used": "exchanged_trigger_id",
}


def open_view(call: Call) -> dict[str, Any]:
    """``views.open``: within 3 s of what the person did, once."""
    view = _view(call, "modal")
    trigger = _trigger(call)
    return _shown(call, call.workspace.surfaces.open(trigger.user, view))


def push(call: Call) -> dict[str, Any]:
    """``views.push``: on top of the modal in which the person did something."""
    view = _view(call, "modal")
    trigger = _trigger(call)
    return _shown(call, call.workspace.surfaces.push(trigger.user, view))


def update(call: Call) -> dict[str, Any]:
    """``views.update``: by view id or by the app's own ``external_id``."""
    view_id, external_id = call.string("view_id"), call.string("external_id")
    sheet = call.workspace.surfaces.find(view_id=view_id, external_id=external_id)
    if sheet is None:
        raise SlackError("not_found")
    view = _view(call, sheet.definition["type"])
    call.workspace.surfaces.update(sheet, view, call.string("hash"))
    return _shown(call, sheet)


def publish(call: Call) -> dict[str, Any]:
    """``views.publish``: a person's Home tab."""
    user = call.workspace.user(call.required("user_id"))
    view = _view(call, "home")
    return _shown(call, call.workspace.surfaces.publish(user.id, view, call.string("hash")))


def checked(view: Any, kind: str) -> dict[str, Any]:
    """Return the view if Slack would take it as this kind. Raises ``invalid_arguments``."""
    findings = check_view(view)
    if not findings and view["type"] != kind:
        findings = [f"[ERROR] must be a {kind} view [json-pointer:/view/type]"]
    if findings:
        raise SlackError("invalid_arguments", response_metadata={"messages": findings})
    return dict(view)


def _view(call: Call, kind: str) -> dict[str, Any]:
    return checked(call.structure("view", "invalid_arguments"), kind)


def _trigger(call: Call) -> Trigger:
    try:
        return call.workspace.triggers.take(call.required("trigger_id"))
    except PassRefusedError as refused:
        raise SlackError(_TRIGGER_REFUSALS[refused.why]) from None


def _shown(call: Call, sheet: Sheet) -> dict[str, Any]:
    call.workspace.show_sheet(sheet)
    return {"view": sheet.as_app_sees()}
