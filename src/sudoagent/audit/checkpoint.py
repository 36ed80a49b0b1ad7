"""Signed checkpoints: Ed25519 signatures over links of the chain, for who does not trust the disk.

Whoever may write the log cannot make the log and its checkpoints agree again after a change, unless
they hold the private key. It may be on another machine (``sudoagent audit checkpoint`` there), or
readable to the agent's user and its checkpoints file writable to another one only.

Needs the extra ``sign`` (``pip install cryptography``).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, cast

import msgspec

from ..errors import ConfigurationError
from ._place import open_regular, open_safely
from .chain import Link

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (
        Ed25519PrivateKey,
        Ed25519PublicKey,
    )

__all__ = [
    "Checkpoint",
    "Checkpoints",
    "Signer",
    "append",
    "checkpoints_path",
    "create_key",
    "load_private_key",
    "load_public_key",
    "read_checkpoints",
    "sign",
]

_DOMAIN = "sudoagent checkpoint v1"


class Checkpoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One line of a checkpoints file. ``signature`` is hexadecimal."""

    seq: int
    hash: str
    timestamp: str
    signature: str

    @property
    def message(self) -> bytes:
        """What is signed."""
        return f"{_DOMAIN}\n{self.seq}\n{self.hash}\n{self.timestamp}\n".encode()

    def is_signed_by(self, key: Ed25519PublicKey) -> bool:
        """Whether the signature is this key's, over this link."""
        from cryptography.exceptions import InvalidSignature

        try:
            key.verify(bytes.fromhex(self.signature), self.message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Checkpoints:
    """That a logger signs: with the private key in this PEM file, after every so many entries.

    ``path`` is where they go; beside the log as ``….checkpoints`` by default.
    """

    key: Path | str
    every: int = 1000
    path: Path | str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.every, int) or self.every < 1:
            raise ConfigurationError(f"checkpoints every {self.every!r}: give a number of entries")


class Signer:
    """Signs links of one log, and appends them to its checkpoints file."""

    def __init__(self, checkpoints: Checkpoints, log: Path, *, shared: bool) -> None:
        self._key = load_private_key(Path(checkpoints.key))
        self._every = checkpoints.every
        self._path = Path(checkpoints.path or checkpoints_path(log))
        self._shared = shared

    def after(self, link: Link) -> None:
        """Sign the link when it is its turn. Raises ``AuditLogError`` or ``OSError``."""
        if link.seq % self._every == 0:
            append(self._path, sign(link, self._key), shared=self._shared)


def checkpoints_path(log: Path) -> Path:
    """Return where the checkpoints of this log are kept by default."""
    return log.with_name(f"{log.name}.checkpoints")


def sign(link: Link, key: Ed25519PrivateKey) -> Checkpoint:
    """Sign a link."""
    moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    unsigned = Checkpoint(link.seq, link.hash, moment, "")
    return msgspec.structs.replace(unsigned, signature=key.sign(unsigned.message).hex())


def append(path: Path, checkpoint: Checkpoint, *, shared: bool = False) -> None:
    """Append a checkpoint and put it on disk. Raises ``AuditLogError`` or ``OSError``."""
    descriptor = open_safely(path, append=True, shared=shared)
    try:
        os.write(descriptor, msgspec.json.encode(checkpoint) + b"\n")
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)


def read_checkpoints(path: Path, key: Ed25519PublicKey) -> Iterator[Checkpoint | None]:
    """Yield the checkpoints of a file, ``None`` for each that the key did not sign.

    A last line without its newline was not written to its end, and is left out.
    """
    with open_regular(path) as file:
        for line in file:
            if not line.endswith(b"\n"):
                return
            try:
                checkpoint = msgspec.json.decode(line, type=Checkpoint)
            except (msgspec.MsgspecError, UnicodeDecodeError):
                yield None
            else:
                yield checkpoint if checkpoint.is_signed_by(key) else None


def create_key(path: Path) -> Path:
    """Write a new private key (0600), and its public key beside it as ``….pub``; return that path.

    Raises ``ConfigurationError`` when a file is there already.
    """
    ed25519 = _ed25519()
    from cryptography.hazmat.primitives import serialization as form

    key = ed25519.Ed25519PrivateKey.generate()
    private = key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, form.NoEncryption())
    public = key.public_key().public_bytes(
        form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo
    )
    public_path = path.with_name(f"{path.name}.pub")
    for place, content, mode in ((path, private, 0o600), (public_path, public, 0o644)):
        try:
            descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        except OSError as error:
            raise ConfigurationError(f"the key {place} cannot be made: {error.strerror}") from error
        with open(descriptor, "wb") as file:
            file.write(content)
    return public_path


def load_private_key(path: Path) -> Ed25519PrivateKey:
    """Read an Ed25519 private key in PEM, without a passphrase. Raises ``ConfigurationError``."""
    ed25519 = _ed25519()
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    content = _content(path)
    try:
        key = load_pem_private_key(content, password=None)
    except (ValueError, TypeError) as error:
        raise ConfigurationError(f"{path} is no private key in PEM: {_HOW}") from error
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise ConfigurationError(f"{path} is not an Ed25519 key: {_HOW}")
    return cast("Ed25519PrivateKey", key)


def load_public_key(path: Path) -> Ed25519PublicKey:
    """Read an Ed25519 public key in PEM. Raises ``ConfigurationError``."""
    ed25519 = _ed25519()
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    content = _content(path)
    try:
        key = load_pem_public_key(content)
    except ValueError as error:
        raise ConfigurationError(f"{path} is no public key in PEM: {_HOW}") from error
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise ConfigurationError(f"{path} is not an Ed25519 key: {_HOW}")
    return cast("Ed25519PublicKey", key)


_HOW = "make one with `sudoagent audit keygen PATH`"


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"the key {path} cannot be read: {error.strerror}") from error


def _ed25519() -> ModuleType:
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError as error:
        raise ConfigurationError(
            "signing needs the library cryptography: pip install cryptography"
        ) from error
    return ed25519
