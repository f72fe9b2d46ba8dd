"""Pools that the schedule file gives by name are found in the cloud, exactly (protocol 4.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from daemon.ledger.errors import LedgerUnavailable
from daemon.service.naming import Namer
from daemon.workspace.answers import Answer, Fate, WorkspaceError
from daemon.workspace.port import Call
from tests.support.house import FullDisk

if TYPE_CHECKING:
    from tests.support.house import House

NAMED = 'timezone = "UTC"\n[pools.a]\nname = "Pool A"\npolicies = ["stop at 20:00"]\n'
BROKEN = WorkspaceError("the answer was lost", Answer(Fate.LOST))


async def looked_up(house: House, text: str = NAMED) -> Namer:
    """Bring the file into force and look its names up once."""
    house.file.write_text(text)
    await house.bring()
    namer = Namer(house.engine, house.troubles)
    assert house.versions.standing.timetable is not None
    namer.learn(house.versions.standing.timetable)
    await namer.look_up()
    return namer


def pool_id(house: House, key: str = "a", project: str = "default") -> str | None:
    """The id by which a pool is known."""
    pool = house.engine.book.timetable.pool(project, key)
    assert pool is not None
    return pool.pool_id


async def test_exact_name_gives_the_id(house: House) -> None:
    """Another case or a longer name is another pool."""
    house.clouds["default"].add_pool("p-1", "pool a")
    house.clouds["default"].add_pool("p-2", "Pool A")
    house.clouds["default"].add_pool("p-3", "Pool A2")
    namer = await looked_up(house)
    assert (pool_id(house), namer.is_complete, house.wrong()) == ("p-2", True, {})


async def test_pool_without_a_match_is_told_with_what_there_is(house: House) -> None:
    """The mend is to see the names that there are."""
    house.clouds["default"].add_pool("p-1", "Pool B")
    namer = await looked_up(house)
    (trouble,) = house.troubles.all()
    assert (pool_id(house), namer.is_complete) == (None, False)
    assert trouble.message == 'pool a: no pool of the cloud is called "Pool A"'
    assert trouble.hint == 'its pools are: "Pool B"; or give the id'


async def test_project_without_any_pools_is_told_so(house: House) -> None:
    """An empty listing is an answer."""
    await looked_up(house)
    (trouble,) = house.troubles.all()
    assert trouble.hint == "its pools are: none; or give the id"


async def test_two_matches_are_never_guessed_among(house: House) -> None:
    """Names are not unique in the cloud."""
    house.clouds["default"].add_pool("p-1", "Pool A")
    house.clouds["default"].add_pool("p-2", "Pool A")
    await looked_up(house)
    assert pool_id(house) is None
    assert house.wrong() == {"pool.unresolved default/a": 'pool a: 2 pools of the cloud are called "Pool A" (p-1, p-2)'}


async def test_id_is_kept_when_the_name_vanishes(house: House) -> None:
    """A pool that somebody renamed in the cloud is the same pool (protocol 4.1)."""
    house.clouds["default"].add_pool("p-1", "Pool A")
    namer = await looked_up(house)
    house.clouds["default"].set_pool("p-1", name="Pool Z")
    await namer.look_up()
    assert (pool_id(house), house.wrong()) == ("p-1", {})


async def test_failed_listing_changes_nothing(house: House) -> None:
    """What was known stays known, and only what is not known is told (protocol 3.2)."""
    house.clouds["default"].add_pool("p-1", "Pool A")
    text = NAMED + '[pools.b]\nname = "Pool B"\npolicies = ["stop at 20:00"]\n'
    namer = await looked_up(house, text)
    house.clouds["default"].script(Call.LIST_POOLS, BROKEN)
    await namer.look_up()
    assert pool_id(house) == "p-1"
    assert house.wrong() == {
        "pool.unresolved default/b": 'pool b: no pool of the cloud is called "Pool B"',
        "project.unlisted default": "the pools of project default cannot be listed: the answer was lost",
    }


async def test_trouble_is_over_once_the_name_is_found(house: House) -> None:
    """Somebody made the pool, or mended the name."""
    namer = await looked_up(house)
    house.clouds["default"].add_pool("p-1", "Pool A")
    await namer.look_up()
    assert (pool_id(house), house.wrong()) == ("p-1", {})


async def test_id_of_another_pool_of_the_file_is_refused(house: House) -> None:
    """Two keys for one pool of the cloud would fight over it."""
    house.clouds["default"].add_pool("p-1", "Pool A")
    await looked_up(house, NAMED + '[pools.b]\nid = "p-1"\npolicies = ["stop at 20:00"]\n')
    assert pool_id(house) is None
    assert house.wrong() == {
        "pool.unresolved default/a": (
            "pool a: the cloud's pool p-1 of that name is pool b of the schedule file already"
        )
    }


async def test_pools_of_one_key_in_two_projects_are_told_apart(house: House) -> None:
    """A key is unique in its project only."""
    text = """timezone = "UTC"
[projects.north]
[projects.south]
[pools.n]
project = "north"
policies = ["stop at 20:00"]
[pools.s]
project = "south"
policies = ["stop at 20:00"]
"""
    house.clouds["north"].add_pool("p-n", "n")
    await looked_up(house, text)
    assert (pool_id(house, "n", "north"), pool_id(house, "s", "south")) == ("p-n", None)
    assert list(house.wrong()) == ["pool.unresolved south/s"]


async def test_pools_given_by_id_are_seen_to_be_there(house: House) -> None:
    """A wrong id, region or credential is told before anything is due."""
    await house.bring()
    namer = Namer(house.engine, house.troubles)
    assert house.versions.standing.timetable is not None
    namer.learn(house.versions.standing.timetable)
    await namer.look_up()
    told = house.wrong()
    assert list(told) == ["pool.missing default"]
    for pool in house.engine.book.timetable.pools:
        house.clouds["default"].add_pool(pool.pool_id or "")
    await namer.look_up()
    assert (house.wrong(), namer.is_complete) == ({}, True)


async def test_wrong_ids_are_told_together(house: House) -> None:
    """A wrong region makes every id wrong: one trouble, a few names."""
    pools = "".join(f'[pools.p{n}]\nid = "x-{n}"\npolicies = ["stop at 20:00"]\n' for n in range(8))
    await looked_up(house, f'timezone = "UTC"\n{pools}')
    (trouble,) = house.troubles.all()
    assert (trouble.code, trouble.message.endswith("p4 (x-4) and 3 more")) == ("pool.missing", True)


async def test_what_cannot_be_stored_is_not_taken_for_known(house: House) -> None:
    """An id that only memory knows would be forgotten by a crash."""
    namer = await looked_up(house)
    house.clouds["default"].add_pool("p-1", "Pool A")
    disk = FullDisk(house)
    with pytest.raises(LedgerUnavailable):
        await namer.look_up()
    assert pool_id(house) is None
    disk.make_room()
    await namer.look_up()
    assert pool_id(house) == "p-1"


async def test_project_that_left_while_names_are_looked_up_is_passed_over(house: House) -> None:
    """Another version came meanwhile, and its lane has gone; that version's pools are looked up next."""
    namer = await looked_up(house)
    asked = len(house.clouds["default"].calls)
    house.engine.lanes.clear()
    await namer.look_up()
    assert len(house.clouds["default"].calls) == asked
