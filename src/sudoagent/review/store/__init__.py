"""The review store: the only part of the project that talks to Redis.

    store = await ReviewStore.open(url, "default")
    reply = await store.create(request, sealed, caps=Caps(), idempotency_key=None)

A store's own methods concern requests; ``store.repaints`` is the queue of cards to repaint,
``store.threads`` that of threads to tell something in,
``store.homes`` that of Home tabs, ``store.deliveries`` knows what came already,
``store.presence`` knows bots, freeze and held-back requests, ``store.listen`` brings hints.
"""

from __future__ import annotations

from .deliveries import Deliveries
from .errors import StoreError, StoreRefused, StoreUnavailable
from .facts import ServerFacts
from .grants import Grants, RevokeReply, StandingGrant, UseReply
from .homes import DueHome, Homes
from .presence import Presence
from .repaints import Repaints
from .replies import (
    Binding,
    Caps,
    ClaimReply,
    CreateReply,
    EndReply,
    FreezeState,
    GrantTerms,
    HeldBack,
    Hint,
    ReportReply,
    StoredReview,
    VoteReply,
)
from .store import ReviewStore
from .threads import Threads

__all__ = [
    "Binding",
    "Caps",
    "ClaimReply",
    "CreateReply",
    "Deliveries",
    "DueHome",
    "EndReply",
    "FreezeState",
    "GrantTerms",
    "Grants",
    "HeldBack",
    "Hint",
    "Homes",
    "Presence",
    "Repaints",
    "ReportReply",
    "ReviewStore",
    "RevokeReply",
    "ServerFacts",
    "StandingGrant",
    "StoreError",
    "StoreRefused",
    "StoreUnavailable",
    "StoredReview",
    "Threads",
    "UseReply",
    "VoteReply",
]
