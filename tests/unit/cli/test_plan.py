"""``plan``: the list, the drawn week, the JSON."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from rich.cells import cell_len

from daemon.cli import output, planview
from daemon.cli.weekgrid import CELLS, Shade, week_grid
from daemon.timetable.schedulefile import parse_schedule

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WEEK = ("--from", "2026-11-23", "--until", "2026-11-29")


def test_list_has_a_heading_a_day_and_a_line_an_entry(poolpower: Callable[..., Any], schedule: Path) -> None:
    """Wall times with offset, pools aligned whatever their characters, and why something is not carried out."""
    del schedule
    done = poolpower("plan", *WEEK)
    lines = done.out.splitlines()
    assert done.code == 0
    assert lines[0] == "Monday 2026-11-23"
    assert "  07:30 +0100  engineering  start     SOFT  start weekdays 07:30  (schedule office-hours #1)" in lines
    assert len({cell_len(line.split("start     SOFT")[0]) for line in lines if "start     SOFT" in line}) == 1
    (reboot,) = (line for line in lines if "reboot" in line)
    assert 'not carried out: pool is to be off since "stop at 20:00 SOFT"' in reboot


def test_json_has_the_fields_of_the_manual_oldest_first(poolpower: Callable[..., Any], schedule: Path) -> None:
    """An array of rows; at and due_at in UTC, local with its offset."""
    del schedule
    rows = poolpower("plan", *WEEK, "--json").json
    assert list(rows[0]) == [
        "at",
        "local",
        "due_at",
        "project",
        "pool",
        "action",
        "type",
        "policy",
        "source",
        "skipped",
    ]
    assert (rows[0]["at"], rows[0]["local"]) == ("2026-11-23T06:30:00Z", "2026-11-23T07:30:00+01:00")
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    assert len(rows) == 2 * (5 + 7) + 2


def test_plan_is_for_a_week_from_now_unless_said(poolpower: Callable[..., Any], schedule: Path) -> None:
    """Seven stops of each pool lie in any seven days."""
    del schedule
    rows = poolpower("plan", "--json", "--pool", "engineering").json
    assert sum(row["action"] == "stop" for row in rows) == 7


def test_what_is_due_at_the_very_beginning_belongs_to_the_plan(poolpower: Callable[..., Any], schedule: Path) -> None:
    """--from 20:00 shows what is due at 20:00."""
    del schedule
    rows = poolpower("plan", "--json", "--from", "2026-11-23 20:00", "--until", "2026-11-23 20:00:01").json
    assert len(rows) == 2


@pytest.mark.parametrize(
    ("pool", "expected"),
    [
        ("engineering", {"engineering"}),
        ("default/设*", {"设计部"}),
        ("*", {"engineering", "设计部"}),
        ("e*", {"engineering"}),
    ],
)
def test_pool_takes_names_and_patterns(
    poolpower: Callable[..., Any], schedule: Path, pool: str, expected: set[str]
) -> None:
    """A key, PROJECT/KEY, or a pattern: of keys, with a "/" of both."""
    del schedule
    assert {row["pool"] for row in poolpower("plan", *WEEK, "--json", "--pool", pool).json} == expected


def test_name_that_no_pool_has_is_wrong_use(poolpower: Callable[..., Any], schedule: Path) -> None:
    """With what was probably meant."""
    del schedule
    done = poolpower("plan", "--pool", "enginering")
    assert (done.code, "did you mean 'engineering'?" in done.err) == (2, True)
    assert poolpower("plan", "--pool", "x").code == 2
    assert poolpower("plan", "--pool", "d*").code == 2, "the project is matched only where the pattern names one"


def test_plan_that_ends_before_it_begins_is_wrong_use(poolpower: Callable[..., Any], schedule: Path) -> None:
    """The two instants are named in the file's zone, as they were typed, with the mend."""
    del schedule
    done = poolpower("plan", "--from", "2026-11-24", "--until", "2026-11-23 08:00")
    assert done.code == 2
    assert "would end (Mon 2026-11-23 08:00 +0100) before it begins (Tue 2026-11-24 00:00 +0100)" in done.err
    assert "mend: give a later --until" in done.err


