"""Every way of writing the same call is bound to the same names."""

from __future__ import annotations

import functools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudoagent import ConfigurationError
from sudoagent.binding import Target, action_of


def refund(
    user_id: str, amount: float = 5.0, *notes: str, urgent: bool = False, **rest: Any
) -> Any:
    return user_id, amount, notes, urgent, rest


def plain(user_id: str, amount: float = 5.0, reason: str = "none") -> Any:
    return user_id, amount, reason


def named(func: Any, /, *args: Any, **kwargs: Any) -> dict[str, Any]:
    return Target(func).bind(args, kwargs).named


@given(
    st.lists(st.integers(), min_size=3, max_size=3),
    st.integers(0, 3),
    st.permutations(["user_id", "amount", "reason"]),
    st.integers(0, 3),
)
def test_every_way_of_writing_a_call_gives_the_same_names(
    values: list[int], positional: int, order: list[str], partially: int
) -> None:
    names = ["user_id", "amount", "reason"]
    whole = dict(zip(names, values, strict=True))
    args = values[:positional]
    kwargs = {name: whole[name] for name in order if name in names[positional:]}
    early = dict(list(kwargs.items())[:partially])

    assert named(plain, *args, **kwargs) == whole
    assert named(functools.partial(plain, *args), **kwargs) == whole
    assert named(functools.partial(plain, **early), *args, **kwargs) == whole
    assert named(functools.partial(functools.partial(plain, *args), **early), **kwargs) == whole


@given(
    st.lists(st.integers(), max_size=5),
    st.dictionaries(
        st.sampled_from(["user_id", "amount", "urgent", "x", "rest", "notes"]), st.integers()
    ),
)
def test_names_are_the_functions_own(args: list[int], kwargs: dict[str, int]) -> None:
    try:
        user_id, amount, notes, urgent, rest = refund(*args, **kwargs)  # type: ignore[arg-type]
    except TypeError:
        with pytest.raises(TypeError):
            named(refund, *args, **kwargs)
        return

    bound = named(refund, *args, **kwargs)

    seen = (bound["user_id"], bound["amount"], bound["notes"], bound["urgent"])
    assert seen == (user_id, amount, notes, urgent)
    # No argument is hidden, and none stands under a name that is another's.
    shown = {name: bound[name] for name in bound.keys() - {"user_id", "amount", "notes", "urgent"}}
    assert {**shown.pop("rest", {}), **shown} == rest


def test_defaults_have_names() -> None:
    assert named(plain, "u") == {"user_id": "u", "amount": 5.0, "reason": "none"}


def test_arguments_are_passed_as_they_were_written() -> None:
    bound = Target(plain).bind(("u",), {"amount": 1.0})

    assert (bound.args, bound.kwargs) == (("u",), {"amount": 1.0})


def test_a_second_argument_of_the_same_name_does_not_take_its_place() -> None:
    def pay(amount: int, /, **rest: int) -> None: ...

    assert named(pay, 999_999, amount=1) == {"amount": 999_999, "rest": {"amount": 1}}
    assert named(pay, 1, rest=2) == {"amount": 1, "rest": {"rest": 2}}


@pytest.mark.parametrize(
    "name",
    ["self", "args", "kwargs", "policy", "func", "metadata", "request_id", "_receiver", "key"],
)
def test_no_keyword_is_special(name: str) -> None:
    def takes(**anything: Any) -> None: ...

    assert named(takes, **{name: 1}) == {name: 1}


@pytest.mark.parametrize(
    ("args", "kwargs"),
    [((), {}), (("u", 1, "r", "x"), {}), (("u",), {"user_id": "v"}), (("u",), {"other": 1})],
)
def test_what_does_not_fit_raises_as_the_function_would(args: Any, kwargs: Any) -> None:
    with pytest.raises(TypeError) as bound:
        Target(plain).bind(args, kwargs)
    with pytest.raises(TypeError):
        plain(*args, **kwargs)

    assert "missing" in str(bound.value) or "argument" in str(bound.value)


class Billing:
    def __init__(self, limit: int = 5) -> None:
        self.limit = limit

    def refund(self, amount: float) -> float:
        return amount

    @classmethod
    def reset(cls, amount: float) -> float:
        return amount

    @staticmethod
    def fee(amount: float) -> float:
        return amount

    def __call__(self, amount: float) -> float:
        return amount


