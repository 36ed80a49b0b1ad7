"""What REDIS_URL may say."""

from __future__ import annotations

import pytest
from redis.asyncio.connection import parse_url

from sudoagent.errors import ConfigurationError
from sudoagent.review.store.addresses import parse_address


@pytest.mark.parametrize(
    ("url", "kind", "urls"),
    [
        ("redis://h", "single", ["redis://h:6379/0"]),
        ("redis://h:7000/3", "single", ["redis://h:7000/3"]),
        ("valkey://h:7000", "single", ["redis://h:7000/0"]),
        ("valkeys://u:p@h", "single", ["rediss://u:p@h:6379/0"]),
        ("redis://[::1]:7000", "single", ["redis://[::1]:7000/0"]),
        ("redis://[::1]", "single", ["redis://[::1]:6379/0"]),
        ("rediss://h?ssl_cert_reqs=none", "single", ["rediss://h:6379/0?ssl_cert_reqs=none"]),
        ("redis+cluster://a,b:7001", "cluster", ["redis://a:6379/0", "redis://b:7001/0"]),
        ("rediss+cluster://:p@a", "cluster", ["rediss://:p@a:6379/0"]),
        (
            "redis+sentinel://u:p@a,b:5/mymaster/2",
            "sentinel",
            ["redis://u:p@a:26379/2", "redis://u:p@b:5/2"],
        ),
        ("valkey+sentinel://a/mymaster", "sentinel", ["redis://a:26379/0"]),
    ],
)
def test_every_kind_of_address_becomes_urls_that_redis_py_reads(
    url: str, kind: str, urls: list[str]
) -> None:
    address = parse_address(url)
    assert (address.kind, list(address.urls)) == (kind, urls)
    for one in address.urls:
        assert parse_url(one)["port"]


def test_a_socket_is_an_address_too() -> None:
    address = parse_address("unix:///run/redis.sock?db=1")
    assert address.shown == "unix:///run/redis.sock"
    assert address.urls == ("unix:///run/redis.sock?db=1",)
    assert address.local


def test_the_sentinels_service_and_login_are_read() -> None:
    address = parse_address("redis+sentinel://a/main?sentinel_username=w&sentinel_password=x%40y")
    assert address.service == "main"
    assert address.sentinel_login == {"username": "w", "password": "x@y"}
    assert address.url_of("10.0.0.1", 6379) == "redis://10.0.0.1:6379/0"


def test_another_host_is_reached_in_the_same_way() -> None:
    address = parse_address("rediss+cluster://u:p@a?ssl_cert_reqs=none")
    assert address.url_of("b", 7001) == "rediss://u:p@b:7001/0?ssl_cert_reqs=none"
    assert address.url_of("::1", 7001) == "rediss://u:p@[::1]:7001/0?ssl_cert_reqs=none"


def test_a_socket_may_need_a_login() -> None:
    address = parse_address("unix://u:p@/run/redis.sock")
    assert address.shown == "unix:///run/redis.sock"
    assert address.urls == ("unix://u:p@/run/redis.sock",)
    assert address.authenticated


@pytest.mark.parametrize(
    "url",
    [
        "unix://name:s3cret@/s",
        "redis://name:s3cret@h/0",
        "redis://h?password=s3cret",
        "redis+sentinel://h/name?sentinel_password=s3cret",
        "unix:///s?password=s3cret",
    ],
)
def test_no_password_is_shown(url: str) -> None:
    address = parse_address(url)
    assert "s3cret" not in repr(address)
    assert "s3cret" not in address.shown


@pytest.mark.parametrize(
    ("url", "local", "protected"),
    [
        ("redis://127.0.0.1", True, False),
        ("redis://localhost", True, False),
        ("redis://[::1]", True, False),
        ("redis://h", False, False),
        ("rediss://:p@h", False, True),
        ("rediss://h?password=p", False, True),
        ("rediss://h", False, False),
        ("redis+cluster://127.0.0.1,h", False, False),
        ("redis://u:p@127.0.0.1", True, False),
    ],
)
def test_what_protects_the_connection_is_known(url: str, local: bool, protected: bool) -> None:
    address = parse_address(url)
    assert address.local == local
    assert (address.encrypted and address.authenticated) == protected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "h:6379",
        "http://h",
        "unix://relative",
        "redis://",
        "redis://h:port",
        "redis://h:0",
        "redis://h:70000",
        "redis://a,b",
        "redis://h/zero",
        "redis://h/0/1",
        "redis+cluster://h/1",
        "redis+sentinel://h",
        "redis+sentinel://h/name/x",
    ],
)
def test_an_address_that_cannot_be_one_says_what_can(url: str) -> None:
    with pytest.raises(ConfigurationError, match="REDIS_URL"):
        parse_address(url)


def test_a_refused_address_keeps_its_password_to_itself() -> None:
    for url in ("redis://u:s3cret@h/zero", "redis:/u:s3cret@h", "s3cret"):
        with pytest.raises(ConfigurationError) as caught:
            parse_address(url)
        assert "s3cret" not in str(caught.value)
