"""Secrets that stand before their name, or beside a user's: “hunter2 is the password”."""

from __future__ import annotations

import re

from ._looks import is_placeholder, looks_secret
from ._rules import Rule
from ._vocabulary import PROVIDERS

__all__ = ["PROSE"]

_NOUN = (
    r"(?:[\w-]{1,20}\s){0,2}(?:(?:verification|security|login|access|one-time|2fa|otp)\scode"
    r"|password|passwd|passphrase|passcode|pwd|pin|secret|token|credentials?"
    r"|(?:api|access|private|secret|encryption|decryption|signing|account|licen[sc]e|master|session"
    rf"|webhook|deploy|{'|'.join(sorted(PROVIDERS))})\skey)\b"
)


def _telling(text: str) -> bool:
    return looks_secret(text, typed=True) or (text.isdigit() and len(text) >= 4)


def _chosen(text: str) -> bool:
    return not is_placeholder(text) and not text.startswith("//") and _telling(text)


def _bracketed(text: str) -> bool:
    # “token (src/auth.py:12:5)”: a place in a file
    return looks_secret(text) and not _PLACE.search(text)


_PLACE = re.compile(r"\A[/~.]|://|:\d{1,6}(?::\d{1,6})?\Z|\.[a-z]{1,4}\Z")


def _keyed(text: str) -> bool:
    return looks_secret(text) and not _IDENTIFIER.fullmatch(text)


_IDENTIFIER = re.compile(r"[0-9a-f-]+|[a-z]+[0-9]+|[0-9]+[a-z]+")


