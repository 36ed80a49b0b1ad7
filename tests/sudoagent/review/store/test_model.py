"""The scripts on a real server against a small model of a request's life."""

from __future__ import annotations

import asyncio
import time
import uuid
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from sudoagent.review.request import LEGAL_MOVES, Move, Request, SignedVote, next_state
from sudoagent.review.store import ReviewStore
from support.reviews import make_request, make_vote, sealed
from support.valkey import Server, leaking

USERS = st.sampled_from(["U1", "U2", "U3"])
CHOICES = st.sampled_from(["approve", "deny"])


@dataclass
class Model:
    """What a request is, said without Redis."""

    quorum: int
    deny_quorum: int
    state: Any = "pending"
    overdue: bool = False
    votes: dict[str, str] = field(default_factory=dict)
    owner: str | None = None

    def move(self, move: Move) -> None:
        self.state = next_state(self.state, move)

    def vote(self, user: str, choice: str) -> str:
        if self.state == "pending" and self.overdue:
            self.move("deadline_passes")
        if self.state != "pending":
            return "expired" if self.state == "expired" else "already_decided"
        if user in self.votes:
            return "already_voted"
        self.votes[user] = choice
        cast = list(self.votes.values())
        if cast.count("deny") >= self.deny_quorum:
            self.move("quorum_denies")
        elif cast.count("approve") >= self.quorum:
            self.move("quorum_approves")
        return "counted" if self.state == "pending" else "decided"

    def end(self, move: Move, state: str) -> str:
        if self.state != "pending":
            return "ended" if self.state == state else "already_ended"
        if move == "deadline_passes" and not self.overdue:
            return "not_due"
        self.move(move)
        return "ended"

    def claim(self, owner: str) -> str:
        if self.owner is None and self.state != "approved":
            return "not_approved"
        self.owner = self.owner or owner
        return "claimed" if self.owner == owner else "taken"


class RequestsLife(RuleBasedStateMachine):
    """Any order of creating, voting, expiring, cancelling and claiming, with lost replies."""

    server: ClassVar[Server]
    requests = Bundle("requests")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.namespace = f"m{uuid.uuid4().hex[:12]}"
        self.store = self.runner.run(ReviewStore.open(self.server.url, self.namespace))
        self.models: dict[str, Model] = {}
        self.cast: dict[tuple[str, str], SignedVote] = {}

    def teardown(self) -> None:
        self.runner.run(self.store.close())
        self.runner.close()
        assert leaking(self.server, f"sudoagent:{{{self.namespace}}}") == []

    @rule(target=requests, quorum=st.integers(1, 3), deny_quorum=st.integers(1, 2))
    def create(self, quorum: int, deny_quorum: int) -> Request:
        now = round(time.time() * 1000)
        request = make_request(now, quorum=quorum, deny_quorum=deny_quorum)
        reply = self.runner.run(self.store.create(request, sealed(request)))
        assert reply.kind == "created"
        self.models[request.id] = Model(quorum, deny_quorum)
        return request

    @rule(request=requests)
    def create_again(self, request: Request) -> None:
        assert self.runner.run(self.store.create(request, sealed(request))).kind == "created"

    @rule(request=requests, user=USERS, choice=CHOICES)
    def vote(self, request: Request, user: str, choice: str) -> None:
        ballot = make_vote(request, user, choice, comment=uuid.uuid4().hex)
        expected = self.models[request.id].vote(user, choice)
        reply = self.runner.run(self.store.vote(ballot, sealed(ballot)))
        assert (reply.kind, reply.state) == (expected, self.models[request.id].state)
        if expected in ("counted", "decided"):
            self.cast[request.id, user] = ballot

    @rule(request=requests, user=USERS)
    def repeat_a_vote_whose_reply_was_lost(self, request: Request, user: str) -> None:
        ballot = self.cast.get((request.id, user))
        if ballot is not None:
            reply = self.runner.run(self.store.vote(ballot, sealed(ballot)))
            assert reply.kind in ("counted", "decided")

    @rule(request=requests)
    def let_time_pass(self, request: Request) -> None:
        key = self.store._keys.request(request.id)
        self.server.call("HSET", key, "expires_at", "1")
        self.models[request.id].overdue = True

    @rule(request=requests)
    def expire(self, request: Request) -> None:
        expected = self.models[request.id].end("deadline_passes", "expired")
        assert self.runner.run(self.store.expire(request.id)).kind == expected

    @rule(request=requests)
    def cancel(self, request: Request) -> None:
        expected = self.models[request.id].end("asker_withdraws", "cancelled")
        assert self.runner.run(self.store.cancel(request.id, "why")).kind == expected

    @rule(request=requests, owner=st.sampled_from(["a", "b"]))
    def claim(self, request: Request, owner: str) -> None:
        expected = self.models[request.id].claim(owner)
        reply = self.runner.run(self.store.claim(request.id, owner))
        assert (reply.kind, reply.owner) == (expected, self.models[request.id].owner)

    @invariant()
    def what_is_stored_is_what_the_model_says(self) -> None:
        found = self.runner.run(self.store.read_many(list(self.models)))
        for request_id, model in self.models.items():
            stored: Any = found[request_id]
            assert (stored.state, stored.claimed_by) == (model.state, model.owner)
            assert len(stored.sealed_votes) == len(model.votes)
            assert stored.approvals + stored.denies == len(model.votes)
        pending = {name for name, model in self.models.items() if model.state == "pending"}
        assert set(self.runner.run(self.store.pending())) == pending


def explore(server: Server, examples: int) -> None:
    machine = type("RequestsLife", (RequestsLife,), {"server": server})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_every_history_of_a_request_is_legal(server: Server) -> None:
    explore(server, 15)


@pytest.mark.chaos
@pytest.mark.timeout(600)
def test_every_history_of_a_request_is_legal_in_many_more_histories(
    server: Server, chaos_rounds: int
) -> None:
    explore(server, 2 * chaos_rounds)


def test_nothing_leaves_an_end() -> None:
    ends = set(LEGAL_MOVES.values())
    assert not any(state in ends for state, _ in LEGAL_MOVES)
