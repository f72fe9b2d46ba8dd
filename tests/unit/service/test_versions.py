"""Bringing the schedule file into force (protocol 3.2 to 3.5)."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

import pytest

from daemon.ledger import schema
from daemon.service.connections import ProjectError
from daemon.service.versions import Verdict
from daemon.service.watching import content_of
from daemon.workspace.port import Call
from tests.support.house import EVENING, FullDisk

if TYPE_CHECKING:
    from tests.support.house import House

LATER = EVENING.replace("20:00", "21:00")
BROKEN = EVENING + "policy = 3\n"


def many(count: int) -> str:
    """A file of so many pools."""
    pools = [f'[pools.p{n}]\nid = "p-{n}"\npolicies = ["stop at 20:00"]\n' for n in range(count)]
    return 'timezone = "UTC"\n' + "".join(pools)


async def test_changed_file_is_accepted_with_what_it_adds_and_takes(living: House) -> None:
    """A new version, by whom and why, and the next 24 hours compared (protocol 3.4)."""
    living.file.write_text(LATER)
    outcome = await living.versions.consider(who="ann", note="CHG1")
    assert (outcome.verdict, outcome.version, outcome.added, outcome.removed) == (Verdict.ACCEPTED, 2, 1, 1)
    assert outcome.message == "version 2 is in force: 1 action of the next 24 hours added, 1 taken away"
    assert outcome.to_json()["errors"] == []
    (_, line) = living.events.of("version.accepted")
    assert (line["version"], line["who"], line["note"], line["added"], line["pools"]) == (2, "ann", "CHG1", 1, 1)
    assert living.versions.standing.hash == hashlib.sha256(LATER.encode()).hexdigest()


async def test_file_that_is_in_force_is_unchanged(living: House) -> None:
    """Reading it again makes no version."""
    outcome = await living.versions.consider()
    assert (outcome.verdict, outcome.version) == (Verdict.UNCHANGED, 1)


async def test_note_on_a_file_that_is_in_force_already_is_said_to_be_lost(living: House) -> None:
    """A note belongs to a version, and none was made."""
    outcome = await living.versions.consider(who="ann", note="CHG1")
    assert outcome.message == "the file is in force already; nothing was recorded, so neither was the note"
    assert (await living.versions.consider(note="SIGHUP")).message == "the file is in force already"


async def test_reworded_file_takes_nothing_from_what_is_to_come(living: House) -> None:
    """Another text with the same meaning adds nothing and withdraws nothing (protocol 3.2)."""
    living.file.write_text(EVENING.replace("stop at 20:00", "stop daily at 20:00") + "# reworded\n")
    outcome = await living.versions.consider()
    assert (outcome.added, outcome.removed, living.versions.standing.version) == (0, 0, outcome.version)
    assert living.versions.standing.hash == hashlib.sha256(living.file.read_bytes()).hexdigest()


async def test_version_that_takes_away_much_is_held_until_accepted(house: House) -> None:
    """More than a fifth, and more than two; an administrator's word takes it (protocol 3.4)."""
    house.file.write_text(many(6))
    await house.begin()
    house.file.write_text(many(3))
    held = await house.versions.consider()
    assert (held.verdict, held.version, house.versions.standing.version) == (Verdict.HELD, 1, 1)
    assert house.wrong()["schedules.held"] == held.message
    assert held.message.startswith("the changed schedule file waits for consent: it takes away 3 of 6 pools")
    assert "reload --accept" in (held.hint or "")
    told = (await house.office.status())["schedules"]["held"]
    assert told == held.message.removeprefix("the changed schedule file waits for consent: ")
    assert house.versions.standing.seen == content_of(house.file)
    taken = await house.versions.consider(accept=True, who="ann")
    assert (taken.verdict, taken.version, house.wrong()) == (Verdict.ACCEPTED, 2, {})


async def test_held_version_that_is_taken_back_is_no_trouble_any_more(house: House) -> None:
    """The file is what is in force again."""
    house.file.write_text(many(6))
    await house.begin()
    house.file.write_text(many(3))
    await house.versions.consider()
    house.file.write_text(many(6))
    assert (await house.versions.consider()).verdict is Verdict.UNCHANGED
    assert house.wrong() == {}


async def test_invalid_file_keeps_the_version_and_says_so_until_mended(living: House) -> None:
    """Every error in its place, and which version stays (protocol 3.3)."""
    living.file.write_text(BROKEN)
    outcome = await living.versions.consider()
    assert (outcome.verdict, outcome.version) == (Verdict.INVALID, 1)
    (error,) = outcome.to_json()["errors"]
    assert (error["line"], error["excerpt"].splitlines()[0]) == (5, "policy = 3")
    assert "version 1 stays in force" in living.wrong()["schedules.invalid"]
    living.file.write_text(EVENING)
    await living.versions.consider()
    assert living.wrong() == {}


async def test_file_without_pools_is_invalid(living: House) -> None:
    """It would take everything away (protocol 3.4)."""
    living.file.write_text('timezone = "UTC"\n')
    assert (await living.versions.consider(accept=True)).verdict is Verdict.INVALID


