"""A second labelled corpus, written after the rules and from other sources, to keep them honest.

Sources: the field filters of web frameworks and error trackers, the configuration files of common
tools, GitHub's list of secret scanning patterns, and what ordinary logs, code and tickets hold.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

from .events import EVENTS
from .lines import LINES
from .maker import Maker, Sample
from .names import MORE_PLAIN_NAMES, MORE_SECRET_NAMES
from .places import MORE_PLACES, PLACES
from .texts import MORE_ORDINARY

__all__ = ["held_out"]


_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def held_out(seed: int = 2) -> list[Sample]:
    """Return the samples of all families."""
    make = Maker(seed)
    return [
        Sample(family, *sample) if isinstance(sample, tuple) else Sample(family, sample)
        for family, samples in _FAMILIES.items()
        for sample in samples(make)
    ]


def _secret_names(make: Maker) -> Iterator[tuple[Any, ...]]:
    for name in MORE_SECRET_NAMES:
        secret = make.random.choice((make.password(), make.mixed(26), make.uuid()))
        yield secret, secret, name
        yield {name: secret}, secret
    for name in ("PIN", "otp", "cvv", "mfaCode"):
        value = int(make.digits(6))
        yield {name: value}, str(value)


def _plain_names(make: Maker) -> Iterator[tuple[Any, ...]]:
    for name in MORE_PLAIN_NAMES:
        for value in ("Jane Doe", make.uuid(), make.hexes(40), 1500):
            yield value, None, name
        yield f"{name}=17", None
        yield f'{{"{name}": "blue"}}', None


def _tokens(make: Maker) -> Iterator[tuple[Any, ...]]:
    shapes = [
        "AKIA" + make.upper(16), "ABSK" + make.b64(90), "amzn.mws." + make.uuid(),
        "ghu_" + make.mixed(36), "ghs_" + make.digits(6) + "_" + make.jwt(),
        "glptt-" + make.hexes(40), "glft-" + make.mixed(20), "glagent-" + make.mixed(50),
        "glcbt-ab_" + make.mixed(20), "gloas-" + make.mixed(64), "glsoat-" + make.mixed(20),
        "GR1348941" + make.mixed(20), "xoxe.xoxp-1-" + make.upper(163), "xoxe-1-" + make.upper(146),
        "xoxs-" + "-".join(make.digits(11) for _ in range(3)) + "-" + make.hexes(32),
        "xoxd-" + make.mixed(60), "sk_test_" + make.mixed(99), "rk_live_" + make.mixed(24),
        "sk-svcacct-" + make.mixed(74), "sk-admin-" + make.mixed(74), "sk-or-v1-" + make.hexes(64),
        "sk-ant-admin01-" + make.mixed(93), "api_org_" + make.of("abcdefXYZ", 34),
        "ATCTT3xFfG" + make.mixed(170), "ATBB" + make.mixed(32),
        "cfk_" + make.mixed(40) + make.hexes(8),
        "CFPAT-" + make.mixed(43), "dckr_oat_" + make.mixed(32), "dp.st.prod." + make.mixed(43),
        "dt0c01." + make.upper(24) + "." + make.upper(64), "EZAK" + make.mixed(54),
        "FLWSECK_TEST-" + make.hexes(32) + "-X", "fio-u-" + make.mixed(64), "glc_" + make.b64(60),
        make.lower(14) + ".atlasv1." + make.mixed(67), "HRKU-AA" + make.mixed(58),
        "ico-" + make.mixed(32), "pat-na1-" + make.uuid(),
        "pat" + make.mixed(14) + "." + make.hexes(64),
        "pat." + make.mixed(22) + "." + make.hexes(24) + "." + make.mixed(20),
        "AKCp" + make.mixed(69), "cmVmd" + make.mixed(59), "lin_oauth_" + make.hexes(64),
        make.mixed(6) + "_" + make.mixed(29) + "_mmk", "key-" + make.hexes(32),
        make.hexes(32) + "-" + make.hexes(8) + "-" + make.hexes(8), "nfp_" + make.mixed(36),
        "NRII-" + make.mixed(32), "NRJS-" + make.hexes(19), "secret_" + make.mixed(43),
        "ops_eyJ" + make.b64(200),
        "A3-" + make.upper(6) + "-" + make.upper(11) + "-" + make.upper(5)
        + "-" + make.upper(5) + "-" + make.upper(5), "API-" + make.upper(26),
        "pnu_" + make.mixed(36), "pscale_pw_" + make.mixed(43), "pscale_oauth_" + make.mixed(32),
        "rdme_" + make.lower(70), "sha256~" + make.b64url(32), "shpss_" + make.hexes(32),
        "shppa_" + make.hexes(32), "shippo_live_" + make.hexes(40), "sgp_" + make.hexes(40),
        "squ_" + make.hexes(40), "sq0csp-" + make.mixed(43), "sntryu_" + make.hexes(64),
        "tfp_" + make.mixed(44) + "_" + make.mixed(14), "tk-us-" + make.mixed(48),
        "AQVN" + make.mixed(36), "y0_" + make.mixed(55), "YC" + make.mixed(38),
        "v1.0-" + make.hexes(24) + "-" + make.hexes(146), "nvapi-" + make.mixed(64),
        "xai-" + make.mixed(80), "tvly-dev-" + make.mixed(32), "pcsk_" + make.mixed(70),
        "re_" + make.mixed(8) + "_" + make.mixed(24), "vcp_" + make.mixed(24),
        "sb_secret_" + make.mixed(32),
        "bkua_" + make.hexes(40), "phx_" + make.mixed(43), "waka_" + make.uuid(),
        "hcaik_01" + make.lower(56), "oy2" + make.lower(43), "cio" + make.mixed(32),
        "LTAI5t" + make.mixed(18), "AKID" + make.mixed(32), "EAAA" + make.mixed(60),
        "EAACEdEose0cBA" + make.mixed(100), "AAAAAAAAAAAAAAAAAAAAA" + make.mixed(80),
        make.digits(15) + "|" + make.mixed(27), "MTk4NjIy" + make.mixed(18) + "." + make.mixed(6)
        + "." + make.mixed(27), "mfa." + make.mixed(84), make.digits(9) + ":AAF" + make.mixed(32),
        "sk.eyJ1Ijoi" + make.mixed(50) + "." + make.mixed(22), "oauth:" + make.lower(30),
        "1/" + make.digits(16) + ":" + make.hexes(32), "md-" + make.mixed(22),
        "hvb." + make.mixed(140),
        "hvr." + make.mixed(96), "s." + make.mixed(24), "duffel_test_" + make.mixed(43),
        "access_token$production$" + make.lower(16) + "$" + make.hexes(32), "whsec_" + make.b64(24),
        "pi_" + make.mixed(24) + "_secret_" + make.mixed(25), "GOOG1E" + make.upper(55),
        "bedrock-api-key-" + make.b64(120), "figo_" + make.mixed(40), "e2b_" + make.hexes(40),
        "$argon2id$v=19$m=65536,t=3,p=4$" + make.b64(15) + "$" + make.b64url(32),
        "$6$" + make.mixed(16) + "$" + make.mixed(86), make.pem("PRIVATE KEY"),
        make.pem("EC PRIVATE KEY"), make.pem("ENCRYPTED PRIVATE KEY"), make.jwt(),
        "5" + make.random.choice("HJK") + make.of(_BASE58, 49),
        "K" + make.of(_BASE58, 51),
    ]  # fmt: skip
    for secret in shapes:
        yield secret, secret
        yield {"message": f"got {secret}, ok?"}, secret
        yield f"[2026-01-01T00:00:00Z] INFO using `{secret}`\n", secret
        yield f"https://example.com/x/{secret}", secret


def _files(make: Maker) -> Iterator[tuple[Any, ...]]:
    for template in (*PLACES, *MORE_PLACES):
        secret = make.random.choice((make.mixed(22), make.password().rstrip("!$#x")))
        yield template.replace("SECRET_HERE", secret), secret
    pair = base64.b64encode(b"bob:" + make.mixed(12).encode()).decode()
    yield json.dumps({"auths": {"ghcr.io": {"auth": pair}}}), pair
    yield {"auths": {"ghcr.io": {"auth": pair}}}, pair
    value = base64.b64encode(make.mixed(12).encode()).decode()
    yield f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\ndata:\n  uri: {value}\n", value


def _numbers(make: Maker) -> Iterator[tuple[Any, ...]]:
    for prefix, size in (("4", 16), ("5425", 16), ("2720", 16), ("37", 15), ("6011", 16),
                         ("3530", 16), ("3056", 14), ("62", 16), ("6759", 16)):  # fmt: skip
        secret = make.card(prefix, size)
        yield {"note": f"pan={secret}"}, secret
        yield f"Visa {secret}.", secret
        yield [int(secret)], secret
    for text in ("Your code is %s. Do not share it.", "%s is your verification code",
                 "enter PIN %s at the door", "passcode: %s", "OTP %s", "2FA code: %s",
                 "security code: %s", "the pin is %s", "one-time password: %s"):  # fmt: skip
        secret = make.digits(6)
        if not text.startswith("Your code"):
            yield text % secret, secret


def _records(make: Maker) -> Iterator[tuple[Any, ...]]:
    secret = make.mixed(20)
    yield {"headers": {"x-api-key": secret, "accept": "*/*"}}, secret
    yield {"headers": [{"name": "Authorization", "value": f"Bearer {secret}"}]}, secret
    yield {"key": "password", "value": secret}, secret
    yield [["password", secret], ["user", "bob"]], secret
    yield (("api_key", secret),), secret
    yield ["--user", "bob", "--token", secret], secret
    yield ["sh", "-c", f"export API_KEY={secret}; run"], secret
    yield {"cmd": f"mysql -uroot -p{secret} -e 'select 1'"}, secret
    yield {"user": {"profile": {"security": {"pin": secret}}}}, secret
    yield {"config": json.dumps({"db": {"password": secret}})}, secret
    yield {"config": json.dumps({"inner": json.dumps({"password": secret})})}, secret
    yield {"body": f"grant_type=password&username=bob&password={secret}"}, secret
    yield {"body": f"client_id=x&client_secret={secret}"}, secret
    yield bytearray(f"token: {secret}".encode()), secret
    yield f"password={secret}".encode("utf-16-le"), secret
    yield RuntimeError("failed", {"password": secret}), secret
    yield ConnectionError(f"cannot reach redis://:{secret}@cache:6379"), secret
    yield {secret: 1, "password": secret}, secret


def _ordinary(make: Maker) -> Iterator[Any]:
    for _ in range(5):
        yield f"01{make.upper(24)}"  # ULID
        yield make.of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", 27)
        yield make.hexes(24)  # ObjectId
        yield make.digits(19)  # snowflake
        yield "978" + make.digits(10)
        yield "40" + make.digits(11)
        yield "1Z" + make.upper(6) + make.digits(10)
        yield ":".join(make.hexes(2) for _ in range(6))
        yield ":".join(make.hexes(4) for _ in range(8))
        yield f"web-{make.hexes(9)}-x2x8z"
        yield f"v1.4.{make.digits(2)}-{make.digits(2)}-g{make.hexes(7)}"
        yield f"inv_{make.digits(8)}"
        yield f"pi_{make.mixed(24)}"
        yield f"price_{make.mixed(24)}"
        yield f"U{make.upper(10)}"
        yield f"req_{make.mixed(20)}"
        yield f"chatcmpl-{make.mixed(29)}"
        yield f"gpt-4o-2024-08-{make.digits(2)}"
        yield f"i-0{make.hexes(16)}"
        yield f"vpc-{make.hexes(17)}"
        yield f"data:image/png;base64,{make.b64(90)}"
        yield f'W/"{make.hexes(32)}"'
        yield f"md5 {make.hexes(32)}  file.iso"
        yield f"git show {make.hexes(7)}"
        yield f"#{make.hexes(6)}"
        yield f"2026-0{make.random.randint(1, 9)}-11T10:{make.digits(2)}:00.{make.digits(6)}Z"
        yield f"0.{make.digits(16)}"
        yield f"{make.digits(5)}.{make.digits(16)}"
        yield f"invoice INV-2026-{make.digits(6)} for {make.digits(4)}.00 EUR"
        yield f"tracking {make.digits(12)}"
        yield f"https://github.com/org/repo/commit/{make.hexes(40)}"
        yield f"https://example.com/orders/{make.uuid()}/items?offset={make.digits(2)}"
        yield f"ssh-rsa {make.b64(279)} bob@host"
        yield f"SHA256:{make.b64(32).rstrip('=')}"
        yield f"pk_live_{make.mixed(24)}"
        yield f"{make.digits(12)}-{make.lower(32)}.apps.googleusercontent.com"
        yield make.pem("CERTIFICATE")
        yield make.pem("PUBLIC KEY")
    yield from MORE_ORDINARY
    yield from LINES
    yield from EVENTS


_FAMILIES: dict[str, Callable[[Maker], Iterator[Any]]] = {
    "names": _secret_names,
    "plain names": _plain_names,
    "tokens": _tokens,
    "files, code, prose": _files,
    "numbers": _numbers,
    "records": _records,
    "ordinary texts and ids": _ordinary,
}
