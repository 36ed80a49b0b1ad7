"""Request ids are UUID4s, and each is given out once."""

from __future__ import annotations

import os
import threading
import uuid

import pytest

from sudoagent._ids import new_id
from sudoagent.review.request import is_request_id


def test_ids_are_random_uuids_in_their_usual_form() -> None:
    for _ in range(1_000):
        made = new_id()
        parsed = uuid.UUID(made)
        assert str(parsed) == made
        assert (parsed.version, parsed.variant) == (4, uuid.RFC_4122)
        assert is_request_id(made)


def test_every_bit_that_may_vary_varies() -> None:
    fixed = uuid.UUID("00000000-0000-f000-c000-000000000000").int
    ones, zeros = 0, 0
    for _ in range(1_000):
        bits = uuid.UUID(new_id()).int
        ones, zeros = ones | bits, zeros | ~bits
    assert ones & zeros & ((1 << 128) - 1) == ((1 << 128) - 1) ^ fixed


def test_threads_share_none() -> None:
    made: list[str] = []
    threads = [
        threading.Thread(target=lambda: made.extend(new_id() for _ in range(2_000)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 16_000


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")
def test_a_forked_child_shares_none_with_its_parent() -> None:
    new_id()  # there are some left now
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, new_id().encode())
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(reading, 64).decode()
    os.close(reading)
    os.close(writing)
    assert theirs not in {new_id() for _ in range(300)}
