"""What is valid but probably not meant."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from daemon.timetable.schedulefile import codes, parse_schedule

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ZONE = 'timezone = "UTC"\n'
POOL = '[pools.a]\npolicies = ["start at 07:30", "stop at 20:00"]\n'


def warnings(text: str, now: datetime | None = None) -> list[str]:
    """Every warning as ``line:column code``."""
    return [f"{it.line}:{it.column} {it.code}" for it in parse_schedule([("s.toml", text)], now=now).warnings]


def test_a_file_in_order_has_no_warnings() -> None:
    """Nothing to say."""
    assert warnings(ZONE + POOL, NOW) == []


def test_a_missing_timezone_is_a_warning_and_means_utc() -> None:
    """A time without a zone is probably not meant to be UTC."""
    assert warnings(POOL) == ["1:1 no-timezone"]
    assert parse_schedule([("s.toml", POOL)]).timetable.timezone == "UTC"
    assert warnings('defaults.zone = "UTC"\n' + POOL) == []


def test_a_schedule_that_no_pool_has_is_a_warning() -> None:
    """It stands at its name."""
    assert warnings(ZONE + '[schedules.s]\npolicies = ["stop at 20:00"]\n' + POOL) == ["2:12 unused-schedule"]


def test_a_pool_without_policies_is_a_warning() -> None:
    """Nothing will be done to it."""
    assert warnings(ZONE + "[pools.a]\n") == ["2:8 pool-without-policies"]
    assert warnings(ZONE + '[schedules.s]\n[pools.a]\nschedule = "s"\n') == ["3:8 pool-without-policies"]


def test_a_policy_whose_dates_are_past_is_a_warning_only_by_the_clock() -> None:
    """Validity never depends on the clock (design, section 3)."""
    text = (
        ZONE
        + '[pools.a]\npolicies = ["stop 2026-11-22 20:00", "start 07:30 until 2026-01-01", "start 2026-11-24 20:00"]\n'
    )
    assert warnings(text) == []
    assert warnings(text, NOW) == ["3:13 past", "3:38 past"]
    assert warnings(text, datetime(2020, 1, 1, tzinfo=UTC)) == []


def test_a_policy_without_any_date_is_a_warning() -> None:
    """Whether there is a clock or not."""
    text = ZONE + '[pools.a]\npolicies = ["stop weekdays 20:00 during 2026-11-21..2026-11-22"]\n'
    assert warnings(text) == ["3:13 never"]
    assert warnings(text, NOW) == ["3:13 never"]


def test_a_date_that_the_zone_skipped_is_told() -> None:
    """A date that does not exist has no occurrences; `check` says so (design, section 4)."""
    assert warnings('timezone = "Pacific/Apia"\n[pools.a]\npolicies = ["stop 2011-12-30 20:00"]\n') == ["3:13 never"]


def test_a_shared_rule_is_told_at_each_of_its_places() -> None:
    """Two pools with the same past policy are two places to mend."""
    text = ZONE + '[pools.a]\npolicies = ["stop 2020-01-01 20:00"]\n[pools.b]\npolicies = ["stop 2020-01-01 20:00"]\n'
    assert warnings(text, NOW) == ["3:13 past", "5:13 past"]


def test_a_file_can_silence_warnings_by_their_codes() -> None:
    """One code or several."""
    text = ZONE + '[schedules.s]\n[pools.a]\npolicies = ["stop 2020-01-01 20:00"]\n'
    assert warnings(text, NOW) == ["2:12 unused-schedule", "4:13 past"]
    assert warnings('silence = "past"\n' + text, NOW) == ["3:12 unused-schedule"]
    assert warnings('silence = ["past", "unused-schedule"]\n' + text, NOW) == []


@pytest.mark.parametrize("code", sorted(codes.MEANINGS))
def test_every_code_can_be_silenced(code: str) -> None:
    """Whether there is such a warning or not."""
    assert warnings(f'silence = "{code}"\n{ZONE}{POOL}') == []


def told(text: str, code: str, now: datetime | None = NOW) -> list[str]:
    """Place and message of each warning of a code."""
    found = parse_schedule([("s.toml", ZONE + text)], now=now).warnings
    return [f"{it.line}: {it.message}" for it in found if it.code == code]


def pool(*policies: str, above: str = "") -> str:
    """A pool of these policies in line 3, with what stands above it in the file from line 2 on."""
    return f"{above}[pools.a]\npolicies = {list(policies)}\n"


class TestUnused:
    """What was given a name that nothing calls."""

    def test_a_calendar_that_nothing_asks_is_a_warning(self) -> None:
        """Asked by a policy, or from a pool's ``holidays``, it is in use."""
        calendars = '[calendars.exams]\ndates = ["2026-12-01"]\n[calendars.ours]\ncountry = "DE"\n'
        assert told(calendars + POOL, codes.UNUSED_CALENDAR) == [
            '2: nothing asks the calendar "exams"',
            '4: nothing asks the calendar "ours"',
        ]
        asked = pool("start 07:30 except exams", "stop 20:00")
        assert told(f'holidays = "ours"\n{calendars}{asked}', codes.UNUSED_CALENDAR, None) == []

    def test_a_group_without_pools_is_a_warning(self) -> None:
        """One that a pool is in is none."""
        text = '[groups.g]\ntimezone = "UTC"\n' + POOL
        assert told(text, codes.UNUSED_GROUP) == ['2: no pool is in the group "g"']
        assert told(text + 'group = "g"\n', codes.UNUSED_GROUP) == []


