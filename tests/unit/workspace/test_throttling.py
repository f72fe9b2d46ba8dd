"""How long an answer asks to wait (protocol 4.8)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from daemon.workspace.throttling import LONGEST, http_date, seconds_to_wait

NOW = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "words", "seconds"),
    [
        ("7", None, 7.0),
        (" 7 ", None, 7.0),
        ("1.5", None, 1.5),
        ("0", None, 0.0),
        ("Mon, 23 Nov 2026 20:01:30 GMT", None, 90.0),
        ("Mon, 23 Nov 2026 21:01:30 +0100", None, 90.0),
        ("Mon, 23 Nov 2026 19:00:00 GMT", None, 0.0),
        ("9" * 18, None, LONGEST),
        ("Fri, 31 Dec 9999 23:59:59 GMT", None, LONGEST),
        (None, "policy user over ratelimit,limit:100,time:1 minute", 60.0),
        (None, "limit:5, time:30 seconds", 30.0),
        (None, "Limit:5,Time:2 HOURS", 7200.0),
        (None, "limit:5,time:1 day", 86_400.0),
        (None, "limit:5,time:45", 45.0),
        (None, "limit:5,time:999999999 day", LONGEST),
        ("soon", "limit:100,time:1 minute", 60.0),
        ("-5", "limit:100,time:1 minute", 60.0),
        ("3", "limit:100,time:1 minute", 3.0),
        (None, "slow down", None),
        (None, None, None),
        ("soon", None, None),
        ("", None, None),
    ],
)
def test_the_wait_is_the_headers_or_else_the_window_that_the_message_names(
    header: str | None, words: str | None, seconds: float | None
) -> None:
    """Retry-After in seconds or a date first, then ``limit:N,time:T``, else nothing is asked (protocol 4.8)."""
    assert seconds_to_wait(header, words, NOW) == seconds


@pytest.mark.parametrize(
    "text", [None, "", "yesterday", "Mon, 99 Nov 2026 20:00:00 GMT", "Fri, 31 Dec 9999 23:59:59 -2300"]
)
def test_an_unreadable_date_is_none(text: str | None) -> None:
    """A date that cannot be read is no date, never an error."""
    assert http_date(text) is None


def test_a_date_without_a_zone_is_utc() -> None:
    """``-0000`` says that the zone is not known; HTTP dates are UTC."""
    assert http_date("Mon, 23 Nov 2026 20:00:00 -0000") == NOW