PROSE = (
    Rule(
        ("social", "ssn"),
        re.compile(
            r"(?:social\ssecurity(?:\s(?:number|no\.?|#))?|\bssn)\b[^\d\n]{0,12}"
            r"(\d{3}[ -]?\d{2}[ -]?\d{4})(?!\d)",
            re.IGNORECASE,
        ),
    ),
    Rule(
        (
            " as ",
            " are the",
            " are my",
            " are your",
            " is the",
            " is my",
            " is your",
            " is our",
            " is his",
            " is her",
            " is their",
            " as the",
            " as my",
            " as your",
            " as his",
            " as her",
        ),
        re.compile(
            r"(?<![\w@.-])[/#;*]{0,3}[\"'“`]?([^\s\"'“”`]{4,256})[\"'”`]?"
            r"(?:\s(?:does|doesn['’]t|did|didn['’]t|won['’]t|not|still|works?)){0,3}"
            r"(?:\s(?:is|are)\s(?:the|my|your|our|his|her|their)|\sas(?:\s(?:the|my|your|our|his|her|their))?)"
            rf"\s{_NOUN}",
            re.IGNORECASE,
        ),
        _telling,
    ),
    # “the password was changed from … to …”, “the token (…)”
    Rule(
        (" from ",),
        re.compile(
            r"(?:(?:password|passphrase|passcode|pin|token|key|secret)\s(?:was\s|has\sbeen\s)?"
            r"(?:changed|updated|rotated)"
            r"|(?:chang|updat|rotat)(?:e|ed|ing)\s(?:\w{1,12}\s){0,3}?(?:password|passphrase|passcode|pin"
            r"|token|key|secret))\sfrom\s[\"'`]?([^\s\"'`]{4,256})[\"'`]?"
            r"(?:\sto\s[\"'`]?([^\s\"'`]{4,256}))?",
            re.IGNORECASE,
        ),
        _telling,
    ),
    Rule(
        ("word (", "token (", "secret (", "key (", "phrase (", "code ("),
        re.compile(
            r"(?<![A-Za-z])(?:pass(?:word|phrase|code)|token|secret|key|phrase|code)"
            r"\s\((?:(?:which|that|it)\s(?:is|was)\s|now\s|is\s)?([^\s()]{6,256})\)",
            re.IGNORECASE,
        ),
        _bracketed,
    ),
    # “Your API key has been created: …”, “token generated: …”
    Rule(
        (
            *("ed:", "ed :", "ly:", "below:", "follows:", "following:", "always:", "usual:"),
            *("for:", "again:", "given:", "sent:", "new:", "reset:"),
        ),
        re.compile(
            r"(?:pass(?:word|phrase|code)|token|key|secret|pin|credentials?)"
            r"(?:\s(?:has|have|been|was|is|were|are|just|newly|generated|created|issued|rotated|reset"
            r"|updated|successfully|provided|supplied|given|sent|received|always|usual|below|as|follows|following|you|asked|requested|for|again|new)){1,8}"
            r"\s?:\s{1,4}[\"'`]?([^\s\"'`]{6,256})",
            re.IGNORECASE,
        ),
        _bracketed,
    ),
    Rule(
        ("pin (", "otp (", "code ("),
        re.compile(r"(?<![A-Za-z])(?:pin|otp|passcode)\s\((\d{4,8})\)", re.IGNORECASE),
    ),
    Rule(
        ("credentials (", "creds (", "login ("),
        re.compile(
            r"(?:credentials|creds|login)\s\([\w.@+-]{1,64}\s?[:/]\s?([^\s()]{4,256})\)",
            re.IGNORECASE,
        ),
        _bracketed,
    ),
    # Token(…), token[…], as programs print them
    Rule(
        ("token(", "token[", "secret(", "secret[", "key(", "key[", "password(", "password["),
        re.compile(
            r"(?:token|secret|api_?key|password)[\[(]([A-Za-z0-9_-]{20,256})[\])]", re.IGNORECASE
        ),
        looks_secret,
    ),
    # “hunter2 (that's the password)”
    Rule(
        (" (",),
        re.compile(
            r"(?<![^\s\"'`(])[\"'`]?([^\s\"'`()]{4,256})[\"'`]?\s\((?:(?:that|this|it)(?:['’]s|\sis)\s)?"
            r"(?:(?:the|my|our|your)\s)?(?:[\w-]{1,20}\s)?(?:password|passphrase|token|api\skey|secret)\b",
            re.IGNORECASE,
        ),
        _bracketed,
    ),
    # “I changed your password. It's … now.”
    Rule(
        (". it", "; it", ", it"),
        re.compile(
            r"(?:pass(?:word|phrase|code)|token|key|secret|pin)[.;,]\sit(?:['’]s|\sis)(?:\snow)?\s"
            r"[\"'`]?([^\s\"'`]{4,256})",
            re.IGNORECASE,
        ),
        _bracketed,
    ),
    # “the token was rotated; the new one is …”
    Rule(
        ("new one",),
        re.compile(
            r"(?:pass(?:word|phrase|code)|token|key|secret|pin)\b[^\n]{0,64}?\bnew\sone"
            r"(?:\sis|['’]s|:|\s=)\s{1,3}[\"'`]?([^\s\"'`]{4,256})",
            re.IGNORECASE,
        ),
        _bracketed,
    ),
    # “is … still the password?”
    Rule(
        ("the pass", "my pass", "your pass", "our pass", "the token", "the secret", "the api key"),
        re.compile(
            r"\b(?:is|was)\s[\"'`]?([^\s\"'`]{4,256})[\"'`]?\s(?:(?:still|really|now|not|maybe)\s)?"
            rf"(?:the|my|your|our)\s{_NOUN}",
            re.IGNORECASE,
        ),
        _telling,
    ),
    # “u: bob p: …”
    Rule(
        ("u:", "u =", "u=", "l:", "user:"),
        re.compile(
            r"(?<!\w)(?:u|l|usr|user|login)\s?[:=]\s?[\w.@+-]{1,64}[\s,;/|]{1,3}p(?:w|ass)?\s?[:=]\s?"
            r"([^\s\"'`]{4,256})",
            re.IGNORECASE,
        ),
        _telling,
    ),
    # A heading, and below it nothing but the secret.
    Rule(
        ("key\n", "token\n", "secret\n", "password\n", "key:\n", "key\r"),
        re.compile(
            r"(?im)^[#*\s]{0,8}(?:[\w-]{1,20}\s){0,3}"
            r"(?:(?:api|access|secret|private|license|signing)\s?key|token|secret|password)\*{0,2}:?"
            r"[ \t]*\r?\n\s{0,8}`?([^\s`]{8,256})`?[ \t]*\r?$"
        ),
        _bracketed,
    ),
    # elasticsearch-setup-passwords
    Rule(("password ",), re.compile(r"(?m)^PASSWORD \w{1,40} = (\S{6,256})")),
    # “decrypt with the key …”; an object's or a row's key holds signs.
    Rule(
        ("with key ", "the key ", "this key ", "my key ", "using key "),
        re.compile(
            r"\b(?:with|using|use)\s(?:the\s|this\s|my\s)?key\s[\"'`]?([A-Za-z0-9+=!@#$%^&*]{10,256})",
            re.IGNORECASE,
        ),
        _keyed,
    ),
    # Languages that put no blank between the words, or letters that are no part of names.
    Rule(
        (
            *(
                "密码",
                "密碼",
                "口令",
                "パスワード",
                "暗証番号",
                "비밀번호",
                "암호",
                "סיסמה",
                "סיסמא",
            ),
            *("κωδικός πρόσβασης", "كلمة المرور", "كلمة السر", "पासवर्ड", "รหัสผ่าน", "mật khẩu"),
        ),
        re.compile(
            r"(?:密码|密碼|口令|パスワード|暗証番号|비밀번호|암호|סיסמ[הא]|κωδικός πρόσβασης"
            r"|كلمة المرور|كلمة السر|पासवर्ड|รหัสผ่าน|mật khẩu)"
            r"\s?(?:是|为|為|は|が|는|은|가|를|हैं?|là|คือ|είναι|هي|היא)?"
            r"\s?[:：=]?\s?[「『“\"'`]?([!-~]{4,128})",
            re.IGNORECASE,
        ),
        _chosen,
    ),
    # “login admin:hunter2”, “credentials are admin / hunter2”.
    Rule(
        (
            "login",
            "log in",
            "logged in",
            "sign in",
            "credential",
            "creds",
            "account",
            "basic auth",
            "basic_auth",
            "basicauth",
            "basic-auth",
            "zugangsd",
            "identifiant",
            "credenc",
            "credenz",
            "inlogg",
        ),
        re.compile(
            r"(?:log(?:ged)?[ -]?in|sign(?:ed)?[ -]?in|credentials?|creds|account|basic[\s_-]?auth"
            r"|zugangsdaten|identifiants?|credenciales|credenciais|credenziali|inloggegevens)\b"
            r"(?:\s(?:is|are|was|were|as|with|using))?\s?:?\s{1,2}[\"'`]?[\w.@+-]{2,64}(?::|\s/\s|/)"
            r"([^\s\"'`,;]{4,64})",
            re.IGNORECASE,
        ),
        _chosen,
    ),
)
