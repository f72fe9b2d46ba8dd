"""Calendars, groups and ``without`` in a schedule file."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from daemon.timetable.actions import Action
from daemon.timetable.schedulefile import ScheduleError, load, parse_schedule
from daemon.timetable.schedulefile.source import ics_named, read_schedule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from daemon.timetable.timetable import Timetable

TERMS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//school//terms//EN
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20261102
DTEND;VALUE=DATE:20261106
SUMMARY:term
END:VEVENT
END:VCALENDAR
"""
NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)


def parsed(text: str, *more: tuple[str, str]) -> Timetable:
    """The timetable of a file in UTC, with further files beside it."""
    return parse_schedule([("s.toml", f'timezone = "UTC"\n{text}'), *more]).timetable


def refused(text: str, *more: tuple[str, str]) -> list[tuple[int, str, str]]:
    """Line, message and mend of each error."""
    with pytest.raises(ScheduleError) as caught:
        parsed(text, *more)
    return [(found.line, found.message, found.hint or "") for found in caught.value.findings]


def dates(timetable: Timetable, action: str, days: int = 60) -> list[date]:
    """The local dates of an action from November 2026 on."""
    due = timetable.between(NOVEMBER, NOVEMBER + timedelta(days=days))
    return [occurrence.local.date() for occurrence in due if occurrence.action == action]


def pool(*policies: str, **keys: str) -> str:
    """A pool of these policies and keys."""
    more = "".join(f"{key} = {value}\n" for key, value in keys.items())
    return f'[pools.a]\nid = "a"\n{more}policies = {list(policies)}\n'


def sentences(timetable: Timetable) -> Sequence[str]:
    """What is in force for the first pool."""
    return [f"{policy.sentence} ({policy.source})" for policy in timetable.policies[0]]


