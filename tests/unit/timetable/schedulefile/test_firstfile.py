"""The text of a first schedule file."""

from __future__ import annotations

from dataclasses import replace

from daemon.timetable.schedulefile import parse_schedule
from daemon.timetable.schedulefile.firstfile import FirstFile, NewPool
from daemon.timetable.schedulefile.formatting import format_schedule

FIRST = FirstFile("Europe/Berlin", "DE-BE", "7:30", "20:00", (NewPool("engineering", "a1"),))


def test_first_file_is_valid_without_warnings_and_formatted() -> None:
    """With and without holidays, whatever the times."""
    for first in (FIRST, replace(FIRST, holidays=None, names_schema=True), replace(FIRST, stop="06:00:30")):
        texts = [("s.toml", first.text())]
        loaded = parse_schedule(texts)
        assert loaded.warnings == ()
        assert [one.has_changed for one in format_schedule(texts)] == [False]
        assert len(loaded.timetable.policies[0]) == 2


def test_workdays_are_said_where_there_are_holidays() -> None:
    """Without a calendar, Monday to Friday."""
    assert '"start workdays 07:30"' in FIRST.text()
    assert 'holidays = "DE-BE"' in FIRST.text()
    assert '"start weekdays 07:30"' in replace(FIRST, holidays=None).text()


def test_schema_is_named_in_the_first_line_where_it_is_wanted() -> None:
    """Editors look there."""
    assert replace(FIRST, names_schema=True).text().startswith("#:schema ./schedule.schema.json\n# poolpower")
    assert FIRST.text().startswith("# poolpower")


def test_silenced_warnings_are_listed() -> None:
    """By their codes."""
    text = replace(FIRST, silenced=("never", "past")).text()
    assert 'silence  = ["never", "past"]' in text
    assert parse_schedule([("s.toml", text)]).warnings == ()


def test_names_of_the_cloud_become_keys_and_are_kept() -> None:
    """What a key must not have is replaced; a name twice gets a number; every pool is found as the cloud has it."""
    names = ["sales", "sales", "a/b", "@home", " x ", "设计部", 'say "hi"', "\x7f\t", "/", "n" * 300]
    pools = (*(NewPool(name, f"id{number}") for number, name in enumerate(names)), NewPool("by name/1"))
    loaded = parse_schedule([("s.toml", replace(FIRST, pools=pools).text())])
    found = loaded.timetable.pools
    assert [pool.pool_id for pool in found[:-1]] == [f"id{number}" for number in range(len(names))]
    assert [pool.name for pool in found] == ["sales", "sales", *names[2:], "by name/1"]
    assert [pool.key for pool in found[:7]] == ["sales", "sales-2", "a-b", "home", "x", "设计部", 'say "hi"']
    assert found[-1].key == "by name-1"


def test_pool_whose_name_leaves_nothing_is_called_pool() -> None:
    """A key is never empty."""
    text = replace(FIRST, pools=(NewPool("@", "i"), NewPool("@@", "j"))).text()
    assert "[pools.pool]" in text
    assert "[pools.pool-2]" in text
