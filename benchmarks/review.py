"""From a reviewer's click to the waking of the call that waits for it, and what waiting costs.

    python benchmarks/review.py [--synced] [--clicks 200] [--waiting 1 100 1000 10000]

Starts a server of its own and a second process that votes as a bot does. Each row is one fresh
process, with so many calls waiting as asyncio tasks or as threads. The floors are measured in the
same run: PUBLISH to a bare socket, and the same after one write. ``--synced``: with every write on
the disk before it is announced, as the embedded server has it; then most of the time is the disk's.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec
import psutil
from clicker import FLOORS, KEYRING, NAMESPACE, Clicker, bare_socket, make_request

from sudoagent.errors import ApprovalError
from sudoagent.review.background import background
from sudoagent.review.desk import shared_desk
from sudoagent.review.embedded import acquire
from sudoagent.review.request import Request, encode
from sudoagent.review.store import Caps

NO_CAPS = Caps(total=1_000_000, per_asker=1_000_000)
IDLE_SECONDS = 2.0

# Times from click to wake in seconds, kilobytes per waiting call, per cent of a processor.
Measured = tuple[list[float], float, float]


@dataclass(frozen=True)
class Row:
    """One line of the report; times in milliseconds."""

    kind: str
    waiting: int
    p50: float
    p99: float
    kilobytes_each: float
    idle_cpu_percent: float
    published_p50: float
    stored_p50: float


def percentile(times: Sequence[float], share: float) -> float:
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


async def create_requests(url: str, count: int) -> list[Request]:
    desk = await shared_desk(url, NAMESPACE)
    requests = [make_request(await desk.store.now_ms()) for _ in range(count)]
    for request in requests:
        sealed = KEYRING.seal(encode(request), "request")
        await desk.store.create(request, sealed, caps=NO_CAPS)
    return requests


async def wait_for(url: str, request: Request) -> None:
    desk = await shared_desk(url, NAMESPACE)
    ending = await desk.waiter.wait(request.id, time.monotonic() + 3000)
    assert ending.kind == "ended", ending


async def everybody_waits(url: str, count: int) -> None:
    waiter = (await shared_desk(url, NAMESPACE)).waiter
    # Looked at from outside, which is why it polls.
    while len(waiter._waiting) < count or waiter._changed or waiter._unchecked:  # noqa: ASYNC110
        await asyncio.sleep(0.05)


def measure_floor(url: str, clicker: Clicker, kind: str, clicks: int) -> list[float]:
    with bare_socket(url) as reader:
        reader.sendall(b"SUBSCRIBE sudoagent:floor\r\n")
        reader.recv(256)
        clicker.tell([kind] * clicks)
        woke = []
        for _ in range(clicks):
            reader.recv(256)
            woke.append(time.monotonic())
    return differences(woke, clicker.pressed())


def differences(woke: Sequence[float], pressed: Sequence[float]) -> list[float]:
    return [after - before for after, before in zip(woke, pressed, strict=True)]


def idle_cpu_percent() -> float:
    process = psutil.Process()
    before, started = process.cpu_times(), time.monotonic()
    time.sleep(IDLE_SECONDS)
    after = process.cpu_times()
    used = after.user + after.system - before.user - before.system
    return 100 * used / (time.monotonic() - started)


def resident_kilobytes() -> float:
    gc.collect()
    return float(psutil.Process().memory_info().rss) / 1024


class Tasks:
    """Calls that wait as asyncio tasks of one event loop."""

    def __init__(self, url: str, requests: list[Request]) -> None:
        self._url = url
        self._requests = requests

    def run(self, clicker: Clicker, clicks: int) -> Measured:
        return asyncio.run(self._run(clicker, clicks))

    async def _run(self, clicker: Clicker, clicks: int) -> Measured:
        woke: dict[str, float] = {}

        async def call(request: Request) -> None:
            await background().arun(wait_for(self._url, request))
            woke[request.id] = time.monotonic()

        before = resident_kilobytes()
        tasks = [asyncio.create_task(call(request)) for request in self._requests]
        await asyncio.sleep(0)
        await background().arun(everybody_waits(self._url, len(tasks)))
        costs = (resident_kilobytes() - before) / len(tasks), idle_cpu_percent()
        clicked = self._requests[:clicks]
        clicker.tell([encode(request).decode() for request in clicked])
        await asyncio.gather(*tasks[:clicks])
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return differences([woke[one.id] for one in clicked], clicker.pressed()), *costs


class Threads:
    """Calls that wait in threads of their own."""

    def __init__(self, url: str, requests: list[Request]) -> None:
        self._url = url
        self._requests = requests
        self._woke: dict[str, float] = {}

    def run(self, clicker: Clicker, clicks: int) -> Measured:
        before = resident_kilobytes()
        threads = [
            threading.Thread(target=self._call, args=(request,), daemon=True)
            for request in self._requests
        ]
        for thread in threads:
            thread.start()
        background().run(everybody_waits(self._url, len(threads)))
        costs = (resident_kilobytes() - before) / len(threads), idle_cpu_percent()
        clicked = self._requests[:clicks]
        clicker.tell([encode(request).decode() for request in clicked])
        for thread in threads[:clicks]:
            thread.join()
        return differences([self._woke[one.id] for one in clicked], clicker.pressed()), *costs

    def _call(self, request: Request) -> None:
        with contextlib.suppress(ApprovalError):  # Not clicked before the end.
            background().run(wait_for(self._url, request))
            self._woke[request.id] = time.monotonic()


def measure(kind: str, waiting: int, url: str, clicks: int) -> Row:
    clicker = Clicker(url)
    way = {"asyncio": Tasks, "threads": Threads}[kind]
    times: list[float] = []
    # A request can be clicked once: where few wait, some are asked one after the other.
    for _ in range(max(1, min(20, clicks // waiting))):
        requests = background().run(create_requests(url, waiting))
        more, kilobytes, idle = way(url, requests).run(clicker, clicks)
        times += more
    published, stored = (measure_floor(url, clicker, floor, clicks) for floor in FLOORS)
    clicker.close()
    background().stop()
    return Row(
        kind=kind,
        waiting=waiting,
        p50=percentile(times, 0.5) * 1000,
        p99=percentile(times, 0.99) * 1000,
        kilobytes_each=kilobytes,
        idle_cpu_percent=idle,
        published_p50=percentile(published, 0.5) * 1000,
        stored_p50=percentile(stored, 0.5) * 1000,
    )


def stop_syncing(url: str) -> None:
    with bare_socket(url) as connection:
        connection.sendall(b"CONFIG SET appendonly no\r\n")
        assert connection.recv(64) == b"+OK\r\n"


def report(counts: list[int], clicks: int, synced: bool) -> None:
    heads = ("waiting", "p50 ms", "p99 ms", "kB each", "idle CPU %", "PUBLISH p50", "SET+PUB p50")
    print(f"{'':8}" + "".join(f"{head:>13}" for head in heads), flush=True)
    with tempfile.TemporaryDirectory() as folder, acquire(Path(folder, "state")) as lease:
        if not synced:
            stop_syncing(lease.url)
        for kind in ("asyncio", "threads"):
            # Ten thousand threads are nobody's program.
            for count in [count for count in counts if kind == "asyncio" or count <= 1000]:
                command = [sys.executable, __file__, "--row", kind, str(count), str(clicks)]
                done = subprocess.run(
                    [*command, lease.url], check=True, stdout=subprocess.PIPE, env=os.environ
                )
                row = Row(**json.loads(done.stdout))
                numbers = list(asdict(row).values())[2:]
                print(
                    f"{row.kind:8}{row.waiting:>13}" + "".join(f"{n:>13.3f}" for n in numbers),
                    flush=True,
                )


def main() -> None:
    # That appendonly is off is meant here: what is measured is waiting, not the disk.
    logging.getLogger("sudoagent").setLevel(logging.ERROR)
    if sys.argv[1:2] == ["--row"]:
        kind, waiting, clicks, url = sys.argv[2:]
        row = measure(kind, int(waiting), url, int(clicks))
        print(msgspec.json.encode(asdict(row)).decode())
    else:
        parser = argparse.ArgumentParser(description=__doc__)
        parser.add_argument("--clicks", type=int, default=200)
        parser.add_argument("--waiting", type=int, nargs="+", default=[1, 100, 1000, 10_000])
        parser.add_argument("--synced", action="store_true")
        options = parser.parse_args()
        report(options.waiting, options.clicks, options.synced)


if __name__ == "__main__":
    main()
