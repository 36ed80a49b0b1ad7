"""The modals and Home tabs that each person has in front of them. Pure."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .answers import View
from .blockkit import with_ids
from .cast import APP_ID, BOT_ID, TEAM
from .forms import state_of
from .refusal import SlackError

__all__ = ["Sheet", "Surfaces"]

# docs.slack.dev, "Modals": a root view and two more on top of it.
STACK_LIMIT = 3


@dataclass
class Sheet:
    """One view, open in front of one person."""

    id: str
    user: str
    definition: dict[str, Any]
    root: str
    previous: str | None = None
    hash: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    warning: str | None = None

    def __post_init__(self) -> None:
        self.redefine(self.definition)

    def redefine(self, definition: Mapping[str, Any]) -> None:
        """Show something else under the same id; errors and warnings of the old view go."""
        self.definition = {**definition, "blocks": with_ids(definition["blocks"])}
        self.hash = f"{secrets.token_hex(4)}.{secrets.token_hex(4)}"
        self.errors = {}
        self.warning = None

    @property
    def external_id(self) -> str:
        """The app's own name for the view; may be empty."""
        return str(self.definition.get("external_id", ""))

    def as_person_sees(self) -> View:
        """The view as the control API and the page tell it."""
        shown = {
            key: value for key, value in self.definition.items() if key in View.__struct_fields__
        }
        facts = {"id": self.id, "user": self.user, "hash": self.hash}
        return View(**{**shown, **facts}, errors=self.errors, warning=self.warning)

    def as_app_sees(self, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The view as the Web API and payloads tell it, filled in with these values."""
        defaults = {"private_metadata": "", "callback_id": "", "external_id": ""}
        flags = {"title": None, "close": None, "submit": None}
        modal = {"clear_on_close": False, "notify_on_close": False}
        return {
            **(defaults if self.definition["type"] == "home" else defaults | flags | modal),
            **self.definition,
            "id": self.id,
            "team_id": TEAM,
            "app_id": APP_ID,
            "bot_id": BOT_ID,
            "app_installed_team_id": TEAM,
            "hash": self.hash,
            "root_view_id": self.root,
            "previous_view_id": self.previous,
            "state": state_of(self.definition["blocks"], values or {}),
        }


class Surfaces:
    """All open sheets, by person."""

    def __init__(self) -> None:
        self._stacks: dict[str, list[Sheet]] = {}
        self._homes: dict[str, Sheet] = {}

    def stack(self, user: str) -> list[Sheet]:
        """The person's modals, the topmost last."""
        return self._stacks.setdefault(user, [])

    def home(self, user: str) -> Sheet | None:
        """What the app last published for this person."""
        return self._homes.get(user)

    def open(self, user: str, definition: Mapping[str, Any]) -> Sheet:
        """Open a modal, alone: what was open before goes."""
        self._refuse_duplicate(definition)
        sheet = _new_sheet(user, definition)
        self._stacks[user] = [sheet]
        return sheet

    def push(self, user: str, definition: Mapping[str, Any]) -> Sheet:
        """Put a modal on top of the person's stack. Raises ``SlackError``."""
        stack = self.stack(user)
        if not stack:
            raise SlackError("not_found")
        if len(stack) == STACK_LIMIT:
            raise SlackError("push_limit_reached")
        self._refuse_duplicate(definition)
        sheet = _new_sheet(user, definition, below=stack[-1])
        stack.append(sheet)
        return sheet

    def update(self, sheet: Sheet, definition: Mapping[str, Any], expected_hash: str) -> None:
        """Replace what a sheet shows. Raises ``hash_conflict`` when it changed in between."""
        if expected_hash and expected_hash != sheet.hash:
            raise SlackError("hash_conflict")
        self._refuse_duplicate(definition, but=sheet)
        sheet.redefine(definition)

    def publish(self, user: str, definition: Mapping[str, Any], expected_hash: str) -> Sheet:
        """Show this as the person's Home tab."""
        known = self._homes.get(user)
        if known is None:
            known = self._homes[user] = _new_sheet(user, definition)
        else:
            self.update(known, definition, expected_hash)
        return known

    def find(self, *, view_id: str = "", external_id: str = "") -> Sheet | None:
        """The open sheet with this id, or with this name that the app gave it."""
        for sheet in self._all():
            if view_id == sheet.id or (external_id and external_id == sheet.external_id):
                return sheet
        return None

    def close(self, sheet: Sheet) -> None:
        """Take a modal away, and whatever lies on top of it."""
        stack = self.stack(sheet.user)
        if sheet in stack:
            del stack[stack.index(sheet) :]

    def clear(self, user: str) -> None:
        """Take all of a person's modals away."""
        self._stacks[user] = []

    def _all(self) -> Iterator[Sheet]:
        for stack in self._stacks.values():
            yield from stack
        yield from self._homes.values()

    def _refuse_duplicate(self, definition: Mapping[str, Any], but: Sheet | None = None) -> None:
        external_id = definition.get("external_id")
        holder = self.find(external_id=external_id) if external_id else None
        if holder is not None and holder is not but:
            raise SlackError("duplicate_external_id")


def _new_sheet(user: str, definition: Mapping[str, Any], below: Sheet | None = None) -> Sheet:
    view_id = f"V{secrets.token_hex(5).upper()}"
    root = view_id if below is None else below.root
    previous = None if below is None else below.id
    return Sheet(view_id, user, dict(definition), root, previous)
