"""The signature, against vectors that the official signer produced."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.workspace import signing

VECTORS = json.loads((Path(__file__).parents[2] / "data" / "signing_vectors.json").read_text(encoding="utf-8"))


def _pairs(query: list[list[Any]]) -> list[tuple[str, str]]:
    return [(key, str(value)) for key, value in query]


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_every_official_vector_is_signed_alike(vector: dict[str, Any]) -> None:
    """The Authorization header equals the official signer's, character for character."""
    signed = signing.authorization(
        vector["method"],
        vector["path"],
        signing.canonical_query(_pairs(vector["query"])),
        {**vector["headers_in"], "Host": vector["host"]},
        (vector["body"] or "").encode(),
        access_key=VECTORS["ak"],
        keyed=signing.keyed_with(VECTORS["sk"]),
    )
    assert signed == vector["authorization"]


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_the_query_is_sent_as_the_official_client_sends_it(vector: dict[str, Any]) -> None:
    """What is signed as query is the query of the address that the official client transmits."""
    sent = vector["url_sent"].partition("?")[2]
    assert signing.canonical_query(_pairs(vector["query"])) == sent


def test_the_date_is_the_vectors_date() -> None:
    """An instant is spelled in UTC, to the second, without punctuation."""
    assert signing.signing_date(datetime(2026, 1, 15, 9, 30, 0, 999_999, tzinfo=UTC)) == VECTORS["date"]
    assert signing.signing_date(datetime(2026, 1, 15, 9, 30, 17, tzinfo=UTC)) == "20260115T093017Z"


def test_a_header_name_with_an_underscore_is_not_signed() -> None:
    """Names with an underscore are left out, since gateways drop such headers."""
    headers = {"Host": "h", "X-Sdk-Date": "20260115T093000Z", "X_Odd": "1"}
    signed = signing.authorization("GET", "/", "", headers, b"", access_key="a", keyed=signing.keyed_with("s"))
    assert "SignedHeaders=host;x-sdk-date," in signed


def test_the_canonical_path_ends_in_one_slash() -> None:
    """A slash is appended where there is none, and only there."""
    assert (signing.canonical_path("/a"), signing.canonical_path("/a/")) == ("/a/", "/a/")


@given(st.text(max_size=40))
def test_a_path_that_is_encoded_already_is_signed_as_it_stands(text: str) -> None:
    """Decoding and encoding a segment that was encoded here changes nothing, so that wire and string agree."""
    segment = signing.encode(text).replace("%2F", "-")
    assert signing.canonical_path(f"/v2/{segment}") == (f"/v2/{segment}/" if segment else "/v2/")


def test_without_a_date_nothing_is_signed() -> None:
    """A request without X-Sdk-Date is a mistake of ours and said so."""
    with pytest.raises(KeyError):
        signing.authorization("GET", "/", "", {"Host": "h"}, b"", access_key="a", keyed=signing.keyed_with("s"))
