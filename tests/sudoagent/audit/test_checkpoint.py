"""Signed checkpoints: what the disk's owner cannot make up for."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from sudoagent.audit import Checkpoints
from sudoagent.audit._head import head_path
from sudoagent.audit.chain import Link
from sudoagent.audit.checkpoint import (
    append,
    checkpoints_path,
    create_key,
    load_private_key,
    load_public_key,
    read_checkpoints,
    sign,
)
from sudoagent.errors import ConfigurationError
from support.audit import entry, kinds, verified, written


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "audit.jsonl"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key"
    create_key(path)
    return path


@pytest.fixture
def public(key: Path) -> Ed25519PublicKey:
    return load_public_key(key.with_name("key.pub"))


def test_a_logger_signs_every_so_many_entries(
    log: Path, key: Path, public: Ed25519PublicKey
) -> None:
    written(log, 25, checkpoints=Checkpoints(key, every=10))
    signed = list(read_checkpoints(checkpoints_path(log), public))
    assert [one.seq for one in signed if one] == [10, 20]
    report = verified(log, key=public)
    assert report.intact
    assert any("newer than the newest checkpoint" in note for note in report.notes)


def test_rewriting_everything_is_found_by_a_checkpoint(
    log: Path, key: Path, public: Ed25519PublicKey
) -> None:
    written(log, 10, checkpoints=Checkpoints(key, every=5))
    for path in (log, head_path(log)):
        path.unlink()
    written(log, 10)  # another log of the same length, with a head of its own
    assert kinds(log) == []
    assert kinds(log, key=public) == ["replaced", "replaced"]


def test_truncating_log_and_head_is_found_by_a_checkpoint(
    log: Path, key: Path, public: Ed25519PublicKey
) -> None:
    logger = written(log, 4, checkpoints=Checkpoints(key, every=5))
    before = log.read_bytes(), head_path(log).read_bytes()
    logger.log(entry())
    log.write_bytes(before[0])
    head_path(log).write_bytes(before[1])
    assert kinds(log, key=public) == ["truncated"]


def test_a_forged_checkpoint_is_found(
    log: Path, key: Path, public: Ed25519PublicKey, tmp_path: Path
) -> None:
    written(log, 5, checkpoints=Checkpoints(key, every=5))
    create_key(tmp_path / "other")
    forged = sign(Link(5, "0" * 64), load_private_key(tmp_path / "other"))
    append(checkpoints_path(log), forged)
    assert kinds(log, key=public) == ["unsigned"]


@pytest.mark.parametrize("line", [b"garbage\n", b"\xff\n", b'{"seq":1}\n'])
def test_what_is_no_checkpoint_is_found(
    log: Path, key: Path, public: Ed25519PublicKey, line: bytes
) -> None:
    written(log, 5, checkpoints=Checkpoints(key, every=5))
    with open(checkpoints_path(log), "ab") as file:
        file.write(line)
    assert kinds(log, key=public) == ["unsigned"]


def test_a_torn_checkpoint_is_left_out(log: Path, key: Path, public: Ed25519PublicKey) -> None:
    written(log, 10, checkpoints=Checkpoints(key, every=5))
    path = checkpoints_path(log)
    os.truncate(path, path.stat().st_size - 9)
    assert kinds(log, key=public) == []


def test_missing_checkpoints_are_found_where_a_key_is_given(
    log: Path, key: Path, public: Ed25519PublicKey
) -> None:
    written(log, 5)
    assert kinds(log, key=public) == ["unsigned"]


def test_checkpoints_may_be_kept_elsewhere(
    log: Path, key: Path, public: Ed25519PublicKey, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    written(log, 5, checkpoints=Checkpoints(key, every=5, path=elsewhere))
    assert kinds(log, key=public, checkpoints=elsewhere) == []


def test_a_new_key_is_for_its_owner_and_never_replaces_another(key: Path) -> None:
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    with pytest.raises(ConfigurationError, match="File exists"):
        create_key(key)


def test_a_key_that_is_none_is_refused_with_a_sentence(tmp_path: Path) -> None:
    bad = tmp_path / "bad"
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_public_key(bad)
    bad.write_text("no key")
    for load in (load_public_key, load_private_key):
        with pytest.raises(ConfigurationError, match="audit keygen"):
            load(bad)


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    other = X25519PrivateKey.generate()
    encoding, path = serialization.Encoding.PEM, tmp_path / "other"
    path.write_bytes(
        other.private_bytes(
            encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    with pytest.raises(ConfigurationError, match="not an Ed25519 key"):
        load_private_key(path)
    path.write_bytes(
        other.public_key().public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    with pytest.raises(ConfigurationError, match="not an Ed25519 key"):
        load_public_key(path)


@pytest.mark.parametrize("every", [0, -1, 1.5])
def test_an_interval_that_makes_no_sense_is_refused(key: Path, every: int) -> None:
    with pytest.raises(ConfigurationError, match="every"):
        Checkpoints(key, every=every)


def test_without_the_extra_the_error_says_how_to_install_it(
    key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric", None)
    with pytest.raises(ConfigurationError, match="pip install cryptography"):
        load_private_key(key)