@pytest.mark.parametrize("text", [BROKEN, None])
async def test_invalid_content_counts_as_seen(living: House, text: str | None) -> None:
    """The watcher does not have the same errors reported again and again; a missing file is such a content too."""
    living.file.write_text(text) if text else living.file.unlink()
    await living.versions.consider()
    assert living.versions.standing.seen == content_of(living.file)


async def test_only_the_reviewed_file_is_taken_where_a_hash_is_given(living: House) -> None:
    """``reload --expect HASH`` (sha256sum prints it); the watcher still comes to the file by itself."""
    living.file.write_text(LATER)
    before = living.versions.standing.seen
    wrong = await living.versions.consider(expect="0" * 64)
    assert (wrong.verdict, wrong.version, wrong.hash) == (Verdict.MISMATCH, 1, content_of(living.file))
    assert "not the one that was reviewed" in wrong.message
    assert living.versions.standing.seen == before
    right = await living.versions.consider(expect=content_of(living.file))
    assert right.verdict is Verdict.ACCEPTED


async def test_acceptance_waits_while_commits_fail(living: House) -> None:
    """In doubt; nothing was seen, so that the watcher tries again (protocol 3.4)."""
    disk = FullDisk(living)
    living.file.write_text(LATER)
    outcome = await living.versions.consider()
    assert (outcome.verdict, outcome.version) == (Verdict.IN_DOUBT, 1)
    assert "the disk is full" in outcome.message
    assert living.versions.standing.seen != content_of(living.file)
    disk.make_room()
    assert (await living.versions.consider()).verdict is Verdict.ACCEPTED


async def test_version_whose_project_cannot_be_reached_is_invalid(living: House) -> None:
    """Found before it is in force, not at its first action; a trouble of the settings, not of the file."""
    living.file.write_text(BROKEN)
    await living.versions.consider()
    living.file.write_text(LATER)
    living.clouds.refuses = ProjectError(["project north has no region"], "set POOLPOWER_REGION")
    outcome = await living.versions.consider()
    assert (outcome.verdict, outcome.findings, outcome.version) == (Verdict.INVALID, (), 1)
    assert (outcome.message, outcome.hint) == ("project north has no region", "set POOLPOWER_REGION")
    assert living.wrong() == {"settings.incomplete": "project north has no region; version 1 stays in force"}
    living.file.write_text(BROKEN)
    await living.versions.consider()
    assert list(living.wrong()) == ["schedules.invalid"]


async def test_project_that_fails_while_it_is_opened_is_invalid_too(
    living: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old version stays, whatever stands in the way of the new one."""

    def refuse(project: str, lane: object) -> object:
        raise ProjectError([f"project {project} has no address", str(type(lane))])

    monkeypatch.setattr(living.engine, "_open_workspace", refuse)
    living.file.write_text(
        LATER + '[projects.north]\nregion = "x"\n[pools.n]\nproject = "north"\npolicies = ["stop at 20:00"]\n'
    )
    assert (await living.versions.consider()).verdict is Verdict.INVALID
    assert living.versions.standing.version == 1


async def test_new_zone_data_is_a_new_version(living: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same file with other zone data may mean other instants (protocol 3.2)."""
    monkeypatch.setattr("daemon.service.versions.zone_data", lambda: "2099a")
    outcome = await living.versions.consider()
    assert (outcome.verdict, outcome.version, outcome.added) == (Verdict.ACCEPTED, 2, 0)
    assert living.versions.standing.zone_data == "2099a"


async def test_readings_take_turns(living: House) -> None:
    """A signal, a call and the watcher at once make one version."""
    living.file.write_text(LATER)
    outcomes = await asyncio.gather(*(living.versions.consider() for _ in range(3)))
    assert [str(outcome.verdict) for outcome in outcomes] == ["accepted", "unchanged", "unchanged"]
    assert living.versions.standing.version == 2


async def test_renamed_pool_with_the_same_id_keeps_its_overrides_and_unfinished_runs(living: House) -> None:
    """The cloud's id is what makes it the same pool (protocol 3.5)."""
    living.clouds["default"].add_pool("p-a")
    held = living.clouds["default"].hold(Call.ACT_ON_POOL)
    (run,) = await living.office.now(action="stop", pools=["a"], type_=None, reason=None, request="r", who="ann")
    await asyncio.wait_for(held.arrived.wait(), 5)
    now, number = living.clock.now(), living.engine.book.numbers["default", "a"]
    row = {"pool_no": number, "kind": "pause", "starts_at": now, "created_at": now, "who": "ann"}
    await living.ledger.writer.do(lambda conn: conn.execute(schema.overrides.insert().values(row)) and None)
    living.file.write_text(EVENING.replace("[pools.a]", "[pools.z]"))
    outcome = await living.versions.consider()
    assert (outcome.verdict, outcome.added, outcome.removed) == (Verdict.ACCEPTED, 0, 0)
    (pool,) = (await living.office.status())["pools"]
    assert (pool["pool"], pool["open"]["run"], pool["override"]["kind"]) == ("z", run["run"], "pause")
    held.released.set()
    living.clouds["default"].finish_all()
