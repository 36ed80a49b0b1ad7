"""`sudoagent playground` says what is wrong in a sentence."""

from __future__ import annotations

import socket

import pytest

from sudoagent.cli.playground import playground
from sudoagent.errors import ConfigurationError


def test_an_address_on_the_network_is_refused() -> None:
    with pytest.raises(
        ConfigurationError, match=r"listens on loopback only, not on .*; 127.0.0.1 is the usual one"
    ):
        playground(["--host", "192.0.2.1"], standalone_mode=False)


def test_an_app_elsewhere_is_refused() -> None:
    arguments = ["--port", "0", "--request-url", "http://192.0.2.1/slack/events"]
    with pytest.raises(ConfigurationError, match=r"must be on this machine, not .*"):
        playground(arguments, standalone_mode=False)


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=rf"port {port} .* --port 0 takes a free one"):
            playground(["--port", str(port)], standalone_mode=False)
