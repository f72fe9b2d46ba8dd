"""``explain``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_sentence_is_put_into_words_with_its_next_times(poolpower: Callable[..., Any], schedule: Path) -> None:
    """In the schedule file's zone; the canonical sentence beside it."""
    del schedule
    done = poolpower("explain", "STOP weekdays at 20:00 soft")
    assert done.code == 0
    assert "as a schedule file has it: stop weekdays at 20:00 SOFT" in done.out or "stop weekdays 20:00" in done.out
    assert "next times, Europe/Berlin:" in done.out
    assert sum(" 20:00:00 +0" in line for line in done.out.splitlines()) == 5


def test_json_has_words_zone_and_instants(poolpower: Callable[..., Any]) -> None:
    """For programs: valid, policy, words, zone, errors, next."""
    found = poolpower("explain", "stop at 20:00", "--zone", "asia/shanghai", "--json").json
    assert (found["valid"], found["zone"], found["errors"]) == (True, "Asia/Shanghai", [])
    assert len(found["next"]) == 5
    assert found["next"][0]["at"].endswith("T12:00:00Z")
    assert found["next"][0]["local"].endswith("T20:00:00+08:00")


def test_zone_of_the_sentence_wins(poolpower: Callable[..., Any]) -> None:
    """`in ZONE` needs neither file nor option."""
    done = poolpower("explain", "stop at 20:00 in Asia/Tokyo", "--json")
    assert (done.json["zone"], done.err) == ("Asia/Tokyo", "")


def test_utc_is_taken_where_nothing_names_a_zone(poolpower: Callable[..., Any]) -> None:
    """And that is said."""
    done = poolpower("explain", "stop at 20:00")
    assert "next times, UTC:" in done.out
    assert "taking UTC" in done.err


def test_unknown_zone_is_wrong_use(poolpower: Callable[..., Any]) -> None:
    """With the one that was probably meant."""
    done = poolpower("explain", "stop at 20:00", "--zone", "Europe/Berln")
    assert (done.code, "Europe/Berlin" in done.err) == (2, True)


def test_sentence_that_is_never_due_says_so(poolpower: Callable[..., Any]) -> None:
    """Past bounds leave nothing."""
    assert "it is never due again" in poolpower("explain", "stop at 20:00 until 2020-01-01").out


def test_every_problem_has_its_caret(poolpower: Callable[..., Any]) -> None:
    """Under the sentence, with the mend; exit code 2."""
    done = poolpower("explain", "stop weekdyas 20:00 SOFT SOFT")
    assert done.code == 2
    lines = done.out.splitlines()
    at = lines.index("    stop weekdyas 20:00 SOFT SOFT")
    assert lines[at + 1] == "         ^^^^^^^^"
    assert "weekdays" in lines[at + 2]
    assert sum(line.startswith("error: ") for line in lines) == 2


def test_caret_stands_under_wide_characters(poolpower: Callable[..., Any]) -> None:
    """A wide character takes two columns, and gets two carets."""
    lines = poolpower("explain", "stop 每天 20:00").out.splitlines()
    assert lines[2] == "         ^^^^"


def test_problems_as_json_have_columns(poolpower: Callable[..., Any]) -> None:
    """Counted from 1, the end exclusive."""
    done = poolpower("explain", "stop weekdyas 20:00", "--json")
    assert (done.code, done.json["valid"]) == (2, False)
    (error,) = done.json["errors"]
    assert (error["column"], error["end_column"]) == (6, 14)


@pytest.mark.parametrize("sentence", ["", "stop", "\x1b[2J", "stop\nat 20:00 x"])
def test_odd_sentence_is_no_trace(poolpower: Callable[..., Any], sentence: str) -> None:
    """Empty, unfinished, control characters, line breaks."""
    done = poolpower("explain", sentence)
    assert done.code == 2
    assert "\x1b" not in done.out + done.err
    assert "Traceback" not in done.err


def test_sentence_without_quotes_is_shown_with_them(poolpower: Callable[..., Any]) -> None:
    """The shell has made words of it."""
    done = poolpower("explain", "stop", "at", "20:00", "--zone", "UTC")
    assert (done.code, 'put it in quotes: poolpower explain "stop at 20:00"' in done.err) == (2, True)


