"""A request for approval between the library and the bot: format, states, legal moves.

Pure: no clock, no network. Times are milliseconds since the epoch by the Redis server's clock.
"""

from __future__ import annotations

import math
import re
from typing import Any, Literal, TypeVar

import msgspec

from ..editable import Kind
from ..policies import DenyReason, Risk
from ..verdict import Choice

__all__ = [
    "LEGAL_MOVES",
    "LONGEST_ACTION",
    "MAX_RECORD_BYTES",
    "SCHEMA_VERSION",
    "Argument",
    "EditableArgument",
    "Escalation",
    "GrantOffer",
    "MalformedRecord",
    "Move",
    "Request",
    "SignedOutcome",
    "SignedVote",
    "State",
    "decode_outcome",
    "decode_request",
    "decode_vote",
    "encode",
    "is_request_id",
    "next_state",
]

SCHEMA_VERSION = 1
MAX_RECORD_BYTES = 64 * 1024
# In characters, made visible: so much of an action's name stands on every card without a cut.
LONGEST_ACTION = 100

_PLAIN_TYPES = frozenset(
    ("str", "int", "float", "bool", "NoneType", "list", "dict", "tuple", "FrozenList", "FrozenDict")
)

State = Literal["pending", "approved", "denied", "expired", "cancelled"]
Move = Literal["quorum_approves", "quorum_denies", "deadline_passes", "asker_withdraws"]

# A missing key is an illegal move: nothing leaves an end state.
LEGAL_MOVES: dict[tuple[State, Move], State] = {
    ("pending", "quorum_approves"): "approved",
    ("pending", "quorum_denies"): "denied",
    ("pending", "deadline_passes"): "expired",
    ("pending", "asker_withdraws"): "cancelled",
}

_LONGEST_GRANT = 24 * 3600
_GRANT_KEY = re.compile(r"[0-9a-f]{64}")
_REQUEST_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class MalformedRecord(ValueError):
    """A record is too large, of another version, or not of the form that the library writes."""


class Argument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One argument as a reviewer may see it: redacted, reduced to JSON's types.

    ``type`` is the name of the Python type, so that ``1500`` and ``"1500"`` are told apart.
    ``cut`` says that part of the value was left out, ``uninspectable`` that it could not be read,
    ``obscured`` that a secret was taken out where it could hide something else, as in a text.
    """

    name: str
    value: Any
    type: str
    cut: bool = False
    uninspectable: bool = False
    obscured: bool = False

    @property
    def is_spelled_out(self) -> bool:
        """Whether the value is a number that JSON cannot hold, as text."""
        return self.type in ("int", "float") and isinstance(self.value, str)

    @property
    def odd_type(self) -> str | None:
        """The type, where the value alone would be taken for one of another."""
        return None if self.type in _PLAIN_TYPES else self.type


class EditableArgument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An argument that whoever approves may change, by its text, and the limits as texts.

    Texts, because JSON's numbers are not Python's: see ``editable.value_of``.
    """

    name: str
    kind: Kind
    current: str
    ge: str | None = None
    le: str | None = None
    max_length: int | None = None
    choices: tuple[str, ...] = ()


class Escalation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From when on who else may decide (``reviewers``), and where else the card is posted."""

    at: int
    reviewers: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


class GrantOffer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That calls like this one can be allowed for ``seconds`` with its approval: a grant.

    ``same`` names the arguments that bind the grant: the request shows each of them whole. ``key``
    is the same for all calls that the grant covers, and for no others (`grants.grant_key`).
    """

    seconds: int
    same: tuple[str, ...]
    key: str


