"""Servers as operators run them: limited, full, replicated, in a cluster, behind sentinels."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from sudoagent.errors import ConfigurationError
from sudoagent.review.store import Hint, ReviewStore, StoreRefused, StoreUnavailable, link
from sudoagent.review.store.scripts import script
from support.reviews import create, is_over, make_request, sealed, vote
from support.valkey import (
    PERMISSIONS,
    REDIS_SERVER,
    Cluster,
    Server,
    eventually,
    free_port,
    running,
    valkey_binary,
)


def limit(server: Server) -> None:
    """Make a user "limited" with nothing but the documented permissions."""
    words = PERMISSIONS.split()
    if "redis" in server.binary:
        # Redis 7.0 has no such command; the client does without it.
        words.remove("+client|setinfo")
    server.call("ACL", "SETUSER", "limited", "on", ">secret", "resetkeys", *words)


async def whole_life(store: ReviewStore) -> None:
    """Everything that a store is asked to do, once."""
    await store.presence.announce_bot("b", key_ids=["0a1b2c3d"])
    assert await store.presence.bots() == ("b",)
    assert await store.presence.bot_keys() == {"b": ("0a1b2c3d",)}
    request = make_request(await store.now_ms(), quorum=2)
    await store.create(request, sealed(request), idempotency_key="k")
    assert await store.bound("k") is not None
    await store.attach_message(request.id, "C1", "1.5")
    assert (await vote(store, request, "U1")).kind == "counted"
    assert (await vote(store, request, "U2")).kind == "decided"
    assert await store.repaints.take() == (request.id,)
    await store.repaints.requeue(request.id, 0)
    assert (await store.claim(request.id, "me")).kind == "claimed"
    assert (await store.states([request.id]))[0] == {request.id: "approved"}
    stored = await store.read(request.id)
    assert stored is not None
    assert stored.claimed_by == "me"
    assert await store.repaints.done(request.id, stored.revision)
    overdue = await create(store, seconds=0.5)
    await is_over(store, overdue)
    assert await store.due() == (overdue.id,)
    assert (await store.expire(overdue.id)).kind == "ended"
    withdrawn = await create(store)
    assert await store.pending() == (withdrawn.id,)
    await store.cancel(withdrawn.id, "why")
    await store.presence.freeze("why", "me")
    await store.presence.unfreeze("me")
    assert await store.presence.held_back() == ()
    await store.presence.retire_bot("b")


async def test_the_documented_permissions_are_enough(server: Server) -> None:
    limit(server)
    url = server.url.replace("unix://", "unix://limited:secret@")
    heard: list[Hint] = []
    async with await ReviewStore.open(url, f"acl{time.monotonic_ns()}") as store:
        listening = asyncio.create_task(store.listen(heard.append))
        await asyncio.to_thread(eventually, lambda: heard, "the subscription")
        await whole_life(store)
        await asyncio.to_thread(eventually, lambda: len(heard) > 5, "the hints")
        listening.cancel()


async def test_a_login_that_is_refused_says_where_to_look(server: Server) -> None:
    server.call("ACL", "SETUSER", "nobody", "on", ">secret", "-@all", "+info", "+time", "+ping")
    with pytest.raises(StoreRefused, match="refuses this login"):
        await ReviewStore.open(server.url.replace("unix://", "unix://nobody:wrong@"))
    async with await ReviewStore.open(server.url.replace("unix://", "unix://nobody:secret@")) as s:
        with pytest.raises(StoreRefused, match="check REDIS_URL and ACL"):
            await s.read(make_request().id)


async def test_an_option_that_nobody_knows_is_a_configuration_error() -> None:
    with pytest.raises(ConfigurationError, match="option"):
        await ReviewStore.open("redis://127.0.0.1?surprise=1")


async def test_a_server_that_is_not_there_is_unavailable_after_the_patience() -> None:
    began = time.monotonic()
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        await ReviewStore.open(f"redis://127.0.0.1:{free_port()}", patience=0.2)
    assert time.monotonic() - began < 10


async def test_thousands_of_commands_at_once_share_a_few_connections(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a busy machine, so many take their time.
    monkeypatch.setattr(link, "_SOCKET_SECONDS", 60.0)
    async with await ReviewStore.open(server.url, patience=60.0) as store:
        with server.client() as client:
            before = client.info("stats")["total_connections_received"]
            times = await asyncio.gather(*(store.now_ms() for _ in range(3000)))
            after = client.info("stats")["total_connections_received"]
    assert len(times) == 3000
    assert after - before <= 20


async def test_a_frozen_server_holds_nobody_longer_than_the_patience(own_server: Server) -> None:
    async with await ReviewStore.open(own_server.url, patience=0.5) as store:
        own_server.signal(signal.SIGSTOP)
        began = time.monotonic()
        calls = (store.now_ms() for _ in range(300))
        replies = await asyncio.gather(*calls, return_exceptions=True)
        assert {type(reply) for reply in replies} == {StoreUnavailable}
        assert time.monotonic() - began < 15
        own_server.signal(signal.SIGCONT)
        assert await store.now_ms() > 0


async def test_something_else_behind_the_port_is_an_error_of_ours() -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    listener = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    port = listener.sockets[0].getsockname()[1]
    with pytest.raises((StoreUnavailable, StoreRefused)):
        await ReviewStore.open(f"redis://127.0.0.1:{port}", patience=0.1)
    listener.close()


async def test_scripts_that_the_server_forgot_are_sent_again(
    store: ReviewStore, server: Server
) -> None:
    request = await create(store)
    server.call("SCRIPT", "FLUSH")
    assert (await vote(store, request)).kind == "decided"


@contextlib.contextmanager
def full(server: Server) -> Iterator[None]:
    server.call("CONFIG", "SET", "maxmemory", "1")
    try:
        yield
    finally:
        server.call("CONFIG", "SET", "maxmemory", "0")


@pytest.fixture
def with_and_without_flags(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Redis 6.2 reads no flags: the same scripts must do without them."""
    if not request.param:
        monkeypatch.setattr(
            "sudoagent.review.store.link.script",
            lambda name, with_flags: script(name, with_flags=False),
        )
    return bool(request.param)


