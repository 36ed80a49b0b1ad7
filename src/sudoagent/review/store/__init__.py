"""The review store: the only part of the project that talks to Redis.

    store = await ReviewStore.open(url, "default")
    reply = await store.create(request, sealed, caps=Caps(), idempotency_key=None)

A store's own methods concern requests; ``store.repaints`` is the queue of cards to repaint,
``store.presence`` knows bots, freeze and held-back requests, ``store.listen`` brings hints.
"""

from __future__ import annotations

from .errors import StoreError, StoreRefused, StoreUnavailable
from .facts import ServerFacts
from .presence import Presence
from .repaints import Repaints
from .replies import (
    Binding,
    Caps,
    ClaimReply,
    CreateReply,
    EndReply,
    FreezeState,
    HeldBack,
    Hint,
    StoredReview,
    VoteReply,
)
from .store import ReviewStore

__all__ = [
    "Binding",
    "Caps",
    "ClaimReply",
    "CreateReply",
    "EndReply",
    "FreezeState",
    "HeldBack",
    "Hint",
    "Presence",
    "Repaints",
    "ReviewStore",
    "ServerFacts",
    "StoreError",
    "StoreRefused",
    "StoreUnavailable",
    "StoredReview",
    "VoteReply",
]
