"""``plan`` beyond the list: calendar files, differences of two files, crowds, and what overrides will skip."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from icalendar import Calendar
from rich.cells import cell_len

from daemon.ledger import pools, schema
from daemon.ledger.ledger import open_ledger
from daemon.timetable.schedulefile import load, parse_schedule

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WEEK = ("--from", "2026-11-23", "--until", "2026-11-29")
MONDAY = ("--from", "2026-11-23", "--until", "2026-11-23")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def events(text: str) -> list[Any]:
    """The events of a calendar file, as a calendar program imports them."""
    return list(Calendar.from_ical(text).walk("VEVENT"))


# --- calendar files -----------------------------------------------------------------------------------------------


def test_calendar_programs_import_the_plan(poolpower: Callable[..., Any], schedule: Path) -> None:
    """An event for each entry, at the instant it is due, with pool, action and policy."""
    del schedule
    done = poolpower("plan", *WEEK, "--ics")
    found = events(done.out)
    rows = poolpower("plan", *WEEK, "--json").json
    assert done.code == 0
    assert len(found) == len(rows)
    assert [event.decoded("dtstart") for event in found] == [datetime.fromisoformat(row["due_at"]) for row in rows]
    first = found[0]
    assert str(first["summary"]) == "start engineering (SOFT)"
    assert "start weekdays 07:30" in str(first["description"])
    assert str(first["transp"]) == "TRANSPARENT"


def test_what_will_not_happen_is_cancelled_in_the_calendar_and_says_why(
    poolpower: Callable[..., Any], schedule: Path
) -> None:
    """A calendar shows it struck through."""
    del schedule
    (reboot,) = (one for one in events(poolpower("plan", *WEEK, "--ics").out) if "reboot" in str(one["summary"]))
    assert str(reboot["status"]) == "CANCELLED"
    assert "not carried out: pool is to be off" in str(reboot["description"])


def test_importing_again_doubles_nothing(poolpower: Callable[..., Any], schedule: Path) -> None:
    """Every entry has an identity of its own that stays from one export to the next."""
    del schedule
    first, again = ([str(one["uid"]) for one in events(poolpower("plan", *WEEK, "--ics").out)] for _ in range(2))
    assert first == again
    assert len(set(first)) == len(first)


def test_a_plan_is_shown_in_one_way(poolpower: Callable[..., Any], schedule: Path) -> None:
    """Two at once are wrong use."""
    assert poolpower("plan", "--ics", "--json").code == 2
    assert poolpower("plan", "--ics", "--diff", str(schedule), str(schedule)).code == 2


# --- differences --------------------------------------------------------------------------------------------------

OLD = 'timezone = "UTC"\n[pools.a]\npolicies = ["stop mon 20:00"]\n[pools.b]\npolicies = ["stop mon 21:00"]\n'
NEW = 'timezone = "UTC"\n[pools.a]\npolicies = ["stop mon 20:00 HARD"]\n[pools.c]\npolicies = ["start mon 07:00"]\n'


@pytest.fixture
def pair(machine: Path) -> tuple[str, str]:
    """Two files: a pool gone, a pool new, a stop that becomes HARD."""
    for name, text in (("old.toml", OLD), ("new.toml", NEW)):
        (machine / name).write_text(text)
    return str(machine / "old.toml"), str(machine / "new.toml")


def test_difference_tells_what_comes_goes_and_becomes(poolpower: Callable[..., Any], pair: tuple[str, str]) -> None:
    """With the hash of the new file, which `reload --expect` takes."""
    done = poolpower("plan", "--diff", *pair, *WEEK)
    hash_, at = parse_schedule([("new.toml", NEW)]).hash, "Mon 2026-11-23 20:00:00"
    assert done.code == 0
    assert done.out.splitlines() == [
        "- pool b",
        "+ pool c",
        "+ Mon 2026-11-23 07:00:00  c  start SOFT  (pool c #1)",
        f"~ {at}  a  stop SOFT  (pool a #1)  becomes  {at}  a  stop HARD  (pool a #1)",
        "- Mon 2026-11-23 21:00:00  b  stop SOFT  (pool b #1)",
        f"the new file is {hash_}; take exactly this one with:  poolpower reload --expect {hash_}",
    ]


def test_difference_as_json_has_the_fields_of_the_manual(poolpower: Callable[..., Any], pair: tuple[str, str]) -> None:
    """Entries as `plan --json` has them."""
    found = poolpower("plan", "--diff", *pair, *WEEK, "--json").json
    assert list(found) == ["hash", "pools_added", "pools_removed", "added", "removed", "changed"]
    assert (found["pools_added"], found["pools_removed"]) == (["c"], ["b"])
    assert [(row["pool"], row["at"]) for row in found["added"]] == [("c", "2026-11-23T07:00:00Z")]
    assert [(row["pool"], row["at"]) for row in found["removed"]] == [("b", "2026-11-23T21:00:00Z")]
    assert [(row["from"]["type"], row["to"]["type"]) for row in found["changed"]] == [("SOFT", "HARD")]


def test_difference_is_of_four_weeks_unless_said(poolpower: Callable[..., Any], pair: tuple[str, str]) -> None:
    """Four Mondays lie in any of them."""
    assert len(poolpower("plan", "--diff", *pair, "--json").json["added"]) == 4


def test_difference_can_be_of_one_pool(poolpower: Callable[..., Any], machine: Path, pair: tuple[str, str]) -> None:
    """What happens to the others is left out."""
    more = str(machine / "more.toml")
    (machine / "more.toml").write_text(NEW.replace("07:00", "08:00"))
    found = poolpower("plan", "--diff", pair[1], more, *WEEK, "--pool", "a", "--json").json
    assert (found["added"], found["removed"]) == ([], [])


def test_files_that_mean_the_same_have_no_difference(poolpower: Callable[..., Any], pair: tuple[str, str]) -> None:
    """And that is said."""
    assert "no action changes in that time" in poolpower("plan", "--diff", pair[0], pair[0], *WEEK).out


# --- crowds -------------------------------------------------------------------------------------------------------


def crowd(machine: Path, *minutes: int) -> None:
    """A file of so many pools that stop at each of these minutes past 20:00, and a quota of two a minute."""
    times = ", ".join(f"20:{minute:02}" for minute in minutes)
    table = "".join(f'[pools.p{number}]\nschedule = "s"\n' for number in range(5))
    (machine / "schedules.toml").write_text(
        f'timezone = "UTC"\n[schedules.s]\npolicies = ["stop mon {times}"]\n{table}'
    )


def test_crowd_is_told_with_how_long_it_takes_and_the_spread_that_mends_it(
    poolpower: Callable[..., Any], machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five at once, two in any 61 seconds: the last one waits two minutes (protocol 4.9)."""
    monkeypatch.setenv("POOLPOWER_WRITES_PER_MINUTE", "2")
    crowd(machine, 0)
    told = poolpower("plan", *MONDAY).out.splitlines()[-1]
    assert told == (
        "at Mon 2026-11-23 20:00 +0000 5 actions of the project default fall due: at 2 a minute the last one is sent "
        '2m2s later; "spread 5m" in their policies would let none of them wait'
    )


