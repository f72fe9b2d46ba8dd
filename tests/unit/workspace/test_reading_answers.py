"""Outcomes as answers (protocol 4.4)."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import pytest

from daemon.workspace.answers import Answer, Fate
from daemon.workspace.reading_answers import answer_to_action, answer_to_reading, without_secrets
from daemon.workspace.transport import NoReply, Reply

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)


def _reply(status: int, body: object = b"", **headers: str) -> Reply:
    raw = body if isinstance(body, bytes) else orjson.dumps(body)
    return Reply(status, {name.replace("_", "-"): value for name, value in headers.items()}, raw, 0.25)


def test_a_2xx_with_a_job_is_accepted() -> None:
    """Any 2xx with a ``job_id`` is accepted, with request id and the server's date (protocol 4.4)."""
    reply = _reply(202, {"job_id": "j1"}, x_request_id="r1", date="Mon, 23 Nov 2026 19:59:58 GMT")
    date = datetime(2026, 11, 23, 19, 59, 58, tzinfo=UTC)
    assert answer_to_action(reply, NOW) == Answer(
        Fate.ACCEPTED, duration=0.25, status=202, job_id="j1", request_id="r1", server_date=date
    )


def test_a_2xx_with_a_job_and_a_complaint_is_accepted() -> None:
    """Where a job exists it is followed, even if some desktops were refused."""
    body = {"job_id": "j1", "failed_operation_list": [{"error_code": "C.1"}]}
    assert answer_to_action(_reply(200, body), NOW).fate is Fate.ACCEPTED


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"OK", b'{"job_id": ""}', b'{"job_id": 7}', b'{"job_id": "j', b"\xff"]
)
def test_a_2xx_with_neither_job_nor_code_is_lost(body: bytes) -> None:
    """What says neither yes nor no may have been executed (protocol 4.4)."""
    answer = answer_to_action(_reply(200, body), NOW)
    assert (answer.fate, answer.status, answer.job_id) == (Fate.LOST, 200, None)
    assert answer.error_msg


def test_a_2xx_with_an_error_code_is_refused() -> None:
    """An old interface's 200 with an error body is a refusal for good (protocol 4.4)."""
    answer = answer_to_action(_reply(200, {"error_code": "WKS.9", "error_msg": "no"}), NOW)
    assert (answer.fate, answer.error_code, answer.error_msg) == (Fate.REFUSED, "WKS.9", "no")


def test_a_2xx_whose_code_means_later_is_refused_for_now() -> None:
    """The code comes before the status (protocol 4.4)."""
    assert answer_to_action(_reply(200, {"error_code": "WKS.00010032"}), NOW).fate is Fate.REFUSED_FOR_NOW


def test_a_refusal_keeps_all_that_the_cloud_said() -> None:
    """Every field of the attempt's record is filled from the answer (protocol 4.13)."""
    body = {
        "error_code": "APIGW.0302",
        "error_msg": "denied",
        "error_detail": "policy",
        "encoded_authorization_message": "XYZ",
        "request_id": "from-body",
    }
    answer = answer_to_action(_reply(403, body), NOW)
    assert answer == Answer(
        Fate.FORBIDDEN,
        duration=0.25,
        status=403,
        error_code="APIGW.0302",
        error_msg="denied",
        error_detail="policy",
        encoded_authorization_message="XYZ",
        request_id="from-body",
    )


def test_throttling_says_how_long_to_wait() -> None:
    """A 429 without Retry-After waits for the window that its message names (protocol 4.8)."""
    body = {"error_code": "APIGW.0308", "error_msg": "policy user over ratelimit,limit:100,time:1 minute"}
    answer = answer_to_action(_reply(429, body), NOW)
    assert (answer.fate, answer.retry_after) == (Fate.REFUSED_FOR_NOW, 60.0)