def test_week_and_json_exclude_each_other(poolpower: Callable[..., Any], schedule: Path) -> None:
    """A drawing is no JSON."""
    del schedule
    assert poolpower("plan", "--week", "--json").code == 2


def test_nothing_to_come_is_said(poolpower: Callable[..., Any], schedule: Path) -> None:
    """An empty plan is no empty page."""
    del schedule
    done = poolpower("plan", "--from", "2026-11-23 21:00", "--until", "2026-11-23 22:00")
    assert done.out == "nothing in that time\n"


def test_week_is_drawn_in_80_columns(poolpower: Callable[..., Any], schedule: Path) -> None:
    """Seven days a pool, a column a half hour, the times beside it."""
    del schedule
    done = poolpower("plan", "--week", *WEEK)
    lines = done.out.splitlines()
    assert done.code == 0
    assert max(map(cell_len, lines)) <= 80
    assert "Mon 23 Nov " + "·" * 15 + "█" * 25 + "·" * 8 + " 07:30+ 20:00-" in lines
    assert "Sat 28 Nov " + "·" * 48 + " 20:00-" in lines
    assert "Mon 23 Nov " + "·" * 15 + "█" * 9 + "░" * 16 + "·" * 8 + " 07:30+ 12:00~ 20:00-" in lines
    assert sum(line.startswith("Sun") for line in lines) == 2


def test_week_from_now_has_seven_days(poolpower: Callable[..., Any], schedule: Path) -> None:
    """The same dates and times as the list has, today first; what is past is not drawn as to come."""
    del schedule
    text = poolpower("plan", "--pool", "engineering").out
    lines = poolpower("plan", "--week", "--pool", "engineering").out.splitlines()
    today = datetime.now(ZoneInfo("Europe/Berlin")).date()
    days = [f"{today + timedelta(days=number):%a %d %b}" for number in range(8)]
    assert [line[:10] for line in lines if line[:10] in days] == days
    times = [word[:5] for line in lines if line[:10] in days for word in line.split() if word[5:] in ("+", "-")]
    assert times == [line[2:7] for line in text.splitlines() if line.startswith("  ") and "not carried out" not in line]


def test_week_leaves_out_what_was_not_asked_for(poolpower: Callable[..., Any], schedule: Path) -> None:
    """Before the beginning and after the end the band is blank and no time is named."""
    del schedule
    span = ("--from", "2026-11-23 12:00", "--until", "2026-11-24 10:00")
    lines = poolpower("plan", "--week", *span, "--pool", "engineering").out.splitlines()
    assert "Mon 23 Nov " + " " * 24 + "█" * 16 + "·" * 8 + " 20:00-" in lines
    assert "Tue 24 Nov " + "·" * 15 + "█" * 5 + " " * 28 + " 07:30+" in lines


def test_list_goes_by_instants_under_dates_of_the_files_zone(poolpower: Callable[..., Any], machine: Path) -> None:
    """A pool elsewhere whose own date is another has its weekday beside the time; each date is a heading once."""
    text = 'timezone = "UTC"\n[pools.a]\npolicies = ["stop 20:00"]\n'
    far = '[pools.b]\ntimezone = "Asia/Tokyo"\npolicies = ["stop 01:00", "start 08:30"]\n'
    (machine / "schedules.toml").write_text(text + far)
    lines = poolpower("plan", "--from", "2026-11-23", "--until", "2026-11-24").out.splitlines()
    assert [line for line in lines if line and not line.startswith(" ")] == ["Monday 2026-11-23", "Tuesday 2026-11-24"]
    assert [line[2:7] for line in lines[1:4]] == ["01:00", "20:00", "08:30"]
    assert lines[1].startswith("  01:00 +0900 (Tue)  b")


def test_pools_that_look_alike_are_drawn_once(poolpower: Callable[..., Any], machine: Path) -> None:
    """Their names stand together, in lines of at most 80 columns."""
    names = [f"pool-with-a-long-name-{number}" for number in range(5)]
    pools = "".join(f'[pools.{name}]\npolicies = ["stop at 20:00"]\n' for name in names)
    (machine / "schedules.toml").write_text(f'timezone = "UTC"\n{pools}')
    lines = poolpower("plan", "--week", *WEEK).out.splitlines()
    assert ", ".join(names[:3]) + "," in lines
    assert ", ".join(names[3:]) in lines
    assert sum(line.startswith("Mon") for line in lines) == 1


