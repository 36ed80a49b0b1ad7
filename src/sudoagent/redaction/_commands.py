"""Secrets on command lines, in the commands' own short flags and positions.

Sources: the manual pages of the commands named. Long flags are assignments like any other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ._looks import is_placeholder
from ._marks import Span
from ._rules import Rule

__all__ = ["COMMANDS", "command_spans"]

_WORD = r"(?:\"([^\"]{1,256})\"|'([^']{1,256})'|([^\s\"']{1,256}))"
_ATTACHED = r"([^\s\"'-][^\s\"']{0,255})"
_PAIR = r"[\"']?[^\s:\"']{0,128}:([^\s\"']{1,256})"

# commands, the flag before the secret, the secret.
_FLAGS: tuple[tuple[str, str, str], ...] = (
    ("curl wget", r"(?:-u|--user)[ =]?", _PAIR),
    ("curl", r"(?:-U|--proxy-user)[ =]?", _PAIR),
    ("http https xh", r"(?:-a|--auth)[ =]?", _PAIR),
    (
        "mysql mysqldump mysqladmin mysqlimport mysqlshow mysqlpump mariadb mariadb-dump",
        r"-p",
        _ATTACHED,
    ),
    ("sshpass", r"-p ?", _WORD),
    ("redis-cli valkey-cli", r"-a ", _WORD),
    (
        "docker podman helm az cf oc skopeo nerdctl argocd ibmcloud buildah",
        r"(?:login|create-for-rbac)\b[^\n|;]{0,160}?\s-p[ =]",
        _WORD,
    ),
    ("twine cqlsh beeline evil-winrm crackmapexec netexec", r"-p ?", _WORD),
    ("openssl", r"-[kK] ", _WORD),
    ("ipmitool", r"-P ?", _WORD),
    ("lftp", r"-u ?", r"[\"']?[^\s,\"']{1,64},([^\s\"']{1,128})"),
    ("codecov doctl", r"-t ", _WORD),
    ("gh glab", r"(?:secret|variable) +set\b[^\n|;]{0,120}?\s(?:-b|--body|-v|--value)[ =]", _WORD),
    ("aws", r"put-parameter\b(?=[^\n]{0,400}SecureString)[^\n|;]{0,200}?\s--value[ =]", _WORD),
    ("az", r"secret +set\b[^\n|;]{0,200}?\s--value[ =]", _WORD),
    ("mc", r"(?:alias +set|config +host +add) +\S+ +\S+ +\S+ +", _WORD),
    ("ssh-keygen", r"-[NP] ?", _WORD),
    ("useradd usermod", r"-p +", _WORD),
    ("wpa_passphrase", r"(?:\"[^\"\n]{1,64}\"|[^\s\"]{1,64}) +", _WORD),
    ("rabbitmqctl", r"(?:add_user|change_password) +\S{1,64} +", _WORD),
    ("ngrok", r"(?:authtoken|config +add-authtoken) +", _WORD),
    ("vault snyk", r"(?:login|auth) +", r"([\w.-]{20,256})"),
    (
        "mongo mongosh mongodump mongorestore mongoimport mongoexport cypher-shell",
        r"-p[ =]?",
        _WORD,
    ),
    ("ldapsearch ldapadd ldapmodify ldapdelete ldappasswd ldapwhoami", r"-w ?", _WORD),
    ("sqlcmd bcp isql tsql mosquitto_pub mosquitto_sub zip unzip zipcloak", r"-P ?", _WORD),
    ("7z 7za 7zr rar unrar", r"-h?p", _ATTACHED),
    ("smbclient winexe rpcclient wmic net", r"-U ?[\"']?[^\s%\"']{1,64}%", r"([^\s\"']{1,128})"),
    ("snmpget snmpwalk snmpset snmpbulkwalk snmptable", r"-[cAX] ?", _WORD),
    ("htpasswd", r"-(?!\w*n)\w*b\w* +\S+ +\S+ +", _WORD),
    ("htpasswd", r"-(?=\w*n)\w*b\w* +\S+ +", _WORD),
    ("composer", r"config\b[^\n|;]{0,80}?\shttp-basic\.\S+ +\S+ +", _WORD),
    ("aws", r"configure +set +\S*(?:secret|token)\S* +", _WORD),
    ("sqlplus", r"[\w.]{1,64}/", r"([^@\s/]{1,128})@"),
    ("xfreerdp wfreerdp mstsc cmdkey", r"/p(?:ass)?:", _WORD),
)
_BY_COMMAND: dict[str, list[re.Pattern[str]]] = {}
for _names, _flag, _secret in _FLAGS:
    for _name in _names.split():
        _expression = re.compile(rf"(?<=\s){_flag}{_secret}")
        _BY_COMMAND.setdefault(_name, []).append(_expression)
_COMMAND = re.compile(
    rf"(?<![\w.-])(?:{'|'.join(sorted(map(re.escape, _BY_COMMAND), key=len, reverse=True))})"
    r"(?=(?:\.exe)?\s)"
)
# One command: up to the pipe, the separator or the end of the line.
_SEGMENT = re.compile(r"[^\n|;]+")

_OTHERS = (
    Rule(
        ("chpasswd",),
        re.compile(
            r"echo\s{1,4}(?:-\w\s{1,4})?[\"']?[\w.-]{1,64}:([^\s\"']{1,128})[\"']?"
            r"\s?\|[^\n|]{0,40}chpasswd"
        ),
    ),
    Rule(
        ("echo", "printf"),
        re.compile(
            r"(?:echo|printf)\s{1,4}(?:-\w\s{1,4})?[\"']?([^\s\"'|]{1,128})[\"']?\s{0,3}"
            r"\|[^\n|]{0,120}?"
            r"(?:sudo\s+-\w*S|--password-stdin|--stdin|--passphrase-fd|--with-token|kinit"
            r"|secrets?\s+(?:set|put|create|versions\s+add))"
        ),
    ),
    Rule(
        ("<<<",),
        re.compile(
            r"(?:--with-token|--(?:password-)?stdin|secrets?\s(?:set|put|create)|env\sadd|login|passwd"
            r"|sudo\s-\w*S)"
            r"[^\n<]{0,120}<<<\s{0,3}[\"']?([^\s\"']{1,256})"
        ),
    ),
    # redis.conf
    Rule(
        ("requirepass", "masterauth"),
        re.compile(r"(?<!\w)(?:requirepass|masterauth)\s{1,4}(?!is\s)[\"']?([^\s\"']{1,256})"),
    ),
    Rule(("pass:",), re.compile(r"(?<=\s)pass:([^\s\"']{1,256})")),
    # Windows; the password stands before or behind the user.
    Rule(
        ("net use",),
        re.compile(
            r"(?<!\w)net use\s{1,4}(?:[\w*]:?\s{1,4})?\\\\\S{1,128}\s{1,4}"
            r"(?:/user:\S{1,64}\s{1,4}([^\s/*]\S{0,127})|([^\s/*]\S{0,127})\s{1,4}/user:)"
        ),
    ),
    Rule(
        ("securestring",),
        re.compile(
            r"(?i)convertto-securestring\s{1,4}(?:-string\s{1,4})?"
            r"(?:\"([^\"\n]{1,256})\"|'([^'\n]{1,256})'|([^\s\"'-]\S{0,255}))"
        ),
    ),
    # HAProxy's page of statistics.
    Rule(("stats auth",), re.compile(r"stats\sauth\s[\w.-]{1,64}:(\S{1,128})")),
    # Redis' access list.
    Rule(
        ("user ", "setuser "),
        re.compile(r"(?m)(?:^user|SETUSER|setuser)\s\S{1,64}\s(?:[^\n>]{0,128}\s)?>(\S{1,256})"),
    ),
    # Network devices.
    Rule(("isakmp",), re.compile(r"crypto\sisakmp\skey\s(?:[06]\s)?(\S{4,128})\s")),
    Rule(("community",), re.compile(r"(?:snmp-server\scommunity|r[ow]community6?)\s(\S{1,128})")),
    Rule(
        ("radius", "tacacs"),
        re.compile(r"(?:radius|tacacs)\S{0,16}\s(?:[^\n]{0,64}\s)?key\s(?:[07]\s)?([^\s]{4,128})"),
    ),
    # Network devices: the digit says how it is written, 0 is clear and 7 is as good as clear.
    Rule(
        ("password ", "secret ", "key-string ", "key "),
        re.compile(
            r"(?<![\w-])(?:(?:password|secret)\s[05789]|key(?:-string)?\s[07](?=\s\S*\d))"
            r"\s([^\s\"']{4,128})(?=\s|\Z)"
        ),
    ),
    Rule(("net user",), re.compile(r"(?<!\w)net user\s{1,4}\S{1,64}\s{1,4}([^\s/*]\S{0,127})")),
    Rule(
        ("identified",),
        re.compile(
            r"(?i)(?:identified\s{1,4}(?:with\s{1,4}\S{1,64}\s{1,4})?(?:by|as)\s{1,4}"
            r"(?:password\s{1,4})?(?:'([^'\n]{1,256})'|\"([^\"\n]{1,256})\")"
            r"|(?:user|to|role)\s{1,4}[^\s;]{1,128}\s{1,4}identified\s{1,4}by\s{1,4}([^'\"\s;]{1,256}))"
        ),
    ),
    # .netrc and .pgpass.
    Rule(("login",), re.compile(r"(?<!\w)login\s{1,4}\S{1,128}\s{1,4}password\s{1,4}(\S{1,256})")),
    Rule(
        ("543", "6432", ":*:"),
        re.compile(
            r"(?m)^[\w.*-]{1,128}:(?:543\d|6432|\*):[\w.*-]{1,64}:[\w.*@-]{1,64}:(\S{1,256})$"
        ),
    ),
)


def _is_secret(text: str) -> bool:
    return not is_placeholder(text) and not text.startswith(("-", "$", "@"))


COMMANDS = tuple(replace(rule, check=_is_secret) for rule in _OTHERS)


def command_spans(text: str) -> Iterator[Span]:
    """Yield where flags of command lines in the text carry a secret."""
    for begin, end in _flag_spans(text):
        if _is_secret(text[begin:end]):
            yield begin, end


def _flag_spans(text: str) -> Iterator[Span]:
    if (" " not in text and "\t" not in text) or _COMMAND.search(text) is None:
        return
    for segment in _SEGMENT.finditer(text):
        seen: set[str] = set()
        for command in _COMMAND.finditer(text, *segment.span()):
            name = command[0]
            if name not in seen:
                # Once for each: its flags are looked for up to the end of the segment.
                seen.add(name)
                yield from _after(name, text, command.end(), segment.end())


def _after(name: str, text: str, begin: int, end: int) -> Iterator[Span]:
    for expression in _BY_COMMAND[name]:
        for match in expression.finditer(text, begin, end):
            yield match.span(match.lastindex or 0)