class TestCalendars:
    """What is a holiday, what a workday, and calendars by name."""

    def test_the_most_particular_calendar_counts(self) -> None:
        """Pool, group, project, file: the nearest that says ``holidays`` decides."""
        text = (
            'holidays = "DE"\n[projects.p]\nholidays = "FR"\n[groups.g]\nholidays = "US"\n'
            '[pools.file]\nid = "1"\npolicies = ["start workdays 07:30"]\n'
            '[pools.project]\nid = "2"\nproject = "p"\npolicies = ["start workdays 07:30"]\n'
            '[pools.group]\nid = "3"\nproject = "p"\ngroup = "g"\npolicies = ["start workdays 07:30"]\n'
            '[pools.own]\nid = "4"\nproject = "p"\ngroup = "g"\nholidays = "CN"\npolicies = ["start workdays 07:30"]\n'
        )
        found = parsed(text)
        assert [policies[0].calendars[0].name for policies in found.policies] == ["DE", "FR", "US", "CN"]
        assert [calendar.name for calendar in found.calendars] == ["DE", "FR", "US", "CN"]

    def test_a_calendar_of_the_file_adds_and_takes_out(self) -> None:
        """Holidays, exceptions and make-up days of its own, on a country's."""
        calendar = (
            'holidays = "ours"\n[calendars.ours]\ncountry = "DE-BE"\nholidays = ["2026-12-24", 2026-12-28]\n'
            'except = ["2026-12-25"]\nworkdays = ["2026-12-26"]\n'
        )
        found = dates(parsed(calendar + pool("start workdays 07:30")), "start")
        around = [day.day for day in found if date(2026, 12, 23) <= day <= date(2026, 12, 29)]
        assert around == [23, 25, 26, 29]

    def test_a_run_is_told_what_calendars_said(self) -> None:
        """It is kept with the run."""
        timetable = parsed('holidays = "DE-BE"\n' + pool("stop the day before holidays at 14:00", "start 05:00"))
        found = {one.action: one.calendar for one in timetable.between(NOVEMBER, datetime(2026, 12, 25, tzinfo=UTC))}
        assert found == {Action.STOP: "2026-12-25 Christmas Day (DE-BE)", Action.START: None}

    def test_a_plain_set_of_dates_is_called_by_its_name(self) -> None:
        """After ``during`` and ``except``, and as a day word, in any case; a hyphen is part of the name."""
        calendar = '[calendars.school-term]\ndates = ["2026-11-02..2026-11-04", "december 24"]\n'
        text = calendar + pool("start School-Term 07:30", "stop daily 20:00 except school-term")
        found = parsed(text)
        assert dates(found, "start") == [date(2026, 11, day) for day in (2, 3, 4)] + [date(2026, 12, 24)]
        assert sentences(found)[0] == "start school-term 07:30 (pool a #1)"
        assert date(2026, 11, 3) not in dates(found, "stop")

    def test_workdays_without_a_calendar_are_monday_to_friday(self) -> None:
        """There are no holidays then."""
        assert date(2026, 12, 25) in dates(parsed(pool("start workdays 07:30")), "start")

    def test_a_calendars_data_is_part_of_what_a_version_means(self) -> None:
        """Other dates, another meaning; another name of the calendar, the same (protocol 3.2)."""
        text = '[calendars.{name}]\ndates = ["{day}"]\n' + pool("start daily 07:30 except {name}")
        known = parsed(text.replace("{name}", "x").replace("{day}", "2026-11-02")).meaning
        assert parsed(text.replace("{name}", "x").replace("{day}", "2026-11-03")).meaning != known

    @pytest.mark.parametrize(
        ("text", "line", "message", "mend"),
        [
            ('holidays = "DE-XX"\n' + pool("start workdays 07:30"), 2, 'DE has no subdivision "XX"', "BE"),
            ('holidays = "exms"\n[calendars.exams]\ndates = ["2026-12-24"]\n' + pool("stop 20:00"), 2, "exms", "exams"),
            (pool("start holidays 07:30"), 4, "no calendar says what is a holiday here", 'holidays = "DE-BE"'),
            (
                '[calendars.monday]\ndates = ["2026-12-24"]\n' + pool("stop 20:00"),
                2,
                "means something else",
                "monday-dates",
            ),
            (
                '[calendars."a b"]\ndates = ["2026-12-24"]\n' + pool("stop 20:00"),
                2,
                "cannot be called",
                "a letter first",
            ),
            (
                '[calendars.x]\ndates = ["2026-02-30"]\n' + pool("stop 20:00"),
                3,
                "there is no 2026-02-30",
                "year-month-day",
            ),
            (
                "[calendars.x]\ndates = [20261224]\n" + pool("stop 20:00"),
                3,
                "expected a date, found a number",
                "2026-12-24",
            ),
            ("[calendars.x]\n" + pool("stop 20:00"), 2, "says nothing", "country"),
            ('[calendars.x]\nweekend = ["fri", "satday"]\n' + pool("stop 20:00"), 3, '"satday"', '"saturday"'),
            ('[calendars.x]\nweekend = ["freitag"]\n' + pool("stop 20:00"), 3, '"freitag"', "fri"),
            ('[calendars.x]\ncountry = "ZZ"\n' + pool("stop 20:00"), 3, "ZZ", ""),
            ('[calendars.x]\nics = "../terms.ics"\n' + pool("stop 20:00"), 3, "no calendar file", "terms.ics"),
            ('[calendars.x]\nics = "terms.ics"\n' + pool("stop 20:00"), 3, 'no file "terms.ics"', "put it there"),
            ('[calendars.exams]\ndates = ["2026-12-24"]\n' + pool("stop 20:00 except exmas"), 6, "exmas", '"exams"'),
            (
                '[calendars.x]\nics = "terms.txt"\n' + pool("stop 20:00"),
                3,
                "no calendar file",
                "ends in .ics",
            ),
            (
                '[calendars.x]\ncountry = "DE"\ncategories = ["public", "catolic"]\n' + pool("stop 20:00"),
                4,
                'no holidays of the category "catolic"',
                '"catholic"',
            ),
            (
                '[calendars.x]\nholidays = ["2026-12-23", "2026-12-24"]\nworkdays = [\n 2026-12-23,\n 2026-12-24]\n'
                + pool("stop 20:00"),
                5,
                "2026-12-23 is both a holiday and a workday",
                "leave out one",
            ),
            ('[calendars.x]\ncategories = ["bank"]\n' + pool("stop 20:00"), 3, "there is none", 'country = "DE"'),
            (
                '[calendars.x]\ncountry = "DE"\ndates = ["2026-12-24"]\n' + pool("stop 20:00"),
                4,
                "a plain set",
                "of their own",
            ),
            (
                '[calendars.Exams]\ndates = ["2026-12-24"]\n[calendars.exams]\ndates = ["2026-12-25"]\n'
                + pool("stop 20:00"),
                4,
                'the same word as the calendar "Exams"',
                "capitals",
            ),
            ('[calendars.x]\ncolour = 1\ncountry = "DE"\n' + pool("stop 20:00"), 3, 'unknown key "colour"', "country"),
            (
                "[calendars.x]\ndates = [2026-12-24T20:00:00]\n" + pool("stop 20:00"),
                3,
                "found a date or time",
                "2026-12-24",
            ),
            (pool("stop 20:00", holidays='"Germany"'), 4, '"Germany" is not a country', 'did you mean "DE"?'),
            (pool("stop 20:00", holidays='"DE_BE"'), 4, '"DE_BE" is not a country', 'did you mean "DE-BE"?'),
            ('[groups.g]\nholidays = "DE"\n' + pool("stop 20:00", group='"G"'), 6, 'no group "G"', 'did you mean "g"?'),
            (pool("stop 20:00", group='"g"'), 4, 'there is no group "g"', "[groups.NAME]"),
        ],
    )
    def test_what_is_wrong_is_told_in_its_place(self, text: str, line: int, message: str, mend: str) -> None:
        """With the mend; the timezone stands in the first line."""
        found = refused(text)
        assert found[0][0] == line
        assert message in found[0][1]
        assert mend in found[0][2]

    @pytest.mark.parametrize("name", ["mon-fri", "June-August", "catch-up", "workdays", "sparing", "hard"])
    def test_a_name_that_a_sentence_would_take_otherwise_is_refused(self, name: str) -> None:
        """At the name, with another that would do."""
        (found,) = refused(f'[calendars.{name}]\ndates = ["2026-12-24"]\n' + pool("stop 20:00"))
        assert found == (
            2,
            f'"{name}" means something else in a sentence',
            f'call it otherwise, such as "{name}-dates"',
        )

    @pytest.mark.parametrize("name", ["summer", "week", "DE", "Japan", "company-shutdown", "term_2027", "x"])
    def test_any_other_word_can_be_a_name(self, name: str) -> None:
        """Although the language has a mend for it where no calendar bears it."""
        text = f'[calendars.{name}]\ndates = ["2026-12-24"]\n' + pool(f"stop {name} 20:00 in Japan")
        assert sentences(parsed(text)) == [f"stop {name} at 20:00 in Japan (pool a #1)"] or sentences(parsed(text)) == [
            f"stop {name} 20:00 in Japan (pool a #1)"
        ]

    def test_dates_can_be_those_of_toml(self) -> None:
        """Without quotes."""
        found = parsed("[calendars.x]\ndates = [2026-11-03, 2026-11-05]\n" + pool("stop x 20:00"))
        assert dates(found, "stop") == [date(2026, 11, 3), date(2026, 11, 5)]

    def test_a_calendar_that_cannot_be_made_hides_no_other_error(self) -> None:
        """What calls it by name is not complained about again."""
        text = '[calendars.x]\ncountry = "ZZ"\n' + pool("start workdays 07:30 except x", "stop 25:00")
        assert [line for line, _, _ in refused(text)] == [3, 6]


