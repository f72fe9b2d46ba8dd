"""What came back from the cloud, as one ``Answer`` (protocol 4.4): the error code before the status.

A 2xx counts as accepted only with the ``job_id`` that an action must have: old interfaces answer 200 with an error
body. A 2xx with an ``error_code`` is refused; with neither, it may have been executed. Redirects are never followed,
since they would carry a signature or a token to another host, and so are refusals. What the cloud said is kept word
for word, but for our own secrets, should a gateway or a proxy ever repeat a request's headers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from http.client import responses
from typing import TYPE_CHECKING, Any

import httpx
import orjson

from daemon.workspace.answers import Answer, Fate
from daemon.workspace.complaints import Complaint, complaint_in
from daemon.workspace.fates import fate_of_refusal
from daemon.workspace.throttling import http_date, seconds_to_wait
from daemon.workspace.transport import NoReply, Reply

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime


SHORTEST = 4
"""A secret with fewer characters is not searched for: it would blot out ordinary words."""


@dataclass(frozen=True, slots=True)
class Read:
    """An answer to a reading call.

    Attributes:
        answer: ACCEPTED where there is something to parse.
        parsed: the body as JSON.
    """

    answer: Answer
    parsed: Any = None


def answer_to_action(outcome: Reply | NoReply, now: datetime, secrets: Sequence[str] = ()) -> Answer:
    """What an acting call's outcome means.

    Args:
        outcome: of the transport.
        now: our clock, for a ``Retry-After`` that is a date where the server does not say its own time.
        secrets: that must not stand in the answer's texts.
    """
    if isinstance(outcome, NoReply):
        return _unanswered(outcome, secrets)
    parsed = _json(outcome.body)
    job_id = parsed.get("job_id") if isinstance(parsed, dict) else None
    if _is_success(outcome) and job_id and isinstance(job_id, str):
        return _heard(outcome, Fate.ACCEPTED, job_id=job_id)
    return _refused(outcome, complaint_in(outcome.body, parsed), now, secrets)


def answer_to_reading(
    outcome: Reply | NoReply, expected: Sequence[str], now: datetime, secrets: Sequence[str] = ()
) -> Read:
    """What a reading call's outcome means.

    Args:
        outcome: of the transport.
        expected: keys of which a good answer has at least one.
        now: as for an action.
        secrets: as for an action.
    """
    if isinstance(outcome, NoReply):
        return Read(_unanswered(outcome, secrets))
    parsed = _json(outcome.body)
    if _is_success(outcome) and isinstance(parsed, dict) and any(key in parsed for key in expected):
        return Read(_heard(outcome, Fate.ACCEPTED), parsed)
    answer = _refused(outcome, complaint_in(outcome.body, parsed), now, secrets)
    if answer.fate is Fate.LOST and _is_success(outcome):
        answer = replace(answer, error_msg=f"expected JSON with {' or '.join(expected)}: {_found(answer)}")
    return Read(answer)


def without_secrets(text: str | None, secrets: Sequence[str]) -> str | None:
    """The text with every secret blotted out."""
    for secret in secrets:
        if text and len(secret) >= SHORTEST and secret in text:
            text = text.replace(secret, "***")
    return text


def _found(answer: Answer) -> str:
    return f"found {answer.error_msg!r}" if answer.error_msg else "found nothing readable"


def _heard(reply: Reply, fate: Fate, job_id: str | None = None) -> Answer:
    headers = reply.headers
    return Answer(
        fate,
        duration=reply.duration,
        status=reply.status,
        job_id=job_id,
        request_id=headers.get("x-request-id"),
        server_date=http_date(headers.get("date")),
    )


def _refused(reply: Reply, complaint: Complaint, now: datetime, secrets: Sequence[str]) -> Answer:
    heard = _heard(reply, fate_of_refusal(reply.status, complaint.code))
    words = _redirected(reply) or complaint.words
    waits = seconds_to_wait(reply.headers.get("retry-after"), words, heard.server_date or now)
    return replace(
        heard,
        error_code=without_secrets(complaint.code, secrets),
        error_msg=without_secrets(words, secrets) or _bare(reply),
        error_detail=without_secrets(complaint.detail, secrets),
        encoded_authorization_message=without_secrets(complaint.encoded, secrets),
        request_id=heard.request_id or complaint.request_id,
        retry_after=waits,
    )


def _unanswered(outcome: NoReply, secrets: Sequence[str]) -> Answer:
    return Answer(outcome.fate, duration=outcome.duration, error_msg=without_secrets(outcome.words, secrets))


def _bare(reply: Reply) -> str:
    if reply.status < HTTPStatus.MULTIPLE_CHOICES:
        return f"{reply.status} with nothing in it that was expected"
    return f"{reply.status} {responses.get(reply.status, '')}".strip() + ", without a word of explanation"


def _is_success(reply: Reply) -> bool:
    return HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES


def _redirected(reply: Reply) -> str | None:
    if not HTTPStatus.MULTIPLE_CHOICES <= reply.status < HTTPStatus.BAD_REQUEST:
        return None
    try:
        host = httpx.URL(reply.headers.get("location") or "").host
    except httpx.InvalidURL:
        host = ""
    where = f" to {host}" if host else ""
    return f"{reply.status}: a redirect{where}, and redirects are not followed; see POOLPOWER_ENDPOINT"


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
