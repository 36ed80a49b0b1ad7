"""From a person's answer to a vote in the store: the number, the edits, the comment, the seal."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sudoagent.editable import Unfit, value_of
from sudoagent.redaction import Redactor
from sudoagent.review.editing import edited_value
from sudoagent.review.number import MOST_ATTEMPTS, is_number, states_number
from sudoagent.review.request import (
    SCHEMA_VERSION,
    EditableArgument,
    Request,
    SignedVote,
    encode,
)
from sudoagent.review.seal import Keyring
from sudoagent.review.store import GrantTerms, ReviewStore, VoteReply
from sudoagent.slack import texts
from sudoagent.slack.fields import EDIT_BLOCK, NUMBER_BLOCK
from sudoagent.slack.modals import EDIT_CALLBACK, GRANT_CALLBACK
from sudoagent.verdict import Choice

from .clicks import Click
from .dialogs import Complaints
from .rules import Refusal, Refused

__all__ = ["Ballot", "Ballots", "WrongNumber", "check_counted"]

logger = logging.getLogger(__name__)

# What all edits of one vote may have together: a vote is stored whole, beside others.
_MOST_BYTES = 16_000


@dataclass(frozen=True, slots=True)
class Ballot:
    """What a vote carries besides the choice. ``edits``: texts by the arguments' names.

    ``grant``: calls like this one are allowed for a while, as the request offers.
    """

    number_matched: bool = False
    edits: Mapping[str, str] = field(default_factory=dict)
    grant: bool = False


_NOT_COUNTED: Final[Mapping[str, Refusal]] = {
    "already_voted": "already_voted",
    "changed": "other_message",
    "expired": "expired",
    "frozen": "frozen",
    "unknown": "unknown",
}


class WrongNumber(Complaints):
    """A number that is not the request's. There are attempts left."""

    def __init__(self, left: int) -> None:
        words = texts.NUMBER_WRONG_ONCE_MORE if left == 1 else texts.NUMBER_WRONG
        super().__init__({NUMBER_BLOCK: words.format(left=left)})


class Ballots:
    """Reads approvals from dialogs that were filled in, and casts votes."""

    def __init__(self, store: ReviewStore, keyring: Keyring, redactor: Redactor) -> None:
        self._store = store
        self._keyring = keyring
        self._redactor = redactor

    async def read(self, request: Request, click: Click) -> Ballot:
        """Return what the approval says, to be called for people who may give it.

        Raises ``Complaints`` when something has to be filled in anew, ``Refused`` when nothing will
        help, and ``StoreError``.
        """
        edits = self._edits(request, click) if click.action == EDIT_CALLBACK else {}
        grant = click.action == GRANT_CALLBACK
        if grant and request.offer is None:
            raise Refused("not_offered", "the request offers nothing to allow for a while")
        if request.number_check is None:
            return Ballot(edits=edits, grant=grant)
        await self._match_number(request, click)
        return Ballot(number_matched=True, edits=edits, grant=grant)

    async def cast(
        self, request: Request, click: Click, at: int, choice: Choice, ballot: Ballot
    ) -> None:
        """Seal and store the vote of the clicker, who may give it. ``at``: the server's time.

        Raises ``Refused`` when it is not counted, and ``StoreError``.
        """
        assert click.user_id is not None
        assert click.team_id is not None
        vote = SignedVote(
            v=SCHEMA_VERSION,
            request_id=request.id,
            nonce=request.nonce,
            digest=request.digest,
            choice=choice,
            team_id=click.team_id,
            user_id=click.user_id,
            at=at,
            comment=self._redacted(click.comment),
            number_matched=ballot.number_matched,
            edits=dict(ballot.edits),
            grant=ballot.grant,
        )
        sealed = self._keyring.seal(encode(vote), "vote")
        check_counted(await self._store.vote(vote, sealed, grant=_terms(request, vote)))
        words = f"{choice}, and for a while" if vote.grant else choice
        logger.info("counted: %s by %s on %s", words, click.user_id, request.id)

    def _redacted(self, comment: str | None) -> str | None:
        # People paste all sorts of things; a vote travels through Redis into the log.
        return None if comment is None else self._redactor.text(comment)

    def _edits(self, request: Request, click: Click) -> dict[str, str]:
        if not request.editable:
            raise Refused("not_editable", "the request offers nothing to edit")
        edits, complaints = {}, {}
        for argument in request.editable:
            typed = click.edits.get(argument.name)
            if typed is None or typed == argument.current:
                continue
            complaint = self._complaint(argument, typed)
            if complaint is not None:
                complaints[f"{EDIT_BLOCK}{argument.name}"] = complaint
            elif not _means_current(argument, typed):
                edits[argument.name] = typed
        if sum(len(text.encode()) for text in edits.values()) > _MOST_BYTES:
            longest = max(edits, key=lambda name: len(edits[name]))
            complaints[f"{EDIT_BLOCK}{longest}"] = texts.EDIT_COMPLAINT["too_long"]
        if complaints:
            raise Complaints(complaints)
        return edits

    def _complaint(self, argument: EditableArgument, typed: str) -> str | None:
        try:
            edited_value(argument, typed)
        except Unfit as unfit:
            return texts.EDIT_COMPLAINT[unfit.complaint]
        # A vote travels through Redis, and what was edited is shown and logged.
        hidden = self._redactor.value(typed, argument.name) != typed
        return texts.EDIT_HIDDEN if hidden else None

    async def _match_number(self, request: Request, click: Click) -> None:
        number = (click.number or "").strip()
        if not is_number(number):
            raise Complaints({NUMBER_BLOCK: texts.NUMBER_HINT})
        # Counted before it is compared: however many bots hear guesses at once, no more are heard.
        tried = await self._store.attempts.count(
            request.id,
            team_id=click.team_id or "",
            user_id=click.user_id or "",
            attempt=uuid.uuid4().hex,
            most=MOST_ATTEMPTS,
        )
        if tried.kind == "ended" and tried.state is not None and tried.state != "pending":
            raise Refused(tried.state, "the request has ended")
        if tried.kind == "exhausted":
            raise Refused("number_exhausted", "no attempts at the number are left")
        if tried.kind != "counted":
            raise Refused("unknown", "the request is gone")
        if not states_number(request, number, self._keyring):
            self._refuse_number(MOST_ATTEMPTS - tried.made)

    def _refuse_number(self, left: int) -> None:
        if left > 0:
            raise WrongNumber(left)
        raise Refused("number_exhausted", "the number was wrong, and no attempts are left")


def _terms(request: Request, vote: SignedVote) -> GrantTerms | None:
    if not vote.grant or request.offer is None:
        return None
    return GrantTerms(key=request.offer.key, until=vote.at + request.offer.seconds * 1000)


def _means_current(argument: EditableArgument, typed: str) -> bool:
    # 1500.0 and 1500.00 are one value, and no edit.
    return bool(value_of(argument.kind, typed) == value_of(argument.kind, argument.current))


def check_counted(reply: VoteReply) -> None:
    """Raise ``Refused`` unless the store has counted the vote."""
    if reply.kind in ("counted", "decided"):
        if not reply.durable:
            logger.warning("a vote is stored, but no replica has confirmed it yet")
        return
    if reply.kind == "already_decided" and reply.state is not None and reply.state != "pending":
        raise Refused(reply.state, "the request has ended")
    raise Refused(_NOT_COUNTED.get(reply.kind, "unknown"), f"the store answered {reply.kind}")
