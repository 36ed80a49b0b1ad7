"""A guarded function presents itself as the function, and does not give it away."""

from __future__ import annotations

import functools
import inspect
import pickle
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

import pytest

from sudoagent import ApprovalDenied, Secret
from support.parts import DENY, Answers, Log, Says, engine

if TYPE_CHECKING:
    from decimal import Decimal

SUDO = engine()


@SUDO.guard()
def refund(user_id: str, amount: float = 5.0, *, why: Annotated[str, "for the log"] = "") -> bool:
    """Pay somebody back."""
    return bool(user_id)


async def wait(seconds: float) -> None:
    """Wait a little."""


class TestPresentation:
    def test_name_documentation_module_and_signature(self) -> None:
        assert refund.__name__ == refund.__qualname__ == "refund"
        assert refund.__doc__ == "Pay somebody back."
        assert refund.__module__ == __name__
        assert str(inspect.signature(refund)).startswith("(user_id: str, amount: float = 5.0, *")

    def test_annotations_are_resolved(self) -> None:
        assert refund.__annotations__ == {
            "user_id": str,
            "amount": float,
            "why": Annotated[str, "for the log"],
            "return": bool,
        }
        assert get_type_hints(refund)["amount"] is float

    def test_annotations_that_cannot_be_resolved_stay_as_they_are(self) -> None:
        def pay(amount: Decimal) -> None: ...

        assert SUDO.guard()(pay).__annotations__ == {"amount": "Decimal", "return": "None"}

    def test_async_functions_stay_async(self) -> None:
        assert inspect.iscoroutinefunction(SUDO.guard()(wait))
        assert not inspect.iscoroutinefunction(refund)
        assert inspect.iscoroutinefunction(SUDO.guard(as_async=True)(refund))

    def test_attributes_that_frameworks_set_are_kept(self) -> None:
        def tool() -> None: ...

        tool.__dict__["schema"] = {"name": "tool"}

        assert SUDO.guard()(tool).schema == {"name": "tool"}  # type: ignore[attr-defined]

    @pytest.mark.parametrize("bound", ["partial", "method", "object"])
    def test_what_is_filled_in_already_is_not_in_the_signature(self, bound: str) -> None:
        class Pays:
            def pay(self, amount: float) -> None: ...

            def __call__(self, amount: float) -> None: ...

        def pay(to: str, amount: float) -> None: ...

        func = {"partial": functools.partial(pay, "alice"), "method": Pays().pay, "object": Pays()}

        assert list(inspect.signature(SUDO.guard()(func[bound])).parameters) == ["amount"]  # type: ignore[arg-type]

    def test_a_signature_that_was_set_by_hand_does_not_name_the_receiver(self) -> None:
        class Pays:
            def pay(self, amount: float) -> None: ...

            pay.__signature__ = inspect.signature(pay)  # type: ignore[attr-defined]

        assert list(inspect.signature(SUDO.guard()(Pays().pay)).parameters) == ["amount"]

    def test_it_travels_by_name(self) -> None:
        assert pickle.loads(pickle.dumps(refund)) is refund


class TestNotGivenAway:
    def test_there_is_no_way_back_by_attributes(self) -> None:
        def pay() -> None: ...

        @functools.wraps(pay)
        def logged() -> None: ...

        class Retries:
            def __init__(self, func: Any) -> None:
                functools.update_wrapper(self, func)
                self.func = func

            def __call__(self) -> None: ...

        for func in (pay, logged, Retries(pay), functools.partial(pay)):
            guarded = SUDO.guard()(func)
            assert not hasattr(guarded, "__wrapped__")
            assert inspect.unwrap(guarded) is guarded
            assert pay not in vars(guarded).values()

    def test_its_source_is_the_guards_not_the_functions(self) -> None:
        assert "Pay somebody back" not in inspect.getsource(refund.__code__)

    def test_guarding_twice_asks_twice(self) -> None:
        outer, inner = Answers(), Says(DENY)
        twice = engine(approver=outer).guard()(engine(inner).guard()(lambda: None))

        with pytest.raises(ApprovalDenied):
            twice()
        assert len(inner.seen) == 1


def test_a_secret_parameter_is_recognised_behind_text_annotations() -> None:
    log = Log()

    @engine(logger=log).guard()
    def login(user: str, phrase: Annotated[str, Secret()]) -> None: ...

    login("alice", "0pen-sesame")

    assert "0pen-sesame" not in str(log.entries)
    assert "alice" in str(log.entries)