class TestIcs:
    """Calendar files beside the schedule."""

    FILE = '[calendars.term]\nics = "terms.ics"\n' + pool("start term 07:30")

    def test_its_all_day_events_are_its_dates(self) -> None:
        """The day on which an event ends is not part of it any more."""
        found = parsed(self.FILE, ("terms.ics", TERMS))
        assert dates(found, "start") == [date(2026, 11, day) for day in (2, 3, 4, 5)]

    def test_a_broken_one_is_an_error_of_the_file_that_names_it(self) -> None:
        """The mend is for the calendar file."""
        (found,) = refused(self.FILE, ("terms.ics", "BEGIN:VCALENDAR\nnonsense"))
        assert found[:2] == (3, '"nonsense" is no line of a calendar (line 2 of the .ics file)')

    def test_an_event_at_a_time_of_day_is_a_warning(self) -> None:
        """It does not count; the all-day ones do."""
        timed = "BEGIN:VEVENT\nUID:2\nDTSTART:20261110T080000Z\nEND:VEVENT\n" * 2
        text = TERMS.replace("END:VCALENDAR", timed + "END:VCALENDAR")
        (found,) = [
            one
            for one in parse_schedule([("s.toml", f'timezone = "UTC"\n{self.FILE}'), ("terms.ics", text)]).warnings
            if one.code == "ics-ignored"
        ]
        assert found.message == "terms.ics, line 10: an event at a time of day does not count (and 1 more)"
        assert found.line == 3

    def test_it_is_read_with_the_schedule_and_part_of_its_hash(self, tmp_path: Path) -> None:
        """From the folder of the file that names it; a change of it is a change of the schedule."""
        file, ics = tmp_path / "s.toml", tmp_path / "terms.ics"
        file.write_text(f'timezone = "UTC"\n{self.FILE}')
        ics.write_text(TERMS)
        before = load(file).hash
        assert [name for name, _ in read_schedule(file).texts] == [str(file), str(ics)]
        ics.write_text(TERMS.replace("20261106", "20261105"))
        assert load(file).hash != before

    def test_a_missing_one_is_told_where_it_is_named_with_every_other_error(self, tmp_path: Path) -> None:
        """And not as if the schedule were missing."""
        file = tmp_path / "s.toml"
        file.write_text(self.FILE.replace("07:30", "25:00"))
        with pytest.raises(ScheduleError) as caught:
            load(file)
        assert [found.line for found in caught.value.findings] == [2, 5]
        assert caught.value.findings[0].message == 'there is no file "terms.ics" beside this one'

    def test_one_that_may_not_be_read_is_told_by_its_name(self, tmp_path: Path) -> None:
        """A folder, say, in its place."""
        file = tmp_path / "s.toml"
        file.write_text(self.FILE)
        (tmp_path / "terms.ics").mkdir()
        with pytest.raises(ScheduleError, match=r"terms\.ics.*is no regular file"):
            load(file)

    @pytest.mark.parametrize(
        "text",
        [
            "[calendars",
            '[calendars.x]\nics = "a.ics"\n[calendars',
            '[calendars.x]\nics = "a.ics\\u0000.ics"',
            'calendars = "x.ics"',
            '[calendars]\nx = "a.ics"',
            '[calendars.x]\nics = ["a.ics"]',
            "x = '/etc/a.ics'",
        ],
    )
    def test_only_plain_names_of_calendars_are_read(self, text: str) -> None:
        """Whoever writes a schedule cannot have any other file read."""
        assert ics_named(text) == []


