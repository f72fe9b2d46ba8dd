"""Who may call the simulated service: access keys, users, projects and the tokens it has issued."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from daemon.workspace.sandbox.refusals import unauthorised

EXAMPLE_PROJECT = "0123456789abcdef0123456789abcdef"
EXAMPLE_ACCESS_KEY = "SANDBOX0ACCESS0KEY01"
EXAMPLE_SECRET_KEY = "sandbox-secret-key-that-opens-nothing"  # noqa: S105  # public on purpose: the sandbox's own
EXAMPLE_PASSWORD = "sandbox-password"  # noqa: S105  # the same


@dataclass(frozen=True, slots=True)
class KeyPair:
    """An access key.

    Attributes:
        access_key: its public half.
        secret_key: its secret half.
        security_token: where it is a temporary one.
        user: whose it is; quotas count for each user.
    """

    access_key: str = EXAMPLE_ACCESS_KEY
    secret_key: str = field(default=EXAMPLE_SECRET_KEY, repr=False)
    security_token: str | None = field(default=None, repr=False)
    user: str = "sandbox"


@dataclass(frozen=True, slots=True)
class User:
    """An IAM user who may ask for tokens.

    Attributes:
        name: the user's.
        password: the user's.
        domain: the account's name.
    """

    name: str = "sandbox"
    password: str = field(default=EXAMPLE_PASSWORD, repr=False)
    domain: str = "sandbox"


@dataclass(frozen=True, slots=True)
class Token:
    """An IAM token.

    Attributes:
        value: what travels in ``X-Auth-Token``.
        user: whose it is.
        project_id: its scope.
        issued_at: when it was issued.
        expires_at: when it stops working.
    """

    value: str = field(repr=False)
    user: User
    project_id: str
    issued_at: datetime
    expires_at: datetime


class Identity:
    """The accounts of the simulated service."""

    def __init__(
        self,
        *,
        keys: tuple[KeyPair, ...] = (KeyPair(),),
        users: tuple[User, ...] = (User(),),
        projects: dict[str, str] | None = None,
        token_life: timedelta = timedelta(hours=24),
    ) -> None:
        """Know the keys and users; ``projects`` maps ids to names."""
        self.keys = {pair.access_key: pair for pair in keys}
        self.users = users
        self.projects = dict(projects) if projects is not None else {EXAMPLE_PROJECT: "sandbox-1"}
        self.token_life = token_life
        self._tokens: dict[str, Token] = {}
        self._issued = 0

    def issue(self, name: str, password: str, domain: str, project_id: str, now: datetime) -> Token:
        """A new token.

        Raises:
            Refusal: a wrong name, password, domain or project.
        """
        user = User(name, password, domain)
        if user not in self.users or project_id not in self.projects:
            raise unauthorised("the username or password is wrong, or the project is unknown")
        self._issued += 1
        value = "MIISANDBOX" + sha256(f"{name}/{project_id}/{self._issued}".encode()).hexdigest().upper() * 4
        token = Token(value, user, project_id, now, now + self.token_life)
        self._tokens[value] = token
        return token

    def token(self, value: str, now: datetime) -> Token:
        """The token that was issued under this value.

        Raises:
            Refusal: none, or one that has expired.
        """
        token = self._tokens.get(value)
        if token is None or now >= token.expires_at:
            raise unauthorised("decrypt token fail, or the token has expired")
        return token

    def revoke_tokens(self) -> int:
        """Let every token die early, as the real ones may; returns how many there were."""
        count = len(self._tokens)
        self._tokens.clear()
        return count
