"""A third labelled corpus, written without a look at the rules or at the other two.

Sources: the files, commands and messages of the tools that its lines name, calls as agents make
them, and what reviewers of such calls write to each other.
"""

from __future__ import annotations

import base64
import collections
import json
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec
import pydantic

from .maker import Maker, Sample
from .unseen_lines import UNSEEN_LINES
from .unseen_names import UNSEEN_PLAIN_NAMES, UNSEEN_SECRET_NAMES
from .unseen_places import UNSEEN_PLACES
from .unseen_sentences import UNSEEN_SENTENCES
from .unseen_settings import UNSEEN_SETTINGS

__all__ = ["unseen"]


def unseen(seed: int = 3) -> list[Sample]:
    """Return the samples of all families."""
    make = Maker(seed)
    return [
        Sample(family, *sample) if isinstance(sample, tuple) else Sample(family, sample)
        for family, samples in _FAMILIES.items()
        for sample in samples(make)
    ]


def _secret_names(make: Maker) -> Iterator[tuple[Any, ...]]:
    for name in UNSEEN_SECRET_NAMES:
        secret = make.random.choice((make.password(), make.mixed(24), make.uuid()))
        yield {name: secret, "region": "eu"}, secret
        yield f"{name}={secret}", secret
        yield json.dumps({"user": "bob", name: secret}, ensure_ascii=False), secret


def _plain_names(make: Maker) -> Iterator[tuple[Any, ...]]:
    for name in UNSEEN_PLAIN_NAMES:
        for value in ("Jane Doe", 1500, "2026-01-01", True):
            yield value, None, name
        yield f"{name}=17", None
        yield json.dumps({"user": "bob", name: "blue"}), None


def _places(make: Maker) -> Iterator[tuple[Any, ...]]:
    for template in (*UNSEEN_PLACES, *UNSEEN_SENTENCES):
        secret = make.random.choice((make.mixed(22), make.mixed(26)))
        yield template.replace("SECRET_HERE", secret), secret


def _tokens(make: Maker) -> Iterator[tuple[Any, ...]]:
    shapes = [
        "AVNS_" + make.mixed(20), "xaat-" + make.uuid(), "sl.u." + make.mixed(140),
        "sk_" + make.hexes(48), "fc-" + make.hexes(32), "live_" + make.mixed(30),
        make.hexes(36) + "NRAL", "api_live." + make.mixed(11) + "." + make.mixed(32),
        "rpa_" + make.upper(40), "secret-" + make.mixed(43), "secret-live-" + make.mixed(43),
        "ATTA" + make.hexes(64) + make.upper(8), "zpka_" + make.hexes(32) + "_" + make.hexes(8),
        "v4.local." + make.b64url(60), "signkey-prod-" + make.hexes(64),
        "vk1.a." + make.mixed(80), "A21AA" + make.mixed(80), "IGQV" + make.mixed(120),
        make.mixed(52) + "JQQJ99" + make.mixed(26), "tr_prod_" + make.mixed(24),
        "{SSHA}" + make.b64(24), "pbkdf2:sha256:600000$" + make.mixed(16) + "$" + make.hexes(64),
        "*" + make.hexes(40).upper(),
    ]  # fmt: skip
    for secret in shapes:
        shown = secret.removeprefix("{SSHA}")
        yield secret, shown
        yield {"note": f"I tried {secret} yesterday"}, shown
        yield f"client = Client('{secret}')", shown


@dataclass(frozen=True, slots=True)
class _Database:
    host: str
    passwd: str


