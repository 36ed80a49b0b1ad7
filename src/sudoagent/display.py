"""Text that a reviewer can trust to read: nothing in it is invisible, reordered or disguised.

``visible`` writes what cannot be seen as escapes such as ``\\u202e``, and so it writes letters that
stand in for letters of another alphabet. ``cut`` shortens, and says so. Arabic, Hebrew, Chinese,
Indic scripts and emoji stay as they are, joiners and selectors included where they belong.

Sources: Unicode Technical Reports 36 and 39 (security, confusables), 51 (emoji), Standard Annex 9
(bidirectional text); “Trojan Source” (CVE-2021-42574, CVE-2021-42694).

Pure.
"""

from __future__ import annotations

import re
import unicodedata

__all__ = ["cut", "visible"]

# Longer runs of blanks push what follows out of sight; indentation is shorter.
_LONGEST_BLANK = 40
_MOST_EMPTY_LINES = 3
_MOST_MARKS = 3

_ZWNJ, _ZWJ, _TEXT_STYLE, _EMOJI_STYLE = "\u200c", "\u200d", "\ufe0e", "\ufe0f"

# Seen as nothing or as a blank, though Unicode calls them letters, marks or symbols.
_BLANK = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f\u2800\u3164\uffa0\ufffc"
    "\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u205f"
)
# Drawn over the letter before them.
_OVERLAYS = frozenset(
    "\u0334\u0335\u0336\u0337\u0338\u20d2\u20d3\u20d8\u20e5\u20e6\u20e8\u20ea\u20eb"
)
# Format characters that are signs of a script, not instructions to the renderer.
_SIGNS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2")

# Letters that look like Latin ones (UTR 39), in the scripts that attackers use.
_LOOKALIKES = frozenset(
    "аеорсухіјѕһԁԛԝӏѵґӕԍАВЕКМНОРСТХУЅІЈԌԚԜҮЗѴӀвкмнт"  # Cyrillic
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαινορυχγτκ"  # Greek
    "օսոհցքջԼՕՍԱ"  # Armenian
    "ᎪᏴᏟᎠᎬᎢᎫᏦᏞᎷᏒᏢᏚᎳᏃ"  # Cherokee
    "ɑɡⅼⅽⅾⅿⅰⅴⅹⅠⅤⅩⅬⅭⅮⅯ"
)
_SCRIPTS = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
# Marks that look like “/”, “.” and “:”, and make an address out of what is none.
_FALSE_MARKS = frozenset("\u2044\u2215\u29f8\uff0f\u2024\uff0e\u2236\ua789\uff1a\u02d0\u05c3\u0589")

_PLAIN = re.compile(r"[ -~]*")
_BLANKS = re.compile(rf"[ \t\u00a0\u202f\u3000]{{{_LONGEST_BLANK + 1},}}")
_EMPTY_LINES = re.compile(rf"\n(?:[ \t]*\n){{{_MOST_EMPTY_LINES + 1},}}")
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
# England, Scotland, Wales: the only ones in use (UTS 51).
_TAG_FLAG = re.compile(
    "\U0001f3f4\U000e0067\U000e0062(?:"
    "\U000e0065\U000e006e\U000e0067|\U000e0073\U000e0063\U000e0074|\U000e0077\U000e006c\U000e0073"
    ")\U000e007f"
)


def visible(text: str, *, lines: bool = False) -> str:
    """Return the text with everything that cannot be seen, or is not what it seems, as escapes.

    ``lines`` keeps line ends and tabs; otherwise they are escaped, too, and the result is one
    line. Ordinary text is returned unchanged, and what is returned is never changed again.
    """
    if _PLAIN.fullmatch(text) is None:
        kept = _flags(text)
        disguised = _disguised(text)
        text = "".join(
            character
            if at in kept
            else _shown(text, at, lines)
            if at not in disguised
            else _escape(character)
            for at, character in enumerate(text)
        )
        if lines:
            text = _EMPTY_LINES.sub(_count_lines, text)
    return _BLANKS.sub(lambda run: f" [{len(run[0])} blanks] ", text)


