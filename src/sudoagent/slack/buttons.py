"""The buttons under a pending card, and the dialog in which the riskiest of them asks again.

Pure: no clock, no network.
"""

from __future__ import annotations

from sudoagent.review.request import Request

from . import grant_texts, texts
from .arguments import in_brief
from .blocks import Element, button, confirm, one_line
from .grants import duration

__all__ = ["ALLOW_FOR", "EDIT", "agent_name", "allow_for_button", "vote_buttons"]

EDIT = "edit"
ALLOW_FOR = "allow_for"


def agent_name(request: Request) -> str:
    """Return what to call whoever wants to run the call."""
    return one_line(request.agent or "", 80) or texts.SOME_AGENT


def vote_buttons(request: Request, *, hidden: bool) -> list[Element]:
    """Return what a reviewer can press. ``hidden``: what stands above does not tell everything."""
    action = one_line(request.action, 40)
    details_label = texts.LABEL_DETAILS_APPROVE if hidden else texts.LABEL_DETAILS
    deny = button(
        "deny", request.id, texts.BUTTON_DENY, texts.LABEL_DENY.format(action=action), "danger"
    )
    details = button(
        "details", request.id, texts.BUTTON_DETAILS, details_label.format(action=action)
    )
    if hidden:
        # One click must not approve what cannot be seen here.
        return [{**details, "style": "primary"}, deny]
    others = [*_edit(request, action), *allow_for_button(request)]
    return [_approve(request, action), *others, deny, details]


def allow_for_button(request: Request) -> list[Element]:
    """Return the button that leads to what can be allowed for a while; none without an offer."""
    if request.offer is None:
        return []
    time = duration(request.offer.seconds)
    label = grant_texts.LABEL.format(action=one_line(request.action, 30), duration=time)
    return [button(ALLOW_FOR, request.id, grant_texts.BUTTON.format(duration=time), label)]


def _approve(request: Request, action: str) -> Element:
    words, label = texts.BUTTON_APPROVE, texts.LABEL_APPROVE
    if request.number_check:
        # The dialog that asks for the number restates the call; nobody reads two of them.
        words, label = texts.BUTTON_APPROVE_NUMBER, texts.LABEL_APPROVE_NUMBER
    approve = button("approve", request.id, words, label.format(action=action), "primary")
    if request.risk == "high" and not request.number_check:
        approve["confirm"] = _confirm(request)
    return approve


def _edit(request: Request, action: str) -> list[Element]:
    if not request.editable:
        return []
    label = texts.LABEL_EDIT.format(action=action)
    return [button(EDIT, request.id, texts.BUTTON_EDIT, label)]


def _confirm(request: Request) -> Element:
    words = texts.CONFIRM.format(
        agent=one_line(agent_name(request), 30),
        action=one_line(request.action, 60),
        arguments=in_brief(request, 140),
    )
    return confirm(texts.CONFIRM_TITLE, words, texts.CONFIRM_YES, texts.CONFIRM_NO)
