"""The wheel alone, in an empty environment, is enough."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.timeout(600)


def run(*command: str | Path, cwd: Path, **variables: str) -> str:
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("SLACK_", "SUDOAGENT_"))}
    plain = {k: v for k, v in plain.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=plain | variables,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        timeout=500,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder, ROOT, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_ships_both_packages_and_what_they_read(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {
        "sudoagent",
        "sudoagent_bot",
    }
    for needed in ("sudoagent/py.typed", "sudoagent_bot/py.typed"):
        assert needed in names
    for kind in (".lua", ".html", ".css", ".js"):
        assert any(name.endswith(kind) for name in names), kind


def test_an_empty_environment_runs_the_quickstart_and_the_bot(wheel: Path, tmp_path: Path) -> None:
    run(sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv", cwd=tmp_path)
    python = tmp_path / "venv" / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "install", "-q")
    run(*pip, f"{wheel}[local]", cwd=tmp_path)
    said = run(python, ROOT / "examples" / "quickstart.py", cwd=tmp_path)
    assert "Refunding 10.0 to user_1" in said
    assert "Denied: there is no terminal" in said
    assert "SLACK_APP_TOKEN" in run(python.parent / "sudoagent-bot", "--help", cwd=tmp_path)
    assert "playground" in run(python.parent / "sudoagent", "--help", cwd=tmp_path)
