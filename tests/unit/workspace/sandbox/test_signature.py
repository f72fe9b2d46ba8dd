"""The sandbox's check of signatures, against vectors that the official signer produced."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from daemon.workspace.sandbox.identity import KeyPair
from daemon.workspace.sandbox.refusals import Refusal
from daemon.workspace.sandbox.signature import Received, canonical_request, check_signature

VECTORS = json.loads((Path(__file__).parents[3] / "data" / "signing_vectors.json").read_text())
AT = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)


def received(vector: dict[str, Any], **changes: bytes) -> Received:
    """The request that the official SDK transmits for a vector; ``changes`` are headers, ``_`` for ``-``."""
    url = urlsplit(vector["url_sent"])
    headers = {**vector["headers_in"], **vector["headers_added"], "Authorization": vector["authorization"]}
    sent = {name.lower(): value.encode() for name, value in headers.items()}
    sent |= {name.replace("_", "-"): value for name, value in changes.items()}
    body = (vector["body"] or "").encode()
    return Received(vector["method"], url.path.encode(), url.query.encode(), sent, body)


def keys(vector: dict[str, Any]) -> dict[str, KeyPair]:
    """The vectors' key, temporary where the vector has a security token."""
    token = {name.lower(): value for name, value in vector["headers_in"].items()}.get("x-security-token")
    return {VECTORS["ak"]: KeyPair(VECTORS["ak"], VECTORS["sk"], token)}


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: str(vector["name"]))
def test_official_signature_is_accepted(vector: dict[str, Any]) -> None:
    """What the official signer signed is accepted, and its canonical request is derived from what was received."""
    request = received(vector)
    assert check_signature(request, keys(vector), AT).user == "sandbox"
    signed = vector["authorization"].split("SignedHeaders=")[1].split(",")[0].split(";")
    assert canonical_request(request, signed) == vector["canonical_request"]


@pytest.mark.parametrize("minutes", [-16, 16])
def test_clock_that_is_off_is_refused_by_its_own_code(minutes: int) -> None:
    """More than 15 minutes either way is 401 APIGW.0303."""
    vector = VECTORS["vectors"][0]
    with pytest.raises(Refusal, match="more than 15 minutes") as refusal:
        check_signature(received(vector), keys(vector), AT + timedelta(minutes=minutes))
    assert (refusal.value.status, refusal.value.code) == (401, "APIGW.0303")


def test_clock_that_is_a_little_off_is_accepted() -> None:
    """Fifteen minutes are allowed."""
    vector = VECTORS["vectors"][0]
    assert check_signature(received(vector), keys(vector), AT + timedelta(minutes=15))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"authorization": b""}, "Authorization header is not SDK-HMAC-SHA256"),
        ({"authorization": b"Bearer abc"}, "Authorization header is not"),
        ({"authorization": b"SDK-HMAC-SHA256 Access=a, Signature=b"}, "Authorization header is not"),
        ({"x_sdk_date": b"2026-01-15"}, "is not YYYYMMDDTHHMMSSZ"),
        ({"content_type": b"text/plain"}, "verify aksk signature fail"),
        ({"x_project_id": b"unsigned"}, "not sent or not signed: x-project-id"),
        ({"authorization": b"SDK-HMAC-SHA256 Access=X, SignedHeaders=host, Signature=0"}, "unknown access key X"),
    ],
)
def test_anything_else_is_unauthorised(changes: dict[str, bytes], reason: str) -> None:
    """Each mistake is 401 APIGW.0301 and says what it is."""
    vector = VECTORS["vectors"][0]
    with pytest.raises(Refusal, match=reason) as refusal:
        check_signature(received(vector, **changes), keys(vector), AT)
    assert (refusal.value.status, refusal.value.code) == (401, "APIGW.0301")


@pytest.mark.parametrize("listed", ["x-sdk-date;host", "Host;x-sdk-date", "a_b;host;x-sdk-date"])
def test_signed_headers_must_be_spelled_right(listed: str) -> None:
    """Unsorted names, capitals and names with an underscore are refused."""
    vector = VECTORS["vectors"][0]
    header = f"SDK-HMAC-SHA256 Access={VECTORS['ak']}, SignedHeaders={listed}, Signature=0".encode()
    with pytest.raises(Refusal, match="SignedHeaders must be"):
        check_signature(received(vector, authorization=header), keys(vector), AT)


def test_security_token_belongs_to_its_key() -> None:
    """A temporary key without its token, or with another one, is refused."""
    vector = VECTORS["vectors"][0]
    temporary = {VECTORS["ak"]: KeyPair(VECTORS["ak"], VECTORS["sk"], "token")}
    with pytest.raises(Refusal, match="security token"):
        check_signature(received(vector), temporary, AT)


def test_unsigned_payload_counts_only_where_it_is_signed() -> None:
    """A body may stay unsigned where the signed header says so; without a body the digest is that of nothing."""
    headers = {"x-sdk-content-sha256": b"UNSIGNED-PAYLOAD"}
    signed, with_body = ["x-sdk-content-sha256"], Received("PUT", b"/", b"", headers, b"content")
    assert canonical_request(with_body, signed).endswith("\nUNSIGNED-PAYLOAD")
    assert not canonical_request(with_body, []).endswith("UNSIGNED-PAYLOAD")
    assert not canonical_request(Received("PUT", b"/", b"", headers, b""), signed).endswith("UNSIGNED-PAYLOAD")


def test_query_is_taken_as_it_was_on_the_wire() -> None:
    """A plus is a plus, a byte that is no UTF-8 stays that byte, and a name without a value has an empty one."""
    request = Received("GET", b"/v2", b"b=1+2&&a=%FF&c", {}, b"")
    assert canonical_request(request, []).splitlines()[1:3] == ["/v2/", "a=%FF&b=1%2B2&c="]