class TestStarts:
    """Pools that nothing starts."""

    def test_a_pool_that_is_stopped_and_never_started_is_a_warning(self) -> None:
        """At its name; without a clock too."""
        text = pool("reboot 04:00", "hibernate 20:00")
        expected = ['2: the pool "a" is stopped ("hibernate at 20:00", pool a #2) and never started']
        assert told(text, codes.NEVER_STARTED) == expected
        assert told(text, codes.NEVER_STARTED, None) == expected
        assert told(pool("reboot 04:00"), codes.NEVER_STARTED) == []
        assert told(pool("start monday 04:00", "stop 20:00"), codes.NEVER_STARTED) == []

    def test_pools_that_are_alike_are_one_warning(self) -> None:
        """However many there are."""
        pools = "".join(f'[pools.p{number}]\nschedule = "s"\n' for number in range(3))
        (found,) = told('[schedules.s]\npolicies = ["stop 20:00"]\n' + pools, codes.NEVER_STARTED)
        assert found.startswith('4: the pool "p0" and 2 more is stopped ("stop at 20:00", schedule s #1)')

    def test_what_is_past_neither_starts_nor_stops(self) -> None:
        """By the clock."""
        assert told(pool("stop 2020-01-01 20:00"), codes.NEVER_STARTED) == []
        text = pool("start 07:30 until 2020-01-01", "stop 20:00")
        assert len(told(text, codes.NEVER_STARTED)) == 1
        assert told(text, codes.NEVER_STARTED, None) == []


class TestOppositeSoon:
    """A start and a stop within a quarter of an hour."""

    @pytest.mark.parametrize(
        ("one", "other", "message"),
        [
            ("start 20:10", "stop 20:00", '10m after its opposite "stop at 20:00" (pool a #2), first on 2026-11-23'),
            ("start 20:10", "stop 20:25", '15m after its opposite "start at 20:10" (pool a #1), first on 2026-11-23'),
            ("start 00:05", "stop 23:55", '10m after its opposite "stop at 23:55" (pool a #2), first on 2026-11-23'),
            ("start 08:00", "hibernate december 24 08:00:30", "30s after its opposite "),
            ("start tuesday 00:00", "stop monday 23:50", "10m after its opposite "),
        ],
    )
    def test_is_a_warning_at_the_later_one(self, one: str, other: str, message: str) -> None:
        """With the first date on which they come so close."""
        (found,) = told(pool(one, other), codes.OPPOSITE_SOON)
        assert message in found
        assert 'of the pool "a"' in found

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("start 20:16", "stop 20:00"),
            ("start 20:00", "stop 20:00 in Europe/Berlin"),
            ("start monday 20:10", "stop tuesday 20:00"),
            ("start tuesday 23:55", "stop tuesday 00:05"),
            ("stop 20:00", "stop 20:10"),
            ("start 20:10", "stop 20:00 in Europe/Berlin"),
            ("reboot 20:10", "start 20:00"),
        ],
    )
    def test_further_apart_or_on_other_dates_they_are_in_order(self, one: str, other: str) -> None:
        """In one zone; a reboot is the opposite of nothing."""
        assert told(pool(one, other), codes.OPPOSITE_SOON) == []

    def test_a_shared_schedule_is_told_once(self) -> None:
        """For the first pool that has it; without a clock not at all, for dates decide."""
        pools = '[pools.a]\nschedule = "s"\n[pools.b]\nschedule = "s"\npolicies = ["reboot sunday 04:00"]\n'
        text = '[schedules.s]\npolicies = ["stop 20:00", "start 20:05"]\n' + pools
        assert len(told(text, codes.OPPOSITE_SOON)) == 1
        assert told(text, codes.OPPOSITE_SOON, None) == []


