"""Secrets that stand at a certain place of a call or of a protocol's line, without a name.

Sources: the documentation of the functions named; RFC 3501 and RFC 9051 (IMAP), RFC 4954 (SMTP),
RESP (Redis), NickServ; ZXing on the text of Wi-Fi codes.
"""

from __future__ import annotations

import re

from ._looks import is_placeholder, looks_secret
from ._rules import Rule

__all__ = ["POSITIONS"]

_QUOTED = r"(?:\"([^\"\n]{1,256})\"|'([^'\n]{1,256})')"
_FIELD = r"(?:passw(?:or)?d|passphrase|pwd|otp|secret|token)[\w-]{0,16}+"
_BEFORE = r"[\"'][^\"'\n]{0,128}[\"']\s{0,3},\s{0,3}"


def _given(text: str) -> bool:
    return not is_placeholder(text) and not text.startswith(("$", "{", "<", "%"))


def _telling(text: str) -> bool:
    return _given(text) and looks_secret(text, typed=True)


POSITIONS = (
    # login("bob", "…")
    Rule(
        ("login", "authenticate", "signin", "sign_in"),
        re.compile(rf"(?:login|authenticate|sign_?in)\(\s{{0,3}}{_BEFORE}{_QUOTED}", re.IGNORECASE),
        _telling,
    ),
    # What opens a database takes the place, the user and the password.
    Rule(
        ("mysql", "pdo(", "getconnection(", "pg_connect", "oci_"),
        re.compile(
            r"(?:mysqli?_(?:real_)?p?connect|new\s(?:PDO|mysqli)|getConnection|oci_p?connect)\("
            rf"(?:[^,()\n]{{1,256}},\s{{0,3}})?{_BEFORE}{_QUOTED}"
        ),
        _given,
    ),
    # page.type("input[name=password]", "…"), find_element(By.ID, "password").send_keys("…")
    Rule(
        ("password", "passwd", "passphrase", "pwd", "otp", "secret", "token"),
        re.compile(
            rf"(?:=[\\\"']{{0,2}}[\w-]{{0,16}}?{_FIELD}[\\\"']{{0,2}}\][\"']\s{{0,3}},\s{{0,3}}"
            rf"|{_FIELD}[\"']?\]?[\"']\s?\)?\s{{0,3}}"
            r"(?:,\s{0,3}(?:text|value|content)\s?[=:]\s?"
            r"|\.(?:send_?keys|fill|type|set_?value|press_?sequentially)\(\s{0,3}))"
            rf"{_QUOTED}",
            re.IGNORECASE,
        ),
        _given,
    ),
    # set_cookie("sid", "…")
    Rule(
        ("cookie(",),
        re.compile(
            r"cookie\(\s{0,3}[\"'][\w.-]{0,32}?(?:sid|sess|auth|token|jwt|login)[\w.-]{0,32}[\"']"
            rf"\s{{0,3}},\s{{0,3}}{_QUOTED}",
            re.IGNORECASE,
        ),
        _telling,
    ),
    # hmac.new(b"…", message), jwt.encode(claims, "…"), set_password("service", "bob", "…")
    Rule(("hmac.new",), re.compile(rf"hmac\.new\(\s{{0,3}}(?:key\s?=\s?)?b?{_QUOTED}"), _given),
    Rule(
        ("jwt.",),
        re.compile(
            rf"jwt\.(?:encode|decode|sign|verify)\([^,()\n]{{1,256}},\s{{0,3}}b?{_QUOTED}",
            re.IGNORECASE,
        ),
        _telling,
    ),
    Rule(
        ("set_password(", "setpassword("),
        re.compile(rf"set_?password\(\s{{0,3}}{_BEFORE}{_BEFORE}{_QUOTED}", re.IGNORECASE),
        _given,
    ),
    # The text of a Wi-Fi code.
    Rule(
        ("wifi:",),
        re.compile(r"WIFI:(?:[^;\n]{0,80};){0,4}P:((?:[^;\\\n]|\\.){1,128})"),
        _given,
    ),
    # expect: “assword:” { send "…\r" }
    Rule(
        ("assword", "assphrase"),
        re.compile(
            r"ass(?:word|phrase)[^\n]{0,48}?\bsend(?:line)?\s?\(?\s?[\"']([^\"'\\\n]{1,128})"
        ),
        _given,
    ),
    # Composer's auth.json; Postfix' sasl_passwd.
    Rule(
        ('-oauth"', '-token"'),
        re.compile(
            r"\"(?:github|gitlab|bitbucket)-(?:oauth|token)\"\s{0,4}:\s{0,4}\{\s{0,16}"
            r"\"[\w.-]{1,128}\"\s{0,4}:\s{0,4}\"([^\"\n]{8,256})\""
        ),
        _given,
    ),
    Rule(
        (":25", ":465", ":587"),
        re.compile(r"(?m)^\[?[\w.-]{1,128}\]?:(?:25|465|587)\s{1,8}[\w.@+-]{1,128}:(\S{1,256})$"),
        _telling,
    ),
    # Lines of Redis, SMTP, IMAP, NickServ and SQL*Plus.
    Rule(
        ("auth ", "identify ", "authenticate "),
        re.compile(
            r"(?m)(?<![\w-])(?:AUTH(?:ENTICATE)? (?:PLAIN|LOGIN|XOAUTH2|CRAM-MD5)"
            r"|(?:AUTH|IDENTIFY)(?: [\w.@-]{1,64})?) ([^\s\"']{6,4096})[ \t]{0,8}\r?$"
        ),
        _telling,
    ),
    Rule(
        ("login ",),
        re.compile(r"(?m)^(?:\w{1,8} )?LOGIN \"?[^\s\"]{1,128}\"? \"?([^\s\"]{4,256})\"?\s*$"),
        _given,
    ),
    Rule(
        ("connect ", "conn "),
        re.compile(r"(?i)(?<!\w)conn(?:ect)? [\w.]{1,64}/([^@\s/]{1,128})@[\w.]"),
        _given,
    ),
)
