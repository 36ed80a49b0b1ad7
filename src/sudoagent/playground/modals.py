"""Submitting and closing modals, and doing what the app's answer says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import payloads
from .answers import Interaction
from .cast import User
from .courier import Courier
from .finding import RefusedOrderError
from .forms import complaints
from .interactions import TROUBLE, Interactions, unsent
from .methods.views import checked
from .refusal import SlackError
from .surfaces import Sheet
from .workspace import Trigger, Workspace

__all__ = ["Modals"]


class Modals:
    """The modal that a person has in front of them.

    ``view_id`` names the one that they see: the app may have put another one there meanwhile.
    """

    def __init__(self, workspace: Workspace, courier: Courier, interactions: Interactions) -> None:
        self._workspace = workspace
        self._courier = courier
        self._interactions = interactions

    async def submit(
        self, user: User, values: Mapping[str, Any], *, view_id: str | None = None
    ) -> Interaction:
        """Submit the topmost modal. Raises ``RefusedOrderError`` when that cannot be done."""
        sheet = self._top(user)
        if view_id not in (None, sheet.id):
            raise RefusedOrderError(f"{user.name} has another modal open by now")
        try:
            sheet.errors = complaints(sheet.definition["blocks"], values)
            if sheet.errors:
                self._workspace.show_sheet(sheet)
                return unsent("view_submission", errors=sheet.errors)
            payload = payloads.view_submitted(user, sheet, values)
        except KeyError as missing:
            raise RefusedOrderError(str(missing.args[0])) from None
        payload["trigger_id"] = self._workspace.triggers.issue(Trigger(user.id, sheet.id))
        delivery = await self._courier.deliver("interactive", payload, accepts_response=True)
        if delivery.missed is None:
            self._settle(sheet, delivery.response or {})
        else:
            sheet.warning = TROUBLE
        self._workspace.show_views(user.id)
        return self._interactions.note("view_submission", payload, delivery, sheet.errors)

    async def close(
        self, user: User, *, everything: bool, view_id: str | None = None
    ) -> Interaction:
        """Close the topmost modal or all of them; the app is told where it asked to be."""
        stack = self._workspace.surfaces.stack(user.id)
        if view_id is not None and view_id not in [sheet.id for sheet in stack[-1:]]:
            return unsent("view_closed")
        sheet = self._top(user)
        if everything or sheet.definition.get("clear_on_close", False):
            self._workspace.surfaces.clear(user.id)
        else:
            self._workspace.surfaces.close(sheet)
        self._workspace.show_views(user.id)
        if not sheet.definition.get("notify_on_close", False):
            return unsent("view_closed")
        payload = payloads.view_closed(user, sheet, is_cleared=everything)
        delivery = await self._courier.deliver("interactive", payload)
        return self._interactions.note("view_closed", payload, delivery)

    def _top(self, user: User) -> Sheet:
        stack = self._workspace.surfaces.stack(user.id)
        if not stack:
            raise RefusedOrderError(f"{user.name} has no modal open")
        return stack[-1]

    def _settle(self, sheet: Sheet, response: Mapping[str, Any]) -> None:
        surfaces = self._workspace.surfaces
        try:
            match response.get("response_action"):
                case None:
                    surfaces.close(sheet)
                case "clear":
                    surfaces.clear(sheet.user)
                case "errors":
                    sheet.errors = dict(response["errors"])
                case "update":
                    surfaces.update(sheet, checked(response["view"], "modal"), "")
                case "push":
                    surfaces.push(sheet.user, checked(response["view"], "modal"))
                case _:
                    sheet.warning = TROUBLE
        except (SlackError, KeyError, TypeError, ValueError):
            # Slack shows this for every answer that it cannot use.
            sheet.warning = TROUBLE
