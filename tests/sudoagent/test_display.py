"""Nothing that a reviewer reads is invisible, reordered or disguised."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudoagent.display import cut, visible

TAGS = "".join(chr(0xE0000 + ord(c)) for c in "gbeng")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\x00\x7f\x9b", "a\\x00\\x7f\\x9b"),
        ("a\rb\nc\td", "a\\rb\\nc\\td"),
        ("a\u202eb\u2066c", "a\\u202eb\\u2066c"),
        ("a\u200bb\u2060c\ufeffd", "a\\u200bb\\u2060c\\ufeffd"),
        ("a\u200db", "a\\u200db"),
        ("a\u200cb", "a\\u200cb"),
        ("\u200da\u200d", "\\u200da\\u200d"),
        ("a\ufe0f\U000e0100", "a\\ufe0f\\U000e0100"),
        ("x\U000e0041y", "x\\U000e0041y"),
        ("\U0001f3f4" + TAGS, "\U0001f3f4" + "".join(f"\\U{ord(c):08x}" for c in TAGS)),
        ("a\u2028b\u2029c", "a\\u2028b\\u2029c"),
        ("a\ufff9b\ufffa", "a\\ufff9b\\ufffa"),
        ("a\ue000\ud800", "a\\ue000\\ud800"),
        ("a\u3164b\u2800c\u115f", "a\\u3164b\\u2800c\\u115f"),
        ("a\u00adb\u034fc", "a\\xadb\\u034fc"),
        ("a\u2003b", "a\\u2003b"),
        ("s\u0336o", "s\\u0336o"),
        ("e" + "\u0301" * 6, "e" + "\u0301" * 4 + "\\u0301" * 2),
        (" \u0301", " \\u0301"),
        ("p\u0430ypal", "p\\u0430ypal"),
        ("\u0440\u0430\u0443 now", "\\u0440\\u0430\\u0443 now"),
        ("\u0391dmin", "\\u0391dmin"),
        ("\U0001d41adm", "\\U0001d41adm"),
        ("https:\u2215\u2215evil.example", "https:\u2215\\u2215evil.example"),
        ("example\uff0ecom", "example\\uff0ecom"),
        ("a" + " " * 60 + "b", "a [60 blanks] b"),
        ("1\u20e3a\u20e3", "1\u20e3a\\u20e3"),
    ],
)
def test_what_deceives_the_eye_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "plain text, 1500.00 EUR; {\"a\": [1]}", "Zürich café naïve Łódź", "Ελληνικά", "μm Δx π",
        "Привет, мир", "IT-компания", "مرحبا بالعالم", "می\u200cخواهم", "שָׁלוֹם עולם",
        "हिन्दी क्\u200dष",
        "ไทย ก็", "தமிழ்", "中文，全角　空格", "日本語：テスト", "한국어", "tiếng Việt",
        "❤\ufe0f ✅ 👍🏽",
        "👨\u200d👩\u200d👧\u200d👦", "🏳\ufe0f\u200d🌈", "🇩🇪", "1\ufe0f\u20e3",
        "\U0001f3f4" + TAGS + "\U000e007f",
        "葛\U000e0100", "e\u0301", "10 €\u00a0net", "«guillemets»", "", "C:\\new\\table",
    ],
)  # fmt: skip
def test_honest_text_of_any_language_stays_readable(text: str) -> None:
    assert visible(text) == text


def test_a_text_of_several_lines_keeps_them_when_asked() -> None:
    assert visible("a\n\tb\r\x1b", lines=True) == "a\n\tb\\r\\x1b"
    assert visible("a\n" + "\n" * 30 + "b", lines=True) == "a\n[30 empty lines]\nb"


@given(st.text())
def test_nothing_that_steers_the_renderer_is_left(text: str) -> None:
    shown = visible(text)
    assert "\n" not in shown
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Co", "Zl", "Zp") for c in shown)
    assert visible(shown) == shown


@given(st.text(), st.integers(0, 200))
def test_a_cut_text_fits_and_keeps_head_and_tail(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert len(short) <= max(limit, 0)
    assert (short == text) == (len(text) <= limit) or limit == 0


def test_a_cut_says_how_much_is_missing() -> None:
    short = cut("a" * 500 + "b" * 500, 100)
    assert short.startswith("aaa")
    assert short.endswith("bbb")
    kept = short.count("a") - short.count("cha") * 2 - 1 + short.count("b")
    assert "characters cut" in short
    assert (
        str(1000 - len(short.replace(short[short.index(" …") : short.index("… ") + 2], "")))
        in short
    )
    assert kept > 0


@pytest.mark.parametrize("limit", range(40, 80))
def test_what_belongs_together_is_not_cut_apart(limit: int) -> None:
    family = "👨\u200d👩\u200d👧\u200d👦"
    short = cut(f"{family * 20}{'e' + chr(0x301)}", limit)
    head, tail = short[: short.index(" …")], short[short.index("… ") + 2 :]
    assert head == family * (len(head) // len(family))
    assert tail.replace(family, "") in ("", "e\u0301")


@pytest.mark.parametrize("limit", [-1, 0, 1, 2, 5, 20])
def test_a_limit_too_small_for_a_sentence_is_kept_all_the_same(limit: int) -> None:
    assert len(cut("x" * 100, limit)) <= max(limit, 0)