class TestGroups:
    """Keys that pools inherit, and actions that they leave out."""

    FILE = (
        '[schedules.office]\npolicies = ["start 07:30", "stop 20:00"]\n[schedules.late]\npolicies = ["stop 23:00"]\n'
        '[groups.g]\nschedule = "office"\nwithout = ["stop"]\npolicies = ["stop 21:00"]\ntimezone = "Asia/Shanghai"\n'
    )

    def test_a_pool_has_what_its_group_says(self) -> None:
        """Schedules less what is left out, then the group's policies, then its own."""
        found = parsed(self.FILE + pool("reboot sunday 04:00", group='"g"'))
        assert found.pools[0].group == "g"
        assert sentences(found) == [
            "start at 07:30 (schedule office #1)",
            "stop at 21:00 (group g #1)",
            "reboot sun 04:00 (pool a #1)",
        ]
        assert {policy.rule.zone for policy in found.policies[0]} == {"Asia/Shanghai"}

    def test_what_a_pool_says_itself_wins(self) -> None:
        """Its schedule and what it leaves out replace the group's."""
        found = parsed(self.FILE + pool(group='"g"', schedule='"late"', without="[]", timezone='"UTC"'))
        assert sentences(found) == ["stop at 23:00 (schedule late #1)", "stop at 21:00 (group g #1)"]
        assert {policy.rule.zone for policy in found.policies[0]} == {"UTC"}

    def test_an_action_can_be_called_by_its_other_name(self) -> None:
        """``restart`` is ``reboot`` here too."""
        text = '[schedules.s]\npolicies = ["reboot 04:00", "stop 20:00"]\n' + pool(schedule='"s"', without='"Restart"')
        assert sentences(parsed(text)) == ["stop at 20:00 (schedule s #2)"]

    def test_what_is_no_action_is_told_with_the_one_that_was_meant(self) -> None:
        """In its place."""
        (found,) = refused(self.FILE + pool(group='"g"', without='["stopp", "fly"]'))[:1]
        assert found[1:] == ('there is no action "stopp"', 'did you mean "stop"?')

    def test_a_projects_name_can_come_from_the_group(self) -> None:
        """An unknown one is told where it stands."""
        (found,) = refused('[groups.g]\nproject = "x"\n' + pool("stop 20:00", group='"g"'))
        assert found[:2] == (3, 'there is no project "x"')
