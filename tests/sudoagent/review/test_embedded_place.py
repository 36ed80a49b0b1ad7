"""The folder of the embedded server is ours alone, or it is refused with a sentence."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs
import pytest

from sudoagent.errors import ConfigurationError
from sudoagent.review.embedded import state_dir
from sudoagent.review.embedded._place import Place, private_directory


def refused(path: Path | str, why: str) -> None:
    with pytest.raises(ConfigurationError, match=why) as caught:
        state_dir({"SUDOAGENT_STATE_DIR": str(path)})
    assert "SUDOAGENT_STATE_DIR" in caught.value.reason


def test_it_is_made_private_with_its_parents(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        made = state_dir({"SUDOAGENT_STATE_DIR": str(tmp_path / "a" / "b")})
    finally:
        os.umask(before)
    assert made == tmp_path / "a" / "b"
    assert made.stat().st_mode & 0o777 == made.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("environ", [{}, {"SUDOAGENT_STATE_DIR": ""}])
def test_it_is_the_users_state_folder_by_default(
    environ: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    assert state_dir(environ) == platformdirs.user_state_path("sudoagent", appauthor=False)
    assert state_dir(environ).is_relative_to(tmp_path)


def test_two_ways_to_write_a_folder_are_one_folder(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    written = tmp_path / "link" / "x" / ".." / "state"
    assert private_directory(written) == tmp_path / "real" / "state"


def test_a_relative_folder_is_refused() -> None:
    refused("state", "absolute path")


def test_a_folder_open_to_others_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o750)
    refused(tmp_path, r"open to other users \(mode 0750\): run chmod 700")


@pytest.mark.parametrize("target", [".", "nowhere"])
def test_a_symbolic_link_is_refused(target: str, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(target)
    refused(tmp_path / "link", "symbolic link")


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused(tmp_path / "file", "not a folder")
    refused(tmp_path / "file" / "below", "Not a directory")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    os.chown(tmp_path, 12345, -1)
    refused(tmp_path, "belongs to user 12345, and this process runs as 0")


def test_a_folder_that_any_user_can_replace_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(0o700)
    tmp_path.chmod(0o777)
    refused(tmp_path / "state", f"any user.*write to {tmp_path}")
    tmp_path.chmod(0o1777)
    assert state_dir({"SUDOAGENT_STATE_DIR": str(tmp_path / "state")}) == tmp_path / "state"


def test_a_short_folder_that_somebody_made_before_us_is_refused() -> None:
    place = Place.at(Path("/", "d" * 120))
    place.socket.parent.mkdir(0o755)
    try:
        with pytest.raises(ConfigurationError, match="open to other users"):
            private_directory(place.socket.parent)
    finally:
        place.socket.parent.rmdir()


@pytest.mark.parametrize(("length", "is_short"), [(91, False), (92, True)])
def test_the_limit_of_a_socket_path_counts_bytes(length: int, is_short: bool) -> None:
    directory = Path("/" + "é" * ((length - 1) // 2) + "x" * ((length - 1) % 2))
    assert len(os.fsencode(directory)) == length
    assert Place.at(directory).socket.is_relative_to("/tmp") == is_short