CALENDARS = """\
timezone = "Europe/Berlin"
holidays = "DE-BE"
[calendars.exams]
dates = ["december 24"]
[pools.a]
policies = ["start weekdays 07:30"]
"""


def calendars_of(found: Any) -> list[str | None]:
    """What calendars said of each of the next times."""
    return [row["calendar"] for row in found["next"]]


class TestCalendars:
    """Day words that a calendar decides about."""

    def test_a_country_can_be_named(self, poolpower: Callable[..., Any]) -> None:
        """In any case; each time has what the calendar says of its date."""
        done = poolpower("explain", "stop the day before december 25 14:00", "--holidays", "de-be", "--zone", "UTC")
        assert done.code == 0
        found = poolpower("explain", "start holidays 07:30", "--holidays", "de-be", "--zone", "UTC", "--json").json
        assert all(said is not None and said.endswith(" (DE-BE)") for said in calendars_of(found))
        lines = poolpower("explain", "start holidays 07:30", "--holidays", "de-be", "--zone", "UTC").out.splitlines()
        assert lines[-1].endswith(" (DE-BE)")

    def test_an_unknown_country_is_wrong_use(self, poolpower: Callable[..., Any]) -> None:
        """With the one that was probably meant."""
        done = poolpower("explain", "start workdays 07:30", "--holidays", "germany")
        assert (done.code, 'did you mean "DE' in done.err) == (2, True)

    def test_the_files_calendars_are_known(self, poolpower: Callable[..., Any], machine: Path) -> None:
        """The one under ``holidays``, and those that have names, in sentences and for the option."""
        (machine / "schedules.toml").write_text(CALENDARS)
        found = poolpower("explain", "start Exams 07:30", "--json").json
        assert (found["policy"], found["zone"]) == ("start exams 07:30", "Europe/Berlin")
        assert {row["local"][5:10] for row in found["next"]} == {"12-24"}
        assert "(DE-BE)" in poolpower("explain", "start last workday 07:30").out
        assert "(exams)" in poolpower("explain", "start last workday 07:30", "--holidays", "exams").out
        done = poolpower("explain", "start workdays 07:30 except exmas")
        assert (done.code, 'did you mean "exams"?' in done.out) == (2, True)

    def test_without_any_calendar_workdays_are_monday_to_friday(self, poolpower: Callable[..., Any]) -> None:
        """And that is said, with the option that mends it."""
        done = poolpower("explain", "start workdays 07:30", "--zone", "UTC")
        assert "workdays are Monday to Friday (--holidays DE-BE names one)" in done.err
        assert len([line for line in done.out.splitlines() if " 07:30:00 " in line]) == 5

    def test_without_any_calendar_holidays_have_no_times(self, poolpower: Callable[..., Any]) -> None:
        """The sentence is read and put into words all the same."""
        done = poolpower("explain", "stop 20:00 except holidays", "--zone", "UTC")
        assert (done.code, "as a schedule file has it: stop at 20:00 except holidays" in done.out) == (0, True)
        assert "no calendar says what a holiday is" in done.err
        assert "next times" not in done.out
        assert "never" not in done.out
        assert poolpower("explain", "stop 20:00 except holidays", "--zone", "UTC", "--json").json["next"] == []

    def test_a_file_whose_calendars_are_wrong_is_noted(self, poolpower: Callable[..., Any], machine: Path) -> None:
        """Only where a calendar matters; nothing else of the file does."""
        (machine / "schedules.toml").write_text('colour = 1\nholidays = "DE-XX"\n' + CALENDARS.split("\n", 2)[2])
        assert "left out" not in poolpower("explain", "stop 20:00", "--zone", "UTC").err
        done = poolpower("explain", "stop workdays 20:00", "--zone", "UTC")
        assert (done.code, 'DE has no subdivision "XX"' in done.err) == (0, True)
        (machine / "schedules.toml").write_text("colour = 1\n" + CALENDARS)
        assert poolpower("explain", "stop workdays 20:00", "--zone", "UTC").err == ""
