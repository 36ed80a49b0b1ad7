"""A labelled corpus for redaction, made anew at run time: no secret-shaped literal is in a file.

A sample is a value, the name that it goes by (or none), and the secret in it (or none: then the
value must come out unchanged). Secrets are put together from random pieces.
"""

from __future__ import annotations

import base64
import json
import string
from collections.abc import Callable, Iterator
from typing import Any

from .maker import Maker, Sample
from .names import PLAIN_NAMES, SECRET_NAMES
from .texts import ORDINARY

__all__ = ["corpus"]


def corpus(seed: int = 1) -> list[Sample]:
    """Return the samples of all families."""
    make = Maker(seed)
    return [
        Sample(family, *sample) if isinstance(sample, tuple) else Sample(family, sample)
        for family, samples in _FAMILIES.items()
        for sample in samples(make)
    ]


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.title() for word in rest)


_STYLES: tuple[Callable[[str], str], ...] = (
    str,
    str.upper,
    _camel,
    lambda name: _camel(name)[0].upper() + _camel(name)[1:],
    lambda name: name.replace("_", "-"),
    lambda name: name.replace("_", "-").title(),
    lambda name: name.replace("_", "."),
    lambda name: f"prod_{name}",
    lambda name: f"{name}2",
)


def _secret_names(make: Maker) -> Iterator[tuple[Any, ...]]:
    for name in SECRET_NAMES:
        for style in _STYLES:
            secret = make.random.choice((make.password(), make.mixed(24), make.hexes(32)))
            yield secret, secret, style(name)
        yield {"a": {style(name): secret}}, secret


def _plain_names(make: Maker) -> Iterator[tuple[Any, ...]]:
    for name in PLAIN_NAMES:
        for style in _STYLES:
            value = make.random.choice(
                ("Jane", 4096, "eu-west-1", make.hexes(40), True, "2026-01-01")
            )
            yield value, None, style(name)


def _tokens(make: Maker) -> Iterator[tuple[Any, ...]]:
    shapes = [
        "AKIA" + make.upper(16), "ASIA" + make.upper(16), "AIza" + make.mixed(35),
        "ya29." + make.b64url(60), "GOCSPX-" + make.mixed(28), "ghp_" + make.mixed(36),
        "gho_" + make.mixed(36), "ghs_" + make.mixed(36), "ghr_" + make.mixed(36),
        "github_pat_" + make.mixed(22) + "_" + make.mixed(59), "glpat-" + make.mixed(20),
        "gldt-" + make.mixed(20), "glrt-" + make.mixed(20), "xoxb-" + make.digits(12) + "-"
        + make.digits(12) + "-" + make.mixed(24), "xoxp-" + make.digits(12) + "-" + make.hexes(32),
        "xapp-1-A" + make.upper(10) + "-" + make.digits(13) + "-" + make.hexes(64),
        "sk_live_" + make.mixed(24), "rk_test_" + make.mixed(24), "whsec_" + make.mixed(32),
        "SK" + make.hexes(32), "SG." + make.mixed(22) + "." + make.mixed(43),
        "npm_" + make.mixed(36), "pypi-AgEIcHlwaS5vcmc" + make.mixed(60), "sk-" + make.mixed(48),
        "sk-proj-" + make.mixed(60), "sk-ant-api03-" + make.mixed(93) + "AA",
        "hf_" + make.mixed(34), "MT" + make.mixed(22) + "." + make.mixed(6) + "." + make.mixed(38),
        make.digits(10) + ":AA" + make.mixed(33), "shpat_" + make.hexes(32),
        "sq0atp-" + make.mixed(22), "key-" + make.hexes(32), "dop_v1_" + make.hexes(64),
        "lin_api_" + make.mixed(40), "ntn_" + make.digits(11) + make.mixed(35),
        "hvs." + make.mixed(96), "dp.pt." + make.mixed(43), "AGE-SECRET-KEY-1" + make.upper(58),
        "dckr_pat_" + make.mixed(27), "glsa_" + make.mixed(32) + "_" + make.hexes(8),
        "pul-" + make.hexes(40), "rubygems_" + make.hexes(48), "tskey-auth-" + make.mixed(24),
        "xkeysib-" + make.hexes(64) + "-" + make.mixed(16), "NRAK-" + make.upper(27),
        "PMAK-" + make.hexes(24) + "-" + make.hexes(34), "dapi" + make.hexes(32),
        "figd_" + make.mixed(40), "sntrys_" + make.b64url(60), "r8_" + make.mixed(37),
        "gsk_" + make.mixed(52), "pplx-" + make.mixed(48), "pscale_tkn_" + make.mixed(43),
        "sbp_" + make.hexes(40), "EAAC" + make.mixed(120), "LTAI" + make.mixed(20),
        "ATATT3" + make.mixed(180), "CCIPAT_" + make.mixed(22) + "_" + make.hexes(40),
        make.hexes(32) + "-us12", "abc8Q~" + make.mixed(34), "1//0" + make.b64url(60), make.jwt(),
        make.pem("RSA PRIVATE KEY"), make.pem("OPENSSH PRIVATE KEY"),
        make.pem("PGP PRIVATE KEY BLOCK"), "acme_pat_" + make.mixed(32),
        "$2b$12$" + make.of(string.ascii_letters + "./", 53), "rzp_live_" + make.mixed(14),
        "access-production-" + make.uuid(), "fo1_" + make.mixed(43),
        "duffel_live_" + make.mixed(43),
        "4b1d" + make.mixed(38), "lsv2_pt_" + make.hexes(32) + "_" + make.hexes(10),
    ]  # fmt: skip
    for secret in shapes:
        yield secret, secret
        yield f"please use {secret} for this", secret
        yield {"note": [f"({secret})"]}, secret
        yield json.dumps({"text": f"line one\n{secret}\nline two"}), secret.split("\n")[0]