def _records(make: Maker) -> Iterator[tuple[Any, ...]]:
    secret = make.mixed(20)
    yield {"name": "NPM_TOKEN", "value": secret}, secret
    yield {"parameters": [{"ParameterKey": "DBPassword", "ParameterValue": secret}]}, secret
    yield {"ParameterName": "MasterUserPassword", "Value": secret}, secret
    yield {"kind": "Secret", "stringData": {"foo": secret}}, secret
    yield {"selector": "#password", "text": secret}, secret
    yield [(b"host", b"x"), (b"X-Api-Key", secret.encode())], secret
    yield {b"password": secret}, secret
    yield [["pin_code", "696960"], ["Accept", "text/html"]], "696960"
    yield ["aws", "configure", "set", "aws_secret_access_key", secret], secret
    yield ["docker", "run", "-e", f"API_KEY={secret}", "image"], secret
    yield _Database("db", secret), secret
    yield types.SimpleNamespace(apiKey=secret), secret
    yield collections.deque([{"Authorization": f"Bearer {secret}"}]), secret
    yield {"password": secret, "command": f"login bob {secret}"}, secret
    yield {"headers": {"Authorization": [f"Bearer {secret}"]}}, secret
    yield quote(json.dumps({"password": secret})), secret
    yield json.dumps(json.dumps(json.dumps({"token": secret}))), secret
    yield f"name,password\nbob,{secret}\n", secret
    yield f"| user | password |\n|---|---|\n| bob | {secret} |", secret
    yield ValueError("bad", ("api_key", secret)), secret
    yield from _apart(secret)
    pair = base64.b64encode(f"bob:{secret}".encode()).decode()
    yield [(b"authorization", b"Basic " + pair.encode())], pair


def _apart(secret: str) -> Iterator[tuple[Any, ...]]:
    """Yield secrets whose name stands apart from them."""
    yield {"rows": [["user", "password"], ["bob", secret]]}, secret
    yield [("id", "api_key"), (1, secret), (2, secret)], secret
    yield {("db", "password"): secret}, secret
    yield {"k": "client_secret", "v": secret}, secret
    yield _Aliased(region="eu", clientSecret=secret), secret
    yield _Settings.model_validate({"DB_PASSWORD": secret}), secret
    yield _Renamed("eu", secret), secret
    yield _Quoting("bob", secret), secret
    yield _Given("bob", secret), secret
    yield _Given("bob", "correct-battery"), "correct-battery"
    yield f"bob:{secret}@proxy.example.com:8080", secret
    yield f"export via=bob:{secret}@10.0.0.1:3128", secret
    yield f"scott/{secret}@//db.internal:1521/XE", secret
    yield f"scott/{secret}@db.internal:1521/XE", secret
    yield f"Key (email, password)=(a@example.com, {secret}) already exists.", secret
    yield f'Content-Disposition: form-data; name="password"\r\n\r\n{secret}\r\n--x--', secret
    yield f"Command '['curl', '-u', 'bob:{secret}']' returned non-zero exit status 22.", secret
    yield f'{{"cmd": ["docker", "login", "-u", "bob", "-p", "{secret}"]}}', secret
    yield f"htpasswd -nb bob {secret}", secret
    yield f"composer config http-basic.repo.example.com bob {secret}", secret
    yield f"page.type('input[name=password]', '{secret}')", secret
    yield f"""page.fill('input[type="password"]', '{secret}')""", secret
    yield f"driver.find_element(By.ID, 'password').send_keys('{secret}')", secret
    yield f"browser.type(selector='#password', text='{secret}')", secret
    yield f"response.set_cookie('sid', '{secret}')", secret
    yield f"hmac.new(key=b'{secret}', msg=body)", secret
    yield f"jwt.encode(claims, '{secret}', algorithm='HS256')", secret
    yield f"keyring.set_password('mail', 'bob', '{secret}')", secret
    yield f"the API key was rotated, new one: {secret}", secret
    yield f"is {secret} still the password?", secret
    yield ("password", "p@55w0rd"), "p@55w0rd"
    yield "password=not-a-real-one-1 user=bob", "not-a-real-one-1"
    yield f"sudo -S <<< {secret} ls", secret
    yield f"she changed the password from {secret} yesterday", secret
    yield f"the API token you need is {secret}", secret


class _Aliased(pydantic.BaseModel):
    region: str
    second: str = pydantic.Field(alias="clientSecret")


class _Settings(pydantic.BaseModel):
    second: str = pydantic.Field(validation_alias="DB_PASSWORD")


class _Renamed(msgspec.Struct, rename={"second": "clientSecret"}):
    first: str
    second: str


class _Quoting(Exception):
    def __init__(self, user: str, password: str) -> None:
        super().__init__(f"login of {user} with {password} failed")
        self.password = password


class _Given(Exception):
    def __init__(self, user: str, password: str) -> None:
        self.user = user


