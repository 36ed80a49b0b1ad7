"""A cancelled or abandoned call leaves a true log, and never runs afterwards."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from sudoagent import (
    AuditEntry,
    SudoEngine,
    Verdict,
)
from support.parts import Answers, Asks, Log, asking, engine


class Awaits(Answers):
    """An approver that awaits, so that a task can be cancelled there."""

    async def aapprove(self, *asked: Any) -> Any:
        for _ in range(3):
            await asyncio.sleep(0)
        return self.approve(*asked)


class Writes(Log):
    """A logger that awaits, before and after it has written."""

    async def alog(self, entry: AuditEntry) -> None:
        await asyncio.sleep(0)
        self.log(entry)
        await asyncio.sleep(0)


class Open:
    """A gate that awaits."""

    def closed(self, policy_decision: str) -> str | None:
        return None

    async def aclosed(self, policy_decision: str) -> str | None:
        await asyncio.sleep(0)
        return None


class Steps:
    """A guarded async function whose every await is a place where it can be cancelled."""

    def __init__(self) -> None:
        self.began = self.ended = 0
        self.log = Writes()
        self.sudo = engine(Asks(), Awaits(), self.log, gate=Open())

    async def pay(self) -> str:
        self.began += 1
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        self.ended += 1
        return "paid"

    async def cancelled_after(self, resumptions: int) -> BaseException | None:
        """Run the call, cancel its task after so many resumptions, and say how it ended."""
        task = asyncio.ensure_future(self.sudo.aexecute(self.pay))
        for _ in range(resumptions):
            await asyncio.sleep(0)
        task.cancel()
        (ended,) = await asyncio.gather(task, return_exceptions=True)
        for _ in range(20):
            await asyncio.sleep(0)
        return ended if isinstance(ended, BaseException) else None


ENDS = [
    [],  # cancelled before it began: nothing happened
    [("decision", "deny")],
    [("decision", "allow"), ("outcome", "cancelled")],
    [("decision", "allow"), ("outcome", "success")],
]


class TestCancellation:
    def test_at_every_await_it_leaves_a_consistent_log_and_never_runs_afterwards(self) -> None:
        seen = []
        for resumptions in range(40):
            steps = Steps()
            ended = asyncio.run(steps.cancelled_after(resumptions))
            story = steps.log.story

            assert story in ENDS, f"cancelled after {resumptions}"
            assert steps.began <= 1
            if story != ENDS[3]:
                assert isinstance(ended, asyncio.CancelledError)
                assert steps.ended == 0
            if story in ENDS[:2]:
                assert steps.began == 0
            if story not in seen:
                seen.append(story)
        assert seen == ENDS

    def test_while_a_person_is_asked_in_a_thread(self) -> None:
        asked, answered, log, ran = threading.Event(), threading.Event(), Log(), []

        def slowly(_: Any) -> bool:
            asked.set()
            return answered.wait(60)

        async def main() -> None:
            task = asyncio.ensure_future(asking(slowly, log).aexecute(ran.append, 1))
            await until(asked.is_set)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            answered.set()  # the yes comes too late
            await asyncio.sleep(0.05)

        asyncio.run(main())

        assert ran == []
        assert log.story == [("decision", "deny")]
        assert log.entries[0].reason == "interrupted: CancelledError"

    @pytest.mark.parametrize("failing", [{}, {1: OSError("disk")}])
    def test_while_a_thread_writes_the_decision(self, failing: Any) -> None:
        writing, go_on, ran = threading.Event(), threading.Event(), []

        class Slow(Log):
            def log(self, entry: AuditEntry) -> None:
                writing.set()
                assert go_on.wait(60)
                super().log(entry)

        log = Slow(failing)

        async def main() -> None:
            task = asyncio.ensure_future(engine(logger=log).aexecute(ran.append, 1))
            await until(writing.is_set)
            task.cancel()
            await asyncio.sleep(0.01)
            task.cancel()  # impatient
            await asyncio.sleep(0.01)
            assert not task.done(), "the entry that was begun is finished first"
            go_on.set()
            with pytest.raises(asyncio.CancelledError):
                await task

        asyncio.run(main())

        assert ran == []
        assert log.story[-1] == ("outcome", "cancelled")
        assert log.entries[-1].reason == "the call was not begun"

    @pytest.mark.parametrize("answer", [True, Verdict(outcome="approved", reason="fine"), False])
    def test_that_the_approver_swallows_is_a_cancellation_all_the_same(self, answer: Any) -> None:
        class Swallows(Answers):
            async def aapprove(self, *asked: Any) -> Any:
                try:
                    await asyncio.Event().wait()
                except asyncio.CancelledError:
                    return answer

        log, ran = Log(), []

        async def main() -> None:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await engine(Asks(), Swallows(), log).aexecute(ran.append, 1)
            await engine(Asks(), Answers(True), log).aexecute(ran.append, 2)

        asyncio.run(main())
        assert ran == [2]
        assert log.story[0] == ("decision", "deny")
        assert log.entries[0].error_type == "CancelledError"

    def test_a_timeout_around_a_call(self) -> None:
        class Never(Answers):
            async def aapprove(self, *_: Any) -> bool:
                await asyncio.Event().wait()
                return True

        log = Log()

        async def main() -> None:
            async with asyncio.timeout(0.01):
                await engine(Asks(), Never(), log).aexecute(int)

        with pytest.raises(TimeoutError):
            asyncio.run(main())
        assert log.story == [("decision", "deny")]

    def test_the_functions_own_handling_of_it_is_respected(self) -> None:
        log = Log()

        async def stubborn() -> str:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                return "cleaned up"
            return "slept"

        async def main() -> str:
            task = asyncio.ensure_future(engine(logger=log).aexecute(stubborn))
            await until(lambda: bool(log.entries))
            await asyncio.sleep(0.01)
            task.cancel()
            return await task

        assert asyncio.run(main()) == "cleaned up"
        assert log.story[-1] == ("outcome", "success")


class TestAbandonment:
    """A coroutine that is closed cannot await any more; what happened is recorded all the same."""

    def abandoned_after(self, resumptions: int) -> Steps:
        """As when the loop of a daemon thread ends with the process: nobody resumes the task."""
        steps, loop = Steps(), asyncio.new_event_loop()
        loop.set_exception_handler(lambda *_: None)  # it would report the abandoned task
        task = loop.create_task(steps.sudo.aexecute(steps.pay))
        for _ in range(resumptions):
            loop.run_until_complete(asyncio.sleep(0))
        if not task.done():
            task.get_coro().close()  # type: ignore[union-attr]  # as the garbage collector would
        loop.close()
        return steps

    def test_at_every_await(self) -> None:
        seen = []
        for resumptions in range(40):
            steps = self.abandoned_after(resumptions)
            story = steps.log.story
            if story == [("outcome", "cancelled")]:
                # The write of the decision was abandoned, too.
                assert steps.began == 0
            elif story == [("decision", "allow")]:
                # The write of the outcome was: such calls are listed as unfinished.
                assert steps.ended == 1
            else:
                assert story in ENDS
                assert (steps.ended == 1) == (story == ENDS[3])
            if story not in seen:
                seen.append(story)
        assert all(end in seen for end in ENDS)

    def test_of_an_approval(self) -> None:
        log, ran = Log(), []

        async def main() -> None:
            call = asking_forever(log).aexecute(ran.append, 1)
            call.send(None)
            call.close()

        asyncio.run(main())

        assert ran == []
        assert log.story == [("decision", "deny")]
        assert log.entries[0].reason == "interrupted: GeneratorExit"


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110  # it becomes true on another thread
        await asyncio.sleep(0.001)


def asking_forever(log: Log) -> SudoEngine:
    class Forever(Answers):
        async def aapprove(self, *_: Any) -> Verdict:
            await asyncio.Event().wait()
            raise AssertionError

    return engine(Asks(), Forever(), log)
