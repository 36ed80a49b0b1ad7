"""Names are judged as words, in whatever style they are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudoagent.redaction._names import Sensitivity, judge
from sudoagent.redaction._words import split


@pytest.mark.parametrize(
    "name",
    [
        "dbPassword", "DB_PASSWORD", "db-password2", "dbpassword", "PassWord", "Passw0rd",
        "X-Api-Key", "APIKey", "apikeys", "client_secret", "OAuthToken", "auth_token", "passwd",
        "pwd", "mysqlpwd", "private_key", "session_cookie", "otp", "2FACode", "pin", "cvv2", "ssn",
        "credentials", "githubtoken", "stripe_key", "GH_PAT", "card_number", "seed_phrase",
        "password_hash", "reset_token", "contraseña", "пароль", "x-functions-key", "secrets",
        "spring.datasource.password", "jwt", "motDePasse",
    ],
)  # fmt: skip
def test_the_name_of_a_secret_is_recognised(name: str) -> None:
    assert judge(name) is Sensitivity.SECRET


@pytest.mark.parametrize(
    "name",
    [
        "author", "token_count", "monkey", "max_tokens", "keyboard", "primary_key", "tokens_used",
        "secretary", "password_policy", "passwordLength", "compass", "passport", "pinned",
        "gpio_pin", "boarding_pass", "public_key", "stripe_publishable_key", "next_page_token",
        "cookie_consent", "secret_name", "api_key_id", "access_key_id", "has_password", "s3_key",
        "card_type", "status_code", "token_file", "jsonwebtoken", "passwordless", "x-cache-key",
        "", "12", "ß",
    ],
)  # fmt: skip
def test_a_name_that_only_sounds_like_one_stays(name: str) -> None:
    assert judge(name) is Sensitivity.PLAIN


@pytest.mark.parametrize("name", ["key", "session_id", "sid", "auth", "mystery_key", "github"])
def test_a_doubtful_name_leaves_it_to_the_value(name: str) -> None:
    assert judge(name) is Sensitivity.SUSPECT


def test_a_name_is_taken_apart_in_every_style() -> None:
    for name in ("dbPassword", "DB_PASSWORD", "db-passwords", "db password", "dbpassword2"):
        assert split(name) == ("db", "password")


def test_an_endless_name_is_judged_by_its_ends() -> None:
    assert judge("x" * 10_000 + "_password") is Sensitivity.SECRET
    assert judge("x" * 10_000) is Sensitivity.PLAIN


@given(st.text(max_size=300))
def test_any_text_can_be_judged(name: str) -> None:
    assert judge(name) in Sensitivity
