"""How the simulated service says no: the codes that the reference documents, and the few that no source names.

The vendor's error table is incomplete for the calls that are simulated here. A code whose comment says *ours* stands
for "some permanent refusal with this status": clients are to go by its status.
"""

from __future__ import annotations

from daemon.errors import PoolpowerError

CONFLICT = "WKS.00010032"
POOL_UNKNOWN = "WKS.0001"
INVALID = "WKS.0400"  # ours: bad input
NOT_FOUND = "WKS.0404"  # ours: the reference says "404, any code"
UNSUPPORTED = "WKS.0405"  # ours: only Windows desktops hibernate or show messages
FROZEN = "WKS.0406"  # ours: a desktop frozen for arrears or by the police
UNAUTHORISED = "APIGW.0301"
FORBIDDEN = "APIGW.0302"
CLOCK_OFF = "APIGW.0303"
THROTTLED = "APIGW.0308"
NO_SUCH_API = "APIGW.0101"


class Refusal(PoolpowerError):  # noqa: N818  # one of the service's ordinary answers, no error of ours
    """The service refuses a request.

    Attributes:
        status: HTTP status.
        code: the ``error_code``.
    """

    def __init__(self, status: int, code: str, message: str) -> None:
        """Say why, in the service's words."""
        super().__init__(message)
        self.status = status
        self.code = code

    def to_json(self) -> dict[str, object]:
        """The body of the answer."""
        return {"error_code": self.code, "error_msg": self.message}


def invalid(message: str) -> Refusal:
    """Bad input."""
    return Refusal(400, INVALID, message)


def pool_unknown(pool_id: str) -> Refusal:
    """A pool that does not exist is a 400, not a 404 (reference, section 6)."""
    return Refusal(400, POOL_UNKNOWN, f"The desktop pool {pool_id} does not exist.")


def not_found(what: str) -> Refusal:
    """Anything else that does not exist."""
    return Refusal(404, NOT_FOUND, f"The {what} does not exist.")


def unauthorised(message: str) -> Refusal:
    """Bad or expired credentials."""
    return Refusal(401, UNAUTHORISED, f"Incorrect IAM authentication information: {message}")


def denied(state: str, operation: str, resource: str) -> str:
    """The service's words for an operation that a desktop's state forbids."""
    return (
        f"Operation conflict. The desktop current instance status is [{state}] and deny operation [{operation}],"
        f" resource id [{resource}]."
    )
