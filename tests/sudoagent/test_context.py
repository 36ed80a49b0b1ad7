"""What a policy is given: a read-only view, and one that can be built by hand to test a policy."""

from __future__ import annotations

import copy
import pickle
import time
from typing import Annotated, Any

import pytest

from sudoagent import Context, Decision, PolicyResult, Secret
from sudoagent.redaction import Redactor, present
from support.parts import Says, engine


def test_it_can_be_built_by_hand_for_testing_a_policy() -> None:
    class Small:
        def evaluate(self, ctx: Context) -> PolicyResult:
            small = ctx.kwargs["amount"] <= 500
            return PolicyResult(decision=Decision.ALLOW if small else Decision.DENY, reason="size")

    ctx = Context(action="pay", args=(10,), kwargs={"amount": 10})

    assert Small().evaluate(ctx).decision is Decision.ALLOW
    assert (ctx.action, ctx.args, ctx.kwargs, ctx.metadata) == ("pay", (10,), {"amount": 10}, {})


@pytest.mark.parametrize("action", ["", "  ", None, 5])
def test_it_needs_an_action(action: Any) -> None:
    with pytest.raises(ValueError, match="needs an action"):
        Context(action=action)


def test_it_is_read_only_deeply() -> None:
    amounts = [1]
    ctx = Context("pay", ([1],), {"amounts": amounts}, {"agent": {"name": "a"}})
    amounts.append(2)

    with pytest.raises(AttributeError, match="read-only"):
        ctx.action = "other"
    with pytest.raises(AttributeError, match="read-only"):
        del ctx.kwargs
    with pytest.raises(TypeError, match="read-only"):
        ctx.kwargs["amounts"] = []  # type: ignore[index]
    with pytest.raises(TypeError, match="read-only"):
        ctx.args[0].append(1)
    with pytest.raises(TypeError, match="read-only"):
        ctx.metadata["agent"]["name"] = "b"
    assert ctx.kwargs == {"amounts": [1]}


def test_its_repr_shows_no_values() -> None:
    shown = repr(Context("pay", ("s3cret",), {"amount": 1234}, {"agent": "s3cret"}))

    assert shown == "Context(action='pay', arguments=['amount'])"


def test_every_argument_is_part_of_its_digest() -> None:
    contexts = [
        Context("pay"),
        Context("pay", (1,)),
        Context("pay", (1,), {"": 2}),
        Context("pay", (2,), {"": 1}),
        Context("pay", (), {"": (1,)}),
        Context("refund", (1,)),
    ]

    assert len({ctx.digest(b"key") for ctx in contexts}) == len(contexts)


def test_metadata_is_not_part_of_its_digest() -> None:
    assert Context("pay", metadata={"a": 1}).digest(b"key") == Context("pay").digest(b"key")


def test_the_remaining_time_counts_down_to_the_deadline() -> None:
    remaining = Context("pay", deadline=time.monotonic() + 100).remaining()

    assert remaining is not None
    assert 0 < remaining <= 100
    assert Context("pay").remaining() is None


@pytest.mark.parametrize(
    "travel", [copy.copy, copy.deepcopy, lambda ctx: pickle.loads(pickle.dumps(ctx))]
)
def test_a_copy_is_the_same_call_and_hides_the_same_secrets(travel: Any) -> None:
    policy = Says()
    sudo = engine(policy, redactor=Redactor(names=["door"])).using(idempotency_key="k", deadline=60)
    sudo.execute(login, "alice", "0pen-sesame-now", door="d00r-c0de-now")
    (ctx,) = policy.seen

    copied = travel(ctx)

    assert copied.digest(b"key") == ctx.digest(b"key")
    assert (copied.action, copied.args, copied.kwargs) == (ctx.action, ctx.args, ctx.kwargs)
    assert (copied.idempotency_key, copied.deadline) == ("k", ctx.deadline)
    assert present(copied).kwargs == present(ctx).kwargs
    assert "0pen-sesame-now" not in str(present(copied).kwargs)
    assert "d00r-c0de-now" not in str(present(copied).kwargs)


def login(user: str, spell: Annotated[str, Secret()], **rest: str) -> None: ...
