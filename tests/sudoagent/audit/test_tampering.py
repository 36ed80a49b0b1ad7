"""What somebody who can write the file might do to it, and what finds that out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sudoagent.audit import JsonlAuditLogger
from sudoagent.audit._head import head_path
from sudoagent.audit.chain import GENESIS, Link, read_line, seal
from sudoagent.audit.verify import parse_anchor
from sudoagent.errors import AuditLogError
from support.audit import entry, kinds, verified, written

COUNT = 9
Lines = list[bytes]


def flip_a_byte(lines: Lines) -> Lines:
    return [*lines[:4], lines[4].replace(b"number 5", b"number 6"), *lines[5:]]


def flip_a_hash(lines: Lines) -> Lines:
    return [*lines[:4], lines[4][:-10] + b"00000" + lines[4][-5:], *lines[5:]]


def flip_a_number(lines: Lines) -> Lines:
    return [*lines[:4], lines[4].replace(b'"seq":5', b'"seq":7'), *lines[5:]]


def break_the_form(lines: Lines) -> Lines:
    return [*lines[:4], lines[4].replace(b'"hash"', b'"hush"'), *lines[5:]]


def merge_two_lines(lines: Lines) -> Lines:
    return [*lines[:4], lines[4][:-1] + b" " + lines[5], *lines[6:]]


def flip_the_last_byte(lines: Lines) -> Lines:
    return [*lines[:-1], lines[-1].replace(b"number 9", b"number 8")]


def delete_one(lines: Lines) -> Lines:
    return lines[:4] + lines[5:]


def delete_several(lines: Lines) -> Lines:
    return lines[:2] + lines[6:]


def delete_the_first(lines: Lines) -> Lines:
    return lines[1:]


def swap_two(lines: Lines) -> Lines:
    return [*lines[:4], lines[5], lines[4], *lines[6:]]


def move_one_to_the_end(lines: Lines) -> Lines:
    return [*lines[:4], *lines[5:], lines[4]]


def duplicate(lines: Lines) -> Lines:
    return [*lines[:5], lines[4], *lines[5:]]


def repeat_an_old_one(lines: Lines) -> Lines:
    return [*lines, lines[2]]


def insert_an_entry(lines: Lines) -> Lines:
    forged, _ = seal(b'{"timestamp":"2026-01-31T12:00:00.000000Z"}', Link(4, "f" * 64))
    return [*lines[:4], forged, *lines[4:]]


def insert_text(lines: Lines) -> Lines:
    return [*lines[:4], b"hello\n", *lines[4:]]


def insert_what_looks_torn(lines: Lines) -> Lines:
    return [*lines[:4], b'{"timestamp":"2026\n', *lines[4:]]


def truncate(lines: Lines) -> Lines:
    return lines[:6]


def truncate_inside_a_line(lines: Lines) -> Lines:
    return [*lines[:6], lines[6][:100]]


def empty(lines: Lines) -> Lines:
    return []


@pytest.mark.parametrize(
    ("attack", "found"),
    [
        (flip_a_byte, ["altered"]),
        (flip_a_hash, ["altered"]),
        (flip_a_number, ["altered"]),
        (break_the_form, ["altered"]),
        (merge_two_lines, ["altered"]),
        (flip_the_last_byte, ["altered"]),
        (delete_one, ["missing"]),
        (delete_several, ["missing"]),
        (delete_the_first, ["missing"]),
        (swap_two, ["out_of_order"]),
        (move_one_to_the_end, ["out_of_order"]),
        (duplicate, ["repeated"]),
        (repeat_an_old_one, ["repeated"]),
        (insert_an_entry, ["malformed", "replaced"]),
        (insert_text, ["foreign"]),
        (insert_what_looks_torn, ["foreign"]),
        (truncate, ["truncated"]),
        (truncate_inside_a_line, ["truncated"]),
        (empty, ["truncated"]),
    ],
)
def test_damage_is_found_named_and_located(
    tmp_path: Path, attack: Callable[[Lines], Lines], found: list[str]
) -> None:
    log = tmp_path / "audit.jsonl"
    written(log, COUNT)
    assert kinds(log) == []
    log.write_bytes(b"".join(attack(log.read_bytes().splitlines(keepends=True))))
    report = verified(log)
    assert [damage.kind for damage in report.damage] == found
    assert not report.intact
    assert all(damage.place.file == str(log) for damage in report.damage)


def test_line_and_offset_point_at_the_altered_entry(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    written(log, COUNT)
    lines = flip_a_byte(log.read_bytes().splitlines(keepends=True))
    log.write_bytes(b"".join(lines))
    (damage,) = verified(log).damage
    assert (damage.place.line, damage.seq) == (5, 5)
    assert damage.place.offset == len(b"".join(lines[:4]))


def rechained(lines: Lines, change: bytes, to: bytes) -> Lines:
    """The whole log again with one change, every entry properly sealed to the one before it."""
    after, new = GENESIS, []
    for line in lines:
        body = line.replace(change, to).split(b',"seq":')[0] + b"}"
        sealed, after = seal(body, after)
        new.append(sealed)
    return new


def test_rechaining_is_found_by_the_head_file(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    written(log, COUNT)
    lines = log.read_bytes().splitlines(keepends=True)
    log.write_bytes(b"".join(rechained(lines, b"number 5", b"number 6")))
    assert kinds(log) == ["replaced"]


def test_rechaining_with_a_new_head_is_found_by_an_anchor(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    head = written(log, COUNT).head
    assert head is not None
    _rechain_and_fix_the_head(log)
    assert kinds(log) == []  # nothing beside the log can tell
    assert kinds(log, anchors=[parse_anchor(head)]) == ["replaced"]


def test_rolling_back_log_and_head_is_found_by_an_anchor(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    logger = written(log, 4)
    before = log.read_bytes(), head_path(log).read_bytes()
    logger.log(entry())
    head = logger.head
    log.write_bytes(before[0])
    head_path(log).write_bytes(before[1])
    assert head is not None
    assert kinds(log) == []
    (damage,) = verified(log, anchors=[parse_anchor(head)]).damage
    assert (damage.kind, damage.seq) == ("truncated", 5)


def test_a_writer_that_lives_on_notices_a_rollback_by_itself(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    logger = written(log, 4)
    before = log.read_bytes(), head_path(log).read_bytes()
    logger.log(entry())
    log.write_bytes(before[0])
    head_path(log).write_bytes(before[1])
    logger.log(entry())
    assert kinds(log) == ["missing"]


def test_replacing_the_log_by_another_genuine_one_is_found_by_the_head_file(
    tmp_path: Path,
) -> None:
    log, other = tmp_path / "audit.jsonl", tmp_path / "other.jsonl"
    written(log, COUNT)
    written(other, COUNT)
    log.write_bytes(other.read_bytes())
    assert kinds(log) == ["replaced"]


def test_removing_the_log_is_found_by_the_head_file(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    written(log, COUNT)
    log.unlink()
    assert kinds(log) == ["truncated"]


def test_removing_the_log_and_going_on_with_a_new_process_is_found(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    written(log, COUNT)
    log.unlink()
    JsonlAuditLogger(log, durability="os").log(entry())
    assert kinds(log) == ["missing"]


def test_removing_the_head_file_is_said(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    written(log, COUNT)
    head_path(log).unlink()
    report = verified(log)
    assert report.intact
    assert any("head" in note for note in report.notes)


def test_a_writer_records_that_the_head_file_was_gone(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    written(log, COUNT)
    head_path(log).unlink()
    written(log, 1)
    assert any("no head file" in note for note in verified(log).notes)


def test_removing_a_rotated_file_is_found(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    written(log, 12, rotate=2000)
    archives = sorted(path for path in tmp_path.glob("audit.2*.jsonl"))
    assert kinds(log) == []
    archives[1].unlink()
    assert kinds(log) == ["missing"]


def test_every_flipped_byte_of_a_line_is_found(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    written(log, 3)
    content = log.read_bytes()
    first = content.index(b"\n") + 1
    second = content.index(b"\n", first) + 1
    for offset in range(first, second):
        changed = bytearray(content)
        changed[offset] ^= 0x01
        log.write_bytes(changed)
        assert kinds(log), f"byte {offset - first} of the line"


def test_a_duplicate_key_cannot_give_an_entry_a_second_meaning(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    written(log, 3)
    lines = log.read_bytes().splitlines(keepends=True)
    lines[1] = lines[1].replace(b'"decision":"allow"', b'"decision":"deny","decision":"allow"')
    log.write_bytes(b"".join(lines))
    assert kinds(log) == ["altered"]


def test_an_injected_newline_stays_inside_its_entry(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    logger = written(log, 1)
    forged = log.read_text()
    logger.log(entry(reason=f"fine\n{forged}", metadata={"kwargs": {"a": f"\r\n{forged}\u2028"}}))
    assert len(log.read_bytes().split(b"\n")) == 3
    assert kinds(log) == []


def _rechain_and_fix_the_head(log: Path) -> None:
    lines = rechained(log.read_bytes().splitlines(keepends=True), b"number 5", b"number 6")
    log.write_bytes(b"".join(lines))
    newest = read_line(lines[-1][:-1])
    assert newest is not None
    head = b'{"seq":%d,"hash":"%b"}' % (newest.seq, newest.hash.encode())
    head_path(log).write_bytes(head.ljust(127) + b"\n")


@pytest.mark.parametrize("where", ["head", "log"])
def test_no_entry_gets_a_number_that_nobody_can_read(tmp_path: Path, where: str) -> None:
    # The next writer would take such entries for torn ones, and the log for intact.
    log = tmp_path / "audit.jsonl"
    written(log, 1)
    link = Link(10**18 - 1, "f" * 64)
    if where == "head":
        head_path(log).write_bytes(b'{"seq":%d,"hash":"%b"}\n' % (link.seq, link.hash.encode()))
    else:
        line, _ = seal(b'{"timestamp":"2026-01-31T12:00:00.000000Z"}', Link(link.seq - 1, "f" * 64))
        log.write_bytes(log.read_bytes() + line)
    for _ in range(2):
        with pytest.raises(AuditLogError, match="numbers are used up"):
            JsonlAuditLogger(log).log(entry())
    assert kinds(log) != []
