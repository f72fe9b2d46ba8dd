"""Credentials and their labels."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from daemon.workspace.credentials import AccessKey, CredentialError, IamUser

KEY = AccessKey("FAKEAK00EXAMPLE00001", SecretStr("canary-secret-key"), SecretStr("canary-token"))
USER = IamUser("robot-canary", SecretStr("canary-password"), "acme")


@pytest.mark.parametrize("credentials", [KEY, USER])
def test_no_secret_is_in_label_or_repr(credentials: AccessKey | IamUser) -> None:
    """Neither the label nor the repr of a credential spells a secret."""
    shown = f"{credentials.label} {credentials!r} {credentials}"
    assert not any(secret in shown for secret in credentials.secrets)


def test_a_label_is_stable_and_tells_credentials_apart() -> None:
    """The same key has the same label whatever its secret, another one has another."""
    rotated = AccessKey(KEY.access_key, SecretStr("another"))
    other = AccessKey("FAKEAK00EXAMPLE00002", SecretStr("another"))
    assert KEY.label == rotated.label != other.label
    assert USER.label == IamUser(USER.user, SecretStr("new"), USER.domain).label != KEY.label


def test_the_label_of_a_user_does_not_name_the_user() -> None:
    """A label may stand in the ledger, where no user names are kept."""
    assert "robot" not in USER.label


def test_every_secret_part_is_a_secret() -> None:
    """What is blotted out of foreign text is the secret key and the security token, or the password."""
    assert KEY.secrets == ("canary-secret-key", "canary-token")
    assert AccessKey("A", SecretStr("canary-secret-key")).secrets == ("canary-secret-key",)
    assert USER.secrets == ("canary-password",)


@pytest.mark.parametrize("value", ["", "with space", "line\nend", "über"])
def test_an_access_key_that_cannot_stand_in_a_header_is_refused(value: str) -> None:
    """A key id that is empty or holds more than visible ASCII is refused when it is read."""
    with pytest.raises(CredentialError):
        AccessKey(value, SecretStr("s"))


def test_a_security_token_with_a_line_end_is_refused_without_being_shown() -> None:
    """A token with its file's line end is refused, and the error does not repeat it."""
    with pytest.raises(CredentialError) as caught:
        AccessKey("A", SecretStr("s"), SecretStr("canary-token\n"))
    assert "canary" not in str(caught.value)


def test_an_empty_secret_key_is_refused() -> None:
    """A key without its secret is refused, with the variable to set."""
    with pytest.raises(CredentialError) as caught:
        AccessKey("A", SecretStr(""))
    assert caught.value.hint == "set POOLPOWER_SECRET_KEY"


@pytest.mark.parametrize(("user", "password", "domain"), [("", "p", "d"), ("u", "", "d"), ("u", "p", "")])
def test_an_iam_user_needs_all_three_parts(user: str, password: str, domain: str) -> None:
    """A missing user, password or domain is refused."""
    with pytest.raises(CredentialError):
        IamUser(user, SecretStr(password), domain)
