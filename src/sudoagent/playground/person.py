"""Clients of a running playground: the hands and eyes of the people in it.

    alice = Playground(url).as_person("U0ALICE")        # blocking
    alice.click("approve")

    alice = AsyncPlayground(url).as_person("U0ALICE")   # awaiting
    await alice.click("approve")

Every method is documented in ``steps`` and ``gestures``; both clients have the same ones.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Awaitable, Callable, Generator
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar
from urllib.parse import urlsplit

import aiohttp

from . import gestures, steps
from .cast import environment
from .steps import Order, Steps

__all__ = ["AsyncPerson", "AsyncPlayground", "Person", "Playground", "PlaygroundError"]

P = ParamSpec("P")
T = TypeVar("T")

# Longer than any wait that the server itself is asked to do in one order.
_ANSWER_WITHIN = 90.0


class PlaygroundError(RuntimeError):
    """The playground refused an order; the message says why in a sentence."""


class _Blocking(Generic[P, T]):
    def __init__(self, flow: Callable[P, Steps[T]]) -> None:
        self.flow = flow
        self.__doc__ = flow.__doc__

    def __get__(self, owner: Playground, kind: type[Playground]) -> Callable[P, T]:
        def run(*args: P.args, **kwargs: P.kwargs) -> T:
            return owner.drive(self.flow(*args, **kwargs))

        return run


class _Awaiting(Generic[P, T]):
    def __init__(self, flow: Callable[P, Steps[T]]) -> None:
        self.flow = flow
        self.__doc__ = flow.__doc__

    def __get__(
        self, owner: AsyncPlayground, kind: type[AsyncPlayground]
    ) -> Callable[P, Awaitable[T]]:
        async def run(*args: P.args, **kwargs: P.kwargs) -> T:
            return await owner.drive(self.flow(*args, **kwargs))

        return run


class _BlockingAs(Generic[P, T]):
    def __init__(self, flow: Callable[Concatenate[str, P], Steps[T]]) -> None:
        self.flow = flow
        self.__doc__ = flow.__doc__

    def __get__(self, owner: Person, kind: type[Person]) -> Callable[P, T]:
        def run(*args: P.args, **kwargs: P.kwargs) -> T:
            return owner.playground.drive(self.flow(owner.id, *args, **kwargs))

        return run


class _AwaitingAs(Generic[P, T]):
    def __init__(self, flow: Callable[Concatenate[str, P], Steps[T]]) -> None:
        self.flow = flow
        self.__doc__ = flow.__doc__

    def __get__(self, owner: AsyncPerson, kind: type[AsyncPerson]) -> Callable[P, Awaitable[T]]:
        async def run(*args: P.args, **kwargs: P.kwargs) -> T:
            return await owner.playground.drive(self.flow(owner.id, *args, **kwargs))

        return run


class Playground:
    """A running playground, seen from outside; every method blocks until it was done.

    ``url`` is the address that ``sudoagent playground`` prints. Orders that the playground refuses
    raise ``PlaygroundError``; what does not appear in time raises ``steps.NotSeenError``.
    """

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point library and bot at this playground."""
        return environment(self.url)

    def as_person(self, user_id: str) -> Person:
        """Return the hands and eyes of one person, e.g. ``U0ALICE``."""
        return Person(self, user_id)

    def drive(self, flow: Generator[Order, Any, T]) -> T:
        """Take the steps of one flow, blocking."""
        answer: Any = None
        while True:
            try:
                order = flow.send(answer)
            except StopIteration as end:
                return end.value  # type: ignore[no-any-return]  # T by the flow's own signature
            answer = self._send(order)

    def _send(self, order: Order) -> Any:
        address = urlsplit(self.url)
        connection = http.client.HTTPConnection(address.netloc, timeout=_ANSWER_WITHIN)
        try:
            headers = {"Content-Type": "application/json"}
            connection.request(
                "POST", f"/_playground/{order.name}", json.dumps(order.arguments), headers
            )
            return _unwrap(json.loads(connection.getresponse().read()))
        finally:
            connection.close()

    messages = _Blocking(steps.messages)
    replies = _Blocking(steps.replies)
    calls = _Blocking(steps.calls)
    missed = _Blocking(steps.missed)
    connections = _Blocking(steps.connections)
    wait_until = _Blocking(steps.wait_until)
    wait_for_message = _Blocking(steps.wait_for_message)
    wait_for_revision = _Blocking(steps.wait_for_revision)
    wait_for_connections = _Blocking(steps.wait_for_connections)
    reset = _Blocking(steps.reset)
    fail = _Blocking(steps.fail)
    slow_down = _Blocking(steps.slow_down)
    rate_limits = _Blocking(steps.rate_limits)
    drop_sockets = _Blocking(steps.drop_sockets)
    refresh_sockets = _Blocking(steps.refresh_sockets)
    use_http = _Blocking(steps.use_http)
    archive = _Blocking(steps.archive)
    rename = _Blocking(steps.rename)
    remove_bot = _Blocking(steps.remove_bot)
    delete_message = _Blocking(steps.delete_message)
    revoke_token = _Blocking(steps.revoke_token)
    remove_scope = _Blocking(steps.remove_scope)
    hurry = _Blocking(steps.hurry)
    deliver = _Blocking(steps.deliver)


