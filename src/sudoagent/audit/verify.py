"""Verifying logs: the chain over all files, the head, anchors and signed checkpoints."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import ConfigurationError
from ._head import head_path, read_head
from .chain import Link
from .checkpoint import Checkpoint, checkpoints_path, read_checkpoints
from .reading import Chain, Progress, chains, lines
from .verification import Anchor, Damage, Place, Walk

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

__all__ = ["Report", "parse_anchor", "verify_files", "verify_lines"]

_HEADLESS = "there is no {}: entries missing at the end would go unnoticed without an --anchor"
_TRIES = 3
_ANCHOR = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{12,64})")


@dataclass(frozen=True, slots=True)
class Report:
    """What verification found about one chain. ``notes`` are no damage."""

    log: str
    files: tuple[str, ...]
    entries: int
    first: int | None
    last: Link | None
    damage: tuple[Damage, ...]
    damage_count: int
    notes: tuple[str, ...]

    @property
    def head(self) -> str | None:
        """The newest place in the chain as ``"seq:hash12"``."""
        return str(self.last) if self.last is not None else None

    @property
    def intact(self) -> bool:
        """Whether nothing is wrong."""
        return self.damage_count == 0


def parse_anchor(text: str, witness: str = "the anchor") -> Anchor:
    """Read ``SEQ:HASH`` as Slack messages show it. Raises ``ConfigurationError``."""
    found = _ANCHOR.fullmatch(text.strip().lower())
    if found is None:
        raise ConfigurationError(
            f"{text!r} is no anchor: give SEQ:HASH with at least 12 digits of the hash, as in "
            "42:0f3a9c1b2d4e"
        )
    return Anchor(int(found[1]), found[2], witness)


def verify_files(
    paths: Iterable[Path],
    *,
    anchors: Sequence[Anchor] = (),
    key: Ed25519PublicKey | None = None,
    checkpoints: Path | None = None,
    progress: Progress | None = None,
) -> list[Report]:
    """Verify the logs that the paths belong to, each with all its files.

    With a public ``key``, the checkpoints (beside each log unless named) are witnesses too, and
    have to be there. Raises ``OSError`` for what cannot be read.
    """
    paths = [Path(path).absolute() for path in paths]
    reports: list[Report] = []
    for _ in range(_TRIES):
        # The heads before the files: what is written meanwhile only makes the log longer.
        heads = {path: read_head(path) for path in paths}
        found = chains(paths)
        reports = [
            _report_on(chain, heads.get(chain.log), anchors, key, checkpoints, progress)
            for chain in found
        ]
        if all(report.intact for report in reports) or _files(found) == _files(chains(paths)):
            break
        # A file was rotated under our eyes: what it held was not where it was looked for.
    return reports


def verify_lines(
    name: str, source: Iterable[tuple[Place, bytes]], anchors: Sequence[Anchor] = ()
) -> Report:
    """Verify a chain that is not in files."""
    walk = Walk(anchors=anchors)
    walk.begin_file(name)
    for place, raw in source:
        walk.feed(place, raw)
    walk.end_file()
    walk.finish()
    return _report(name, (name,), walk)


def _files(found: Iterable[Chain]) -> set[tuple[Path, tuple[int, int]]]:
    return {(one.path, one.identity) for chain in found for one in chain.segments}


def _report_on(
    chain: Chain,
    head: Link | None,
    anchors: Sequence[Anchor],
    key: Ed25519PublicKey | None,
    checkpoints: Path | None,
    progress: Progress | None,
) -> Report:
    head = head or read_head(chain.log)
    signed = _signed(chain.log, key, checkpoints) if key is not None else []
    walk = Walk(anchors=[*anchors, *_witnesses(signed), *_known(head)])
    _walk(chain, walk, progress)
    if key is not None:
        _judge_signatures(walk, signed)
    if head is None:
        walk.notes.append(_HEADLESS.format(head_path(chain.log).name))
    return _report(str(chain.log), [str(one.path) for one in chain.segments], walk)


def _known(head: Link | None) -> list[Anchor]:
    return [Anchor(head.seq, head.hash, "the head file", vouches=False)] if head is not None else []


def _signed(log: Path, key: Ed25519PublicKey, given: Path | None) -> list[Checkpoint | None]:
    path = given or checkpoints_path(log)
    return list(read_checkpoints(path, key)) if path.exists() else []


def _witnesses(signed: Iterable[Checkpoint | None]) -> list[Anchor]:
    return [Anchor(one.seq, one.hash, "a signed checkpoint") for one in signed if one is not None]


def _walk(chain: Chain, walk: Walk, progress: Progress | None) -> None:
    for segment in chain.segments:
        walk.begin_file(str(segment.path))
        for place, raw in lines(segment, progress):
            walk.feed(place, raw)
        walk.end_file()
    walk.finish()


def _judge_signatures(walk: Walk, signed: Sequence[Checkpoint | None]) -> None:
    newest = max((one.seq for one in signed if one is not None), default=0)
    if None in signed:
        walk.found("unsigned", None, "a checkpoint is not signed by the given key")
    if not newest:
        walk.found("unsigned", None, "there is no checkpoint that the given key signed")
    elif newest < walk.last.seq:
        walk.notes.append(f"entries after {newest} are newer than the newest checkpoint")


def _report(log: str, files: Iterable[str], walk: Walk) -> Report:
    return Report(
        log=log,
        files=tuple(files),
        entries=walk.entries,
        first=walk.first.seq if walk.first else None,
        last=walk.last if walk.last.seq else None,
        damage=tuple(walk.damage),
        damage_count=walk.damage_count,
        notes=tuple(walk.notes),
    )