def _assignments(make: Maker) -> Iterator[tuple[Any, ...]]:
    templates = """
    DB_PASSWORD=%s|export API_KEY=%s|db_password: %s|"clientSecret": "%s"|'auth_token': '%s'
    password = "%s"|token := `%s`|const apiKey = '%s';|var secretKey string = "%s"
    {\\"password\\": \\"%s\\"}|<password>%s</password>|<add key="ApiKey" value="%s" />
    {"name": "DB_PASSWORD", "value": "%s"}|login(user="bob", password="%s")|User(password='%s')
    System.setProperty("API_TOKEN", "%s")|:secret_key => "%s"|spring.datasource.password=%s
    user=bob&password=%s&x=1|Server=db;User Id=sa;Password=%s;Timeout=3|host=db password=%s dbname=x
    config["api_key"] = "%s"|api_key: str = "%s"|setPassword("%s")|passwd: '%s' # old|PWD=%s;
    machine api.example.com login bob password %s|password%%3D%s|private_key = <<%s
    """
    for line in templates.strip().splitlines():
        for template in line.strip().split("|"):
            secret = make.mixed(18)
            if "<<" not in template:
                yield template % secret, secret
                yield f"first line\n{template % secret}\nlast line", secret


def _prose(make: Maker) -> Iterator[tuple[Any, ...]]:
    templates = (
        "the password is %s", "My password: %s, thanks", "Password for bob: %s", "passwd %s",
        "log in with user bob and password %s", "%s is the password", "use %s as the api key",
        "set the password to %s please", "the API key is '%s'", "token %s was given to me",
        "the secret is %s", "here are the credentials: bob/%s", "login bob:%s",
        "his passphrase was “%s”", "I changed the password to %s yesterday", "PASSWORD: %s",
        "The temporary password has been set to %s.", "Access token - %s", "client secret = %s",
    )  # fmt: skip
    for template in templates:
        for secret in (make.password(), make.mixed(20)):
            if " - " not in template:
                yield template % secret, secret
    for secret in (make.digits(4), make.digits(6)):
        yield f"my pin is {secret}", secret
        yield f"the verification code is {secret}", secret
        yield f"OTP: {secret}", secret
    yield "passphrase: correct horse battery staple", "horse battery"
    yield "CVV 372", "372"
    yield "SSN: 536-22-8145", "536-22-8145"


def _addresses(make: Maker) -> Iterator[tuple[Any, ...]]:
    for scheme in (
        "https",
        "postgres",
        "postgresql+psycopg",
        "mysql",
        "redis",
        "amqp",
        "mongodb+srv",
    ):
        secret = make.password()
        yield f"{scheme}://bob:{secret}@host.example.com/x", secret
        yield f"connect to {scheme}://bob:{secret}@10.0.0.1:5432/x?y=1 now", secret
    queries = "token access_token api_key apikey sig signature X-Amz-Signature password secret"
    for name in queries.split():
        secret = make.b64url(24)
        yield f"https://api.example.com/v1/x?a=1&{name}={secret}&b=2", secret
        yield f"GET /v1/x?{name}={secret} HTTP/1.1", secret
    for secret in (make.mixed(24),):
        yield f"https://hooks.slack.com/services/T{make.upper(8)}/B{make.upper(8)}/{secret}", secret
        yield f"https://discord.com/api/webhooks/{make.digits(18)}/{secret}", secret
        yield f"https://app.example.com/reset-password/{secret}", secret
        yield f"https://{secret}@github.com/org/repo.git", secret
        yield f"jdbc:oracle:thin:bob/{secret}@db:1521:x", secret
        yield f"bob:{secret}@tcp(db:3306)/x", secret
        yield f"otpauth://totp/x:bob?secret={secret}&issuer=x", secret


