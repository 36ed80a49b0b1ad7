"""What the mark allows: which parameters, which values, which texts."""

from __future__ import annotations

import contextlib
import inspect
import math
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudoagent.editable import (
    Editable,
    Unfit,
    editable_parameters,
    marked,
    text_of,
    value_of,
)
from sudoagent.errors import ConfigurationError


def marks_of(func: Any) -> Any:
    return editable_parameters(inspect.signature(func, eval_str=True))


def complaint(check: Any, *args: Any) -> str:
    with pytest.raises(Unfit) as caught:
        check(*args)
    return caught.value.complaint


class TestMarks:
    def test_a_mark_is_found_beside_other_marks_and_in_optional_parameters(self) -> None:
        def refund(
            user: str,
            amount: Annotated[float, "euros", Editable(le=500)],
            note: Annotated[str, Editable] | None = None,
            fee: Annotated[Decimal | None, Editable(ge=0)] = None,
        ) -> None: ...

        found = marks_of(refund)
        assert list(found) == ["amount", "note", "fee"]
        assert found["amount"].limits == Editable(le=500)
        assert found["note"].kinds == {"str"}
        assert found["fee"].kinds == {"Decimal"}

    def test_an_annotation_that_nobody_could_resolve_marks_nothing(self) -> None:
        def refund(amount: Missing) -> None: ...  # type: ignore[name-defined]  # noqa: F821

        refund.__annotations__["amount"] = "Annotated[float, Editable(le=500)]"
        assert editable_parameters(inspect.signature(refund)) == {}

    def test_a_mark_on_what_cannot_be_edited_is_a_mistake(self) -> None:
        def listed(x: Annotated[list[str], Editable()]) -> None: ...
        def literal(x: Annotated[Literal["a"], Editable()]) -> None: ...
        def many(*x: Annotated[float, Editable()]) -> None: ...
        def named(**x: Annotated[float, Editable()]) -> None: ...
        def text(x: Annotated[str, Editable(le=5)]) -> None: ...
        def number(x: Annotated[int, Editable(max_length=5)]) -> None: ...
        def box(x: Annotated[bool, Editable(choices=[1, 0])]) -> None: ...
        def other(x: Annotated[int, Editable(choices=["a"])]) -> None: ...
        def unknown(x: Annotated[Any, Editable()]) -> None: ...

        for func in (listed, literal, many, named, text, number, box, other, unknown):
            with pytest.raises(ConfigurationError, match="Editable marks x"):
                marks_of(func)

    @pytest.mark.parametrize(
        "limits",
        [
            {"ge": 2, "le": 1},
            {"ge": math.nan},
            {"le": math.inf},
            {"le": True},
            {"le": "5"},
            {"ge": Decimal("NaN")},
            {"max_length": 0},
            {"max_length": 3001},
            {"max_length": True},
            {"choices": "abc"},
            {"choices": []},
            {"choices": ["a", "a"]},
            {"choices": [""]},
            {"choices": ["x" * 76]},
            {"choices": [None]},
            {"choices": [True]},
            {"choices": [math.nan]},
            {"choices": list(range(101))},
        ],
    )
    def test_limits_that_are_none_are_a_mistake(self, limits: dict[str, Any]) -> None:
        with pytest.raises(ConfigurationError, match="Editable: "):
            Editable(**limits)


