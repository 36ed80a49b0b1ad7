"""Texts: what must go, what must stay, and how long it may take."""

from __future__ import annotations

import random
import string
import time

import pytest

from sudoagent.redaction import REDACTED, Redactor
from sudoagent.redaction._detecting import _RULES, cleaned
from sudoagent.redaction._names import judge
from sudoagent.redaction._replacing import replaced
from sudoagent.redaction._text import LONGEST, clean
from support.redaction.maker import Maker

TEXT = Redactor().text
SECRET = "q7" + "".join(random.Random(3).choices(string.ascii_letters + string.digits, k=20))


@pytest.mark.parametrize(
    "template",
    [
        "password is {}", "PASSWORD={}", '"password": "{}"', "--password {} --user bob",
        "Authorization: Bearer {}", "https://bob:{}@host/x", "mysql -u root -p{} db",
        "Server=x;Password={};Timeout=3", "Password for bob: {}", "{} is the password",
        "I changed the password to {}.", "<password>{}</password>", "token: |\n  {}",
        "env:\n- name: API_KEY\n  value: {}\n", "password={}&x=1", "-u bob:{}\ncurl -u bob:{} x",
        "INSERT INTO users (id, password) VALUES (1, '{}')", "my password's {}",
    ],
)  # fmt: skip
def test_only_the_secret_is_taken_out(template: str) -> None:
    text = template.replace("{}", SECRET)
    if template.startswith("-u"):
        text = text.partition("\n")[2]
        template = template.partition("\n")[2]
    assert TEXT(text) == template.replace("{}", REDACTED)


def test_a_private_key_goes_when_an_end_of_it_is_missing() -> None:
    whole = Maker(5).pem("RSA PRIVATE KEY")
    lines = whole.split("\n")
    for part in ("\n".join(lines[:-2]), "\n".join(lines[2:]), whole.replace("\n", "\\n")):
        assert not any(line in TEXT(f"x {part}") for line in lines[2:-2])


