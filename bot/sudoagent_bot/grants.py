"""What is allowed for a while: who sees it, and who ends it with one click."""

from __future__ import annotations

import logging

from sudoagent.review.grants import Grant, opened_grant
from sudoagent.review.request import MalformedRecord, Request, is_request_id
from sudoagent.review.seal import BadSeal, Keyring
from sudoagent.review.store import ReviewStore, StoredReview, StoreError
from sudoagent.review.widening import as_of
from sudoagent.slack.commands import grants_answer, revoked_answer
from sudoagent.slack.failures import SlackFailure
from sudoagent.slack.grants import Standing
from sudoagent.slack.messages import Message

from .admins import Admins
from .clicks import Click
from .metrics import Metrics
from .refusals import Refusals
from .reviewers import Reviewers
from .rules import Refused
from .web import Web

__all__ = ["GrantBook", "GrantDesk"]

logger = logging.getLogger(__name__)


class GrantBook:
    """Reads the grants that stand, trusted by their seals. Every method raises ``StoreError``."""

    def __init__(
        self,
        store: ReviewStore,
        reviewers: Reviewers,
        admins: Admins,
        keyring: Keyring,
        namespace: str,
    ) -> None:
        self._store = store
        self._reviewers = reviewers
        self._admins = admins
        self._keyring = keyring
        self._namespace = namespace

    async def revocable_by(self, user_id: str) -> tuple[Standing, ...]:
        """Return the grants that this person can end, the one that ends first at first.

        Raises ``Refused`` when Slack cannot be asked who may.
        """
        standing = await self._store.grants.standing()
        stored = await self._store.read_many([one.request_id for one in standing])
        found = []
        for one in standing:
            listed = self._listed(stored[one.request_id])
            if listed is not None and await self._may_revoke(listed.request, user_id):
                found.append(listed)
        return tuple(found)

    async def one(self, request_id: str) -> Grant:
        """Return the grant that came with a request, standing or not. Raises ``Refused``."""
        try:
            stored = await self._store.read(request_id)
            if stored is None:
                raise Refused("unknown", "no such request is stored")
            return opened_grant(stored, self._keyring, self._namespace)
        except (BadSeal, MalformedRecord) as error:
            raise Refused("tampered", str(error)) from error

    async def check(self, request: Request, user_id: str) -> None:
        """Raise ``Refused`` unless this person may end what was allowed with a request."""
        if await self._admins.include(user_id):
            return
        # Whoever could have given it, whenever; ending it only takes away.
        await self._reviewers.check(as_of(request, request.expires_at), user_id)

    async def _may_revoke(self, request: Request, user_id: str) -> bool:
        try:
            await self.check(request, user_id)
        except Refused as refused:
            if refused.refusal == "cannot_check":
                raise
            return False
        return True

    def _listed(self, stored: StoredReview | MalformedRecord | None) -> Standing | None:
        if stored is None or isinstance(stored, MalformedRecord):
            return None
        try:
            grant = opened_grant(stored, self._keyring, self._namespace)
        except BadSeal as error:
            # The library refuses it, too; there is nothing to end.
            logger.warning("a stored grant is not genuine: %s", error)
            return None
        if stored.now >= grant.until:
            return None
        return Standing(
            request=grant.request, vote=grant.vote, until=grant.until, uses=stored.grant_uses
        )


class GrantDesk:
    """Lists grants for whoever asks, and ends them for whoever may."""

    def __init__(
        self,
        *,
        book: GrantBook,
        store: ReviewStore,
        web: Web,
        refusals: Refusals,
        metrics: Metrics,
        team_id: str,
    ) -> None:
        self._book = book
        self._store = store
        self._web = web
        self._refusals = refusals
        self._metrics = metrics
        self._team_id = team_id

    async def listing(self, _: Click, user_id: str) -> Message:
        """Answer ``/sudo grants``. Raises ``StoreError`` and ``Refused``."""
        return grants_answer(await self._book.revocable_by(user_id))

    async def revoke(self, click: Click) -> None:
        """End the grant whose button was clicked, wherever that is: it only takes away."""
        request: Request | None = None
        try:
            user_id = self._somebody(click)
            grant = await self._book.one(self._named(click))
            request = grant.request
            await self._book.check(request, user_id)
            await self._end(click, grant)
        except StoreError as error:
            await self._refusals.refuse(click, Refused("storage", error.reason), request)
        except Refused as refused:
            await self._refusals.refuse(click, refused, request)
        else:
            self._metrics.click("settled")
            await self._tell(click, grant.request)

    def _somebody(self, click: Click) -> str:
        if not click.user_id or not click.team_id:
            raise Refused("cannot_check", "the payload does not say who clicked, or where")
        if click.team_id != self._team_id or click.place_team_id not in (self._team_id, None):
            raise Refused("other_workspace", "the click comes from another workspace")
        return click.user_id

    def _named(self, click: Click) -> str:
        if click.request_id is None or not is_request_id(click.request_id):
            raise Refused("unknown", "the button names no request")
        return click.request_id

    async def _end(self, click: Click, grant: Grant) -> None:
        by = f"{click.team_id}/{click.user_id}"
        reply = await self._store.grants.revoke(grant.key, grant.request.id, by)
        if reply.kind != "revoked":
            raise Refused("grant_over", "what was allowed is over already")
        await self._refusals.record_revoked(click, grant.request)
        if not reply.durable:
            # It holds now, and may be asked for again until it cannot be lost.
            raise Refused("storage", "no replica has confirmed that the grant is revoked")

    async def _tell(self, click: Click, request: Request) -> None:
        if click.home is not None:
            return  # the tab is published again, without it
        try:
            await self._web.whisper(click, revoked_answer(request))
        except SlackFailure as failure:
            logger.warning("somebody could not be told of a revocation: %s", failure.reason)
