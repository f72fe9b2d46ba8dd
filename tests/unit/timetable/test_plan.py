"""What will happen, and what will not and why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from daemon.timetable.plan import PlanEntry, plan
from daemon.timetable.schedulefile import parse_schedule

if TYPE_CHECKING:
    from daemon.timetable.occurrences import Occurrence
    from daemon.timetable.timetable import Timetable

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
DAY = timedelta(days=1)


def table(text: str) -> Timetable:
    """The timetable of a file in UTC unless it says otherwise."""
    return parse_schedule([("s.toml", text)]).timetable


def pool(*policies: str) -> Timetable:
    """The timetable of one pool ``a`` with these policies, in UTC."""
    listed = ", ".join(f'"{policy}"' for policy in policies)
    return table(f"[pools.a]\npolicies = [{listed}]\n")


def rows(
    timetable: Timetable, after: datetime = MONDAY, until: datetime = MONDAY + DAY
) -> list[tuple[str, str | None]]:
    """Policy and reason of every row."""
    return [(entry.policy, entry.skipped) for entry in plan(timetable, after, until)]


def test_a_row_has_the_fields_of_the_design() -> None:
    """Instants end in Z, local has the offset, skipped is null for what will happen."""
    (entry,) = plan(
        table('timezone = "Europe/Berlin"\n[pools.a]\npolicies = ["stop 20:00 HARD"]\n'), MONDAY, MONDAY + DAY
    )
    assert entry.to_json() == {
        "at": "2026-11-23T19:00:00Z",
        "local": "2026-11-23T20:00:00+01:00",
        "due_at": "2026-11-23T19:00:00Z",
        "project": "default",
        "pool": "a",
        "action": "stop",
        "type": "HARD",
        "policy": "stop at 20:00 HARD",
        "source": "pool a #1",
        "skipped": None,
    }


def test_rows_come_oldest_first_and_lazily() -> None:
    """A century is not worked out for the first row."""
    entries = plan(pool("stop 20:00", "start 07:30"), MONDAY, MONDAY + 36500 * DAY)
    assert isinstance(next(entries), PlanEntry)
    assert [it[0] for it in rows(pool("stop 20:00", "start 07:30"))] == ["start at 07:30", "stop at 20:00"]


def test_a_plan_can_be_that_of_some_pools() -> None:
    """The rows are those of the whole plan."""
    found = table('[pools.a]\npolicies = ["stop 20:00"]\n[pools.b]\npolicies = ["stop 21:00"]\n')
    assert [it.pool.key for it in plan(found, MONDAY, MONDAY + DAY, [found.pools[1]])] == ["b"]
    assert list(plan(found, MONDAY, MONDAY + DAY, [])) == []


def test_policies_that_give_way_are_shown_with_the_reason() -> None:
    """With their own type and local time (protocol 1.5)."""
    found = pool("stop 20:00 HARD", "stop 21:00 in Europe/Berlin")
    eclipsed, winner = plan(found, MONDAY, MONDAY + DAY)
    assert winner.skipped is None
    assert eclipsed.skipped == f'gives way to "{winner.policy}" (pool a #2) at the same instant'
    assert (eclipsed.type, eclipsed.source) == ("HARD", "pool a #1")
    assert eclipsed.local.isoformat() == "2026-11-23T20:00:00+00:00"
    assert eclipsed.at == winner.at


def test_a_word_that_meets_a_newer_one_is_superseded_at_once() -> None:
    """At the same wall time the start wins (protocol 1.6, 2.1)."""
    found = pool("start monday 20:00", "stop 20:00")
    assert rows(found) == [
        ("stop at 20:00", 'superseded at once by "start mon 20:00" (pool a #1)'),
        ("start mon 20:00", None),
    ]


def test_a_reboot_of_a_pool_that_is_to_be_off_is_skipped() -> None:
    """Whether the stop lies inside the plan or before it (protocol 2.2)."""
    found = pool("stop friday 20:00", "reboot 04:00", "start monday 07:30")
    reason = 'pool is to be off since "stop fri 20:00" (pool a #1)'
    assert rows(found) == [("reboot at 04:00", reason), ("start mon 07:30", None)]
    reboots = [skipped for policy, skipped in rows(found, MONDAY, MONDAY + 7 * DAY) if policy.startswith("reboot")]
    assert reboots == [reason, None, None, None, None, reason, reason]


def test_the_last_word_is_looked_for_as_far_back_as_a_year() -> None:
    """A pool that was stopped in spring is off in autumn."""
    reason = 'pool is to be off since "hibernate 2026-03-01 at 20:00" (pool a #1)'
    assert rows(pool("hibernate 2026-03-01 20:00", "reboot 04:00")) == [("reboot at 04:00", reason)]


def test_a_reboot_of_a_pool_without_words_happens() -> None:
    """As does one after a start, or with the stop of another pool."""
    assert rows(pool("reboot 04:00")) == [("reboot at 04:00", None)]
    found = table('[pools.a]\npolicies = ["reboot 04:00"]\n[pools.b]\npolicies = ["stop 20:00"]\n')
    assert [it.skipped for it in plan(found, MONDAY, MONDAY + DAY)] == [None, None]


def test_what_an_override_forbids_supersedes_nothing_and_is_no_last_word() -> None:
    """Neither at its own instant nor for a reboot days later (protocol 2.1, 2.2)."""
    table = pool("stop mon, tue 20:00", "start mon, wed 20:00", "stop sun 22:00", "reboot 21:00")

    def refused(occurrence: Occurrence) -> str | None:
        return "paused" if (occurrence.action, occurrence.local.weekday()) in {("start", 0), ("stop", 6)} else None

    entries = plan(table, MONDAY, MONDAY + DAY, refused=refused)
    assert [(entry.action, entry.skipped) for entry in entries] == [
        ("stop", None),
        ("start", "paused"),
        ("reboot", 'pool is to be off since "stop mon, tue 20:00" (pool a #1)'),
    ]
    before = plan(table, MONDAY - 6 * DAY, MONDAY, refused=lambda one: "held" if one.action == "stop" else None)
    assert [entry.skipped for entry in before if entry.action == "reboot"] == [None] * 6