@pytest.mark.parametrize("lead", [0, 1, 7, 30, 4000])
def test_no_secret_survives_where_a_long_text_is_shortened(lead: int) -> None:
    # The secret lies across each of the places where the text may be cut.
    for place in (LONGEST // 2 - 10, LONGEST // 2 + lead, 3 * LONGEST - LONGEST // 2 - 10):
        filler = "lorem ipsum " * LONGEST
        text = f"{filler[:place]} password={SECRET} {filler}"[: 3 * LONGEST]
        shown = TEXT(text)
        assert len(shown) < LONGEST + 200
        assert SECRET[:8] not in shown
        assert SECRET[-8:] not in shown


LITERALS = sorted({literal for rule in _RULES._rules for literal in rule.literals})
WORD = string.ascii_letters + string.digits + "_-"


def test_no_detector_finds_anything_in_a_short_word() -> None:
    # They are not asked about one: each literal that a secret may begin with, and what may follow.
    choice = random.Random(5)
    words = ["".join(choice.choices(WORD, k=choice.randint(0, 12))) for _ in range(2_000)]
    for literal in {literal for literal in LITERALS if set(literal) <= set(WORD)}:
        for spelled in {literal, literal.upper(), literal.title()}:
            rest = "".join(choice.choices("0123456789abcdefABCDEF", k=12))
            words += [(spelled + rest)[:12], (rest + spelled)[-12:]]
    for word in words:
        assert cleaned(word, judge, (), "") == clean(word, judge) == word


def test_a_pattern_of_the_users_own_counts_however_short_the_text_is() -> None:
    redactor = Redactor(patterns=[r"(?<!\d)\d{4}(?!\d)"])
    assert redactor.text("4711") == REDACTED
    assert redactor.value({"door": "4711", "note": "by 4711"}) == {
        "door": REDACTED,
        "note": f"by {REDACTED}",
    }


def test_a_long_text_keeps_head_and_tail_and_says_what_is_missing() -> None:
    text = "first words " + "lorem ipsum " * LONGEST + " last words"
    shown = TEXT(text)
    assert shown.startswith("first words ")
    assert shown.endswith(" last words")
    assert f"[cut: {len(text)} characters in all, digest " in shown


def test_a_text_of_one_endless_word_is_not_shown_in_part() -> None:
    assert len(TEXT("a" * 10 * LONGEST)) < LONGEST + 200


HOSTILE = [
    "a", "a ", "password ", "password=", "password:\"", "token token", "key=‘", "api key ", "eyJ",
    "eyJa.", "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY----- ", "ghp_", "sk-a", "://",
    "://a:", "://:@:", "@", "http://a:b@", "curl -u a:b ", "mysql -p", "1 ", "4111-", "x=y&",
    "?password=", "Cookie: a=", "Authorization: Bearer ", "bearer ", "\\n", "\\\"", "\"", "'", "((",
    "{\"password\":", "<password>", "echo a | sudo ", "login a password ", "aaaa is the ", "a-b_",
    "password for a a a ", "pass (a", "/reset/", "kind: Secret\n", "passphrase: aa bb cc ",
    "\u202e",
    "password=$", "password=a.", "password='''", "insert into a (password) values (",
    "| password |",
    "SG.a.", "1:A", "[redacted]", "%3D", "_", "data:\n  a: b\n", "A" * 40, "\u0130",
    "social security ", "AUTH a:AUTH ", "login('a','", "WIFI:a;", "password send ", "<<<",
    "variable \"password\" { default = ", "<key>password</key>", "password|", "a,password\nx,y1z\n",
    "|password|\n", ",\n", "</td><td>", "password</td>", "password:<b>", "password:\n```\n",
    "token has been created ", "aaaa (the ", "api_key\n  input_value='", "user a >", "radius key ",
    "password 7 ", "secret set ", "${a:-", "getenv('a', ", "password {get;", "%22password%22%3A",
    "form-data; name=a", "form-data; name=\"password\"\n\n", "Key (password)=(a, ", "a:aaaaaa@a ",
    "a:a1!", "a/aaaa@a", "scott/a1@//", "sk-a-", "sk-a-b ", "changed the password from a1b2 to ",
    "token you a a ", "['a', ", "['-a'", "['curl', '-u', 'a:b', ", "[\"-",
    "password][", "token'].type(", "cookie('sid", "hmac.new('", "jwt.sign(a,", "set_password('a',",
    "token new one", "is aaaa the password ", "is aaaa ",
    "composer config http-basic.a ",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_takes_time_in_proportion_to_its_length(piece: str) -> None:
    # Sixteen times the text may take about sixteen times as long, not two hundred and fifty-six.
    short, long = _seconds(piece, LONGEST // 32), _seconds(piece, LONGEST // 2)
    assert long < max(short * 16 * 5, 0.5)


def _seconds(piece: str, size: int) -> float:
    text = (piece * (size // len(piece) + 1))[:size]
    best = 1e9
    for _ in range(2):
        begin = time.thread_time()
        TEXT(text)
        best = min(best, time.thread_time() - begin)
    return best


def test_overlapping_and_touching_spans_become_one() -> None:
    assert replaced("abcdefgh", [(4, 6), (1, 3), (2, 4), (3, 3)]) == f"a{REDACTED}gh"
    assert replaced("abc", []) == "abc"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("if token == expected: ok", None),
        ("f(password=new_password)", None),
        ("password = get_password()", None),
        ("get_password(\"prod/db\")", None),
        ("Credentials(\"bob\", \"{}\")", "Credentials(\"[redacted])"),
        ("Token(value='{}')", "Token(value='[redacted]')"),
        ("<token>{}", None),
        ("<x:token><![CDATA[{}]]></x:token>", "<x:token><![CDATA[[redacted]]]></x:token>"),
        ("the password to the database is {}", "the password to the database is [redacted]"),
        ("user bob and password swordfish", "user bob and password [redacted]"),
        ("password 'correct horse'", "password '[redacted]'"),
        ("pin: 12", None),
        ("Password: 8 characters", None),
        ("secret: swordfish", "secret: [redacted]"),
        ("a secret: swordfish and more", None),
        ("mnemonic: apple river stone cloud grape", "mnemonic: [redacted]"),
        ("put(\"api_key\", \"swordfish\")", "put(\"api_key\", \"[redacted]\")"),
        ("(\"api_key\", \"password\")", None),
        ("session {}", "session [redacted]"),
        ("passwords = ['{}', 'b']", "passwords = [redacted]"),
        ("token = [x for x in y]", None),
        ("api_key=abcdef\\nOTHER=1", "api_key=[redacted]\\nOTHER=1"),
        ("https://host:8443/a@b.example/c", None),
        ("https://{}@host/x", "https://[redacted]@host/x"),
        ("https://x/?code={}&state=1", "https://x/?code=[redacted]&state=1"),
        ("https://x/?code=200&page=3", None),
        ("sent bearer token to bob", None),
        ("Basic YWJj", None),
        ("insert into t (password, n) values ('a''b', 1), (\"c\", 2)",
         "insert into t (password, n) values ('[redacted]', 1), (\"[redacted]\", 2)"),
        ("insert into t (password) values (", None),
        ("insert into t (a, password) values ($1, $2)", None),
        ("password=[{}", "password=[redacted]"),
        ("password: (min 8)", None),
        ("TOKEN=${TOKEN:-{}}", "TOKEN=${TOKEN:-[redacted]}"),
        ("TOKEN=${TOKEN:?missing}", None),
        ("token = os.getenv(\"T\", \"{}\")", "token = os.getenv(\"T\", \"[redacted]\")"),
        ("token = os.getenv(\"T\", \"\")", None),
        ("id,password\n1,{}\n2,", "id,password\n1,[redacted]\n2,"),
        ("field,kind\npassword,string", None),
        ("api_key\n  Input should be valid [type=x, input_value='{}']",
         "api_key\n  Input should be valid [type=x, input_value='[redacted]']"),
        ("name\n  Input should be valid [type=x, input_value='{}']", None),
        ("die \"Invalid token: \", $tokens->[0]", None),
        ("docker run -p 8080:80 nginx", None),
        ("mytool --token TOKEN  what it is for", None),
        ("", None),
    ],
)  # fmt: skip
def test_what_stands_behind_a_name_is_judged_in_its_place(text: str, shown: str | None) -> None:
    text = text.replace("{}", SECRET)
    assert TEXT(text) == (text if shown is None else shown)