def _headers(make: Maker) -> Iterator[tuple[Any, ...]]:
    pair = base64.b64encode(f"bob:{make.password()}".encode()).decode()
    for secret, template in (
        (make.mixed(30), "Authorization: Bearer %s"),
        (pair, "Authorization: Basic %s"),
        (pair, "sent Basic %s"),
        (make.mixed(30), "curl -H 'Authorization: token %s' https://x"),
        (make.hexes(32), 'Authorization: Digest username="bob", response="%s"'),
        (make.hexes(40), "X-Api-Key: %s"),
        (make.mixed(22), "Cookie: theme=dark; sid=%s"),
        (make.mixed(22), "Set-Cookie: session=%s; Path=/; HttpOnly"),
        (make.mixed(30), "{'Authorization': 'Bearer %s'}"),
        (make.mixed(30), "bearer %s"),
        (make.mixed(30), "Proxy-Authorization: Bearer %s"),
        (make.mixed(30), "X-Vault-Token: %s"),
    ):
        yield template % secret, secret
    yield [("Authorization", f"Bearer {pair}"), ("Accept", "*/*")], pair
    yield {"headers": {"Cookie": f"a={pair}"}}, pair


def _commands(make: Maker) -> Iterator[tuple[Any, ...]]:
    templates = (
        "curl -u bob:%s https://x", "curl --user 'bob:%s' https://x", "mysql -u root -p%s db",
        "mysqldump --password=%s db", "tool --password %s --verbose", "tool --api-key=%s",
        "tool --token '%s'", "sshpass -p %s ssh bob@host", "redis-cli -a %s ping",
        "docker login -u bob -p %s registry", "echo %s | sudo -S ls",
        "echo %s | docker login --password-stdin", "PGPASSWORD=%s psql -h db",
        "smbclient -U bob%%%s //host/share", "ldapsearch -w %s -D cn=x",
        "openssl rsa -passin pass:%s", "aws configure set aws_secret_access_key %s",
        "ALTER USER bob IDENTIFIED BY '%s'",
        "kubectl create secret generic x --from-literal=password=%s",
    )  # fmt: skip
    for template in templates:
        secret = make.password().replace("$", "s").replace("!", "z").replace("#", "h")
        yield template % secret, secret
    secret = make.password()
    yield ["mysql", "-u", "root", "--password", secret], secret
    yield ["curl", "-u", f"bob:{secret}", "https://x"], secret
    yield ("docker", "login", "-p", secret), secret


def _cards(make: Maker) -> Iterator[tuple[Any, ...]]:
    for prefix, size in (("4", 16), ("51", 16), ("2221", 16), ("34", 15), ("6011", 16), ("36", 14)):
        secret = make.card(prefix, size)
        yield secret, secret
        yield f"charge card {secret} now", secret
        yield int(secret), secret
        if size == 16:
            for sign in (" ", "-"):
                grouped = sign.join(secret[at : at + 4] for at in range(0, 16, 4))
                yield f"card {grouped}, thanks", grouped


def _ordinary(make: Maker) -> Iterator[Any]:
    for _ in range(6):
        yield make.hexes(40)
        yield f"commit {make.hexes(40)}"
        yield f"sha256:{make.hexes(64)}"
        yield make.uuid()
        yield f"order {make.digits(10)} for user_{make.digits(6)}"
        yield make.no_card(16)
        yield f"cus_{make.mixed(14)}"
        yield f"jane.doe+{make.digits(3)}@example.com"
        yield f"/srv/data/{make.hexes(8)}/report-2026-01-{make.digits(1)}.pdf"
        yield f"https://example.com/items/{make.digits(6)}?page={make.digits(1)}&sort=asc"
        yield make.digits(13)
        yield f"ghcr.io/org/app@sha256:{make.hexes(64)}"
        yield f"arn:aws:s3:::bucket-{make.digits(5)}/key/path.txt"
        yield f"build {make.digits(4)} took {make.digits(2)}.{make.digits(2)}s"
        yield f"10.0.{make.digits(2)}.{make.digits(2)}:5432"
        yield f"sha512-{make.b64(64)}"
        yield f"+49 30 {make.digits(8)}"
        yield f"DE{make.digits(20)}"
    yield from ORDINARY


def _structures(make: Maker) -> Iterator[tuple[Any, ...]]:
    secret = make.mixed(20)
    yield {"a": [{"b": ({"password": secret},)}]}, secret
    yield {"secrets": [secret, secret]}, secret
    yield {"credentials": {"user": "bob", "value": secret}}, secret
    yield {"env": [{"name": "DB_PASSWORD", "value": secret}]}, secret
    yield {"type": "password", "value": secret}, secret
    yield {f"token={secret}": 1}, secret
    yield b"password=" + secret.encode(), secret
    yield ValueError(f"bad password: {secret}"), secret
    yield {"kty": "RSA", "n": "x", "d": secret}, secret
    yield {"kind": "Secret", "data": {"whatever": secret}}, secret
    yield {"tokens": 1500, "pin": 13, "note": "fine"}, None
    yield {"password": None, "has_password": True, "token_count": 3}, None
    yield ["name", "password", "email"], None
    yield {"required": ["username", "password"]}, None
    yield {"rows": [["id", "total"], [1, 2.5]]}, None


_FAMILIES: dict[str, Callable[[Maker], Iterator[Any]]] = {
    "names": _secret_names,
    "plain names": _plain_names,
    "tokens": _tokens,
    "assignments": _assignments,
    "prose": _prose,
    "addresses": _addresses,
    "headers": _headers,
    "commands": _commands,
    "cards": _cards,
    "ordinary texts and ids": _ordinary,
    "structures": _structures,
}