class TestValues:
    def test_the_type_of_the_argument_stays(self) -> None:
        mark = marked("x", Editable())
        mark.check(1500.0, 450.0)
        mark.check(15, 4)
        mark.check("a", "b")
        mark.check(True, False)
        mark.check(Decimal("1.5"), Decimal("2"))
        assert complaint(mark.check, 1500.0, 450) == "not_a_number"
        assert complaint(mark.check, 15, 4.0) == "not_whole"
        assert complaint(mark.check, 15, True) == "not_whole"
        assert complaint(mark.check, True, 1) == "not_yes_or_no"
        assert complaint(mark.check, "a", 1) == "not_text"
        assert complaint(mark.check, Decimal(1), 1.0) == "not_a_number"
        assert complaint(mark.check, [1], [2]) == "not_editable"
        assert complaint(mark.check, None, 2) == "not_editable"

    def test_an_int_that_was_passed_for_a_float_becomes_a_float(self) -> None:
        mark = marked("amount", Editable(), (float,))
        mark.check(1500, 99.5)
        assert complaint(mark.check, 1500, 99) == "not_a_number"

    def test_a_class_of_its_own_is_not_edited(self) -> None:
        class Money(float): ...

        mark = marked("x", Editable())
        assert complaint(mark.check, Money(5), 4.0) == "not_editable"
        assert complaint(mark.check, 5.0, Money(4)) == "not_a_number"

    @pytest.mark.parametrize(
        ("before", "after", "why"),
        [
            (5.0, -0.01, "too_small"),
            (5.0, 500.01, "too_large"),
            (5.0, math.nan, "not_a_number"),
            (5.0, math.inf, "not_a_number"),
            (5.0, -math.inf, "not_a_number"),
            (5, 10**400, "too_large"),
            (Decimal(5), Decimal("sNaN"), "not_a_number"),
            (Decimal(5), Decimal("Infinity"), "not_a_number"),
            (Decimal(5), Decimal("500.0000000000000000000001"), "too_large"),
        ],
    )
    def test_out_of_range_is_out(self, before: Any, after: Any, why: str) -> None:
        assert complaint(marked("x", Editable(ge=0, le=500)).check, before, after) == why

    def test_a_limit_means_what_its_author_wrote(self) -> None:
        marked("x", Editable(ge=0.1, le=0.1)).check(Decimal(0), Decimal("0.1"))
        marked("x", Editable(le=Decimal("0.1"))).check(0.0, 0.1)

    def test_text_is_limited_in_length_and_choices(self) -> None:
        short = marked("x", Editable(max_length=3))
        short.check("", "abc")
        assert complaint(short.check, "", "abcd") == "too_long"
        assert complaint(marked("x", Editable()).check, "", "x" * 3001) == "too_long"
        choice = marked("x", Editable(choices=("EUR", "USD")))
        choice.check("EUR", "USD")
        assert complaint(choice.check, "EUR", "GBP") == "not_a_choice"

    def test_choices_of_one_type_leave_arguments_of_another_alone(self) -> None:
        mark = marked("x", Editable(choices=("EUR", 5)))
        assert mark.kind_of("GBP") == "str"
        assert mark.kind_of(True) is None
        assert mark.kind_of(Decimal(5)) is None
        assert mark.kind_of(7.0) == "float"


class TestTexts:
    @given(st.floats(allow_nan=False, allow_infinity=False))
    def test_a_float_comes_back_as_it_was(self, value: float) -> None:
        text = text_of(value)
        assert text is not None
        assert value_of("float", text) == value

    @given(st.integers(-(10**80), 10**80))
    def test_an_int_comes_back_as_it_was(self, value: int) -> None:
        assert value_of("int", text_of(value) or "") == value

    @given(st.decimals(allow_nan=False, allow_infinity=False, places=4))
    def test_a_decimal_comes_back_as_it_was(self, value: Decimal) -> None:
        assert str(value_of("Decimal", str(value))) == str(value)

    def test_text_and_yes_and_no_come_back(self) -> None:
        assert value_of("str", text_of(" a\n") or "") == " a\n"
        assert value_of("bool", text_of(True) or "") is True
        assert value_of("bool", text_of(False) or "") is False

    @pytest.mark.parametrize(
        "value",
        [10**100, math.nan, math.inf, Decimal("NaN"), Decimal("1" * 101), "x" * 3001],
    )
    def test_what_nobody_could_type_has_no_text(self, value: Any) -> None:
        assert text_of(value) is None

    def test_an_integer_too_long_for_python_to_print_has_none(self) -> None:
        assert text_of(10**5000) is None

    @pytest.mark.parametrize(
        "text",
        ["", "nan", "inf", "-Infinity", "1e999", "0x10", "1_000", "１２", "1,5", "1 0", "9" * 101],
    )
    def test_what_is_no_number_is_refused(self, text: str) -> None:
        assert complaint(value_of, "float", text) == "not_a_number"

    def test_a_whole_number_has_no_fraction(self) -> None:
        assert value_of("int", " +12 ") == 12
        assert complaint(value_of, "int", "1.0") == "not_whole"
        assert complaint(value_of, "int", "x") == "not_a_number"
        assert complaint(value_of, "Decimal", "NaN") == "not_a_number"
        assert complaint(value_of, "bool", "True") == "not_yes_or_no"

    @given(st.text(max_size=30), st.sampled_from(["int", "float", "Decimal", "bool", "str"]))
    def test_no_text_breaks_it(self, text: str, kind: Any) -> None:
        with contextlib.suppress(Unfit):
            assert type(value_of(kind, text)).__name__ == kind
