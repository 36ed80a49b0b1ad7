"""A local Slack for tests: one playground per test process, in its own thread, fresh for each test.

`slack` is the blocking client, `aslack` the awaiting one, of the same workspace;
`slack_environment` also sets the variables that library and bot read. The ids of people and
channels are in `sudoagent.playground.cast`.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from sudoagent.playground import AsyncPlayground, Playground, gestures, running, steps

# As long as only a broken program needs. People get impatient sooner, and so do the defaults.
_PATIENCE = 60.0  # seconds
_WAITS = (
    steps.wait_until,
    steps.wait_for_message,
    steps.wait_for_revision,
    steps.wait_for_connections,
    gestures.view,
    gestures.wait_for_ephemeral,
)


@pytest.fixture(scope="session", autouse=True)
def patience() -> Iterator[None]:
    """What the playground is asked to wait for is waited for on a busy machine, too."""
    with pytest.MonkeyPatch.context() as patch:
        for wait in _WAITS:
            patch.setitem(wait.__kwdefaults__, "timeout", _PATIENCE)
        yield


@pytest.fixture(scope="session")
def slack_url() -> Iterator[str]:
    """The address of a playground that lives as long as the test process."""
    ready: Future[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = Future()
    thread = threading.Thread(target=_serve, args=(ready,), name="playground", daemon=True)
    thread.start()
    url, loop, stop = ready.result(timeout=30)
    yield url
    loop.call_soon_threadsafe(stop.set)
    thread.join(timeout=30)


def _serve(ready: Future[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]]) -> None:
    async def serve() -> None:
        stop = asyncio.Event()
        async with running() as server:
            ready.set_result((server.url, asyncio.get_running_loop(), stop))
            await stop.wait()

    asyncio.run(serve())


@pytest.fixture
def slack(slack_url: str) -> Playground:
    """A fresh workspace, with a client that blocks."""
    playground = Playground(slack_url)
    playground.reset()
    return playground


@pytest.fixture
def aslack(slack: Playground) -> AsyncPlayground:
    """The same fresh workspace, with a client to await."""
    return AsyncPlayground(slack.url)


@pytest.fixture
def slack_environment(slack: Playground, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The variables for library and bot, set for this test; proxy and OAuth variables are unset."""
    for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name, value in slack.environment.items():
        monkeypatch.setenv(name, value)
    return slack.environment
