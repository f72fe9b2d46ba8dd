"""Checks ``SDK-HMAC-SHA256`` signatures, from the reference (section 5) and from nothing else of ours.

The client's own signer is written separately on purpose: a mistake that both shared would be invisible. The vendor's
signer judges both (tests/integration/workspace).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes

from daemon.workspace.sandbox.refusals import CLOCK_OFF, Refusal, unauthorised

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from daemon.workspace.sandbox.identity import KeyPair

ALGORITHM = "SDK-HMAC-SHA256"
TOLERANCE = timedelta(minutes=15)
_ALWAYS_SIGNED = ("host", "x-sdk-date")
_SIGNED_WHEN_SENT = ("content-type", "x-project-id", "x-security-token")
_BODY_DIGEST = "x-sdk-content-sha256"


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came over the wire.

    Attributes:
        method: HTTP method.
        raw_path: the path as sent, still percent-encoded.
        raw_query: the query as sent, without its question mark.
        headers: names in lower case, values as the bytes on the wire; the first of a name counts.
        body: the body.
    """

    method: str
    raw_path: bytes
    raw_query: bytes
    headers: Mapping[str, bytes]
    body: bytes

    def header(self, name: str) -> str | None:
        """A header's value, trimmed, or None."""
        value = self.headers.get(name)
        return value.decode(errors="replace").strip() if value is not None else None


def check_signature(received: Received, keys: Mapping[str, KeyPair], now: datetime) -> KeyPair:
    """Find out whose request this is.

    Raises:
        Refusal: 401 with APIGW.0303 for a clock more than 15 minutes off, with APIGW.0301 for everything else.
    """
    access_key, signed, claimed = _parse_authorization(received.header("authorization") or "")
    date = _check_date(received.header("x-sdk-date"), now)
    pair = keys.get(access_key)
    if pair is None:
        raise unauthorised(f"unknown access key {access_key}")
    _check_signed_headers(received, signed)
    if received.header("x-security-token") != pair.security_token:
        raise unauthorised("the security token does not belong to the access key")
    canonical = canonical_request(received, signed)
    digest = sha256(canonical.encode()).hexdigest()
    to_sign = f"{ALGORITHM}\n{date}\n{digest}"
    expected = hmac.new(pair.secret_key.encode(), to_sign.encode(), sha256).hexdigest()
    if not hmac.compare_digest(expected, claimed):
        raise unauthorised(f"verify aksk signature fail, canonicalRequest:{canonical!r}")
    return pair


def canonical_request(received: Received, signed: Sequence[str]) -> str:
    """The text that is hashed for the string to sign."""
    lines = [f"{name}:{received.header(name) or ''}\n" for name in signed]
    return "\n".join(
        [
            received.method.upper(),
            _canonical_path(received.raw_path),
            _canonical_query(received.raw_query),
            "".join(lines),
            ";".join(signed),
            _body_digest(received, signed),
        ]
    )


def _parse_authorization(text: str) -> tuple[str, list[str], str]:
    algorithm, _, rest = text.partition(" ")
    fields = dict(part.strip().split("=", 1) for part in rest.split(",") if "=" in part)
    if algorithm != ALGORITHM or not {"Access", "SignedHeaders", "Signature"} <= fields.keys():
        raise unauthorised(f"no X-Auth-Token, and the Authorization header is not {ALGORITHM}")
    return fields["Access"], fields["SignedHeaders"].split(";"), fields["Signature"]


def _check_date(text: str | None, now: datetime) -> str:
    try:
        sent = datetime.strptime(text or "", "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise unauthorised(f"x-sdk-date {text!r} is not YYYYMMDDTHHMMSSZ") from None
    if abs(now - sent) > TOLERANCE:
        raise Refusal(401, CLOCK_OFF, f"x-sdk-date {text} is more than 15 minutes from the server's time")
    return sent.strftime("%Y%m%dT%H%M%SZ")


def _check_signed_headers(received: Received, signed: Sequence[str]) -> None:
    if list(signed) != sorted(signed) or any(name != name.lower() or "_" in name for name in signed):
        raise unauthorised("SignedHeaders must be lower-case, sorted, and without names that contain _")
    needed = [*_ALWAYS_SIGNED, *(name for name in _SIGNED_WHEN_SENT if name in received.headers)]
    missing = [name for name in needed if name not in signed or name not in received.headers]
    if missing:
        raise unauthorised(f"not sent or not signed: {', '.join(missing)}")


def _canonical_path(raw: bytes) -> str:
    path = unquote_to_bytes(raw)
    encoded = "/".join(_encode(segment) for segment in path.split(b"/"))
    return encoded if encoded.endswith("/") else encoded + "/"


def _canonical_query(raw: bytes) -> str:
    # A "+" is a plus here, not a blank: the same bytes must be on the wire.
    pairs = [part.partition(b"=") for part in raw.split(b"&") if part]
    decoded = sorted((_text(name), _text(value)) for name, _, value in pairs)
    return "&".join(f"{_encode(_bytes(name))}={_encode(_bytes(value))}" for name, value in decoded)


def _body_digest(received: Received, signed: Sequence[str]) -> str:
    digest = sha256(received.body).hexdigest()
    claimed = received.header(_BODY_DIGEST) if _BODY_DIGEST in signed else None
    # Some content types travel as UNSIGNED-PAYLOAD in the vendor's signer; an empty body never does.
    return claimed if received.body and claimed == "UNSIGNED-PAYLOAD" else digest


def _text(encoded: bytes) -> str:
    return unquote_to_bytes(encoded).decode(errors="surrogateescape")


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


def _encode(raw: bytes) -> str:
    return quote(raw, safe="~")