def test_only_the_largest_crowds_are_told(
    poolpower: Callable[..., Any], machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page of warnings is read by nobody."""
    monkeypatch.setenv("POOLPOWER_WRITES_PER_MINUTE", "2")
    crowd(machine, *range(0, 60, 9))
    lines = poolpower("plan", *MONDAY).out.splitlines()
    assert sum("fall due" in line for line in lines) == 5
    assert lines[-1] == "and 2 more times at which actions wait for the quota"


def test_without_a_quota_there_are_no_crowds(
    poolpower: Callable[..., Any], machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """0 is none."""
    monkeypatch.setenv("POOLPOWER_WRITES_PER_MINUTE", "0")
    crowd(machine, 0)
    assert "fall due" not in poolpower("plan", *MONDAY).out


# --- overrides ----------------------------------------------------------------------------------------------------


def override(**fields: Any) -> dict[str, Any]:
    """An override as the daemon's list has it: engineering is paused on Monday, by ann."""
    return {
        "override": 3,
        "project": "default",
        "pool": "engineering",
        "kind": "pause",
        "action": None,
        "from": "2026-11-22T12:00:00Z",
        "until": "2026-11-24T00:00:00Z",
        "ended_at": None,
        "reason": "exams",
        "who": "ann",
        **fields,
    }


def skipped(done: Any) -> list[tuple[str, str]]:
    """Pool and action of what is skipped."""
    return [(row["pool"], row["action"]) for row in done.json if row["skipped"]]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, [("engineering", "start"), ("engineering", "stop")]),
        ({"kind": "skip", "action": "stop"}, [("engineering", "stop")]),
        ({"kind": "hold-on"}, [("engineering", "stop")]),
        ({"until": None, "ended_at": "2026-11-23T12:00:00Z"}, [("engineering", "start")]),
        ({"pool": None, "project": None, "kind": "skip", "action": "hibernate"}, [("设计部", "hibernate")]),
        ({"pool": "gone"}, []),
    ],
)
def test_plan_shows_what_overrides_will_skip_as_the_daemon_has_them(
    poolpower: Callable[..., Any], schedule: Path, server: Any, fields: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """By the judgement of tick and gate (protocol 4.10)."""
    del schedule
    server.answer("GET /v1/overrides", {"timezone": "Europe/Berlin", "overrides": [override(**fields)]})
    assert skipped(poolpower("plan", *MONDAY, "--json")) == expected


def test_plan_says_who_skips_and_why(poolpower: Callable[..., Any], schedule: Path, server: Any) -> None:
    """In the words of the run's reason."""
    del schedule
    server.answer("GET /v1/overrides", {"timezone": "Europe/Berlin", "overrides": [override()]})
    assert "not carried out: pause by ann until 2026-11-24T00:00:00Z: exams" in poolpower("plan", *MONDAY).out


def test_week_is_drawn_without_what_is_skipped(poolpower: Callable[..., Any], schedule: Path, server: Any) -> None:
    """Two pools whose overrides differ are two bands, within 80 columns."""
    text = schedule.read_text().replace('policies = ["hibernate mon 12:00", "reboot sundays 04:00"]\n', "")
    schedule.write_text(text)
    server.answer("GET /v1/overrides", {"timezone": "Europe/Berlin", "overrides": [override()]})
    lines = poolpower("plan", "--week", *MONDAY).out.splitlines()
    mondays = [line for line in lines if line.startswith("Mon")]
    assert mondays == ["Mon 23 Nov " + "·" * 48, "Mon 23 Nov " + "·" * 15 + "█" * 25 + "·" * 8 + " 07:30+ 20:00-"]
    assert max(map(cell_len, lines)) <= 80


@pytest.fixture
async def ledger(machine: Path, schedule: Path) -> None:
    """A ledger without a daemon, in which everything is paused."""
    opened = open_ledger(f"sqlite:///{machine}/ledger.db", now=NOW)
    timetable = load(schedule).timetable
    row = {"kind": "pause", "starts_at": NOW, "created_at": NOW, "who": "bob"}
    await opened.writer.do(lambda conn: pools.register(conn, timetable.pools))
    await opened.writer.do(lambda conn: conn.execute(schema.overrides.insert().values(row)) and None)
    await opened.aclose()


def test_without_a_daemon_the_ledgers_overrides_are_taken(poolpower: Callable[..., Any], ledger: None) -> None:
    """As `history` does."""
    del ledger
    done = poolpower("plan", *MONDAY, "--json")
    assert len(skipped(done)) == len(done.json) == 5
    assert done.json[0]["skipped"] == "pause by bob until resumed"


def test_without_daemon_and_ledger_nothing_is_said_of_overrides(poolpower: Callable[..., Any], schedule: Path) -> None:
    """Where a change of the file is reviewed there are none to know of."""
    del schedule
    done = poolpower("plan", *MONDAY)
    assert (done.code, done.err) == (0, "")


def test_a_ledger_that_cannot_be_read_is_told(poolpower: Callable[..., Any], schedule: Path, machine: Path) -> None:
    """The plan is shown all the same, and not taken for the whole truth."""
    del schedule
    (machine / "ledger.db").write_text("no database")
    done = poolpower("plan", *MONDAY)
    assert (done.code, "overrides are not shown: " in done.err) == (0, True)


def test_a_daemon_that_answers_no_is_told_where_there_is_no_ledger(
    poolpower: Callable[..., Any], schedule: Path, server: Any
) -> None:
    """It may be starting."""
    del schedule
    server.answer("GET /v1/overrides", (503, {"error": "the daemon is starting", "hint": None}))
    done = poolpower("plan", *MONDAY)
    assert (done.code, "overrides are not shown: the daemon is starting" in done.err) == (0, True)


def test_plan_takes_groups(poolpower: Callable[..., Any], machine: Path) -> None:
    """@GROUP is every pool of a group."""
    text = 'timezone = "UTC"\n[groups.g]\n[pools.a]\ngroup = "g"\npolicies = ["stop 20:00"]\n'
    (machine / "schedules.toml").write_text(text + '[pools.b]\npolicies = ["stop 20:00"]\n')
    assert {row["pool"] for row in poolpower("plan", *MONDAY, "--pool", "@g", "--json").json} == {"a"}


def test_bands_begin_in_one_column_whatever_characters_names_have(poolpower: Callable[..., Any], machine: Path) -> None:
    """Names of wide characters are wrapped by the columns that they take (80 at most)."""
    names = [f"デスクトップ設計部門第{number}課" for number in range(6)]
    table = "".join(f'[pools."{name}"]\npolicies = ["stop 20:00"]\n' for name in names)
    (machine / "schedules.toml").write_text(f'timezone = "UTC"\n{table}')
    lines = poolpower("plan", "--week", *MONDAY).out.splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert sum(name in line for line in lines for name in names) == len(names)