class TestMethods:
    def test_bound_and_unbound_are_the_same_call(self) -> None:
        billing = Billing()

        assert named(billing.refund, 5) == named(Billing.refund, billing, amount=5)
        assert named(billing.refund, 5) == {"self": billing, "amount": 5}
        assert Target(billing.refund).receiver == "self"

    def test_class_methods_static_methods_and_callables(self) -> None:
        billing = Billing()

        assert named(Billing.reset, 5) == {"cls": Billing, "amount": 5}
        assert named(Billing.fee, 5) == {"amount": 5}
        assert named(staticmethod(Billing.fee), 5) == {"amount": 5}
        assert named(billing, 5) == {"self": billing, "amount": 5}

    def test_a_partial_of_a_method(self) -> None:
        billing = Billing()

        assert named(functools.partial(billing.refund, amount=5)) == {"self": billing, "amount": 5}

    def test_a_function_outside_a_class_has_no_receiver(self) -> None:
        def takes(self: int) -> None: ...

        assert Target(takes).receiver is None

    def test_actions_are_named_after_functions(self) -> None:
        def local() -> None: ...

        assert action_of(Billing.refund) == "Billing.refund"
        assert action_of(local) == "local"
        assert action_of(Billing()) == "Billing"


class TestSignatures:
    def test_a_decorated_function_is_bound_by_the_names_of_what_it_wraps(self) -> None:
        @functools.wraps(plain)
        def logged(*args: Any, **kwargs: Any) -> Any:
            return plain(*args, **kwargs)

        assert named(logged, "u", 1500.0)["amount"] == 1500.0

    def test_an_annotation_that_cannot_be_evaluated_hides_no_names(self) -> None:
        # Strings, as under `from __future__ import annotations`; TypeError, NameError, SyntaxError.
        for wrong in ("'Model' | None", "Missing", "int[", "1 / 0"):

            def pay(amount: Any) -> None: ...

            pay.__annotations__ = {"amount": wrong}
            assert named(pay, 1500.0) == {"amount": 1500.0}

    @pytest.mark.parametrize(
        ("func", "args", "expected"),
        [
            (max, ([1, 2],), {"args": ([1, 2],)}),
            (str.upper, ("a",), {"self": "a"}),
            (dict.update, ({}, {"a": 1}), {"args": ({}, {"a": 1})}),
            (
                functools.lru_cache(plain),
                ("u", 1, "r"),
                {"user_id": "u", "amount": 1, "reason": "r"},
            ),
        ],
        ids=["max", "upper", "update", "cache"],
    )
    def test_functions_written_in_c(self, func: Any, args: Any, expected: Any) -> None:
        assert named(func, *args) == expected

    def test_a_default_that_is_a_list_is_an_argument_like_others(self) -> None:
        def tagged(tags: list[str] = ["a"]) -> None: ...  # noqa: B006

        bound = Target(tagged).bind((), {})
        _, frozen, fixed = bound.snapshot(None)

        assert frozen == {"tags": ["a"]}
        assert not fixed


class TestRefusals:
    @pytest.mark.parametrize("thing", [None, 1, "refund", classmethod(plain)])
    def test_what_cannot_be_called(self, thing: Any) -> None:
        with pytest.raises(ConfigurationError, match="only a function can be guarded"):
            Target(thing)

    def test_generators_would_run_later(self) -> None:
        def numbers() -> Any:
            yield 1

        async def later() -> Any:
            yield 1

        for generator in (numbers, later, functools.partial(numbers)):
            with pytest.raises(ConfigurationError, match="generator function"):
                Target(generator)

    def test_a_function_that_wraps_itself_is_a_function(self) -> None:
        def pay(amount: int) -> int:
            return amount

        pay.__wrapped__ = pay  # type: ignore[attr-defined]

        assert Target(pay).bind((5,), {}).named["args"] == (5,)
        assert not Target(pay).has_yet_to_run(5)


class TestSnapshots:
    def test_positional_and_named_views_are_one_snapshot(self) -> None:
        amounts = [1]
        args, frozen, fixed = Target(plain).bind((amounts,), {}).snapshot(None)
        amounts.append(2)

        assert args[0] is frozen["user_id"]
        assert args == ([1],)
        assert not fixed

    def test_a_call_of_values_that_cannot_change_needs_no_copy(self) -> None:
        bound = Target(plain).bind(("u", 1.0), {})
        args, _, fixed = bound.snapshot(None)

        assert args is bound.args
        assert fixed

    def test_the_receiver_is_passed_as_it_is_and_counts_as_changeable(self) -> None:
        billing = Billing()
        args, frozen, fixed = Target(billing.refund).bind((5,), {}).snapshot("self")

        assert frozen["self"] is billing
        assert args[0] is billing
        assert not fixed