# Programs that handle secrets, and hold none.
_PROGRAMS = (
    "token = Comment.Single",
    "token.content = ch * length",
    "token.markup = marker",
    "tokenStartI = i + 1;",
    "const sessionKey = servername || hostname",
    "const cookies = this.#headersList.cookies",
    "my $cred = shift;",
    "Git::credential \\%cred, 'reject';",
    'tokens.pop("LABEL")',
    'token = Token("inline", "", 0)',
    "proxy_auth: BasicAuth | None = None,",
    "def __init__(self, secret_value: SecretType) -> None:",
    "    private_key: CertificateIssuerPrivateKeyTypes,",
    "password: SecretBytes",
    '"invalid password": AuthenticationError,',
    '"password": "string?",',
    'kwargs.update({"token": app_token})',
    'headers["Authorization"] = auth',
    "headers.authorization = `Bearer ${auth.token}`",
    '_SK_START = b"-----BEGIN OPENSSH PRIVATE KEY-----"',
    'AttributeOID.CHALLENGE_PASSWORD: "challengePassword",',
    "sk-ecdsa-sha2-nistp256@openssh.com",
    "    app_token: App-level token that a workspace has",
    "the token *must* be read before",
    "Code cleanup to pass 'use strict'",
    "build: x64 target should always pass -m64",
    "r'case|continue|exit|pwd|true|false|'",
    "The --username and --password options can't be used",
    "redis://[[username]:[password]]@localhost:6379/0",
    "identified by the name of the key",
)


def _ordinary(make: Maker) -> Iterator[Any]:
    yield from UNSEEN_LINES
    yield from _PROGRAMS
    yield from UNSEEN_SETTINGS
    schema = {"type": "string", "description": "The password"}
    yield {"type": "object", "properties": {"password": schema}, "required": ["user", "password"]}
    yield json.dumps({"properties": {"password": {"type": "string", "minLength": 8}}})
    yield {"token": {"type": ["string", "null"]}, "apiKey": {"type": "apiKey", "in": "header"}}
    yield {"errors": {"password": ["This field is required."], "token": "must not be blank"}}
    yield {"login.password": "Password", "i18n.kennwort": "Passwort"}
    yield {"tokens": ["the", "quick", "fox"], "passwords": 3, "secrets": 2}
    yield {"tokens": {"input": 12, "output": 34}}
    yield {"tokens": [{"start": 0, "end": 3, "text": "the"}]}
    yield {"secret": {"name": "db", "namespace": "prod", "created": "2026-01-01"}}
    yield {"credentials": "include", "secrets": "inherit", "credentials_file": "/etc/x.json"}
    yield {"permissions": ["secrets:read", "tokens:write"]}
    yield [["token", "count"], ["hello", 3], ["world", 2]]
    yield {"rows": [["user", "city"], ["bob", "Amsterdam"]]}
    yield from ("email:bob99@example.com", "sip:bob99@example.com:5060", "xoxo-from-grandma")
    yield "sk-learn-model-v2-final.bin"
    yield "Key (email)=(a@example.com) already exists."
    yield "Command '['docker', 'run', '-p', '8080:80', '-u', '1000:1000']' timed out"
    yield "response.set_cookie('theme', 'dark2')"
    yield "the token was refreshed and the new one is in the vault; is that the password page?"
    yield "cmd.extend(['--batch', '--passphrase-fd', '0'])"
    yield "'user[:passwd]', 'host[:port]'"
    yield "jwt.decode(token, key, algorithms=['RS256'])"
    yield f"did:key:z6Mk{make.mixed(44)}"
    yield f"registry.example.com/app:1.25-alpine@sha256:{make.hexes(64)}"
    yield f"the token you sent is invalid: {make.uuid()}"
    for _ in range(3):
        yield f"next_page_token: {make.b64(12)}"
        yield f"Idempotency-Key: {make.uuid()}"
        yield f"arn:aws:secretsmanager:eu-west-1:{make.digits(12)}:secret:prod/db-{make.mixed(6)}"
        yield f'checksum = "{make.hexes(64)}"'
        yield f"Message-ID: <{make.mixed(30)}@mail.example.com>"
        yield f"https://cdn.example.com/assets/{make.mixed(20)}.js"


_FAMILIES: dict[str, Callable[[Maker], Iterator[Any]]] = {
    "names": _secret_names,
    "plain names": _plain_names,
    "places": _places,
    "tokens": _tokens,
    "records": _records,
    "ordinary texts and ids": _ordinary,
}
