"""What keeps the daemon ticking: heartbeat, alarm, names, the schedule file, retention."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from daemon.ledger.heartbeat import heartbeat_path
from daemon.ledger.upkeep import Pruned
from daemon.service import chores
from daemon.service.chores import STALE_AFTER
from daemon.service.localtime import in_words
from daemon.settings.fields import Reload
from tests.support.house import EVENING, FullDisk, a_house

if TYPE_CHECKING:
    from pathlib import Path

    from daemon.execution.conditions import Condition
    from tests.support.house import House

EIGHT = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
NAMED = 'timezone = "UTC"\n[pools.a]\nname = "Pool A"\npolicies = ["stop at 20:00"]\n'


class Told:
    """Stands in for the service manager."""

    def __init__(self, house: House) -> None:
        self.said: list[str] = []
        house.chores._notifier = self  # type: ignore[assignment]

    def status(self, line: str) -> None:
        """Remember it."""
        self.said.append(line)

    def alive(self) -> None:
        """Remember it."""
        self.said.append("alive")


async def runs(house: House) -> list[Any]:
    """Every run on record."""
    return await house.office.history(pool=None, project=None, since=None, state=None, limit=99)


async def test_start_beats_sets_the_alarm_and_looks_names_up(house: House) -> None:
    """The heartbeat comes at least every 15 seconds (protocol 1.1); the first is there before the daemon is ready."""
    await house.begin()
    assert house.alarm.is_running
    assert house.alarm.intervals["heartbeat"] <= 15
    assert set(house.alarm.intervals) == {"heartbeat", "names", "ledger", "prune", "calendars", "watch"}
    assert house.alarm.next == EIGHT
    assert house.alarm.later == ["names"]
    assert json.loads(heartbeat_path(house.ledger.path).read_text())["count"] == 1
    house.chores.stop()
    assert not house.alarm.is_running


async def test_file_is_not_watched_where_reloading_is_manual(tmp_path: Path) -> None:
    """``POOLPOWER_RELOAD=manual``: only when told."""
    async with a_house(tmp_path, reload=Reload.MANUAL) as house:
        await house.begin()
        assert "watch" not in house.alarm.intervals


async def test_alarm_claims_what_is_due_and_is_set_for_the_next(living: House) -> None:
    """``scheduled_at`` is the instant that the policy names."""
    living.clock.advance(8 * 3600)
    await living.alarm.work()
    assert [row["scheduled_at"] for row in await runs(living)] == ["2026-11-23T20:00:00Z"]
    assert living.alarm.next == EIGHT + timedelta(days=1)


@pytest.mark.parametrize("work", ["wake", "beat"])
async def test_what_falls_due_while_a_tick_commits_is_not_forgotten(
    living: House, monkeypatch: pytest.MonkeyPatch, work: str
) -> None:
    """The alarm is set for what comes after the tick began, not after it ended: no second is lost (protocol 1.1)."""
    tick = living.engine.tick

    async def slow() -> None:
        await tick()
        living.clock.advance(8 * 3600 + 1)  # what is due at eight falls due while the commit is under way

    monkeypatch.setattr(living.engine, "tick", slow)
    await getattr(living.chores, work)()
    assert living.alarm.next == EIGHT


async def test_alarm_that_cannot_claim_says_so_and_the_heartbeat_makes_up_for_it(living: House) -> None:
    """A full disk: nothing is lost, the next tick claims the same (protocol 7.2)."""
    disk = FullDisk(living)
    living.clock.advance(8 * 3600)
    await living.chores.wake()
    await living.chores.beat()
    assert list(living.wrong()) == ["ledger.unavailable"]
    disk.make_room()
    await living.chores.beat()
    assert living.wrong() == {}
    assert len(await runs(living)) == 1


async def test_heartbeat_file_that_cannot_be_written_is_a_trouble(living: House) -> None:
    """It is what tells a restored ledger (protocol 5.5)."""
    path = heartbeat_path(living.ledger.path)
    path.unlink()
    path.mkdir()
    await living.chores.beat()
    assert "ledger.unavailable" in living.wrong()
    path.rmdir()
    await living.chores.beat()
    assert living.wrong() == {}


async def test_watchdog_is_fed_only_while_ledger_and_gates_answer(living: House) -> None:
    """Who is fed for being alive would never be restarted."""
    told = Told(living)
    await living.chores.beat()
    assert told.said == ["alive", f"next action at {in_words('2026-11-23T20:00:00Z')}"]
    disk = FullDisk(living)
    living.clock.advance(STALE_AFTER)
    await living.chores.beat()
    assert told.said[2:] == ["trouble: the disk is full"]
    assert not living.chores.is_fresh
    disk.make_room()
    await living.engine.stop(0.05)
    await living.chores.beat()
    assert living.chores.is_fresh
    assert "alive" not in told.said[2:]


async def test_start_and_end_take_the_time_that_they_take(house: House) -> None:
    """A restart would only begin them anew; in between the gates must be open and the heart must beat."""
    house.clock.advance(10 * STALE_AFTER)
    assert house.chores.is_alive
    await house.begin()
    assert house.chores.is_alive
    await house.engine.stop(0.05)
    assert not house.chores.is_alive
    house.chores.stop()
    assert house.chores.is_alive


async def test_line_names_the_first_trouble_and_counts_the_others(living: House) -> None:
    """One line is all that there is room for."""
    living.troubles.begin("a", "the first")
    living.troubles.begin("b", "the second")
    assert living.chores.line() == "trouble: the first (and 1 more)"


async def test_line_says_where_nothing_is_scheduled(house: House) -> None:
    """A file whose policies are all over."""
    house.file.write_text(EVENING.replace("20:00", "20:00 until 2020-01-01"))
    await house.begin()
    assert house.chores.line() == "nothing is scheduled"
    assert house.alarm.next is None


def test_nothing_is_next_before_there_is_a_version(house: House) -> None:
    """Health and status are asked from the first moment on."""
    assert house.chores.next_at is None


async def test_halted_project_is_a_trouble_until_it_answers(living: House) -> None:
    """One alarm for a project, whatever waits in it (protocol 4.4)."""
    condition: Condition = living.engine.lanes["default"].condition
    condition.begin_halt("the credentials are refused", living.clock.now(), living.clock.elapsed())
    await living.chores.beat()
    assert living.wrong() == {"project.trouble default": "project default is halted: the credentials are refused"}
    (trouble,) = living.troubles.all()
    assert "POOLPOWER_ACCESS_KEY and POOLPOWER_SECRET_KEY" in (trouble.hint or "")
    condition.end_halt()
    await living.chores.beat()
    assert living.wrong() == {}


async def test_ledger_is_tended(living: House) -> None:
    """Every minute, and a failure is a trouble."""
    await living.alarm.ring("ledger")
    disk = FullDisk(living)
    await living.ledger.aclose()
    await living.alarm.ring("ledger")
    assert "ledger.unavailable" in living.wrong()
    disk.make_room()


# --- names ------------------------------------------------------------------------------------------------------------


async def test_names_are_looked_up_again_soon_until_all_are_found_and_seldom_then(house: House) -> None:
    """Every 30 seconds; once complete every ten minutes, because a pool may have been made anew (protocol 4.1)."""
    cloud = house.clouds["default"]
    house.file.write_text(NAMED)
    await house.begin()
    looks = []
    for seconds in (0, 30, 30, 30, 600):
        house.clock.advance(seconds)
        if seconds == 30 and len(looks) == 2:
            cloud.add_pool("p-1", "Pool A")
        await house.alarm.ring("names")
        looks.append(len(cloud.calls))
    assert looks == [1, 2, 3, 3, 4]


async def test_names_that_cannot_be_stored_are_looked_up_again(house: House) -> None:
    """A full disk is no defect: no trace, a trouble, and another try."""
    house.file.write_text(NAMED)
    await house.begin()
    house.clouds["default"].add_pool("p-1", "Pool A")
    disk = FullDisk(house)
    await house.alarm.ring("names")
    assert "ledger.unavailable" in house.wrong()
    disk.make_room()
    await house.alarm.ring("names")
    assert house.engine.book.timetable.pools[0].pool_id == "p-1"


# --- the schedule file ------------------------------------------------------------------------------------------------


async def test_watcher_takes_a_changed_file_once_it_has_settled(living: House) -> None:
    """After five seconds; alarm and names follow the new version."""
    living.file.write_text(NAMED.replace("20:00", "21:00"))
    for _ in range(7):
        await living.alarm.ring("watch")
        living.clock.advance(1)
    assert living.versions.standing.version == 2
    assert living.alarm.next == EIGHT + timedelta(hours=1)
    assert living.alarm.later == ["names", "names", "calendars"]
    assert [f["outcome"] for f in living.events.of("schedules.read")] == ["accepted"]


async def test_watcher_reports_an_invalid_file_once(living: House) -> None:
    """Not every second, however long it stays so (protocol 3.3)."""
    living.file.write_text("not = a [schedule")
    for _ in range(90):
        await living.alarm.ring("watch")
        living.clock.advance(1)
    assert [f["outcome"] for f in living.events.of("schedules.read")] == ["invalid"]
    assert len(living.events.of("schedules.invalid")) == 1


async def test_watcher_comes_back_to_what_could_not_be_committed(living: House) -> None:
    """A full disk must not make the daemon forget that the file has changed (protocol 3.4)."""
    living.file.write_text(EVENING.replace("20:00", "21:00"))
    disk = FullDisk(living)
    for second in range(13):
        if second == 8:
            disk.make_room()
        await living.alarm.ring("watch")
        living.clock.advance(1)
    assert [f["outcome"] for f in living.events.of("schedules.read")] == ["in doubt", "accepted"]


async def test_signal_reads_the_file(living: House) -> None:
    """SIGHUP, in the background."""
    living.file.write_text(EVENING.replace("20:00", "21:00"))
    living.chores.reload_soon()
    await living.alarm.ring("reload")
    (_, line) = living.events.of("version.accepted")
    assert (line["version"], line["note"]) == (2, "SIGHUP")


async def test_signal_during_the_start_waits_for_its_end(house: House) -> None:
    """A file accepted before the ledger's version was taken up would swallow what that one had due (protocol 5.1)."""
    house.chores.reload_soon()
    house.chores.reload_soon()
    assert house.alarm.later == []
    await house.begin()
    assert house.alarm.later == ["names", "reload"]