class AsyncPlayground:
    """As ``Playground``, awaiting; holds nothing open between calls, so needs no closing."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point library and bot at this playground."""
        return environment(self.url)

    def as_person(self, user_id: str) -> AsyncPerson:
        """Return the hands and eyes of one person, e.g. ``U0ALICE``."""
        return AsyncPerson(self, user_id)

    async def drive(self, flow: Generator[Order, Any, T]) -> T:
        """Take the steps of one flow, awaiting."""
        answer: Any = None
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
            while True:
                try:
                    order = flow.send(answer)
                except StopIteration as end:
                    return end.value  # type: ignore[no-any-return]  # T by the flow's own signature
                address = f"{self.url}/_playground/{order.name}"
                async with session.post(address, json=order.arguments) as response:
                    answer = _unwrap(await response.json())

    messages = _Awaiting(steps.messages)
    replies = _Awaiting(steps.replies)
    calls = _Awaiting(steps.calls)
    missed = _Awaiting(steps.missed)
    connections = _Awaiting(steps.connections)
    wait_until = _Awaiting(steps.wait_until)
    wait_for_message = _Awaiting(steps.wait_for_message)
    wait_for_revision = _Awaiting(steps.wait_for_revision)
    wait_for_connections = _Awaiting(steps.wait_for_connections)
    reset = _Awaiting(steps.reset)
    fail = _Awaiting(steps.fail)
    slow_down = _Awaiting(steps.slow_down)
    rate_limits = _Awaiting(steps.rate_limits)
    drop_sockets = _Awaiting(steps.drop_sockets)
    refresh_sockets = _Awaiting(steps.refresh_sockets)
    use_http = _Awaiting(steps.use_http)
    archive = _Awaiting(steps.archive)
    rename = _Awaiting(steps.rename)
    remove_bot = _Awaiting(steps.remove_bot)
    delete_message = _Awaiting(steps.delete_message)
    revoke_token = _Awaiting(steps.revoke_token)
    remove_scope = _Awaiting(steps.remove_scope)
    hurry = _Awaiting(steps.hurry)
    deliver = _Awaiting(steps.deliver)


_TIMEOUT = aiohttp.ClientTimeout(total=_ANSWER_WITHIN)


class Person:
    """One person in front of Slack, blocking; made by ``Playground.as_person``."""

    def __init__(self, playground: Playground, user_id: str) -> None:
        self.playground = playground
        self.id = user_id

    click = _BlockingAs(gestures.click)
    view = _BlockingAs(gestures.view)
    views = _BlockingAs(gestures.views)
    submit = _BlockingAs(gestures.submit)
    close = _BlockingAs(gestures.close)
    slash = _BlockingAs(gestures.slash)
    open_home = _BlockingAs(gestures.open_home)
    home = _BlockingAs(gestures.home)
    say = _BlockingAs(gestures.say)
    ephemerals = _BlockingAs(gestures.ephemerals)
    direct_messages = _BlockingAs(gestures.direct_messages)
    wait_for_ephemeral = _BlockingAs(gestures.wait_for_ephemeral)


class AsyncPerson:
    """As ``Person``, awaiting; made by ``AsyncPlayground.as_person``."""

    def __init__(self, playground: AsyncPlayground, user_id: str) -> None:
        self.playground = playground
        self.id = user_id

    click = _AwaitingAs(gestures.click)
    view = _AwaitingAs(gestures.view)
    views = _AwaitingAs(gestures.views)
    submit = _AwaitingAs(gestures.submit)
    close = _AwaitingAs(gestures.close)
    slash = _AwaitingAs(gestures.slash)
    open_home = _AwaitingAs(gestures.open_home)
    home = _AwaitingAs(gestures.home)
    say = _AwaitingAs(gestures.say)
    ephemerals = _AwaitingAs(gestures.ephemerals)
    direct_messages = _AwaitingAs(gestures.direct_messages)
    wait_for_ephemeral = _AwaitingAs(gestures.wait_for_ephemeral)


def _unwrap(answer: dict[str, Any]) -> Any:
    if not answer.get("ok"):
        raise PlaygroundError(str(answer.get("error", "the playground did not understand")))
    return answer.get("answer")