def test_too_many_calls_of_a_day_are_cut(poolpower: Callable[..., Any], machine: Path) -> None:
    """The band stays a line."""
    policy = "stop at 08:00, 10:00, 12:00, 14:00"
    (machine / "schedules.toml").write_text(f'timezone = "UTC"\n[pools.a]\npolicies = ["{policy}"]\n')
    out = poolpower("plan", "--week", *WEEK).out
    assert "08:00- 10:00-…" in out
    assert max(map(cell_len, out.splitlines())) <= 80


def test_terminal_without_unicode_gets_plain_characters(
    poolpower: Callable[..., Any], schedule: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """# is on, . is off."""
    del schedule
    monkeypatch.setattr(output, "takes_unicode", lambda: False)
    out = poolpower("plan", "--week", *WEEK, "--pool", "engineering").out
    assert "Mon 23 Nov " + "." * 15 + "#" * 25 + "." * 8 in out


def test_bands_are_coloured_on_terminals(poolpower: Callable[..., Any], schedule: Path, on_terminal: None) -> None:
    """On is green."""
    del schedule, on_terminal
    assert "\x1b[32m█" in poolpower("plan", "--week", *WEEK).out


def test_names_that_are_too_wide_are_cut_by_columns() -> None:
    """A wide character counts two, and the result has the width asked for."""
    assert planview._fitted("设计部", 4) == "设 …"
    assert cell_len(planview._fitted("设计部", 4)) == 4
    assert planview._fitted("ab", 4) == "ab  "


def test_spread_shows_the_pools_own_instant(poolpower: Callable[..., Any], machine: Path) -> None:
    """Where a delay applies the list says when, with seconds where the policy has them."""
    text = 'timezone = "UTC"\n[pools.a]\npolicies = ["start at 07:30:05 spread 20m"]\n'
    (machine / "schedules.toml").write_text(text)
    line = poolpower("plan", "--from", "2026-11-23", "--until", "2026-11-23").out.splitlines()[1]
    assert line.startswith("  07:30:05 +0000 (at 07:")


def test_grid_is_blank_before_the_first_word_ever() -> None:
    """A state that nothing on record gives is not guessed; a reboot changes none."""
    loaded = parse_schedule(
        [("s.toml", 'timezone = "UTC"\n[pools.a]\npolicies = ["stop wed 12:00", "reboot at 13:00"]')]
    )
    days = [date(2026, 11, 23) + timedelta(days=number) for number in range(7)]
    due = loaded.timetable.between(datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC))
    grid = week_grid(due, days, ZoneInfo("UTC"))
    assert set(grid[0].shades) == {Shade.UNKNOWN}
    assert grid[2].shades == (Shade.UNKNOWN,) * 24 + (Shade.OFF,) * 24
    assert grid[2].calls == (("12:00", "stop"), ("13:00", "reboot"))


def test_grid_of_a_day_whose_clock_jumps_still_has_48_cells() -> None:
    """The band goes by the wall clock: 23 hours and 25 hours look like any day."""
    loaded = parse_schedule(
        [("s.toml", 'timezone = "Europe/Berlin"\n[pools.a]\npolicies = ["start 02:30", "stop 04:00"]')]
    )
    zone = ZoneInfo("Europe/Berlin")
    for day in (date(2027, 3, 28), date(2026, 10, 25)):
        begin = datetime(day.year, day.month, day.day, tzinfo=zone)
        due = loaded.timetable.between(begin, begin + timedelta(days=1))
        (drawn,) = week_grid(due, [day], zone)
        assert len(drawn.shades) == CELLS
        assert drawn.shades[8:] == (Shade.OFF,) * 40


def test_long_span_is_drawn_for_a_month_at_most(poolpower: Callable[..., Any], schedule: Path) -> None:
    """A year of bands helps nobody."""
    del schedule
    out = poolpower("plan", "--week", "--from", "2026-01-01", "--until", "2026-12-31", "--pool", "engineering").out
    assert sum(line[11:12] in ("·", "█") for line in out.splitlines()) == planview.MOST_DAYS


def test_stdout_of_the_tests_is_no_terminal() -> None:
    """What the other tests rely on."""
    assert not output.is_terminal(sys.stdout)
