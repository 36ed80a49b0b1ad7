"""What people do in channels and on the Home tab, and what they see when the app is too slow."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from . import payloads
from .answers import Interaction
from .cast import Channel, User
from .courier import Courier, Delivery, EnvelopeKind
from .finding import RefusedOrderError, Target
from .forms import action_of
from .refusal import SlackError
from .responses import respond
from .surfaces import Sheet
from .timeline import Post
from .workspace import Event, ResponseTarget, Trigger, Workspace

__all__ = ["TROUBLE", "Interactions", "unsent"]

TROUBLE = "We had some trouble connecting. Try again?"
SLACKBOT = "USLACKBOT"


class Interactions:
    """Turns what a person does into envelopes, and missed acknowledgements into warning signs."""

    def __init__(self, workspace: Workspace, courier: Courier) -> None:
        self._workspace = workspace
        self._courier = courier

    async def click(
        self,
        user: User,
        target: Target,
        *,
        base_url: str,
        choose: Any = None,
        confirm: bool = True,
        values: Mapping[str, Any],
    ) -> Interaction:
        """Use an element. Raises ``RefusedOrderError`` when it does not offer the choice."""
        if "confirm" in target.element and not confirm:
            return unsent("block_actions", cancelled=True)
        try:
            action = action_of(target.element, choose)
            action |= {
                "block_id": target.block_id,
                "action_ts": self._workspace.timeline.next_ts(),
            }
            payload = self._clicked(user, target.place, action, values, base_url)
        except KeyError as missing:
            raise RefusedOrderError(str(missing.args[0])) from None
        delivery = await self._courier.deliver("interactive", payload)
        if delivery.missed is not None:
            self._warn(target.place, delivery.missed)
        return self.note("block_actions", payload, delivery)

    async def slash(
        self, user: User, channel: Channel, command: str, text: str, base_url: str
    ) -> Interaction:
        """Type a slash command; the acknowledgement's text is shown to the person alone."""
        target = ResponseTarget(channel.id, user.id)
        payload = payloads.slash_command(user, channel, command, text) | {
            "response_url": self._response_url(target, base_url),
            "trigger_id": self._workspace.triggers.issue(Trigger(user.id)),
        }
        delivery = await self._courier.deliver("slash_commands", payload, accepts_response=True)
        if delivery.missed is not None:
            code = "operation_timeout" if delivery.seconds else "dispatch_failed"
            self._complain(target, f'{command} failed with the error "{code}"')
        elif delivery.response:
            self._show_response(target, command, delivery.response)
        return self.note("slash_commands", payload, delivery)

    async def open_home(self, user: User) -> Interaction:
        """Open the app's Home tab."""
        channel = self._workspace.direct_channel(user.id)
        sheet = self._workspace.surfaces.home(user.id)
        ts = self._workspace.timeline.next_ts()
        return await self.deliver("events_api", payloads.home_opened(user, channel, sheet, ts))

    async def deliver(self, kind: EnvelopeKind, payload: Mapping[str, Any]) -> Interaction:
        """Send any envelope at all."""
        name = str(payload.get("type", kind))
        return self.note(name, dict(payload), await self._courier.deliver(kind, payload))

    def note(
        self,
        kind: str,
        payload: dict[str, Any],
        delivery: Delivery,
        errors: dict[str, str] | None = None,
    ) -> Interaction:
        """Return what became of it, and remember it if it was missed."""
        interaction = Interaction(
            id=secrets.token_hex(8),
            kind=kind,
            acknowledged=delivery.missed is None,
            seconds=delivery.seconds,
            missed=delivery.missed,
            errors=errors or {},
            payload=payload,
            response=delivery.response,
        )
        if delivery.missed is not None:
            self._workspace.missed.append(interaction)
            self._workspace.tell(Event("missed", {"kind": kind, "why": delivery.missed}))
        return interaction

    def _clicked(
        self,
        user: User,
        place: Post | Sheet,
        action: dict[str, Any],
        values: Mapping[str, Any],
        base_url: str,
    ) -> dict[str, Any]:
        if isinstance(place, Sheet):
            trigger = Trigger(user.id, place.id)
            payload = payloads.clicked_in_view(user, place, action, values)
        else:
            channel = self._workspace.channels[place.channel]
            told = self._workspace.timeline.as_app_sees(place)
            trigger = Trigger(user.id)
            payload = payloads.clicked_in_message(user, channel, place, told, action, values)
            target = ResponseTarget(channel.id, user.id, place.ts)
            payload["response_url"] = self._response_url(target, base_url)
        return payload | {"trigger_id": self._workspace.triggers.issue(trigger)}

    def _response_url(self, target: ResponseTarget, base_url: str) -> str:
        return f"{base_url}/response/{self._workspace.response_urls.issue(target)}"

    def _show_response(
        self, target: ResponseTarget, command: str, response: dict[str, Any]
    ) -> None:
        try:
            respond(self._workspace, target, response)
        except SlackError as refused:
            self._complain(target, f'{command} failed with the error "{refused.code}"')

    def _complain(self, target: ResponseTarget, text: str) -> None:
        ts = self._workspace.timeline.next_ts()
        post = Post(target.channel, ts, SLACKBOT, text, visible_to=target.user)
        self._workspace.post(post)

    def _warn(self, place: Post | Sheet, why: str) -> None:
        if isinstance(place, Sheet):
            place.warning = TROUBLE
            self._workspace.show_sheet(place)
        else:
            place.warnings.append(why)
            self._workspace.tell_post(place)


def unsent(
    kind: str, *, cancelled: bool = False, errors: dict[str, str] | None = None
) -> Interaction:
    """Return an interaction of which no app was told."""
    return Interaction(
        id=secrets.token_hex(8),
        kind=kind,
        acknowledged=False,
        cancelled=cancelled,
        errors=errors or {},
    )
