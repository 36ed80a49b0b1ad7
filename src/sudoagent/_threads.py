"""Running a blocking function for an asynchronous caller, on a thread of its own.

Never asyncio's default executor: it has a handful of threads, and a person takes minutes to answer;
a few waiting calls would starve everything else in the program that uses it.
"""

from __future__ import annotations

import contextlib
import contextvars
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import asyncio

__all__ = ["in_thread"]

T = TypeVar("T")


async def in_thread(func: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
    """Run the function on a new thread, with this task's context variables, and await its result.

    When the awaiting task is cancelled the function goes on to its end; its result is dropped.
    """
    import asyncio

    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()
    context = contextvars.copy_context()

    def work() -> None:
        try:
            result = context.run(func, *args, **kwargs)
        except StopIteration as error:
            # A future refuses StopIteration, which would end the coroutine that awaits it.
            _settle(loop, future, _chained(error), None)
        except BaseException as error:  # handed to the caller, whatever it is
            _settle(loop, future, error, None)
        else:
            _settle(loop, future, None, result)

    threading.Thread(target=work, name="sudoagent-call", daemon=True).start()
    return await future


def _settle(
    loop: asyncio.AbstractEventLoop,
    future: asyncio.Future[Any],
    error: BaseException | None,
    result: Any,
) -> None:
    def settle() -> None:
        if future.done():
            return  # nobody waits any more
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)

    with contextlib.suppress(RuntimeError):  # the caller's loop is closed: the caller is gone
        loop.call_soon_threadsafe(settle)


def _chained(error: StopIteration) -> RuntimeError:
    replacement = RuntimeError("the function raised StopIteration")
    replacement.__cause__ = error
    return replacement
