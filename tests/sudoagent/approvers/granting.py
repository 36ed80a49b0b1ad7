"""An engine whose policy offers to allow for a while, and reviewers who take the offer up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any

from sudoagent import AllowFor, SudoEngine
from sudoagent.playground.cast import TEAM
from sudoagent.review.request import SCHEMA_VERSION, Request, SignedVote, encode
from sudoagent.review.seal import Keyring
from sudoagent.review.store import GrantTerms
from support.parts import Asks, Log

from .slack_deployment import ALICE, PATIENCE, Deployment, eventually

SAME_CUSTOMER = AllowFor(seconds=600, same=("customer",))


def refund(customer: str, amount: float = 1500.0, note: str = "") -> str:
    """Stand for a real refund."""
    return f"{customer} got {amount}"


def refund_all(customer: str, amount: float = 1500.0, note: str = "") -> str:
    """Another action with the same arguments."""
    return f"{customer} got all"


class AsksToo(Asks):
    """Another policy, which asks the same."""


@dataclass
class Till:
    """Refunds of one deployment."""

    deployment: Deployment
    log: Log = field(default_factory=Log)

    def engine(
        self, policy: Any = None, *, agent: str | None = "billing-agent", **changes: Any
    ) -> SudoEngine:
        approver = self.deployment.approver(agent=agent, **changes)
        return SudoEngine(
            policy=policy or Asks(allow_for=SAME_CUSTOMER), approver=approver, logger=self.log
        )

    async def asked(self, call: Awaitable[Any]) -> tuple[asyncio.Future[Any], str]:
        """Make a call that must be asked about; return it, and the request's id."""
        task = asyncio.ensure_future(call)
        asking = asyncio.ensure_future(self.deployment.pending())
        await asyncio.wait({task, asking}, return_when=asyncio.FIRST_COMPLETED, timeout=PATIENCE)
        if not asking.done():
            asking.cancel()
            raise AssertionError(f"it was not asked about, but ended: {await task}")
        return task, await asking

    async def allows(self, request_id: str, user_id: str = ALICE, **changes: Any) -> Request:
        """Approve a request for a while, as the bot does."""
        store = self.deployment.store
        keyring: Keyring = changes.pop("keyring", self.deployment.keyring)
        request = await self.deployment.request(request_id)
        assert request.offer is not None
        fields: dict[str, Any] = {
            "v": SCHEMA_VERSION,
            "request_id": request.id,
            "nonce": request.nonce,
            "digest": request.digest,
            "choice": "approve",
            "team_id": TEAM,
            "user_id": user_id,
            "at": await store.now_ms(),
            "grant": True,
        }
        vote = SignedVote(**{**fields, **changes})
        until = vote.at + request.offer.seconds * 1000
        terms = GrantTerms(key=request.offer.key, until=until)
        sealed = keyring.seal(encode(vote), "vote")
        assert (await store.vote(vote, sealed, grant=terms)).kind == "decided"
        return request

    async def granted(
        self, engine: SudoEngine | None = None, customer: str = "cus_1", **changes: Any
    ) -> Request:
        """Let a refund be asked about, and allowed for a while."""
        refunding = (engine or self.engine()).aexecute(refund, customer)
        task, request_id = await self.asked(refunding)
        request = await self.allows(request_id, **changes)
        assert await asyncio.wait_for(task, PATIENCE) == f"{customer} got 1500.0"
        return request

    async def has_ended(self, request: Request) -> None:
        """Wait until the server has forgotten the grant that came with a request."""
        key = request.offer.key if request.offer is not None else ""

        async def look() -> bool | None:
            return await self.deployment.store.grants.find(key) is None or None

        await eventually(look)

    async def passes(self, call: Awaitable[Any]) -> Any:
        """Make a call that must not be asked about."""
        before = len(self.deployment.cards())
        result = await asyncio.wait_for(call, PATIENCE)
        assert len(self.deployment.cards()) == before
        return result

    async def is_asked(self, call: Awaitable[Any]) -> Request:
        """Make a call that must be asked about, deny it, and return the request."""
        task, request_id = await self.asked(call)
        request = await self.deployment.request(request_id)
        await self.deployment.vote(request_id, "deny")
        await asyncio.wait({task}, timeout=PATIENCE)
        assert task.exception() is not None
        return request

    @property
    def decision(self) -> dict[str, Any]:
        """What the last decision in the log says."""
        entry = [entry for entry in self.log.entries if entry.event == "decision"][-1]
        return {"request_id": entry.request_id, "reason": entry.reason, **entry.metadata}