# --- retention --------------------------------------------------------------------------------------------------------


async def test_old_runs_are_pruned_and_the_rest_stays(tmp_path: Path) -> None:
    """Every hour, by the retention of the settings; a pool's last run is kept (protocol 6.3)."""
    async with a_house(tmp_path, retention_days=2) as house:
        await house.begin()
        for _ in range(7):
            house.clock.advance(86400)
            await house.engine.tick()
        before = len(await runs(house))
        await house.alarm.ring("prune")
        left = [row["scheduled_at"] for row in await runs(house)]
        assert left[0] == "2026-11-29T20:00:00Z"
        assert not {"2026-11-23T20:00:00Z", "2026-11-24T20:00:00Z"} & set(left)
        assert [f["runs"] for f in house.events.of("ledger.pruned")] == [before - len(left)]


async def test_nothing_to_prune_is_not_worth_a_line(living: House) -> None:
    """Every hour of a young ledger."""
    await living.alarm.ring("prune")
    assert living.events.of("ledger.pruned") == []


async def test_pruning_waits_while_commits_fail(living: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no defect, and the next hour prunes the same."""
    disk = FullDisk(living)
    await living.alarm.ring("prune")
    assert "ledger.unavailable" in living.wrong()
    disk.make_room()
    cutoffs: list[datetime] = []

    async def prune(_writer: object, before: datetime) -> Pruned:
        cutoffs.append(before)
        return Pruned()

    monkeypatch.setattr(chores.upkeep, "prune", prune)
    await living.alarm.ring("prune")
    assert cutoffs == [living.clock.now() - timedelta(days=400)]


async def test_ledger_that_was_deleted_under_us_is_trouble(living: House) -> None:
    """It still takes commits and keeps none of them (protocol 5.2)."""
    path = living.ledger.path
    path.rename(path.with_name("elsewhere"))
    await living.chores.beat()
    assert "ledger.moved" in {trouble.code for trouble in living.troubles.all()}
    path.with_name("elsewhere").rename(path)
    await living.chores.beat()
    assert "ledger.moved" not in {trouble.code for trouble in living.troubles.all()}


async def test_ledger_that_was_given_a_second_name_is_trouble(living: House) -> None:
    """Under it another daemon could take the ledger too (protocol 5.2)."""
    other = living.ledger.path.with_name("other.db")
    other.hardlink_to(living.ledger.path)
    await living.chores.beat()
    assert "has 2 names (hard links)" in living.wrong()["ledger.second-name"]
    other.unlink()
    await living.chores.beat()
    assert living.wrong() == {}