class Request(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question to reviewers about one call, exactly as the library asked it.

    ``nonce`` makes a request that was created again, after the server lost the first, a different
    one. ``digest`` is the call digest. ``requester`` is the Slack user on whose behalf the agent
    acts, who may not vote unless ``allow_requester``. ``agent_reason`` are the agent's own words;
    ``policy_reason`` is the policy's sentence. ``number_check`` is the mark (``Keyring.mark``) of
    the number that an approval must state, if it must. ``editable`` are the arguments that may be
    changed with an approval, which one reviewer gives alone then. ``offer`` is what that one may
    allow for a while besides.

    ``channel`` is where the first card is posted, in the thread of the message ``thread`` if there
    is one; ``direct`` are users who get one as a direct message, each. ``remind_at`` is when those
    who have not voted are reminded, ``escalation`` who is asked, too, if nobody answers.
    """

    v: int
    id: str
    nonce: str
    namespace: str
    action: str
    arguments: tuple[Argument, ...]
    digest: str
    policy_reason: str
    reviewers: tuple[str, ...]
    quorum: int
    deny_quorum: int
    risk: Risk
    channel: str
    created_at: int
    expires_at: int
    agent: str | None = None
    agent_reason: str | None = None
    requester: str | None = None
    allow_requester: bool = False
    highlight: tuple[str, ...] = ()
    environment: str | None = None
    audit_head: str | None = None
    deny_reason: DenyReason = "optional"
    number_check: str | None = None
    editable: tuple[EditableArgument, ...] = ()
    offer: GrantOffer | None = None
    thread: str | None = None
    direct: tuple[str, ...] = ()
    remind_at: int | None = None
    escalation: Escalation | None = None


class SignedVote(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One vote as the bot seals it. ``digest`` and ``nonce`` tie it to what the reviewer saw.

    ``number_matched`` says that the reviewer stated the request's number. ``edits`` are the
    arguments that the reviewer changed when approving: names and texts. ``grant`` says that the
    reviewer allows calls like this one for a while, as the request offers.
    """

    v: int
    request_id: str
    nonce: str
    digest: str
    choice: Choice
    team_id: str
    user_id: str
    at: int
    comment: str | None = None
    number_matched: bool = False
    edits: dict[str, str] = {}
    grant: bool = False


class SignedOutcome(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What became of an approved call, as the library seals it; it decides nothing.

    ``seconds`` is how long the function ran, ``None`` when it was not begun. ``error`` is redacted.
    ``audit_head`` is where the log stood after the call.
    """

    v: int
    request_id: str
    nonce: str
    digest: str
    outcome: Literal["success", "error", "cancelled"]
    seconds: float | None
    error: str | None = None
    audit_head: str | None = None


T = TypeVar("T", Request, SignedVote, SignedOutcome)


def next_state(state: State, move: Move) -> State:
    """Return the state after a move. Raises ``KeyError`` when the move is not legal."""
    return LEGAL_MOVES[state, move]


def is_request_id(text: object) -> bool:
    """Whether this is a UUID4 as the library makes it; anything else never reaches a key."""
    return isinstance(text, str) and _REQUEST_ID.fullmatch(text) is not None


def encode(record: Request | SignedVote | SignedOutcome) -> bytes:
    """Return the record as JSON. Raises ``MalformedRecord`` when it is too large."""
    payload = msgspec.json.encode(record)
    if len(payload) > MAX_RECORD_BYTES:
        raise MalformedRecord(
            f"the record has {len(payload)} bytes, {MAX_RECORD_BYTES} are allowed"
        )
    return payload


def decode_request(payload: bytes) -> Request:
    """Read a request strictly. Raises ``MalformedRecord``."""
    request = _decode(payload, Request)
    if not is_request_id(request.id) or not request.reviewers or not request.digest:
        raise MalformedRecord("the request lacks an id, a digest or reviewers")
    if request.quorum < 1 or request.deny_quorum < 1 or request.expires_at <= request.created_at:
        raise MalformedRecord("the request's rule cannot be met: quorum or deadline is off")
    if request.editable and request.quorum > 1:
        raise MalformedRecord("several reviewers cannot each edit the arguments")
    if request.offer is not None and not _can_be_granted(request, request.offer):
        raise MalformedRecord("what the request offers to allow for a while is bound to nothing")
    return request


def decode_vote(payload: bytes) -> SignedVote:
    """Read a vote strictly. Raises ``MalformedRecord``."""
    vote = _decode(payload, SignedVote)
    if not is_request_id(vote.request_id) or not vote.user_id or not vote.team_id:
        raise MalformedRecord("the vote lacks a request id or a voter")
    return vote


def decode_outcome(payload: bytes) -> SignedOutcome:
    """Read an outcome strictly. Raises ``MalformedRecord``."""
    outcome = _decode(payload, SignedOutcome)
    if not is_request_id(outcome.request_id) or not 0 <= (outcome.seconds or 0) < math.inf:
        raise MalformedRecord("the outcome lacks a request id, or its duration is none")
    return outcome


def _can_be_granted(request: Request, offer: GrantOffer) -> bool:
    shown = [argument for argument in request.arguments if argument.name in offer.same]
    whole = not any(argument.cut or argument.uninspectable for argument in shown)
    bound = len(offer.same) == len(set(offer.same)) == len(shown) > 0
    timed = 1 <= offer.seconds <= _LONGEST_GRANT
    return (
        bound and whole and timed and bool(_GRANT_KEY.fullmatch(offer.key)) and request.quorum == 1
    )


def _decode(payload: bytes, kind: type[T]) -> T:
    if len(payload) > MAX_RECORD_BYTES:
        raise MalformedRecord(
            f"the record has {len(payload)} bytes, {MAX_RECORD_BYTES} are allowed"
        )
    try:
        record = msgspec.json.decode(payload, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedRecord("the record is not of the form that the library writes") from error
    if record.v != SCHEMA_VERSION:
        raise MalformedRecord(
            f"the record has version {record.v}, this program reads {SCHEMA_VERSION}"
        )
    return record
