"""A deployment to ask in: a workspace, a server, and a bot that votes as the test tells it."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import redis.asyncio

from sudoagent import Context, Decision, PolicyResult, SlackApprover, Verdict
from sudoagent.approvers._slack_question import question_for
from sudoagent.playground import Message, Playground
from sudoagent.playground.cast import BOT_TOKEN, CHANNEL, REVIEWERS, TEAM
from sudoagent.review.request import SCHEMA_VERSION, Request, SignedVote, decode_request, encode
from sudoagent.review.seal import Keyring
from sudoagent.review.store import ReviewStore, StoredReview

SIGNING_KEY = "the-key-of-this-deployment"
ALICE, BOB, CAROL = REVIEWERS
PATIENCE = 60.0


def call(action: str = "refund_user", metadata: Any = None, **options: Any) -> Context:
    """Return a call; ``kwargs`` replaces its arguments."""
    kwargs = options.pop("kwargs", {"user_id": "user_2", "refund_amount": 1500.0})
    return Context(action, kwargs=kwargs, metadata=metadata, **options)


def over_limit(**rules: Any) -> PolicyResult:
    """Return a policy's answer that asks."""
    return PolicyResult(decision=Decision.REQUIRE_APPROVAL, reason="over limit", **rules)


@dataclass
class Deployment:
    """One namespace on one server, and the playground's workspace."""

    slack: Playground
    redis_url: str
    store: ReviewStore
    keyring: Keyring = field(default_factory=lambda: Keyring([SIGNING_KEY]))

    @property
    def settings(self) -> dict[str, Any]:
        """What a ``SlackApprover`` of this deployment is told."""
        return {
            "channel": "#approvals",
            "reviewers": [ALICE, BOB, CAROL],
            "timeout": 60.0,
            "token": BOT_TOKEN,
            "api_url": self.slack.environment["SLACK_API_URL"],
            "redis_url": self.redis_url,
            "signing_key": SIGNING_KEY,
            "namespace": self.store.namespace,
            "bot_wait": 0.0,
        }

    def approver(self, **changes: Any) -> SlackApprover:
        return SlackApprover(**{**self.settings, **changes})

    async def bot_arrives(self) -> None:
        await self.store.presence.announce_bot("test-bot", 600_000)

    def asking(self, *, ctx: Context | None = None, **options: Any) -> Asking:
        """Ask in a task of its own. ``rules`` are the policy's, other options the approver's."""
        rules = options.pop("rules", {})
        request_id = options.pop("request_id", str(uuid.uuid4()))
        approver = self.approver(**options)
        result = over_limit(**rules)
        task = asyncio.ensure_future(approver.aapprove(ctx or call(), result, request_id))
        return Asking(self, request_id, task)

    async def left_by_a_dead_run(self, ctx: Context) -> str:
        """Store what a run leaves that was killed while it waited; return the request's id."""
        settings = self.approver()._settings
        question = question_for(settings, ctx, over_limit(), str(uuid.uuid4()))
        sealed = self.keyring.seal(encode(question.request), "request")
        key = ctx.idempotency_key
        reply = await self.store.create(question.request, sealed, idempotency_key=key)
        assert reply.kind == "created"
        await self.store.attach_message(question.request.id, CHANNEL, "1.1")
        return question.request.id

    async def stored(self, request_id: str) -> StoredReview:
        found = await self.store.read(request_id)
        assert found is not None
        return found

    async def request(self, request_id: str) -> Request:
        sealed = (await self.stored(request_id)).sealed_request
        return decode_request(self.keyring.open(sealed, "request"))

    async def vote(
        self,
        request_id: str,
        choice: str = "approve",
        user_id: str = ALICE,
        *,
        comment: str | None = None,
        keyring: Keyring | None = None,
        **changes: Any,
    ) -> str:
        """Vote as a bot does, and return the store's answer."""
        request = await self.request(request_id)
        fields: dict[str, Any] = {
            "v": SCHEMA_VERSION,
            "request_id": request.id,
            "nonce": request.nonce,
            "digest": request.digest,
            "choice": choice,
            "team_id": TEAM,
            "user_id": user_id,
            "at": await self.store.now_ms(),
            "comment": comment,
        }
        vote = SignedVote(**{**fields, **changes})
        sealed = (keyring or self.keyring).seal(encode(vote), "vote")
        stored_as = SignedVote(**fields)
        return (await self.store.vote(stored_as, sealed)).kind

    async def pending(self, besides: str = "") -> str:
        """Wait until a request is pending whose card is in the channel, and return its id."""

        async def look() -> str | None:
            for request_id in set(await self.store.pending()) - {besides}:
                if (await self.stored(request_id)).message_ts:
                    return request_id
            return None

        found: str = await eventually(look)
        return found

    def key(self, request_id: str) -> str:
        """Where the request is stored."""
        return f"sudoagent:{{{self.store.namespace}}}:request:{request_id}"

    async def redis(self, *words: str) -> None:
        """Do to Redis what whoever can write to it can do."""
        async with redis.asyncio.Redis.from_url(self.redis_url) as client:
            await client.execute_command(*words)

    async def hint(self, request_id: str) -> None:
        """Let whoever waits for the request look at it."""
        await self.redis(
            "PUBLISH", f"sudoagent:{self.store.namespace}:hints", f"request {request_id}"
        )

    def cards(self) -> list[Message]:
        return self.slack.messages(CHANNEL)


@dataclass
class Asking:
    """A question that is being asked."""

    deployment: Deployment
    id: str
    task: asyncio.Future[Verdict]

    async def created(self) -> StoredReview:
        """Wait until the request is stored; its card may be on its way."""
        found: StoredReview = await eventually(lambda: self.deployment.store.read(self.id))
        return found

    async def posted(self) -> StoredReview:
        """Wait until the card is known to be in the channel."""

        async def look() -> StoredReview | None:
            if self.task.done():
                self.task.result()
            stored = await self.deployment.store.read(self.id)
            return stored if stored is not None and stored.message_ts is not None else None

        return await eventually(look)

    async def vote(self, choice: str = "approve", user_id: str = ALICE, **options: Any) -> str:
        await self.posted()
        return await self.deployment.vote(self.id, choice, user_id, **options)

    async def verdict(self) -> Verdict:
        return await asyncio.wait_for(self.task, PATIENCE)


async def eventually(look: Callable[[], Awaitable[Any]]) -> Any:
    """Return the first answer that is not ``None``, within a generous time."""
    give_up = time.monotonic() + PATIENCE
    while (found := await look()) is None:
        assert time.monotonic() < give_up, "it never came true"
        await asyncio.sleep(0.02)
    return found
