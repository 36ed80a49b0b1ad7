"""Half-async functions and parts: what has not run to its end is no success, and no record."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import threading
import weakref
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest

from sudoagent import (
    ApprovalDenied,
    AuditEntry,
    AuditLogError,
    Context,
    PolicyResult,
)
from support.parts import ALLOW, DENY, Log, Way, asking, engine


@pytest.fixture
def log() -> Log:
    return Log()


def same(func: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(func)
    def calling(*args: Any, **kwargs: Any) -> Any:
        return func(*args, **kwargs)

    return calling


def eager(func: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(func)
    def consuming(*args: Any, **kwargs: Any) -> Any:
        return list(func(*args, **kwargs))

    return consuming


class TestHalfAsync:
    def test_an_async_log_that_nobody_awaits_records_nothing(self, way: Way) -> None:
        class Disguised(Log):
            def log(self, entry: AuditEntry) -> Any:
                async def later() -> None:
                    super(Disguised, self).log(entry)

                return later()

        ran: list[int] = []
        with pytest.raises(AuditLogError):
            way.call(engine(logger=Disguised()), ran.append, 1)
        assert ran == []

    def test_a_coroutine_is_not_a_success_of_a_blocking_call(self) -> None:
        log, ran = Log(), []

        async def pay() -> None:
            ran.append(1)

        with pytest.raises(TypeError, match=r"await sudo\.aexecute"):
            engine(logger=log).execute(lambda: pay())
        assert ran == []
        assert log.story[-1] == ("outcome", "error")

    def test_what_only_behaves_like_a_coroutine_is_one(self, log: Log) -> None:
        # Such as a compiled one, or the request of an HTTP client.
        class Request(Coroutine[Any, Any, str]):
            def __init__(self, story: list[str]) -> None:
                self.story = story

            def send(self, _: Any) -> Any:
                self.story.append("sent")
                raise StopIteration("answered")

            def throw(self, *error: Any) -> Any: ...

            def close(self) -> None:
                self.story.append("closed")

            def __await__(self) -> Any:
                self.story.append("sent")
                return "answered"
                yield

        with pytest.raises(TypeError, match="has not run to its end"):
            engine(logger=log).execute(Request, story := [])
        assert story == ["closed"]
        assert asyncio.run(engine(logger=log).aexecute(Request, story := [])) == "answered"
        assert story == ["sent"]
        assert [outcome for _, outcome in log.story] == ["allow", "error", "allow", "success"]

    @pytest.mark.parametrize("dress", [same, contextlib.contextmanager, eager])
    def test_a_decorated_generator_that_others_are_to_run_is_no_success(
        self, way: Way, log: Log, dress: Any
    ) -> None:
        ran: list[int] = []

        def pay(amount: int) -> Any:
            ran.append(amount)
            yield amount

        if dress is eager:
            assert way.call(engine(logger=log), eager(pay), 5) == [5]
            assert log.story[-1] == ("outcome", "success")
        else:
            with pytest.raises(TypeError, match="guard a function that consumes it"):
                way.call(engine(logger=log), dress(pay), 5)
            assert ran == []
            assert log.story[-1] == ("outcome", "error")

    def test_an_asynchronous_one_neither(self, way: Way, log: Log) -> None:
        async def pay(amount: int) -> Any:
            yield amount

        for dress in (same, contextlib.asynccontextmanager):
            with pytest.raises(TypeError, match="guard a function that consumes it"):
                way.call(engine(logger=log), dress(pay), 5)

    def test_a_generator_that_is_not_the_functions_own_body_is_a_result(self, way: Way) -> None:
        def numbers() -> Any:
            return (n for n in [1, 2])

        assert list(way.call(engine(), numbers)) == [1, 2]
        assert list(way.call(engine(), same(numbers))) == [1, 2]

    def test_a_task_is_not_a_success_of_a_blocking_call(self) -> None:
        log, ran = Log(), []

        async def pay() -> None:
            await asyncio.sleep(0)
            ran.append(1)

        async def main() -> None:
            with pytest.raises(TypeError, match="has not run to its end"):
                engine(logger=log).execute(lambda: asyncio.ensure_future(pay()))
            await asyncio.sleep(0.01)

        asyncio.run(main())

        assert ran == []
        assert log.story[-1] == ("outcome", "error")

    @pytest.mark.parametrize("wrap", [lambda f: f, functools.partial, lambda f: lambda: f()])
    def test_an_async_function_is_finished_before_it_is_a_success(self, wrap: Any) -> None:
        log = Log()

        async def pay() -> list[Any]:
            await asyncio.sleep(0)
            return list(log.story)

        during = asyncio.run(engine(logger=log).aexecute(wrap(pay)))

        assert during == [("decision", "allow")]
        assert log.story[-1] == ("outcome", "success")

    def test_so_is_one_behind_a_decorator(self) -> None:
        async def pay() -> str:
            return "paid"

        @functools.wraps(pay)
        def logged(*args: Any) -> Awaitable[str]:
            return pay(*args)

        assert asyncio.run(engine().aexecute(logged)) == "paid"

    def test_a_blocking_function_does_not_block_the_loop(self) -> None:
        reached = threading.Event()

        async def main() -> bool:
            call = asyncio.ensure_future(engine().aexecute(reached.wait, 60))
            await asyncio.sleep(0.01)
            reached.set()
            return await call

        assert asyncio.run(main())

    def test_an_async_function_runs_where_it_was_awaited(self) -> None:
        async def where() -> Any:
            return asyncio.get_running_loop(), threading.current_thread()

        async def main() -> None:
            loop, thread = await engine().aexecute(where)
            assert loop is asyncio.get_running_loop()
            assert thread is threading.current_thread()

        asyncio.run(main())


@pytest.mark.parametrize("error", [ValueError("v"), None], ids=["of the function", "of the engine"])
def test_an_exception_does_not_keep_what_it_passed_through(error: ValueError | None) -> None:
    class Large:
        """What a frame would hold on to."""

    def fails(large: Large) -> None:
        assert error is not None
        raise error.with_traceback(None)

    class Forgetful:
        def evaluate(self, ctx: Context) -> PolicyResult:
            return ALLOW if error is not None else DENY

    large = Large()
    gone = weakref.ref(large)
    gc.disable()
    try:
        with contextlib.suppress(ValueError, ApprovalDenied):
            engine(Forgetful()).execute(fails, large)
        if error is not None:
            error.__traceback__ = None
        del large
        assert gone() is None
    finally:
        gc.enable()


def test_denials_of_awaiting_calls_are_denials() -> None:
    async def pay() -> None:
        raise AssertionError("it ran")

    with pytest.raises(ApprovalDenied):
        asyncio.run(asking(False).aexecute(pay))