class TestMidnight:
    """``workdays 00:00``: is the evening before meant?"""

    @pytest.mark.parametrize(
        "policy",
        [
            "stop weekdays 00:00",
            "hibernate workdays 00:00 and 20:00",
            "stop last workday 00:00",
            "stop last day of the month 00:00",
            "stop weekdays and december 24 00:00",
        ],
    )
    def test_a_stop_at_the_beginning_of_workdays_is_a_warning(self, policy: str) -> None:
        """Friday's evening would not be among them."""
        (found,) = told(pool("start 07:30", policy), codes.MIDNIGHT, None)
        assert found.startswith("3: 00:00 is the beginning of each of these days")

    @pytest.mark.parametrize(
        "policy",
        [
            "stop at 00:00",
            "stop tue-sat 00:00",
            "stop the day after workdays 00:00",
            "start weekdays 00:00",
            "stop weekdays 00:01",
            "stop cron '0 0 * * 1-5'",
            "stop december 25 00:00",
        ],
    )
    def test_what_can_be_meant_only_so_is_none(self, policy: str) -> None:
        """Every day has its midnight, and a start at 00:00 is early, not late."""
        assert told(pool("start 07:30", policy), codes.MIDNIGHT) == []


class TestCalendars:
    """Day words and what decides about them."""

    def test_workdays_without_any_calendar_are_one_warning_a_file(self) -> None:
        """At the first policy; a calendar of the file, the group or the pool mends it."""
        text = pool("start workdays 07:30", "stop 20:00 except the day after workdays")
        (found,) = told(text, codes.NO_CALENDAR, None)
        assert found.startswith("3: no calendar says what is a holiday here")
        assert told('holidays = "DE"\n' + text, codes.NO_CALENDAR) == []
        assert told(text.replace("policies", 'holidays = "DE"\npolicies'), codes.NO_CALENDAR) == []
        assert told(POOL, codes.NO_CALENDAR) == []

    @pytest.mark.parametrize(
        ("policy", "message"),
        [
            ("start weekdays 07:30", "weekdays are Monday to Friday, always; the weekend of SA is Friday and Saturday"),
            ("start mon-fri and december 24 07:30", "weekdays are Monday to Friday"),
            ("start at 07:30 except weekends", "weekends are Saturday and Sunday, always; the weekend of SA is Friday"),
        ],
    )
    def test_weekdays_where_the_weekend_is_another_are_a_warning(self, policy: str, message: str) -> None:
        """Where Monday to Friday are not the days that are worked."""
        text = 'holidays = "{}"\n' + pool(policy, "stop 20:00")
        (found,) = told(text.format("SA"), codes.OTHER_WEEKEND)
        assert message in found
        assert told(text.format("DE"), codes.OTHER_WEEKEND) == []
        assert told(text.format("SA"), codes.OTHER_WEEKEND, None) == []

    def test_workdays_and_other_days_go_with_any_weekend(self) -> None:
        """They are not said to be Monday to Friday; nor are weekdays where no calendar is said."""
        text = pool("start workdays 07:30", "stop sun-thu 20:00", "stop cron '0 21 * * *'")
        assert told('holidays = "SA"\n' + text, codes.OTHER_WEEKEND) == []
        assert told(pool("start weekdays 07:30", "stop 20:00"), codes.OTHER_WEEKEND) == []

    def test_a_year_without_official_holidays_is_a_warning(self) -> None:
        """Where the calendar is asked for, from the first of November before it; own dates mend it."""
        text = pool("start workdays 07:30", "stop 20:00")
        (found,) = told(f'holidays = "cn"\n{text}', codes.UNPUBLISHED, datetime(2035, 11, 2, tzinfo=UTC))[-1:]
        assert found.startswith("2: the official holidays and moved workdays of CN for 2036 are not known yet")
        own = f'holidays = "ours"\n[calendars.ours]\ncountry = "CN"\n{text}'
        found = told(own, codes.UNPUBLISHED, datetime(2035, 11, 2, tzinfo=UTC))[0]
        assert found.startswith("3: the official holidays")
        assert told(f'holidays = "cn"\n{text}', codes.UNPUBLISHED, datetime(2025, 3, 1, tzinfo=UTC)) == []

    def test_a_clock_beyond_all_dates_is_no_error(self) -> None:
        """Nothing is due there."""
        assert warnings(ZONE + POOL, datetime(2500, 1, 1, tzinfo=UTC)) == ["3:13 past", "3:31 past"]


