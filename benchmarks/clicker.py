"""The reviewer's side of `review.py`: a process of its own that votes as a bot does."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Sequence

from sudoagent.review.request import Request, SignedVote, decode_request, encode
from sudoagent.review.seal import Keyring
from sudoagent.review.store import ReviewStore

KEYRING = Keyring(["the benchmark's own signing key"])
NAMESPACE = "benchmark"
PAUSE = 0.005

# What a hint costs without any of our code, and what it costs after one synced write.
FLOORS = {
    "publish": b"PUBLISH sudoagent:floor x\r\n",
    "store": b"EVAL \"redis.call('SET', KEYS[1], 'x', 'PX', 9); "
    b"return redis.call('PUBLISH', 'sudoagent:floor', 'x')\" 1 sudoagent:floor\r\n",
}


def make_request(now: int) -> Request:
    return Request(
        v=1,
        id=str(uuid.uuid4()),
        nonce=uuid.uuid4().hex,
        namespace=NAMESPACE,
        action="refund_user",
        arguments=(),
        digest=uuid.uuid4().hex,
        policy_reason="over limit",
        reviewers=("U1",),
        quorum=1,
        deny_quorum=1,
        risk="medium",
        channel="C1",
        created_at=now,
        expires_at=now + 3_600_000,
    )


class Clicker:
    """A process that votes at its own pace, and says at which moments it pressed the button."""

    def __init__(self, url: str) -> None:
        command = [sys.executable, __file__, url]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def tell(self, lines: Sequence[str]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{len(lines)}\n" + "".join(line + "\n" for line in lines))
        self._process.stdin.flush()

    def pressed(self) -> list[float]:
        assert self._process.stdout is not None
        return [float(moment) for moment in self._process.stdout.readline().split()]

    def close(self) -> None:
        self._process.communicate()


async def serve_clicks(url: str) -> None:
    async with await ReviewStore.open(url, NAMESPACE) as store:
        publisher = bare_socket(url)
        while count := sys.stdin.readline():
            pressed = []
            for line in [sys.stdin.readline().strip() for _ in range(int(count))]:
                await asyncio.sleep(PAUSE)
                if line in FLOORS:
                    pressed.append(time.monotonic())
                    publisher.sendall(FLOORS[line])
                    publisher.recv(64)
                else:
                    pressed.append(await press(store, decode_request(line.encode())))
            print(*pressed, flush=True)


async def press(store: ReviewStore, request: Request) -> float:
    vote = SignedVote(
        v=1,
        request_id=request.id,
        nonce=request.nonce,
        digest=request.digest,
        choice="approve",
        team_id="T1",
        user_id="U1",
        at=request.created_at + 1,
    )
    sealed = KEYRING.seal(encode(vote), "vote")
    moment = time.monotonic()
    await store.vote(vote, sealed)
    return moment


def bare_socket(url: str) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(url.removeprefix("unix://"))
    return connection


if __name__ == "__main__":
    asyncio.run(serve_clicks(sys.argv[1]))