@pytest.mark.parametrize("with_and_without_flags", [True, False], indirect=True)
async def test_a_full_server_decides_and_withdraws_but_takes_no_new_request(
    store: ReviewStore, server: Server, with_and_without_flags: bool
) -> None:
    two, one, out = [await create(store, quorum=n) for n in (2, 1, 1)]
    late = await create(store, seconds=0.5)
    await is_over(store, late)
    with full(server):
        fresh = make_request(await store.now_ms())
        with pytest.raises(StoreRefused, match="full"):
            await store.create(fresh, sealed(fresh))
        assert await store.read(fresh.id) is None
        assert await store.attach_message(one.id, "C1", "1.5")
        assert (await vote(store, two, "U1")).kind == "counted"
        assert (await vote(store, two, "U2")).kind == "decided"
        assert (await vote(store, one)).kind == "decided"
        assert (await store.claim(one.id, "me")).kind == "claimed"
        assert (await store.cancel(out.id, "why")).kind == "ended"
        assert (await store.expire(late.id)).kind == "ended"
        assert len(await store.repaints.take()) == 4
        await store.presence.announce_bot("b")
        assert await store.presence.freeze("why", "me")


@contextlib.contextmanager
def replica_of(primary: Server) -> Iterator[Server]:
    with running(valkey_binary(), port=free_port()) as replica:
        replica.call("REPLICAOF", "127.0.0.1", primary.port)
        eventually(lambda: is_in_step(replica), "the replica is in step")
        yield replica


def is_in_step(replica: Server) -> bool:
    with replica.client() as client:
        return client.info("replication").get("master_link_status") == "up"


async def test_a_vote_is_durable_when_a_replica_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "_WAIT_MS", 20_000)  # so that a busy machine's replica says so
    with running(valkey_binary(), port=free_port()) as primary, replica_of(primary) as replica:
        async with await ReviewStore.open(primary.url, "r") as store:
            assert store.facts.replicas == 1
            request = await create(store)
            assert (await vote(store, request)).durable
            async with await ReviewStore.open(replica.url, "r") as second:
                stored = await second.read(request.id)
                assert stored is not None
                assert stored.state == "approved"
            other = await create(store)
            replica.kill()
            monkeypatch.undo()
            assert not (await vote(store, other)).durable


async def test_a_read_only_replica_takes_nothing_and_says_why() -> None:
    with running(valkey_binary(), port=free_port()) as primary, replica_of(primary) as replica:
        async with await ReviewStore.open(replica.url, "r", patience=0.1) as store:
            assert any("slave" in warning for warning in store.facts.warnings)
            request = make_request(await store.now_ms())
            with pytest.raises(StoreUnavailable, match="read-only replica"):
                await store.create(request, sealed(request))


async def test_a_cluster_is_one_node_found_by_the_namespaces_slot(cluster: Cluster) -> None:
    for namespace in ("a", "b", "c", "d"):
        async with await ReviewStore.open(cluster.url, namespace) as store:
            await whole_life(store)
            heard: list[Hint] = []
            listening = asyncio.create_task(store.listen(heard.append))
            await asyncio.to_thread(eventually, lambda: heard, "the subscription")  # noqa: B023
            await create(store)
            await vote(store, await create(store))
            await asyncio.to_thread(eventually, lambda: len(heard) > 1, "a hint")  # noqa: B023
            listening.cancel()


async def test_a_cluster_that_does_not_show_its_map_points_the_way(cluster: Cluster) -> None:
    for node in cluster.nodes:
        limit(node)
    url = cluster.url.replace("redis+cluster://", "redis+cluster://limited:secret@")
    for namespace in ("a", "b", "c", "d"):
        async with await ReviewStore.open(url, namespace) as store:
            await whole_life(store)


