"""What an answer complains about, in whatever shape it comes.

The documented shape is ``{"error_code", "error_msg", "error_detail", "encoded_authorization_message"}``. Gateways, the
identity service, old interfaces and proxies have others: camel case, ``{"code", "message"}``, the same inside
``{"error": {…}}``, plain text, HTML, nothing. All end here as one value; text is bounded and on one line.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_WORDS = 1_000
MOST_DETAIL = 4_000
MOST_ENCODED = 65_536
"""Characters that are kept; the encoded message must be whole to be decoded."""

_CODES = ("error_code", "errorCode", "code")
_WORDS = ("error_msg", "errorMsg", "error_message", "errorMessage", "message", "msg", "title")
_DETAILS = ("error_detail", "errorDetail", "detail", "details")
_REQUESTS = ("request_id", "requestId")
_UNSPOKEN = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>", re.DOTALL | re.IGNORECASE)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Complaint:
    """The cloud's words about what is wrong; every part may be missing.

    Attributes:
        code: e.g. ``WKS.00010032``.
        words: the message.
        detail: more of it.
        encoded: why a permission was refused, to be decoded by the cloud's STS.
        request_id: names the request for the vendor's support, where the body says it.
    """

    code: str | None = None
    words: str | None = None
    detail: str | None = None
    encoded: str | None = None
    request_id: str | None = None


def complaint_in(body: bytes, parsed: Any) -> Complaint:
    """What an answer complains about.

    Args:
        body: as received.
        parsed: the same as JSON, or None where it is none.
    """
    if isinstance(parsed, dict):
        return _from_object(parsed)
    return Complaint(words=spoken(body.decode("utf-8", "replace")))


def spoken(text: str) -> str | None:
    """The readable part of plain text or HTML, on one line and bounded; None where nothing is left."""
    bounded = text[: MOST_WORDS * 20]
    title = _TITLE.search(bounded)
    stripped = html.unescape(_UNSPOKEN.sub(" ", title[1] if title else bounded)) if "<" in bounded else bounded
    return _one_line(stripped, MOST_WORDS)


def _from_object(parsed: Mapping[str, Any]) -> Complaint:
    places = [parsed, *_nested(parsed)]
    error = parsed.get("error")
    return Complaint(
        code=_said(places, _CODES, 100),
        words=_said(places, _WORDS, MOST_WORDS) or (_one_line(error, MOST_WORDS) if isinstance(error, str) else None),
        detail=_said(places, _DETAILS, MOST_DETAIL),
        encoded=_said(places, ("encoded_authorization_message",), MOST_ENCODED),
        request_id=_said(places, _REQUESTS, 200),
    )


def _nested(parsed: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    # The per-desktop call lists what it refused, one complaint a desktop; the first stands for all.
    refused = parsed.get("failed_operation_list")
    places = [parsed.get("error"), refused[0] if isinstance(refused, list) and refused else None]
    return [place for place in places if isinstance(place, dict)]


def _said(places: Sequence[Mapping[str, Any]], names: Sequence[str], most: int) -> str | None:
    for place in places:
        for name in names:
            text = _text(place.get(name))
            if text:
                return _one_line(text, most)
    return None


def _text(value: Any) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return orjson.dumps(value).decode()


def _one_line(text: str, most: int) -> str | None:
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: most * 2]).split())
    return line[:most] or None
