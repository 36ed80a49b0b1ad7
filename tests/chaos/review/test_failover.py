"""The primary dies and another server takes its place, perhaps without the latest votes."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator

import pytest

from sudoagent.review.store import ReviewStore, StoreError, link
from sudoagent.review.waiter import Waiter
from support.proxy import proxy_to
from support.reviews import create, make_vote, sealed
from support.valkey import Cluster, Server, eventually, free_port, node, running, valkey_binary

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600)]


@contextlib.contextmanager
def pair() -> Iterator[tuple[Server, Server]]:
    """A primary and its replica, in step."""
    with (
        running(valkey_binary(), port=free_port()) as primary,
        running(valkey_binary(), port=free_port()) as replica,
    ):
        replica.call("REPLICAOF", "127.0.0.1", primary.port)
        eventually(lambda: in_step(replica), "the replica is in step")
        yield primary, replica


def in_step(replica: Server) -> bool:
    with replica.client() as client:
        return client.info("replication").get("master_link_status") == "up"


async def test_a_confirmed_vote_survives_the_primary(
    chaos_rounds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "_WAIT_MS", 20_000)  # so that a busy machine's replica says so
    for _ in range(max(1, chaos_rounds // 10)):
        with pair() as (primary, replica):
            async with await ReviewStore.open(primary.url) as store:
                request = await create(store)
                ballot = make_vote(request)
                assert (await store.vote(ballot, sealed(ballot))).durable
                assert (await store.claim(request.id, "first")).durable
            primary.kill()
            replica.call("REPLICAOF", "NO", "ONE")
            async with await ReviewStore.open(replica.url) as store:
                stored = await store.read(request.id)
                assert stored is not None
                assert stored.state == "approved"
                assert (await store.claim(request.id, "second")).kind == "taken"


async def test_a_vote_that_the_new_primary_never_had_is_known_to_be_unconfirmed() -> None:
    with (
        running(valkey_binary(), port=free_port()) as primary,
        running(valkey_binary(), port=free_port()) as replica,
    ):
        async with proxy_to(f"{primary.folder}/s") as between:
            replica.call("REPLICAOF", "127.0.0.1", between.port)
            await asyncio.to_thread(eventually, lambda: in_step(replica), "the replica is in step")
            async with await ReviewStore.open(primary.url) as store:
                request = await create(store)
                key = store._keys.request(request.id)
                await asyncio.to_thread(
                    eventually, lambda: replica.call("EXISTS", key), "the replica has the request"
                )
                between.mode = "silent"
                yes = make_vote(request, "U1")
                approved = await store.vote(yes, sealed(yes))
                claim = await store.claim(request.id, "first")
                # Whoever claims like that must not run: this keeps a second execution away.
                assert (approved.kind, approved.durable) == ("decided", False)
                assert (claim.kind, claim.durable) == ("claimed", False)
            primary.kill()
        replica.call("REPLICAOF", "NO", "ONE")
        async with await ReviewStore.open(replica.url) as store:
            no = make_vote(request, "U2", "deny")
            assert (await store.vote(no, sealed(no))).state == "denied"
            assert (await store.claim(request.id, "second")).kind == "not_approved"


@contextlib.contextmanager
def replica_in(cluster: Cluster, primary: Server) -> Iterator[Server]:
    """A replica of one of the cluster's primaries, ready to take over."""
    with node() as replica:
        bus = primary.options[primary.options.index("--cluster-port") + 1]
        replica.call("CLUSTER", "MEET", "127.0.0.1", primary.port, bus)
        name = str(primary.call("CLUSTER", "MYID"), "ascii")  # type: ignore[arg-type]
        eventually(lambda: replicates(replica, name), "the replica has joined")
        eventually(lambda: in_step(replica), "the replica is in step")
        yield replica


def replicates(replica: Server, name: str) -> bool:
    with contextlib.suppress(Exception):
        replica.call("CLUSTER", "REPLICATE", name)
        return True
    return False


async def test_a_cluster_fails_over_and_waiting_goes_on(cluster: Cluster) -> None:
    async with await ReviewStore.open(cluster.url, "a", patience=60) as store:
        request = await create(store)
        owner = next(one for one in cluster.nodes if one.call("DBSIZE"))
        with replica_in(cluster, owner):
            waiter = Waiter(store)
            call = asyncio.create_task(waiter.wait(request.id, time.monotonic() + 120))
            await asyncio.sleep(0.1)
            owner.kill()
            killed = time.monotonic()
            ballot = make_vote(request)
            with contextlib.suppress(StoreError):
                assert (await store.vote(ballot, sealed(ballot))).kind == "decided"
            voted = time.monotonic()
            ending = await asyncio.wait_for(call, 60)
            print(
                f"\ncluster: voted {voted - killed:.1f} s after the primary's death, "
                f"woken {time.monotonic() - voted:.2f} s later"
            )
            assert ending.kind == "ended"
            await waiter.close()