async def test_a_cluster_survives_the_move_of_the_slot(cluster: Cluster) -> None:
    async with await ReviewStore.open(cluster.url, "a") as store:
        await create(store)
        slot = cluster.nodes[0].call("CLUSTER", "KEYSLOT", store._keys.pending)
        owner = next(node for node in cluster.nodes if has_keys(node))
        target = next(node for node in cluster.nodes if node is not owner)
        move_slot(int(str(slot)), owner, target, cluster)
        await vote(store, await create(store))
        assert has_keys(target)


def has_keys(node: Server) -> bool:
    return bool(node.call("DBSIZE"))


def move_slot(slot: int, owner: Server, target: Server, cluster: Cluster) -> None:
    ids = {node.port: node_id(node) for node in cluster.nodes}
    target.call("CLUSTER", "SETSLOT", slot, "IMPORTING", ids[owner.port])
    owner.call("CLUSTER", "SETSLOT", slot, "MIGRATING", ids[target.port])
    with owner.client() as client:
        keys = client.execute_command("CLUSTER GETKEYSINSLOT", slot, 1000)
        client.execute_command("MIGRATE", "127.0.0.1", target.port, "", 0, 5000, "KEYS", *keys)
    for node in (target, owner):
        node.call("CLUSTER", "SETSLOT", slot, "NODE", ids[target.port])


def node_id(node: Server) -> str:
    found = node.call("CLUSTER", "MYID")
    return found.decode() if isinstance(found, bytes) else str(found)


@contextlib.contextmanager
def sentinel_for(primary: Server, tmp_path: Path) -> Iterator[int]:
    port = free_port()
    config = tmp_path / "sentinel.conf"
    config.write_text(
        f"port {port}\nbind 127.0.0.1\ndir {tmp_path}\n"
        f"sentinel monitor main 127.0.0.1 {primary.port} 1\n"
        "sentinel down-after-milliseconds main 500\nsentinel failover-timeout main 3000\n"
    )
    with open(tmp_path / "log", "wb") as log:
        process = subprocess.Popen([valkey_binary(), str(config), "--sentinel"], stdout=log)
    try:
        yield port
    finally:
        process.kill()
        process.wait()


async def test_the_sentinels_say_where_the_primary_is_even_after_it_died(tmp_path: Path) -> None:
    with (
        running(valkey_binary(), port=free_port()) as primary,
        replica_of(primary),
        sentinel_for(primary, tmp_path) as port,
    ):
        url = f"redis+sentinel://127.0.0.1:{free_port()},127.0.0.1:{port}/main/0"
        async with await ReviewStore.open(url, "s", patience=30) as store:
            request = await create(store)
            await asyncio.to_thread(
                eventually, lambda: knows_replica(port), "the sentinel knows the replica"
            )
            primary.kill()
            assert (await vote(store, request)).kind == "decided"


def knows_replica(port: int) -> bool:
    with Server("", Path(), port=port).client() as client:
        return bool(client.execute_command("SENTINEL REPLICAS", "main"))


async def test_a_service_that_no_sentinel_knows_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="'main'"):
        await ReviewStore.open(f"redis+sentinel://127.0.0.1:{free_port()}/main", patience=0.1)


async def test_a_cluster_of_which_no_node_answers_is_unavailable() -> None:
    with pytest.raises(StoreUnavailable, match="no node of the cluster"):
        await ReviewStore.open(f"redis+cluster://127.0.0.1:{free_port()}", patience=0.1)


async def test_without_an_address_the_embedded_server_is_used_and_started_again(
    tmp_path: Path,
) -> None:
    home = tmp_path / "state"
    async with await ReviewStore.open(None, "e", state_dir=home, patience=20) as store:
        assert "embedded, this machine only" in store.facts.sentence
        assert store.facts.warnings == ()
        request = await create(store)
        with redis.Redis.from_url(await store._locator.locate()) as client:
            client.shutdown(nosave=True)
        assert (await vote(store, request)).kind == "decided"


async def test_tls_needs_a_certificate_that_is_trusted(tmp_path: Path) -> None:
    if not REDIS_SERVER.exists():
        pytest.skip("redis-server is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(  # noqa: ASYNC221 - nothing else runs yet
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    port = free_port()
    files = ("--tls-cert-file", str(certificate), "--tls-key-file", str(key))
    options = ("--tls-port", str(port), "--tls-auth-clients", "no", *files)
    with running(str(REDIS_SERVER), *options):
        trusting = f"rediss://127.0.0.1:{port}?ssl_ca_certs={certificate}"
        async with await ReviewStore.open(trusting, "t") as store:
            assert (await vote(store, await create(store))).kind == "decided"
        with pytest.raises(StoreUnavailable):
            await ReviewStore.open(f"rediss://127.0.0.1:{port}", "t", patience=0.1)