def cut(text: str, limit: int) -> str:
    """Return at most ``limit`` characters: the head, how many are left out, the tail.

    No character is separated from its marks, joiners and modifiers.
    """
    if len(text) <= limit:
        return text
    mark = f" …[{len(text)} characters, cut]… "
    room = limit - len(mark)
    if room < 2:
        return text[: max(limit - 1, 0)] + "…"[: max(limit, 0)]
    head = _boundary(text, room - room // 3, -1)
    tail = _boundary(text, len(text) - room // 3, 1)
    left_out = f" …[{tail - head} characters cut]… "
    return f"{text[:head]}{left_out}{text[tail:]}"


def _escape(character: str) -> str:
    code = ord(character)
    if character in _NAMED:
        return _NAMED[character]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _shown(text: str, at: int, lines: bool) -> str:
    character = text[at]
    if character.isascii():
        keep = character.isprintable() or (lines and character in "\n\t")
        return character if keep else _escape(character)
    return character if _is_seen(text, at) else _escape(character)


def _is_seen(text: str, at: int) -> bool:
    character = text[at]
    if character in _BLANK or character in _OVERLAYS:
        return False
    if character in (_ZWJ, _ZWNJ):
        return _joins(text, at)
    if character in (_TEXT_STYLE, _EMOJI_STYLE):
        return at > 0 and _takes_style(text[at - 1])
    if "\ufe00" <= character <= "\ufe0d" or "\U000e0100" <= character <= "\U000e01ef":
        return at > 0 and unicodedata.name(text[at - 1], "").startswith("CJK")
    if "\U0001d400" <= character <= "\U0001d7ff":
        return False  # styled copies of Latin and Greek letters
    category = unicodedata.category(character)
    if category in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"):
        return character in _SIGNS
    if category in ("Mn", "Me"):
        return _belongs(text, at)
    return not (character in _FALSE_MARKS and _beside_ascii(text, at))


def _joins(text: str, at: int) -> bool:
    """Whether a joiner stands where the script or an emoji sequence needs one."""
    before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    if not before or not after:
        return False
    if _is_joined_script(before) and _is_joined_script(after):
        return True
    return (
        text[at] == _ZWJ
        and _is_pictograph(after)
        and (
            _is_pictograph(before)
            or before == _EMOJI_STYLE
            or "\U0001f3fb" <= before <= "\U0001f3ff"
        )
    )


def _is_joined_script(character: str) -> bool:
    # Arabic and Syriac; the scripts of India and their neighbours; Myanmar, Khmer, Mongolian.
    return any(
        first <= character <= last
        for first, last in (
            ("\u0620", "\u08ff"),
            ("\u0900", "\u0dff"),
            ("\u1000", "\u109f"),
            ("\u1780", "\u18aa"),
            ("\ufb50", "\ufdff"),
            ("\ufe70", "\ufefc"),
        )
    )


def _is_pictograph(character: str) -> bool:
    return unicodedata.category(character) in ("So", "Sm", "Sk") and ord(character) > 0x203B


def _takes_style(character: str) -> bool:
    return _is_pictograph(character) or character in "0123456789#*©®‼⁉™ℹ〰〽㊗㊙"


def _belongs(text: str, at: int) -> bool:
    """Whether a combining mark has a letter before it, and not too many marks between."""
    if text[at] == "\u20e3":
        return at > 0 and text[at - 1] in "0123456789#*\ufe0f"
    marks = 0
    while at - marks > 0 and unicodedata.category(text[at - marks - 1]) in ("Mn", "Me", "Mc"):
        marks += 1
        if marks > _MOST_MARKS:
            return False
    base = text[at - marks - 1 : at - marks] if at - marks else ""
    return bool(base) and (base.isalpha() or base in "\u25cc\u0640" or base.isdigit())


def _beside_ascii(text: str, at: int) -> bool:
    before, after = text[at - 1 : at] if at else "", text[at + 1 : at + 2]
    return (before.isascii() and before.isalnum()) or (after.isascii() and after.isalnum())


def _flags(text: str) -> frozenset[int]:
    """Return the places of characters in the flags of England, Scotland and the like."""
    if "\U0001f3f4" not in text:
        return frozenset()
    return frozenset(at for flag in _TAG_FLAG.finditer(text) for at in range(*flag.span()))


def _disguised(text: str) -> frozenset[int]:
    """Return the places of letters that stand in for letters of another script."""
    if text.isascii() or not _LOOKALIKES.intersection(text):
        return frozenset()
    honest = any(_foreign(letter) and letter not in _LOOKALIKES for letter in text)
    found: set[int] = set()
    for word in _WORD.finditer(text):
        found.update(_stand_ins(word, honest or _LATIN.search(text) is None))
    return frozenset(found)


def _stand_ins(word: re.Match[str], honest: bool) -> set[int]:
    foreign = {at for at, letter in enumerate(word[0], word.start()) if _foreign(letter)}
    if not foreign:
        return set()
    if _LATIN.search(word[0]):
        return {at for at in foreign if word.string[at] in _LOOKALIKES}
    # A word that is made of look-alikes only, where nothing else is written in that script.
    whole = all(letter in _LOOKALIKES for letter in word[0])
    return foreign if whole and not honest and len(word[0]) > 1 else set()


def _foreign(letter: str) -> bool:
    return letter in _LOOKALIKES or unicodedata.name(letter, "").startswith(_SCRIPTS)


def _count_lines(run: re.Match[str]) -> str:
    return f"\n[{run[0].count(chr(10)) - 1} empty lines]\n"


def _boundary(text: str, at: int, step: int) -> int:
    # Sequences are short; a text that is all marks is cut anyway.
    for _ in range(16):
        if not 0 < at < len(text) or not _continues(text, at):
            break
        at += step
    return min(max(at, 0), len(text))


def _continues(text: str, at: int) -> bool:
    """Whether the character at a place belongs to the one before it."""
    character, before = text[at], text[at - 1]
    if before == _ZWJ or character == _ZWJ:
        return True
    if "\U0001f1e6" <= character <= "\U0001f1ff" and "\U0001f1e6" <= before <= "\U0001f1ff":
        return True
    return (
        unicodedata.category(character) in ("Mn", "Me", "Mc")
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\udc00" <= character <= "\udfff"
        or "\U000e0020" <= character <= "\U000e007f"
    )
