"""The chain can be verified by anybody, with nothing but SHA-256."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudoagent.audit.chain import GENESIS, SEAL_BYTES, Link, read_line, read_link, seal
from support.audit import written

BODY = b'{"reason":"because"}'
bodies = st.dictionaries(st.text(), st.text(), min_size=1).map(lambda one: json.dumps(one).encode())


def test_the_hash_is_what_the_documentation_says() -> None:
    line, link = seal(BODY, GENESIS)
    covered = line.split(b',"hash":')[0]
    text = b"sudoagent audit v1\n" + b"0" * 64 + b"\n" + covered
    assert link == Link(1, hashlib.sha256(text).hexdigest())
    assert json.loads(line) == {
        "reason": "because",
        "seq": 1,
        "prev": "0" * 64,
        "hash": link.hash,
    }


def test_a_shell_can_verify_a_log(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    written(log, 3)
    document = (Path(__file__).parents[3] / "docs" / "audit-format.md").read_text()
    script = re.search(r"```sh\n(.*?)```", document, re.DOTALL)
    assert script is not None
    run = subprocess.run(
        ["bash", "-c", script[1]], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines()[-1].startswith("3 entries")


@given(bodies, st.integers(0, 10**17), st.binary(min_size=32, max_size=32))
def test_what_is_sealed_reads_back_and_follows(body: bytes, seq: int, digest: bytes) -> None:
    before = Link(seq, digest.hex())
    line, link = seal(body, before)
    read = read_line(line[:-1])
    assert read is not None
    assert read.genuine
    assert read.link == link == read_link(line[-SEAL_BYTES:])
    assert read.follows(before)
    assert len(line) - len(body) <= SEAL_BYTES


@given(st.data(), bodies)
def test_no_changed_byte_stays_genuine(data: st.DataObject, body: bytes) -> None:
    line, _ = seal(body, GENESIS)
    changed = bytearray(line[:-1])
    at = data.draw(st.integers(0, len(changed) - 1))
    changed[at] ^= data.draw(st.integers(1, 255))
    read = read_line(bytes(changed))
    assert read is None or not read.genuine


@pytest.mark.parametrize(
    "ending",
    [b"", b"\n", b'"}\n', b'"hash":"00"}\n', seal(BODY, GENESIS)[0][:-1], b"x" * 500],
)
def test_no_link_is_read_from_what_does_not_end_in_one(ending: bytes) -> None:
    assert read_link(ending) is None


def test_a_place_in_the_chain_is_shown_short() -> None:
    assert str(Link(42, "0123456789abcdef" * 4)) == "42:0123456789ab"
