"""No secret gets out, whatever it is wrapped in."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from pydantic import SecretStr

from daemon.redaction import MASK, forget_secrets, redacted, redacted_field, register_secret, scrub, sounds_secret

if TYPE_CHECKING:
    from collections.abc import Iterator

CANARY = 'c4n"ary/ä+ secret'


@pytest.fixture(autouse=True)
def registered() -> Iterator[None]:
    """Register one secret that every spelling changes."""
    register_secret(SecretStr(CANARY))
    yield
    forget_secrets()


@dataclass
class Holder:
    """Anything with a representation."""

    value: str


@pytest.mark.parametrize(
    "value",
    [
        CANARY,
        f"before {CANARY} after",
        CANARY.encode(),
        memoryview(CANARY.encode()),
        ValueError(f"cannot sign with {CANARY}"),
        {"a": {"b": [CANARY]}},
        {CANARY: 1},
        (CANARY, {CANARY}),
        Holder(CANARY),
        f"https://host/{quote(CANARY, safe='')}?x={quote(CANARY)}",
        json.dumps({"inner": CANARY}),
        json.dumps({"inner": CANARY}, ensure_ascii=False),
        repr(CANARY),
        SecretStr(CANARY),
    ],
    ids=lambda value: type(value).__name__,
)
def test_registered_secret_is_masked_wherever_it_stands(value: Any) -> None:
    """In texts, bytes, exceptions, keys, nested containers, objects, addresses and JSON."""
    out = json.dumps(redacted(value), ensure_ascii=False)
    for spelling in (CANARY, json.dumps(CANARY)[1:-1], quote(CANARY, safe=""), quote(CANARY)):
        assert spelling not in out
    assert "c4n" not in out


@pytest.mark.parametrize(
    "name",
    [
        "secret_key",
        "iam_password",
        "passwd",
        "X-Auth-Token",
        "x-security-token",
        "Authorization",
        "signature",
        "Set-Cookie",
        "access_key",
        "api-key",
        "sk",
        "ak",
        "encoded_authorization_message",
    ],
)
def test_field_whose_name_sounds_secret_is_masked_whole(name: str) -> None:
    """Whatever stands under such a name is masked, registered or not, nested or not."""
    assert sounds_secret(name)
    assert redacted({"outer": {name: ["anything"]}}) == {"outer": {name: MASK}}
    assert redacted_field(name, b"anything") == MASK


@pytest.mark.parametrize("name", ["pool", "task", "job_id", "risk", "authors", "keyboard", "credential", "skipped"])
def test_ordinary_name_is_left_alone(name: str) -> None:
    """Names that only resemble secret ones keep their values."""
    assert redacted({name: "value"}) == {name: "value"}


def test_numbers_are_no_secrets() -> None:
    """tokens_left=3 of the limiter is a fact to be read."""
    assert redacted({"tokens_left": 3, "token": None, "token_valid": True}) == {
        "tokens_left": 3,
        "token": None,
        "token_valid": True,
    }


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("https://user:hunter22@proxy:3128/x", "https://***@proxy:3128/x"),
        ("GET /v2?access_key=AKIA123&limit=1", "GET /v2?access_key=***&limit=1"),
        ("X-Auth-Token: gAAAAAB and more", "X-Auth-Token: *** and more"),
        ("{'password': 'hunter22', 'user': 'u'}", "{'password': '***', 'user': 'u'}"),
        ("Authorization: SDK-HMAC-SHA256 Access=AK1, Signature=abc", "Authorization: ***, Signature=***"),
        ("Authorization: Bearer abcdef", "Authorization: ***"),
        ('{"secret":"hunter22"}', '{"secret":"***"}'),
    ],
)
def test_shapes_that_hold_secrets_are_masked_inside_texts(text: str, kept: str) -> None:
    """Name and value in addresses, headers and representations, and the password of an address."""
    assert scrub(text) == kept


@pytest.mark.parametrize("text", ["stop at 20:00 SOFT", "WKS.00010032: operation conflict", "pools=3, late=0.2", "a@b"])
def test_ordinary_text_is_left_alone(text: str) -> None:
    """Policies and error codes come through as they are."""
    assert scrub(text) == text


def test_short_secret_goes_by_its_name_only() -> None:
    """A password of three letters would blot out ordinary words."""
    register_secret("abc")
    assert scrub("abcdef") == "abcdef"
    assert redacted({"password": "abc"}) == {"password": MASK}


def test_values_become_plain_types() -> None:
    """Whatever is logged can be written as JSON."""
    at = datetime(2026, 11, 23, 19, tzinfo=UTC)
    given = {
        "at": at,
        "day": date(2026, 11, 23),
        "late": timedelta(seconds=2),
        "raw": b"\xff",
        "set": {1},
        "none": None,
    }
    assert redacted(given) == {
        "at": "2026-11-23T19:00:00+00:00",
        "day": "2026-11-23",
        "late": "2.0",
        "raw": "\\xff",
        "set": [1],
        "none": None,
    }


def test_nesting_ends_somewhere() -> None:
    """A value that contains itself does not hang the log."""
    endless: list[Any] = []
    endless.append(endless)
    assert "…" in json.dumps(redacted(endless), ensure_ascii=False)


def test_base64_of_a_user_and_password_is_masked_by_its_header() -> None:
    """Basic authentication goes by the header's name, for its text equals no secret."""
    basic = base64.b64encode(f"user:{CANARY}".encode()).decode()
    assert basic not in scrub(f"Proxy-Authorization: Basic {basic}")


@pytest.mark.parametrize("shape", ["x", "token", "secret-", "a_", "- ", "=", "a=", "token: ", '"', "://a:", "a:", "\t"])
def test_long_texts_get_their_secrets_masked(shape: str) -> None:
    """What a server sends may be long; see tests/bench for the time it takes."""
    long = "a: " + shape * (200_000 // len(shape))
    masked = scrub(f"{long} . token=hunter22 ://user:hunter22@host")
    assert "hunter22" not in masked
    assert masked.endswith(" token=*** ://***@host")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("url=https://host/x?token=abc", "url=https://host/x?token=***"),
        ("x-ak=abc", "x-ak=***"),
        ("risk=abc, foo_ak=b", "risk=abc, foo_ak=b"),
        ("my-secret-thing : 'abc'", "my-secret-thing : '***'"),
        ("token=, a=b", "token=, a=b"),
        ("https://a:b:c@d@host/x", "https://***@host/x"),
    ],
)
def test_names_are_told_apart_by_whole_words(text: str, kept: str) -> None:
    """A secret behind an ordinary pair is found, and an ordinary name that ends like a short one is none."""
    assert scrub(text) == kept
