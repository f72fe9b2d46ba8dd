"""What poolpower proves its identity with. Secrets are ``SecretStr``; a label names a credential without any of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from daemon.errors import PoolpowerError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import SecretStr


class CredentialError(PoolpowerError):
    """A credential that cannot work, whatever the cloud says."""


@dataclass(frozen=True, slots=True)
class AccessKey:
    """An access key, permanent or temporary.

    Attributes:
        access_key: the key's id (AK).
        secret_key: signs requests, never sent (SK).
        security_token: of a temporary key, else None.

    Raises:
        CredentialError: a part is empty or holds characters that cannot stand in a header.
    """

    access_key: str
    secret_key: SecretStr
    security_token: SecretStr | None = None

    def __post_init__(self) -> None:
        """Refuse what would only fail later, in the middle of the night."""
        _require_header_text("access key", self.access_key)
        if not self.secret_key.get_secret_value():
            raise CredentialError("the secret key is empty", "set POOLPOWER_SECRET_KEY")
        if self.security_token is not None:
            _require_header_text("security token", self.security_token.get_secret_value())

    @property
    def label(self) -> str:
        """Stable while the key's id is; tells keys apart without spelling one out."""
        return f"access key {_mark(self.access_key)}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not appear in any text that came from outside."""
        return _plain(self.secret_key, self.security_token)


@dataclass(frozen=True, slots=True)
class IamUser:
    """An IAM user whose password buys tokens.

    Attributes:
        user: the user's name.
        password: the user's password.
        domain: the account that the user belongs to.

    Raises:
        CredentialError: a part is empty.
    """

    user: str
    password: SecretStr
    domain: str

    def __post_init__(self) -> None:
        """Refuse what would only fail later, in the middle of the night."""
        for what, value in (("user", self.user), ("password", self.password), ("domain", self.domain)):
            if not value:
                raise CredentialError(f"the IAM {what} is empty", f"set POOLPOWER_IAM_{what.upper()}")

    @property
    def label(self) -> str:
        """Stable while user and domain are."""
        return f"IAM user {_mark(self.domain + '/' + self.user)}"

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not appear in any text that came from outside."""
        return _plain(self.password)


Credentials = AccessKey | IamUser


@lru_cache(maxsize=64)
def _mark(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:12]


def _plain(*secrets: SecretStr | None) -> tuple[str, ...]:
    return tuple(secret.get_secret_value() for secret in secrets if secret is not None)


def _require_header_text(what: str, value: str) -> None:
    if not value or not _all_visible(value.encode("utf-8", "replace")):
        found = "nothing" if not value else "spaces, line ends or characters outside ASCII"
        raise CredentialError(f"the {what} holds {found}, expected visible ASCII characters", f"mend the {what}")


def _all_visible(octets: Iterable[int]) -> bool:
    return all(0x20 < octet < 0x7F for octet in octets)  # noqa: PLR2004  # the visible range of ASCII