def test_a_retry_after_that_is_a_date_goes_by_the_servers_clock() -> None:
    """A date in the header is compared with the server's own Date, since our clock may be off (protocol 4.8)."""
    headers = {"retry_after": "Mon, 23 Nov 2026 20:10:30 GMT", "date": "Mon, 23 Nov 2026 20:10:00 GMT"}
    assert answer_to_action(_reply(503, b"", **headers), NOW).retry_after == 30.0
    assert answer_to_action(_reply(503, b"", retry_after=headers["retry_after"]), NOW).retry_after == 630.0


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("https://login.example/x?token=canary", "a redirect to login.example,"),
        ("/elsewhere", "a redirect, and"),
        ("", "a redirect, and"),
        ("https://a:port/", "a redirect, and"),
    ],
)
def test_a_redirect_is_a_refusal_that_says_so(location: str, said: str) -> None:
    """Redirects are not followed; the host is named, the rest of the address is not."""
    answer = answer_to_action(_reply(302, b"<title>Moved</title>", location=location), NOW)
    assert answer.fate is Fate.REFUSED
    assert said in str(answer.error_msg)
    assert "canary" not in str(answer.error_msg)


@pytest.mark.parametrize(("status", "said"), [(404, "404 Not Found, without"), (599, "599, without")])
def test_an_empty_refusal_still_has_a_message(status: int, said: str) -> None:
    """Where the cloud says nothing the status speaks."""
    assert str(answer_to_action(_reply(status), NOW).error_msg).startswith(said)


def test_no_answer_keeps_its_fate_and_words() -> None:
    """What the transport found out is the answer."""
    answer = answer_to_action(NoReply(Fate.NEVER_SENT, "no way to canary", 0.5), NOW, ("canary",))
    assert answer == Answer(Fate.NEVER_SENT, duration=0.5, error_msg="no way to ***")
    assert answer_to_reading(NoReply(Fate.LOST, "reset", 0.5), ("id",), NOW).answer.fate is Fate.LOST


def test_our_secrets_are_blotted_out_of_what_the_cloud_says() -> None:
    """A gateway that repeats a request's headers does not bring a secret into the ledger."""
    body = dict.fromkeys(("error_code", "error_msg", "error_detail", "encoded_authorization_message"), "x canary y")
    answer = answer_to_action(_reply(400, body), NOW, ("canary",))
    assert "canary" not in str(answer)
    assert answer.error_detail == "x *** y"


def test_a_secret_of_three_characters_is_no_search_term() -> None:
    """Too short a secret would blot out ordinary words."""
    assert without_secrets("a task", ("ask",)) == "a task"
    assert without_secrets(None, ("canary",)) is None


def test_a_reading_calls_answer_is_good_with_what_was_expected() -> None:
    """A 2xx with the expected key is handed on as JSON."""
    read = answer_to_reading(_reply(200, {"id": "p1"}), ("id",), NOW)
    assert (read.answer.fate, read.parsed) == (Fate.ACCEPTED, {"id": "p1"})


def test_a_reading_calls_200_with_an_error_is_refused() -> None:
    """A 200 with an error body is no empty listing."""
    read = answer_to_reading(_reply(200, {"error_code": "WKS.9", "error_msg": "no"}), ("desktop_pools",), NOW)
    assert (read.answer.fate, read.parsed) == (Fate.REFUSED, None)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"<title>Sign in</title>", "found 'Sign in'"),
        (b"[]", "found '[]'"),
        (b'{"id', "found '{\"id'"),
        (b"{}", "found"),
    ],
)
def test_a_reading_calls_unreadable_answer_says_what_was_expected(body: bytes, found: str) -> None:
    """Found and expected stand in the message."""
    answer = answer_to_reading(_reply(200, body), ("id", "name"), NOW).answer
    assert answer.fate is Fate.LOST
    assert str(answer.error_msg).startswith("expected JSON with id or name: ")
    assert found in str(answer.error_msg)


def test_a_reading_calls_5xx_keeps_the_clouds_words() -> None:
    """Backend trouble is reported as it was said."""
    answer = answer_to_reading(_reply(503, {"error_msg": "later"}), ("id",), NOW).answer
    assert (answer.fate, answer.error_msg) == (Fate.LOST, "later")