class TestLeftOn:
    """A start that is not alike with its stop on holidays."""

    @pytest.mark.parametrize(
        ("start", "stop", "said"),
        [
            (
                "start weekdays 07:30",
                "stop workdays 20:00",
                "2026-12-25 (Christmas Day) and 5 more dates of the coming",
            ),
            ("start at 07:30", "stop 20:00 except holidays", "2026-12-25 (Christmas Day) and 8 more dates"),
            ("start 21:00", "stop 05:00 except the day after december 25", "2026-12-25 (Christmas Day)"),
            ("start at 07:30", "stop workdays 20:00", "2026-12-25 (Christmas Day) and 5 more dates"),
        ],
    )
    def test_a_pool_left_on_over_holidays_is_a_warning(self, start: str, stop: str, said: str) -> None:
        """At the start, with the first date; without a clock not at all."""
        text = 'holidays = "DE"\n' + pool(start, stop, "start first workday 05:01", "reboot workdays 04:00")
        (found,) = told(text, codes.LEFT_ON)
        assert found.startswith(f'4: the pool "a" is started and not stopped within a day on {said}')
        assert told(text, codes.LEFT_ON, None) == []

    def test_a_make_up_day_is_one_that_a_calendar_decides_too(self) -> None:
        """A Saturday that is worked, and whose stop says Monday to Friday."""
        text = 'holidays = "CN"\n' + pool("start workdays 07:30", "stop weekdays 20:00")
        (found,) = told(text, codes.LEFT_ON, datetime(2026, 1, 1, tzinfo=UTC))
        assert "2026-01-04 (make-up working day)" in found

    @pytest.mark.parametrize(
        ("start", "stop"),
        [
            ("start workdays 07:30", "stop weekdays 20:00"),
            ("start workdays 07:30", "stop workdays 20:00"),
            ("start weekdays 07:30", "stop 20:00 except the day after holidays in Europe/Berlin"),
            ("start weekdays 07:30", "stop weekdays 20:00 except december 24..january 6"),
            ("start weekdays 07:30", "stop weekdays 20:00 except exams"),
            ("start workdays 21:00", "stop the day after workdays 05:00"),
            ("start workdays 21:00", "reboot workdays 05:00"),
        ],
    )
    def test_what_is_stopped_or_left_on_at_purpose_is_none(self, start: str, stop: str) -> None:
        """Over weekends, over dates that the stop itself names, or in zones that cannot be compared by wall times."""
        above = 'holidays = "DE"\n[calendars.exams]\ndates = ["2026-12-01"]\n'
        assert told(above + pool(start, stop), codes.LEFT_ON) == []

    def test_a_shared_start_is_told_once(self) -> None:
        """For the first of the pools that have it so."""
        pools = '[pools.a]\nschedule = "s"\n[pools.b]\nschedule = "s"\npolicies = ["reboot sunday 04:00"]\n'
        text = 'holidays = "DE"\n[schedules.s]\npolicies = ["start weekdays 07:30", "stop workdays 20:00"]\n' + pools
        assert len(told(text, codes.LEFT_ON)) == 1


