"""What is recorded, and said privately, about a click that does not count."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sudoagent.audit import AuditEntry, JsonlAuditLogger
from sudoagent.display import cut, visible
from sudoagent.errors import AuditLogError, ConfigurationError
from sudoagent.review.request import Request, is_request_id
from sudoagent.slack import texts
from sudoagent.slack.failures import SlackFailure
from sudoagent.slack.messages import Message

from .clicks import Click
from .metrics import Metrics
from .rules import Refusal, Refused
from .web import Web

__all__ = ["Refusals", "sentence"]

logger = logging.getLogger(__name__)

_NO_REQUEST = "no request"
_FOREIGN_TEXT = 100  # characters kept of what somebody outside could choose


def sentence(refusal: Refusal) -> str:
    """Return what the clicker is told."""
    return texts.REFUSAL[refusal]


class Refusals:
    """The bot's own audit log, and the private answer that goes with each entry.

    Neither can make a click count: when recording or answering fails, that is logged, and the
    click is refused all the same. ``now`` returns the time, with its zone.
    """

    def __init__(
        self,
        audit: JsonlAuditLogger,
        web: Web,
        metrics: Metrics,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._audit = audit
        self._web = web
        self._metrics = metrics
        self._now = now

    async def begin(self, bot_id: str, namespace: str) -> None:
        """Record that the bot serves from now on, which proves that refusals can be recorded.

        Raises ``ConfigurationError`` when they cannot.
        """
        entry = AuditEntry(
            timestamp=self._now(),
            request_id=bot_id,
            action="serve",
            decision="allow",
            reason=f"a bot serves the namespace {namespace} from now on",
        )
        try:
            await self._audit.alog(entry)
        except AuditLogError as error:
            raise ConfigurationError(f"SUDOAGENT_BOT_AUDIT: {error.reason}") from error

    async def refuse(self, click: Click, refused: Refused, request: Request | None) -> None:
        """Record the attempt, then tell the clicker."""
        await self.record(click, refused, request)
        try:
            await self._web.whisper(click, Message(sentence(refused.refusal), ()))
        except SlackFailure as failure:
            logger.warning("a clicker could not be told why: %s", failure.reason)

    async def record(self, click: Click, refused: Refused, request: Request | None) -> None:
        """Record the attempt, for a clicker who is told in another way."""
        who = visible(f"{click.team_id}/{click.user_id}")
        logger.info("refused a click of %s: %s", cut(who, _FOREIGN_TEXT), refused.refusal)
        self._metrics.click(refused.refusal)
        action = request.action if request else None
        about = {"refusal": refused.refusal, **_about(click)}
        await self._record(click.request_id, action, "deny", refused.detail, about)

    async def record_brake(self, click: Click, decision: str, reason: str) -> None:
        """Record that an administrator froze everything, or let it run again."""
        logger.warning("%s (by %s)", visible(reason), click.user_id)
        await self._record(None, "freeze", decision, visible(reason), _about(click))

    async def record_revoked(self, click: Click, request: Request) -> None:
        """Record that somebody ended what was allowed for a while with a request."""
        logger.warning("revoked what request %s allowed (by %s)", request.id, click.user_id)
        reason = "what was allowed for a while is revoked"
        await self._record(request.id, request.action, "deny", reason, _about(click))

    async def record_bad(self, request_id: str, refused: Refused) -> None:
        """Record that something in the store is not what the library wrote."""
        logger.warning("refused a stored record: %s", refused.detail)
        about = {"refusal": refused.refusal}
        await self._record(request_id, None, "deny", refused.detail, about)

    async def _record(
        self,
        request_id: str | None,
        action: str | None,
        decision: str,
        reason: str,
        metadata: dict[str, Any],
    ) -> None:
        known = request_id is not None and is_request_id(request_id)
        entry = AuditEntry(
            timestamp=self._now(),
            request_id=str(request_id) if known else _NO_REQUEST,
            action=action or "unknown",
            decision=decision,
            reason=reason,
            metadata=metadata,
        )
        try:
            await self._audit.alog(entry)
        except AuditLogError:
            # Refusing is the safe side already; the process goes on to refuse others.
            logger.exception("a refusal could not be recorded")


def _about(click: Click) -> dict[str, Any]:
    facts = {
        "clicked": click.action,
        "request": click.request_id,
        "team_id": click.team_id,
        "user_id": click.user_id,
        "channel": click.channel,
        "message_ts": click.message_ts,
    }
    return {name: cut(visible(text), _FOREIGN_TEXT) for name, text in facts.items() if text}
