"""What waits for whom, and what somebody decided lately: from the store, as far as seals prove."""

from __future__ import annotations

from dataclasses import dataclass

from sudoagent.review.request import MalformedRecord, Request, SignedVote
from sudoagent.review.seal import Keyring
from sudoagent.review.store import ReviewStore, StoredReview
from sudoagent.slack.home import Decided, Waiting

from .opening import opened_review
from .reviewers import Reviewers
from .rules import Refused

__all__ = ["Docket", "Listed", "Pending"]

_MOST_READ = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A stored request that the library asked, with the votes that count.

    Its reviewers are those who may decide now; ``widened`` says that they are more than at first.
    """

    stored: StoredReview
    request: Request
    votes: tuple[SignedVote, ...]
    widened: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """Everything that takes votes now, the most urgent first, and how many cannot be read."""

    listed: tuple[Listed, ...]
    unreadable: int


class Docket:
    """Reads requests for whoever asks what waits. Every method raises ``StoreError``."""

    def __init__(
        self, store: ReviewStore, reviewers: Reviewers, keyring: Keyring, namespace: str
    ) -> None:
        self._store = store
        self._reviewers = reviewers
        self._keyring = keyring
        self._namespace = namespace

    async def pending(self) -> Pending:
        """Return all requests that can be decided now, wherever they were asked."""
        found = await self._store.read_many(await self._store.pending(_MOST_READ))
        listed, unreadable = [], 0
        for stored in found.values():
            if stored is None or not _can_be_decided(stored):
                continue
            one = self._opened(stored)
            if one is None:
                unreadable += 1
            else:
                listed.append(one)
        listed.sort(key=lambda one: one.request.expires_at)
        return Pending(listed=tuple(listed), unreadable=unreadable)

    async def one(self, request_id: str) -> Listed:
        """Return a request. Raises ``Refused`` when it is unknown or not to be trusted."""
        try:
            stored = await self._store.read(request_id)
        except MalformedRecord as error:
            raise Refused("tampered", str(error)) from error
        if stored is None:
            raise Refused("unknown", "no such request is stored")
        one = self._opened(stored)
        if one is None:
            raise Refused("tampered", "the stored request or a vote on it is not genuine")
        return one

    async def waiting_for(self, user_id: str, pending: Pending) -> tuple[Waiting, ...]:
        """Return those that this person may decide and has not voted on.

        Raises ``Refused`` when Slack cannot be asked who may.
        """
        found = []
        for one in pending.listed:
            voted = any(vote.user_id == user_id for vote in one.votes)
            if not voted and await self.may_decide(one.request, user_id):
                found.append(Waiting(request=one.request, votes=one.votes))
        return tuple(found)

    async def may_decide(self, request: Request, user_id: str) -> bool:
        """Whether this person may vote on a request. Raises ``Refused`` when that is not known."""
        try:
            await self._reviewers.check(request, user_id)
        except Refused as refused:
            if refused.refusal == "cannot_check":
                raise
            return False
        return True

    async def decided_by(self, person: str, limit: int = 10) -> tuple[Decided, ...]:
        """Return what a person (``team/user``) voted on, the latest first."""
        ids = await self._store.homes.decided(person, limit)
        stored = (await self._store.read_many(ids)).values()
        return tuple(decided for one in stored if (decided := self._decision(one, person)))

    def _decision(
        self, stored: StoredReview | MalformedRecord | None, person: str
    ) -> Decided | None:
        one = self._opened(stored) if stored is not None else None
        for vote in one.votes if one else ():
            if f"{vote.team_id}/{vote.user_id}" == person:
                assert one is not None
                return Decided(
                    request=one.request, choice=vote.choice, state=one.stored.state, at=vote.at
                )
        return None

    def _opened(self, stored: StoredReview | MalformedRecord) -> Listed | None:
        if isinstance(stored, MalformedRecord):
            return None
        try:
            opened = opened_review(stored, self._keyring, self._namespace)
        except Refused:
            return None
        return Listed(
            stored=stored,
            request=opened.request,
            votes=opened.votes,
            widened=opened.widened,
        )


def _can_be_decided(stored: StoredReview | MalformedRecord) -> bool:
    if isinstance(stored, MalformedRecord):
        return True
    # Without a card it is not asked yet: a denial needs the card's place to come back to.
    posted = stored.channel is not None and stored.message_ts is not None
    return posted and stored.state == "pending" and stored.now < stored.expires_at
