"""What became of one request to the cloud, in the classes that the protocol reasons with (4.4)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from daemon.errors import PoolpowerError

if TYPE_CHECKING:
    from datetime import datetime


class Fate(StrEnum):
    """What a request may have done, and whether it may be sent again."""

    ACCEPTED = "accepted"
    """2xx with a ``job_id``."""
    REFUSED_FOR_NOW = "refused for now"
    """409, 429 and the codes that mean "later": nothing was done, send it again after a backoff."""
    NEVER_SENT = "never sent"
    """DNS, connect or TLS failed, the bytes never left: nothing was done; a condition of the project too."""
    LOST = "lost"
    """Timeout or reset after connecting, any 5xx, an unreadable answer, a 2xx with neither job nor error: it may
    have been executed."""
    REFUSED = "refused for good"
    """Any other 4xx, a 2xx with an ``error_code``."""
    UNAUTHORISED = "unauthorised"
    """401: once more after one refresh, then a condition of the project."""
    FORBIDDEN = "forbidden"
    """A permission refused: a condition of the project for the first pools tried, for good afterwards."""
    PROJECT = "condition of the project"
    """The clock refused (APIGW.0303), no token to be had: the project halts."""

    @property
    def reached(self) -> bool:
        """True where the request may have reached the cloud (2.4, 2.5)."""
        return self not in (Fate.NEVER_SENT, Fate.PROJECT)

    @property
    def maybe_executed(self) -> bool:
        """True where the action may have been carried out (4.11)."""
        return self in (Fate.ACCEPTED, Fate.LOST)


@dataclass(frozen=True, slots=True)
class Answer:
    """The cloud's answer to one action request, or the lack of one.

    Attributes:
        fate: the class that decides what happens next.
        duration: seconds from sending to here.
        status: HTTP status, None where no response came.
        job_id: of the accepted action.
        error_code: the cloud's code, or None.
        error_msg: the cloud's words, or our own description of a transport failure.
        error_detail: the cloud's detail.
        encoded_authorization_message: as given with a 403.
        request_id: ``X-Request-Id``.
        server_date: the ``Date`` header, aware UTC.
        retry_after: seconds to wait: ``Retry-After``, else the window that the message names.
    """

    fate: Fate
    duration: float = 0.0
    status: int | None = None
    job_id: str | None = None
    error_code: str | None = None
    error_msg: str | None = None
    error_detail: str | None = None
    encoded_authorization_message: str | None = None
    request_id: str | None = None
    server_date: datetime | None = None
    retry_after: float | None = None


CREDENTIALS_REFUSED = "the credentials are refused"
CREDENTIALS_MEND = (
    "see that POOLPOWER_ACCESS_KEY and POOLPOWER_SECRET_KEY (or POOLPOWER_IAM_USER, POOLPOWER_IAM_PASSWORD and "
    "POOLPOWER_IAM_DOMAIN) are right and still valid, then restart the daemon"
)


class WorkspaceError(PoolpowerError):
    """A reading call failed.

    Attributes:
        answer: what came back, classified as an action's answer would be.
    """

    def __init__(self, message: str, answer: Answer) -> None:
        """Keep the answer for those who decide on its fate."""
        refused = answer.fate is Fate.UNAUTHORISED or CREDENTIALS_REFUSED in message
        super().__init__(message, CREDENTIALS_MEND if refused else None)
        self.answer = answer

    @property
    def permanent(self) -> bool:
        """True where asking again as things stand would fail again."""
        return self.answer.fate in (Fate.REFUSED, Fate.FORBIDDEN)

    @property
    def gone(self) -> bool:
        """True where the cloud says that the thing asked for does not exist."""
        return self.permanent and (self.answer.status == 404 or self.answer.error_code == "WKS.0001")  # noqa: PLR2004
