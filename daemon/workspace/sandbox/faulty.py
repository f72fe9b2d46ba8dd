"""Turns an ordinary reply into the one that a fault asks for, as far as that is a matter of content."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from daemon.workspace.sandbox.calls import Reply
    from daemon.workspace.sandbox.faults import Fault


def faulty_reply(reply: Reply, fault: Fault) -> Reply:
    """The reply with the fault's status, body and headers; how it is sent is left to ``transmission``."""
    entry = reply.entry
    entry.fault = fault.describe()
    entry.answer = _in_words(fault)
    changed = replace(reply, fault=fault, headers=(*reply.headers, *(fault.headers or {}).items()))
    if fault.html is not None:
        entry.error_code = None
        return replace(changed, status=fault.html, body=_html(fault.html), content_type="text/html")
    if fault.replaces_answer:
        entry.error_code = fault.code
        return replace(changed, status=fault.status or 200, body=_body(fault), content_type=_content_type(fault))
    accepted = reply.entry.job_id is not None
    return replace(changed, body=b"{}") if fault.no_job_id and accepted else changed


def _in_words(fault: Fault) -> str | None:
    """What happened instead of a readable answer."""
    for name in ("reset", "close"):
        when = getattr(fault, name)
        if when is not None:
            return f"{name} {when}"
    if fault.cut:
        return "cut in the head" if fault.cut == "head" else "cut in the body"
    return "garbage" if fault.garbage else None


def _body(fault: Fault) -> bytes:
    if isinstance(fault.body, str):
        return fault.body.encode()
    if fault.body is not None:
        return orjson.dumps(fault.body)
    named = {
        "error_code": fault.code,
        "error_msg": fault.msg or _phrase(fault.status or 200),
        "error_detail": fault.detail,
        "encoded_authorization_message": fault.encoded,
    }
    return orjson.dumps({key: value for key, value in named.items() if value is not None})


def _content_type(fault: Fault) -> str:
    return "text/plain; charset=utf-8" if isinstance(fault.body, str) else "application/json"


def _html(status: int) -> bytes:
    phrase = _phrase(status)
    return (
        f"<html>\r\n<head><title>{status} {phrase}</title></head>\r\n<body>\r\n"
        f"<center><h1>{status} {phrase}</h1></center>\r\n<hr><center>CloudWAF</center>\r\n</body>\r\n</html>\r\n"
    ).encode()


def _phrase(status: int) -> str:
    return _PHRASES.get(status, "Unknown")


_PHRASES = {status.value: status.phrase for status in HTTPStatus}
