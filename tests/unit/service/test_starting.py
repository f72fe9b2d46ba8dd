"""From an opened ledger and a schedule file to a version in force (protocol 3.3, 5.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from daemon.ledger import schema
from daemon.ledger.errors import LedgerUnavailable
from daemon.service.connections import ProjectError
from daemon.service.versions import Verdict
from daemon.timetable.schedulefile import ScheduleError
from tests.support.house import EVENING, FullDisk

if TYPE_CHECKING:
    from tests.support.house import House


async def ended(house: House) -> None:
    """The daemon ended; new parts on the same ledger."""
    await house.engine.stop(0.05)
    house.make()


async def test_first_start_accepts_the_file(house: House) -> None:
    """The watermark of an empty ledger is the first acceptance (protocol 1.7)."""
    outcome = await house.bring()
    assert (outcome.verdict, outcome.version, outcome.added) == (Verdict.ACCEPTED, 1, 0)
    assert house.versions.standing.accepted_at == house.clock.now()


async def test_later_start_takes_up_the_version_in_force(living: House) -> None:
    """An unchanged file makes no new version."""
    await ended(living)
    assert (await living.bring()).verdict is Verdict.UNCHANGED
    assert living.versions.standing.version == living.engine.book.version == 1


async def test_file_that_changed_meanwhile_takes_over_what_was_due_before(living: House) -> None:
    """What fell due up to the acceptance belongs to the old version, at a start alike (protocol 3.1)."""
    await ended(living)
    living.clock.advance(9 * 3600)
    living.file.write_text(EVENING.replace("20:00", "22:00"))
    assert (await living.bring()).version == 2
    rows = await living.office.history(pool=None, project=None, since=None, state=None, limit=9)
    assert [(row["scheduled_at"], row["version"]) for row in rows] == [("2026-11-23T20:00:00Z", 1)]


@pytest.mark.parametrize("text", ["not = a [schedule", None])
async def test_invalid_or_missing_file_means_the_last_accepted_version(living: House, text: str | None) -> None:
    """Loudly, in the log and among the troubles (protocol 3.3)."""
    await ended(living)
    living.file.write_text(text) if text else living.file.unlink()
    assert (await living.bring()).verdict is Verdict.INVALID
    assert living.engine.book.version == 1
    assert "version 1 stays" in living.wrong()["schedules.invalid"]
    assert [(f["version"], f["outcome"], f["level"]) for f in living.events.of("version.kept")] == [
        (1, "invalid", "error")
    ]


async def test_without_file_and_version_there_is_nothing_to_run(house: House) -> None:
    """Exit code 2, with what is wrong with the file (protocol 3.3)."""
    house.file.write_text("not = a [schedule")
    with pytest.raises(ScheduleError):
        await house.bring()


async def test_first_acceptance_that_cannot_be_committed_is_the_ledgers_error(house: House) -> None:
    """There is nothing wrong with the file."""
    disk = FullDisk(house)
    with pytest.raises(LedgerUnavailable):
        await house.bring()
    disk.make_room()


async def test_version_that_this_release_cannot_read_gives_way_to_the_file(living: House) -> None:
    """An upgrade that reads more strictly must not keep the daemon from starting; it is said loudly."""
    await ended(living)
    bad = update(schema.versions).values(texts=[["schedules.toml", "[nonsense]"]], hash="x")
    await living.ledger.writer.do(lambda conn: conn.execute(bad) and None)
    assert (await living.bring()).verdict is Verdict.ACCEPTED
    assert [facts["level"] for facts in living.events.of("version.unreadable")] == ["error"]


async def test_version_whose_project_the_settings_lost_gives_way_to_the_file(
    living: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The region moved from the settings into the file: the ledger's version must not keep the daemon down."""
    await ended(living)
    learned: list[object] = []

    def learn(projects: object) -> None:
        learned.append(projects)
        if len(learned) == 1:
            raise ProjectError(["project default has no region"])

    monkeypatch.setattr(living.clouds, "learn", learn)
    living.file.write_text(EVENING + "# the region is here now\n")
    assert (await living.bring()).verdict is Verdict.ACCEPTED
    assert "no region" in living.events.of("version.unreachable")[0]["error"]
