"""Turns a request that is about to be sent into one that the cloud believes: by a signature or by a token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from daemon.workspace import signing

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from daemon.workspace.answers import Answer
    from daemon.workspace.credentials import AccessKey

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Draft:
    """A request before it is signed: exactly what will be on the wire.

    Attributes:
        method: in capitals.
        host: with a port that is not the scheme's own.
        path: encoded.
        query: canonical, empty where there is none.
        body: empty where there is none.
        project_id: the cloud's id of the project.
    """

    method: str
    host: str
    path: str
    query: str
    body: bytes
    project_id: str

    @property
    def target(self) -> str:
        """Path and query."""
        return f"{self.path}?{self.query}" if self.query else self.path


@dataclass(frozen=True, slots=True)
class Authorised:
    """What makes a draft a request of ours.

    Attributes:
        headers: all that identify us, ``Host`` and ``Content-Type`` included.
        stamp: which state of the credential was used, for ``Authentication.renew``.
    """

    headers: dict[str, str]
    stamp: int


class Authentication(Protocol):
    """One credential in use."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must not stand in any text that came from outside."""
        ...

    async def authorise(self, draft: Draft) -> Authorised | Answer:
        """The headers that prove who we are, or what came instead of them: nothing of the draft was sent then."""
        ...

    async def renew(self, refused: int) -> Answer | None:
        """Get a newer state of the credential than the one of this stamp; an answer where none is to be had."""
        ...

    async def aclose(self) -> None:
        """Stop what is under way."""
        ...


class KeyAuthentication:
    """Signs each request with an access key."""

    def __init__(self, key: AccessKey, clock: Callable[[], datetime]) -> None:
        """``clock`` gives aware UTC; the cloud refuses one that is more than 15 minutes off."""
        self._access_key = key.access_key
        self._keyed = signing.keyed_with(key.secret_key.get_secret_value())
        self._security_token = None if key.security_token is None else key.security_token.get_secret_value()
        self._clock = clock
        self.secrets = key.secrets

    async def authorise(self, draft: Draft) -> Authorised:
        """Sign."""
        headers = {
            "Host": draft.host,
            "Content-Type": JSON,
            "X-Project-Id": draft.project_id,
            signing.DATE_HEADER: signing.signing_date(self._clock()),
        }
        if self._security_token is not None:
            headers["X-Security-Token"] = self._security_token
        headers["Authorization"] = signing.authorization(
            draft.method,
            draft.path,
            draft.query,
            headers,
            draft.body,
            access_key=self._access_key,
            keyed=self._keyed,
        )
        return Authorised(headers, 0)

    async def renew(self, refused: int) -> None:
        """Nothing: a newer key comes from the settings, by ``open_workspace``'s ``reload``."""

    async def aclose(self) -> None:
        """Nothing is under way."""