class TestClockChanges:
    """Starts and stops whose order the next change of the clock disturbs."""

    @pytest.mark.parametrize(
        ("zone", "start", "stop", "message"),
        [
            (
                "Europe/Berlin",
                "start 03:00",
                "stop 02:30",
                "on 2027-03-28 clocks skip an hour, and it comes at the same",
            ),
            ("Europe/Berlin", "start 02:30", "stop sunday 02:50", "on 2027-03-28 clocks skip an hour"),
            ("Europe/Berlin", "start 18:30 in UTC", "stop 20:00", "from 2027-03-28 on the clocks of the two zones lie"),
            ("America/New_York", "start 08:30 in Asia/Shanghai", "stop 20:00", "from 2027-03-15 on the clocks"),
        ],
    )
    def test_are_a_warning_with_the_date(self, zone: str, start: str, stop: str, message: str) -> None:
        """At the policy that stands later, in either order."""
        above = f'defaults.zone = "{zone}"\n'
        for policies, other in (((start, stop), "pool a #1"), ((stop, start), "pool a #1")):
            (found,) = told_in(above + pool(*policies), codes.CLOCK_CHANGE)
            assert message in found
            assert f"({other})" in found

    @pytest.mark.parametrize(
        ("start", "stop"),
        [
            ("start 03:01", "stop 01:59"),
            ("start 06:00", "stop 20:00"),
            ("start 03:00", "stop weekdays 02:30"),
            ("start weekdays 03:00", "stop 02:30"),
            ("start 03:00", "stop 02:30 except 2027-03-28"),
            ("start 03:00", "stop cron '30 * * * *'"),
            ("start cron '*/2 2 * * *'", "stop 02:31"),
            ("start 20:00", "stop 19:00 in UTC"),
            ("start 20:00", "stop 12:00 in UTC"),
            ("start 18:30 in UTC until 2027-01-31", "stop 20:00"),
        ],
    )
    def test_other_times_and_dates_are_in_order(self, start: str, stop: str) -> None:
        """Wildcard hours count real hours, crontabs that sweep have no order, and what meets is told as that."""
        text = 'defaults.zone = "Europe/Berlin"\n' + pool(start, stop)
        assert told_in(text, codes.CLOCK_CHANGE) == []

    def test_a_shared_schedule_is_told_once(self) -> None:
        """However many pools have it."""
        pools = '[pools.a]\nschedule = "s"\n[pools.b]\nschedule = "s"\npolicies = ["reboot sunday 04:00"]\n'
        text = '[schedules.s]\npolicies = ["start 03:00", "stop 02:30"]\n' + pools
        assert len(told_in('defaults.zone = "Europe/Berlin"\n' + text, codes.CLOCK_CHANGE)) == 1

    def test_a_date_that_a_zone_skips_as_a_whole_is_none(self) -> None:
        """Nothing is due on it."""
        text = 'defaults.zone = "Pacific/Apia"\n' + pool("start 03:00", "stop 02:30")
        assert told_in(text, codes.CLOCK_CHANGE, datetime(2011, 11, 1, tzinfo=UTC)) == []


def told_in(text: str, code: str, now: datetime = NOW) -> list[str]:
    """Messages of the warnings of a code, of a file that says its own zone."""
    return [it.message for it in parse_schedule([("s.toml", text)], now=now).warnings if it.code == code]


