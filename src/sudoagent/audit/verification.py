"""Walking along a chain and naming what is wrong with it. Pure: no files, no clock.

What each kind of damage means:

| kind | the log shows |
|---|---|
| ``altered`` | an entry whose bytes do not fit its hash, or that can no longer be read |
| ``missing`` | numbers left out: entries were deleted, or the beginning or a file is not there |
| ``out_of_order`` | an entry after one that it precedes |
| ``repeated`` | a number that was there before |
| ``foreign`` | bytes that are no entry, and that no crash of a writer leaves behind |
| ``replaced`` | a genuine entry, but not the one that its neighbour or a witness names |
| ``truncated`` | an end before the newest entry that a witness names |
| ``malformed`` | an entry that fits its hash and is not of the documented form |
| ``unsigned`` | no valid checkpoint where one was asked for |
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from .chain import GENESIS, Link, SealedLine, read_line
from .record import Form, form_of
from .recovery import Fragment

__all__ = ["Anchor", "Damage", "Kind", "Place", "Walk"]

Kind = Literal[
    "altered",
    "missing",
    "out_of_order",
    "repeated",
    "foreign",
    "replaced",
    "truncated",
    "malformed",
    "unsigned",
]
MOST_DAMAGE = 1000  # reported one by one; the rest is counted


class Place(NamedTuple):
    """Where a line stands: lines count from 1, offsets are bytes from 0 (a stream has ids)."""

    file: str
    line: int
    offset: int | str


class Anchor(NamedTuple):
    """A link that a witness saw: a hash, or at least 12 digits of it, and who the witness is.

    ``vouches`` says that the witness is worth more than the log: what it saw may be a beginning.
    """

    seq: int
    prefix: str
    witness: str
    vouches: bool = True


class Damage(NamedTuple):
    """One thing that is wrong, and where. ``seq`` is the number of the entry that it concerns."""

    kind: Kind
    place: Place
    seq: int | None
    detail: str


@dataclass(slots=True)
class _Gap:
    low: int
    high: int
    place: Place
    detail: str = ""


@dataclass(slots=True)
class Walk:
    """Feed it the lines of a chain in order, ``end_file`` after each file, then ``finish``.

    ``last`` is the newest link; ``damage`` what was found; ``notes`` what is worth knowing but no
    damage.
    """

    anchors: Sequence[Anchor] = ()
    entries: int = 0
    last: Link = GENESIS
    first: SealedLine | None = None
    damage: list[Damage] = field(default_factory=list)
    damage_count: int = 0
    notes: list[str] = field(default_factory=list)
    _gaps: list[_Gap] = field(default_factory=list)
    _fragment: tuple[Fragment, Place] | None = None
    _guesses: tuple[int, ...] = ()  # what the newest number may be after an entry that lies
    _witnessed: dict[int, list[Anchor]] = field(default_factory=lambda: defaultdict(list))
    _rival: Link | None = None  # what an entry should have followed that follows something else
    _place: Place = field(default_factory=lambda: Place("", 0, 0))

    def __post_init__(self) -> None:
        for anchor in self.anchors:
            self._witnessed[anchor.seq].append(anchor)

    def feed(self, place: Place, raw: bytes) -> None:
        """Take the next line as it stands in the file, newline included."""
        self._place = place
        line = read_line(raw[:-1] if raw.endswith(b"\n") else raw)
        if line is None:
            self._gather(place, raw)
            return
        form = form_of(raw) if line.genuine else None
        if self._fragment is not None:
            self._judge_fragment(line, form)
        if self.first is None:
            self._begin(line)
        if not line.genuine:
            self._altered(line)
            return
        if form is None or form.seq != line.seq or not form.metadata_is_object:
            self.found("malformed", line.seq, "the entry is not of the documented form")
        elif form.event == "recovery":
            self.notes.append(f"{place.file}:{place.line}: {form.reason} (entry {line.seq})")
        self.entries += 1
        self._take(line)

    def begin_file(self, name: str) -> None:
        """Take note that a file begins here."""
        self._place = Place(name, 0, 0)

    def end_file(self) -> None:
        """Take note that a file ends here."""
        if self._fragment is None:
            return
        fragment, place = self._fragment
        self._fragment = None
        if fragment.torn and fragment.lines == 1 and not fragment.terminated:
            self.notes.append(
                f"{place.file}:{place.line}: the last line was not written to its end "
                f"({fragment.length} bytes); the next writer will record that"
            )
        else:
            self._report("foreign", place, None, _foreign(fragment))

    def finish(self) -> None:
        """Judge what only the end can tell: entries that never came, witnesses that are not met."""
        for gap in self._gaps:
            one = gap.low == gap.high
            which = f"entry {gap.low} is" if one else f"entries {gap.low} to {gap.high} are"
            self._report(
                "missing", gap.place, gap.low, f"{which} missing before this line{gap.detail}"
            )
        for anchors in self._witnessed.values():
            for anchor in anchors:
                if anchor.seq > self.last.seq:
                    self.found(
                        "truncated",
                        anchor.seq,
                        f"the log ends at entry {self.last.seq}, but {anchor.witness} saw entry "
                        f"{anchor.seq}",
                    )
        self.damage.sort(key=lambda damage: damage.place.line if damage.place.line else 0)

    def _begin(self, line: SealedLine) -> None:
        self.first = line
        before = Link(line.seq - 1, line.prev)
        if before.seq and any(
            anchor.vouches and _fits(anchor, before)
            for anchor in self._witnessed.get(before.seq, ())
        ):
            self.last = before
            self.notes.append(
                f"the given files begin after entry {before}, which a witness vouches for"
            )

    def _take(self, line: SealedLine) -> None:
        guesses, self._guesses = self._guesses, ()
        expected = self.last.seq + 1
        if line.seq == expected or line.seq - 1 in guesses:
            if line.prev != self.last.hash and not guesses:
                detail = "the entry does not follow the one before it: one of the two was replaced"
                self.found("replaced", line.seq, detail)
                self._rival = self.last
        elif self._rival is not None and line.follows(self._rival):
            self._rival = None  # the one before this was put in, which has been reported
        elif line.seq > expected:
            detail = ""
            if expected == 1:
                detail = ": give the older files too, or an --anchor for the entry before this one"
            self._gaps.append(_Gap(expected, line.seq - 1, self._place, detail))
        else:
            self._out_of_place(line)
            return
        self.last = line.link
        self._check_witnesses(line.link)

    def _out_of_place(self, line: SealedLine) -> None:
        gap = next((gap for gap in self._gaps if gap.low <= line.seq <= gap.high), None)
        if gap is None:
            detail = f"entry {line.seq} was there before; the newest so far is {self.last.seq}"
            self.found("repeated", line.seq, detail)
            return
        self._gaps.remove(gap)
        for low, high in ((gap.low, line.seq - 1), (line.seq + 1, gap.high)):
            if low <= high:
                self._gaps.append(_Gap(low, high, gap.place, gap.detail))
        detail = f"entry {line.seq} stands after entry {self.last.seq}"
        self.found("out_of_order", line.seq, detail)
        self._check_witnesses(line.link)

    def _altered(self, line: SealedLine) -> None:
        self.found("altered", line.seq, f"the bytes of entry {line.seq} do not fit its hash")
        expected = self.last.seq + 1
        # The number itself may be what was altered; the next entry tells.
        self._guesses = (self.last.seq, expected, line.seq)
        self.last = Link(expected, line.hash)

    def _gather(self, place: Place, raw: bytes) -> None:
        if self._fragment is None:
            offset = place.offset if isinstance(place.offset, int) else 0
            self._fragment = Fragment(offset), place
        self._fragment[0].add(raw)

    def _judge_fragment(self, line: SealedLine, form: Form | None) -> None:
        assert self._fragment is not None
        fragment, place = self._fragment
        self._fragment = None
        recorded = form is not None and form.event == "recovery"
        if form is not None and recorded and fragment.is_named_by(form.facts()):
            if fragment.torn:
                return  # the recovery entry itself becomes the note
            self._report("foreign", place, None, f"{_foreign(fragment)}; a writer recorded them")
        elif line.seq == self.last.seq + 1 + fragment.lines:
            detail = f"{fragment.lines} line(s) can no longer be read as entries"
            self._report("altered", place, self.last.seq + 1, detail)
            self._guesses = (line.seq - 1,)
        else:
            self._report("foreign", place, None, _foreign(fragment))

    def _check_witnesses(self, link: Link) -> None:
        if link.seq not in self._witnessed:
            return
        for anchor in self._witnessed[link.seq]:
            if not _fits(anchor, link):
                detail = f"{anchor.witness} saw {anchor.seq}:{anchor.prefix[:12]}, here is {link}"
                self.found("replaced", link.seq, detail)

    def found(self, kind: Kind, seq: int | None, detail: str) -> None:
        """Report damage at the line that was read last."""
        self._report(kind, self._place, seq, detail)

    def _report(self, kind: Kind, place: Place, seq: int | None, detail: str) -> None:
        self.damage_count += 1
        if len(self.damage) < MOST_DAMAGE:
            self.damage.append(Damage(kind, place, seq, detail))


def _fits(anchor: Anchor, link: Link) -> bool:
    return anchor.seq == link.seq and link.hash.startswith(anchor.prefix)


def _foreign(fragment: Fragment) -> str:
    return f"{fragment.length} bytes in {fragment.lines} line(s) are no entry"
