"""Which fate an error code or a status means: the table of the reference's section 6, the code before the status."""

from __future__ import annotations

from http import HTTPStatus

from daemon.workspace.answers import Fate

_BY_CODE = {
    "WKS.00010032": Fate.REFUSED_FOR_NOW,  # a desktop is in a state that denies it
    "WKS.0407": Fate.REFUSED_FOR_NOW,  # busy, although it comes with a 400
    "APIG.0308": Fate.REFUSED_FOR_NOW,  # throttled
    "APIGW.0308": Fate.REFUSED_FOR_NOW,
    "APIG.0301": Fate.UNAUTHORISED,  # bad or expired credentials
    "APIGW.0301": Fate.UNAUTHORISED,
    "APIGW.0302": Fate.FORBIDDEN,
    "APIGW.0303": Fate.PROJECT,  # the clock is more than 15 minutes off
    "WKS.00010099": Fate.FORBIDDEN,  # the service is not enabled for the tenant
    "WKS.0001": Fate.REFUSED,  # the pool does not exist, although it comes with a 400
    "WKS.0202": Fate.REFUSED,  # organisational unit not found, although it comes with a 500
}

_NOT_ON_500 = frozenset({"WKS.0001"})
"""Codes whose meaning is documented for a 4xx only: with a 5xx what happened stays unknown."""

_BY_STATUS: dict[int, Fate] = {
    HTTPStatus.UNAUTHORIZED: Fate.UNAUTHORISED,
    HTTPStatus.FORBIDDEN: Fate.FORBIDDEN,
}


def fate_of_code(error_code: str | None) -> Fate | None:
    """What a code means by itself, as for a sub-job that failed; None for one the reference does not list."""
    return _BY_CODE.get(error_code or "")


def fate_of_refusal(status: int, error_code: str | None) -> Fate:
    """What an answer means that accepted nothing.

    Args:
        status: HTTP status; a 2xx is one without a job.
        error_code: the cloud's code, or None.
    """
    if status in (HTTPStatus.CONFLICT, HTTPStatus.TOO_MANY_REQUESTS):
        return Fate.REFUSED_FOR_NOW
    fails_inside = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    by_code = fate_of_code(error_code)
    if by_code is not None and not (fails_inside and error_code in _NOT_ON_500):
        return by_code
    if fails_inside or (status < HTTPStatus.MULTIPLE_CHOICES and error_code is None):
        return Fate.LOST
    return _BY_STATUS.get(status, Fate.REFUSED)
