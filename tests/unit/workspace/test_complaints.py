"""Every shape in which the cloud, its gateways and proxies complain."""

from __future__ import annotations

import orjson
import pytest

from daemon.workspace.complaints import MOST_DETAIL, MOST_WORDS, Complaint, complaint_in, spoken


def _read(value: object) -> Complaint:
    return complaint_in(orjson.dumps(value), value)


def test_the_documented_shape_is_read_whole() -> None:
    """Code, message, detail and the encoded reason of a refusal are kept."""
    complaint = _read(
        {
            "error_code": "WKS.1",
            "error_msg": "no",
            "error_detail": "because",
            "encoded_authorization_message": "XYZ",
            "request_id": "r1",
        }
    )
    assert complaint == Complaint("WKS.1", "no", "because", "XYZ", "r1")


@pytest.mark.parametrize(
    "body",
    [
        {"errorCode": "C.1", "errorMsg": "no"},
        {"code": "C.1", "message": "no"},
        {"error": {"code": "C.1", "message": "no"}},
        {"error": {"error_code": "C.1", "error_msg": "no"}},
        {"error_code": "C.1", "error": "no"},
        {"error_code": "", "errorCode": "C.1", "error_msg": None, "msg": "no"},
        {"failed_operation_list": [{"desktop_id": "d", "error_code": "C.1", "error_msg": "no"}]},
    ],
)
def test_other_shapes_say_the_same(body: object) -> None:
    """Camel case, bare names, an object inside and a list of refused desktops are all read."""
    complaint = _read(body)
    assert (complaint.code, complaint.words) == ("C.1", "no")


def test_the_identity_services_numeric_code_is_text() -> None:
    """A code that is a number is kept as text, and its title as words where there is no message."""
    complaint = _read({"error": {"code": 401, "title": "Unauthorized"}})
    assert (complaint.code, complaint.words) == ("401", "Unauthorized")


def test_a_detail_that_is_an_object_is_kept_as_json() -> None:
    """Nothing of the cloud's detail is lost for being structured."""
    assert _read({"error_detail": {"desktops": ["d1"]}}).detail == '{"desktops":["d1"]}'


@pytest.mark.parametrize("body", [b"", b"   ", b"<html><head></head><body></body></html>"])
def test_an_empty_body_says_nothing(body: bytes) -> None:
    """Where there are no words there is no complaint, only the status."""
    assert complaint_in(body, None) == Complaint()


@pytest.mark.parametrize("value", [[], ["x"], 7, None])
def test_json_that_is_no_object_is_read_as_text(value: object) -> None:
    """A body that is JSON but no object has no code."""
    assert _read(value).code is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no  healthy\r\n upstream", "no healthy upstream"),
        ("<html><head><title>502 Bad&nbsp;Gateway</title></head><body>x</body></html>", "502 Bad Gateway"),
        ("<h1>Not <b>here</b></h1><script>evil()</script><!-- x -->", "Not here"),
        ("tab\tand\x00nul\x1b[31m", "tab and nul [31m"),
        ("", None),
    ],
)
def test_text_and_html_become_one_readable_line(text: str, said: str | None) -> None:
    """Markup, control characters and line ends do not reach ledger and terminal."""
    assert spoken(text) == said


def test_words_are_bounded() -> None:
    """A page of megabytes does not become a row of megabytes."""
    assert len(spoken("x" * 10**6) or "") == MOST_WORDS
    assert len(_read({"error_detail": "y" * 10**6}).detail or "") == MOST_DETAIL


def test_bytes_that_are_no_text_are_survived() -> None:
    """An answer that is not UTF-8 is read with marks where it is not."""
    assert complaint_in(b"caf\xe9 closed", None).words == "caf� closed"
