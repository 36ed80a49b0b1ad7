"""Many calls at once, nested, in threads, tasks and forks: each is decided for itself."""

from __future__ import annotations

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sudoagent import (
    ApprovalDenied,
    Context,
    PolicyResult,
)
from support.parts import ALLOW, DENY, Answers, Asks, Log, Says, Till, asking, engine


class TestManyAtOnce:
    def test_nested_and_recursive_calls_are_calls_of_their_own(self, log: Log) -> None:
        sudo = engine(logger=log)

        @sudo.guard()
        def down(n: int) -> int:
            return n if n == 0 else down(n - 1)

        assert down(3) == 0
        assert [kind for kind, _ in log.story] == ["decision"] * 4 + ["outcome"] * 4
        opened = [entry.request_id for entry in log.entries[:4]]
        assert opened[::-1] == [entry.request_id for entry in log.entries[4:]]

    def test_a_policy_may_call_a_guarded_function(self, till: Till) -> None:
        inner = engine().guard()(till.pay)

        def evaluate(ctx: Context) -> PolicyResult:
            inner("inner")
            return ALLOW

        engine(Says(evaluate)).execute(till.pay, "outer")

        assert [to for to, _ in till.paid] == ["inner", "outer"]

    def test_threads_do_not_mix_their_calls(self, till: Till, log: Log) -> None:
        by_amount = Says(lambda ctx: ALLOW if ctx.kwargs["amount"] % 2 == 0 else DENY)
        pay = engine(by_amount, logger=log).guard()(till.pay)

        def attempt(amount: int) -> bool:
            try:
                return pay("alice", amount) == f"paid {amount}"
            except ApprovalDenied:
                return False

        with ThreadPoolExecutor(8) as pool:
            allowed = list(pool.map(attempt, range(200)))

        assert allowed == [amount % 2 == 0 for amount in range(200)]
        assert sorted(amount for _, amount in till.paid) == list(range(0, 200, 2))
        assert len({entry.request_id for entry in log.entries}) == 200

    def test_tasks_wait_together(self) -> None:
        waiting = 0
        everybody = asyncio.Event()

        class Together(Answers):
            async def aapprove(self, *asked: Any) -> bool:
                nonlocal waiting
                waiting += 1
                if waiting == 50:
                    everybody.set()
                await everybody.wait()
                return True

        async def main() -> list[Any]:
            sudo = engine(Asks(), Together())
            return await asyncio.gather(*(sudo.aexecute(lambda n=n: n) for n in range(50)))

        assert asyncio.run(main()) == list(range(50))

    def test_people_who_take_long_do_not_use_up_the_default_executor(self) -> None:
        done = threading.Event()

        def waits(ctx: Context) -> bool:
            return done.wait(60)

        async def main() -> None:
            sudo = engine(Asks(), Answers(waits))
            calls = [asyncio.create_task(sudo.aexecute(int)) for _ in range(40)]
            await asyncio.sleep(0.05)
            assert await asyncio.to_thread(lambda: "free") == "free"
            done.set()
            await asyncio.gather(*calls)

        asyncio.run(main())

    def test_a_forked_child_decides_for_itself(self, till: Till, log: Log) -> None:
        pay = asking(lambda ctx: ctx.kwargs["to"] == "child", log).guard()(till.pay)
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.write(writing, pay("child").encode())
            finally:
                os._exit(0)
        os.close(writing)
        os.waitpid(child, 0)

        with os.fdopen(reading) as answer:
            assert answer.read() == "paid 10.0"
        with pytest.raises(ApprovalDenied):
            pay("parent")
        assert till.paid == []

    def test_a_thread_that_nobody_waits_for_is_not_said_to_have_ended(self, log: Log) -> None:
        began, go_on, done = threading.Event(), threading.Event(), threading.Event()

        def slow() -> None:
            began.set()
            go_on.wait(60)
            done.set()

        async def main() -> None:
            task = asyncio.create_task(engine(logger=log).aexecute(slow))
            await asyncio.to_thread(began.wait, 60)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

        asyncio.run(main())

        assert log.story[-1] == ("outcome", "cancelled")
        assert log.entries[-1].reason == "nobody waits for the call any more; it goes on"
        go_on.set()
        assert done.wait(60)

    def test_a_thread_that_was_cancelled_by_itself_has_ended(self, log: Log) -> None:
        def cancels() -> None:
            raise asyncio.CancelledError

        async def main() -> None:
            with pytest.raises(asyncio.CancelledError):
                await engine(logger=log).aexecute(cancels)

        asyncio.run(main())

        assert log.entries[-1].reason == "the call ended"
