from __future__ import annotations

import pytest

from daemon.timetable.language import describe, parse_policy
from daemon.timetable.language.daytext import days_text
from daemon.timetable.policy import Options
from daemon.timetable.recurrence.cron import read_cron


def words(sentence: str) -> str:
    """The explanation of a sentence."""
    return describe(parse_policy(sentence), "Europe/Berlin")


def test_the_first_sentences_are_explained_in_full() -> None:
    """With what is in force where they say nothing."""
    assert words("stop at 20:00 SOFT") == (
        "Stop, SOFT (the guest's ordinary shutdown; users are cut off too), every day at 20:00 Europe/Berlin; "
        "retried for 2h; carried out up to 2h late after an outage."
    )
    assert words("start weekdays 07:30") == (
        "Start on Monday to Friday at 07:30 Europe/Berlin; retried for 2h; carried out up to 12h late after an outage."
    )


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ("mon, wed", "on Monday and Wednesday at"),
        ("weekends", "on Saturday and Sunday at"),
        ("fri-mon", "on Friday to Monday at"),
        ("day 1, 15", "on day 1 and 15 of the month at"),
        ("last friday", "on the last Friday of the month at"),
        ("last day", "on the last day of the month at"),
        ("december 24", "on 24 December at"),
        ("december 24..26", "on 24 December to 26 December at"),
        ("2026-12-24", "on 2026-12-24 at"),
        ("2026-12-24..2026-12-31", "on 2026-12-24 to 2026-12-31 at"),
        ("the day after december 24", "on the day after 24 December at"),
        ("mon, first tuesday and december 24", "on Monday, the first Tuesday of the month and 24 December at"),
    ],
)
def test_days_are_said_in_words(days: str, said: str) -> None:
    """As one would say them."""
    assert said in words(f"start {days} 20:00")


@pytest.mark.parametrize(
    ("clauses", "said"),
    [
        ("12:00, 18:30 in Asia/Shanghai", "every day at 12:00 and 18:30 Asia/Shanghai;"),
        ("20:00 HARD", "Stop, HARD (forced off, as if the power were cut; unsaved work is lost), every day"),
        ("20:00 from 2026-12-01 until 2027-01-31", "Europe/Berlin, from 2026-12-01 on, until 2027-01-31 inclusive;"),
        ("20:00 during march and june", ", only during March and June;"),
        ("20:00 except december 24", ", except on 24 December;"),
        ("20:00 spread 20m", "; each pool with its own delay of less than 20m;"),
        ("20:00 retry for 30m", "; retried for 30m;"),
        ("20:00 no catch-up", "; not carried out after an outage that lasted past its time."),
        ("cron '0 20 * * 1-5'", "whenever cron '0 20 * * 1-5' matches, Europe/Berlin;"),
        ("cron '0 * * * *'", "matches, by real hours on nights when the clock changes, Europe/Berlin;"),
    ],
)
def test_every_clause_says_its_part(clauses: str, said: str) -> None:
    """Each clause describes itself."""
    assert said in words(f"stop {clauses}")


def test_defaults_are_explained_where_they_are_filled_in() -> None:
    """The caller fills them in first."""
    policy = parse_policy("stop at 20:00").with_defaults(
        Options(zone="UTC", spread=parse_policy("stop 20:00 spread 5m").spread)
    )
    assert "20:00 UTC; each pool with its own delay of less than 5m;" in describe(policy, "Europe/Berlin")


def test_what_is_no_set_of_days_of_the_language_is_never_written() -> None:
    """A set that has no words, such as that of a cron expression, is a mistake of the caller."""
    with pytest.raises(TypeError, match="no text"):
        days_text(read_cron("0 0 * * *").days)