class TestNeedless:
    """Policies that leave nothing to be done."""

    SCHEDULE = '[schedules.s]\npolicies = ["start 07:30", "stop 20:00"]\n'

    @pytest.mark.parametrize(
        ("policies", "beside"),
        [
            (("stop 20:00", "stop weekdays 20:00"), "pool a #1"),
            (("stop weekdays 20:00", "stop 20:00"), "pool a #2"),
            (("stop 18:00 and 20:00", "stop workdays 20:00"), "pool a #1"),
            (("stop 20:00", "stop cron '0 20 * * 1-5'"), "pool a #1"),
        ],
    )
    def test_a_policy_that_another_covers_is_a_warning(self, policies: tuple[str, str], beside: str) -> None:
        """By the clock: two years are compared. Without one it is no more than a meeting."""
        text = 'holidays = "DE"\n' + pool(*policies)
        (found,) = told(text, codes.POINTLESS)
        assert "changes nothing beside" in found
        assert f"({beside})" in found
        assert told(text, codes.POINTLESS, None) == []
        assert told(text, codes.SAME_INSTANT) == []

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("stop 20:00", "stop weekdays 20:00 HARD"),
            ("stop 20:00", "stop weekdays 20:00 retry for 3h"),
            ("stop 20:00", "stop weekdays 20:00 and 21:00"),
            ("stop 20:00", "hibernate weekdays 20:00"),
            ("stop monday and tuesday 20:00", "stop tuesday and friday 20:00"),
            ("stop 20:00", "stop weekdays 20:00 in Etc/UCT"),
            ("stop cron '0 * * * *'", "stop 20:00"),
            ("stop 20:00", "stop 2020-01-01 20:00"),
        ],
    )
    def test_what_adds_something_is_none(self, one: str, other: str) -> None:
        """Another manner, another time, other dates, another way to count hours."""
        assert told(pool("start 07:30", one, other), codes.POINTLESS) == []

    def test_of_a_schedules_and_an_own_policy_only_the_own_is_blamed(self) -> None:
        """The schedule's is needed by others."""
        text = self.SCHEDULE.replace("stop", "stop weekdays") + '[pools.a]\nschedule = "s"\npolicies = ["stop 20:00"]\n'
        assert told(text, codes.POINTLESS) == []
        assert len(told(text, codes.SAME_INSTANT)) == 1

    @pytest.mark.parametrize(
        ("own", "is_defeated"),
        [
            ('"stop 22:00"', True),
            ('"hibernate weekdays 22:00 and 23:00"', True),
            ('"stop 22:00 HARD"', False),
            ('"stop 18:00"', False),
            ('"stop 18:00 and 22:00"', False),
            ('"stop 22:00 in Europe/Berlin"', False),
            ('"stop 2020-01-01 22:00"', False),
            ('"stop 22:00", "start weekdays 21:00"', False),
            ('"stop weekdays 22:00", "start weekends 21:00"', True),
            ('"stop 22:00", "start 06:00"', True),
            ('"stop 22:00", "start 21:00 in Europe/Berlin"', False),
            ("\"stop cron '*/1 21 * * *'\"", False),
        ],
    )
    def test_an_own_stop_that_the_schedules_defeats_is_a_warning(self, own: str, *, is_defeated: bool) -> None:
        """Once, however many pools have it; a start in between, or force after SOFT, leaves it something to do."""
        text = self.SCHEDULE + f'[groups.g]\nschedule = "s"\npolicies = [{own}]\n'
        text += '[pools.a]\ngroup = "g"\n[pools.b]\ngroup = "g"\npolicies = ["reboot sunday 04:00"]\n'
        assert [it.partition(":")[0] for it in told(text, codes.DEFEATED)] == (["6"] if is_defeated else [])

    def test_a_schedule_of_other_dates_defeats_nothing(self) -> None:
        """It must come before the own stop on all its dates; and what is left out is not there."""
        text = self.SCHEDULE.replace("stop", "stop weekdays") + '[pools.a]\nschedule = "s"\npolicies = ["stop 22:00"]\n'
        assert told(text, codes.DEFEATED) == []
        without = self.SCHEDULE + '[pools.a]\nschedule = "s"\nwithout = "stop"\npolicies = ["stop 22:00"]\n'
        assert told(without, codes.DEFEATED) == []


class TestSoftStops:
    """Stops that cut people off in the middle of the day."""

    @pytest.mark.parametrize(
        "policy",
        [
            "stop 12:00",
            "stop weekdays 09:00",
            "stop workdays 20:00 and 15:59",
            "stop cron '0 */3 * * *'",
            "stop mon-wed 12:00",
        ],
    )
    def test_a_soft_one_in_the_middle_of_most_working_days_is_a_warning(self, policy: str) -> None:
        """By the calendar where there is one; without a clock not at all, for dates decide."""
        text = pool("start 07:30", policy)
        (found,) = told(text, codes.SOFT_AT_WORK)
        assert found.startswith("3: SOFT cuts off too whoever is connected, at ")
        assert len(told('holidays = "DE"\n' + text, codes.SOFT_AT_WORK)) == 1
        assert told(text, codes.SOFT_AT_WORK, None) == []

    @pytest.mark.parametrize(
        "policy",
        [
            "stop 20:00",
            "stop 16:00",
            "stop 08:59",
            "stop 12:00 HARD",
            "hibernate 12:00",
            "reboot 12:00",
            "stop weekends 12:00",
            "stop december 24 13:00",
            "stop the day before holidays 14:00",
            "stop mon, tue 12:00",
        ],
    )
    def test_evenings_and_early_closing_are_none(self, policy: str) -> None:
        """Nor what is forced: whoever forces knows it."""
        assert told('holidays = "DE"\n' + pool("start 07:30", policy), codes.SOFT_AT_WORK) == []

    def test_it_is_told_once_a_file(self) -> None:
        """With the number of the others."""
        text = pool("start 07:30", "stop 12:00", "stop 13:00") + '[pools.b]\npolicies = ["stop 14:00"]\n'
        (found,) = told(text, codes.SOFT_AT_WORK)
        assert found.endswith("at 12:00 of most working days (and 2 more policies)")
