"""What may stand between a name and its value: “=”, “: ”, “ is ”, “">”, and the like."""

from __future__ import annotations

import re

__all__ = ["BEHIND", "SIGNS"]

# What closes a quoted, indexed or bold name.
_CLOSE = r"""(?:\\*["'`”’]|%22|&quot;|&#34;)?\]?\*{0,3}"""
# What is said about the name before the sign: “password (old): …”, “password for bob is …”.
_ASIDES = (
    r"\s?\([^()\n\"']{1,40}\)(?=\s?[:=]|\sis\s)",
    r"\s\[[^\[\]\n\"']{1,40}\](?=\s?[:=])",
    r"\s(?:value|string|phrase|hash)(?=\s?[:=]|\sis\s)",
    r"\s#?\d{1,2}(?=\s?[:=])",
    r"\s(?:that\s)?(?:you|we|i|I|he|she|they)\s[\w'’]{1,16}(?:\s[\w'’]{1,16}){0,2}?(?=\s(?:is|was)\s)",
    r"\s(?:here|there|today)(?=\s?[:=]|\s(?:is|was)\s)",
    r"\s(?:for|of|to|on|in|at)\s[\w.@/'’-]{1,40}(?:\s[\w.@/'’-]{1,40}){0,3}?"
    r"(?=\s?[:=]|\s(?:is|was)\s)",
)
# The name's type, as Python, TypeScript, Rust or Go declare it.
_TYPES = (
    r"\s{0,2}:\s{0,2}[A-Za-z_&*][\w.\[\]|<>?&*]{0,40}?",
    r"\s(?:string|str|String|&str|\[\]byte|text)",
    r"\s(?i:as\sstring)",
    r"\s{0,2}\{\s?(?:get|set|init);[^{}\n]{0,40}\}",
)
# An empty value does not reach over to the next line; a quoted one may stand there.
_SAME_LINE = r"(?:[ \t]{0,8}(?!\n)|\s{0,8}(?=[\"'`]))"
# What sets a value off: <code>…
_MARKUP = r"(?:<(?:b|code|strong|em|kbd|tt|pre|span|td|dd)(?:\s[^<>\n]{0,80})?>\s{0,4})?"
_BLOCK = r"\s{0,8}(?:\n\s{0,8})?(?:[|>][+-]?\s{0,3}\n\s{1,16})?(?:`{3}\w{0,12}\n\s{0,8})?" + _MARKUP
_VERBS = (
    r"(?:(?:is|was|has\sbeen|be|been|got|were)\s)?(?:re)?(?:set|changed|updated|rotated)\sto",
    r"(?:will|would|should|must)\sbe",
    "['’]s|is|was|are|were|ist|lautet|est|es|é|è|jest|är|er|equals|being|to|as",
)
_ADVERBS = r"(?:\s(?:now|still|currently|just|simply|actually|literally))?\s?:?"

# In this order: the first that fits.
_SIGNS = {
    "equals": (
        rf"(?:{'|'.join(_TYPES)})?\s{{0,8}}",
        r"={1,3}>?|:{1,4}=|[.+]=|\?{1,2}=|\|\|=?|<-|!==?",
        _SAME_LINE,
    ),
    "colon": (
        r"\s{0,4}",
        r"(?:(?<=\s)::(?=\s)|[:：＝→⇒]|->|(?<=\s)[-–—](?=\s))\*{0,3}",
        rf"(?![:/]{{2}}){_BLOCK}",
    ),
    "percent": ("", "%3[DdAa](?:%20|\\+)?", ""),
    "entry": (
        r"[\s,/(]{0,24}\\*[\"']?",
        r"(?i:value|content|val|default)\\*[\"']?\s{0,3}[:=]\s{0,3}",
        r"(?=\S)",
    ),
    "cell": (
        r"\s{0,20}",
        r"(?:(?<=\s)\||\|(?=[ \t]))"
        r"|:?(?:</\w{1,10}>\s{0,8}:?\s{0,8}){1,2}(?:<\w{1,10}(?:\s[^<>\n]{0,80})?>\s{0,8}){1,2}",
        r"[ \t]{0,20}",
    ),
    "comma": (r"\s{0,4}", r",\s{0,4}", r"(?=\\*[\"'])"),
    "call": (r"\s?", r"\(", r"\s{0,2}(?=[\"'`])"),
    "element": ("", r"(?:\s[^<>\n]{0,80})?>\s{0,8}(?:<!\[CDATA\[)?", r"(?=[^<\s])"),
    "says": (
        r"(?:\s{1,3}|(?=['’]s\s))",
        rf"(?:{'|'.join(_VERBS)}){_ADVERBS}",
        rf"\s{{1,3}}{_MARKUP}",
    ),
    "blank": ("", r"[ \t]{1,3}", ""),
}
SIGNS = tuple(_SIGNS)

BEHIND = re.compile(
    rf"(?P<close>{_CLOSE})(?:{'|'.join(_ASIDES)})?(?:"
    + "|".join(f"{lead}(?P<{sign}>{form}){rest}" for sign, (lead, form, rest) in _SIGNS.items())
    + ")"
)
