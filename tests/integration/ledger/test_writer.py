"""The one writer: what is asked for together is committed together, and each waiter gets what is its own."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, OperationalError

from daemon.ledger import connect, schema
from daemon.ledger.committing import GroupCommit
from daemon.ledger.errors import LedgerClosed, LedgerError, LedgerFull, LedgerUnavailable
from daemon.ledger.ledger import open_ledger
from daemon.ledger.reserve import Reserve
from daemon.ledger.writer import LARGEST_GROUP, Committed, Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

    from daemon.ledger.ledger import Ledger

AT = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)

calls: list[list[str]] = []


@pytest.fixture(autouse=True)
def _no_calls() -> None:
    calls.clear()


def add_pools(conn: Connection, keys: Sequence[str]) -> list[int]:
    """A bulk: pools by key, their numbers back."""
    calls.append(list(keys))
    return [add_pool(conn, key) for key in keys]


def add_pool(conn: Connection, key: str) -> int:
    """Insert a pool; a key twice is refused by the database."""
    values = {"project": "default", "key": key, "name": key, "present": True}
    return int(conn.execute(schema.pools.insert().values(**values)).inserted_primary_key[0])


def count_pools(conn: Connection) -> int:
    """How many there are."""
    return conn.execute(select(func.count()).select_from(schema.pools)).scalar_one()


def fail(_conn: Connection) -> None:
    """A unit with a mistake."""
    raise ValueError("a mistake")


def fail_at_commit(conn: Connection) -> None:
    """A unit after which COMMIT is refused."""
    conn.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    conn.exec_driver_sql("INSERT INTO overrides (pool_no, kind, starts_at, created_at) VALUES (99, 'pause', 0, 0)")


async def test_result_comes_once_it_is_on_record(ledger: Ledger) -> None:
    """What a waiter has been told, a reader sees."""
    number = await ledger.writer.do(lambda conn: add_pool(conn, "engineering"))
    with ledger.reader() as conn:
        assert conn.execute(select(schema.pools.c.no)).scalars().all() == [number]


async def test_what_is_asked_for_together_is_one_commit(ledger: Ledger) -> None:
    """Fifty changes of one moment wait for the disk once (protocol 7.1)."""
    await asyncio.gather(*(ledger.writer.do(lambda conn, n=n: add_pool(conn, f"p{n}")) for n in range(50)))
    assert ledger.writer.committed == Committed(groups=1, orders=50, failed=0)


async def test_items_of_one_bulk_meet_in_one_call(ledger: Ledger) -> None:
    """A bulk is called once for the items of a group, each waiter gets the result of its own item."""
    keys = [f"p{n}" for n in range(20)]
    numbers = await asyncio.gather(*(ledger.writer.add(add_pools, key) for key in keys))
    assert calls == [keys]
    with ledger.reader() as conn:
        stored = dict(conn.execute(select(schema.pools.c.key, schema.pools.c.no)).all())
    assert dict(zip(keys, numbers, strict=True)) == stored


async def test_while_a_group_is_under_way_the_next_one_gathers(ledger: Ledger) -> None:
    """One group is with the thread, all that comes meanwhile is the next (protocol 7.1)."""
    entered, leave = threading.Event(), threading.Event()

    def linger(_conn: Connection) -> None:
        entered.set()
        leave.wait()

    first = asyncio.create_task(ledger.writer.do(linger))
    await asyncio.to_thread(entered.wait)
    later = [asyncio.create_task(ledger.writer.add(add_pools, f"p{n}")) for n in range(10)]
    await asyncio.sleep(0)
    leave.set()
    await asyncio.gather(first, *later)
    assert ledger.writer.committed.groups == 2
    assert len(calls) == 1


async def test_units_are_carried_out_in_the_order_they_came(ledger: Ledger) -> None:
    """Who asks first is first, within a group and from group to group."""
    order: list[int] = []
    await asyncio.gather(*(ledger.writer.do(lambda _conn, n=n: order.append(n)) for n in range(100)))
    assert order == list(range(100))


async def test_concurrent_read_modify_writes_lose_nothing(ledger: Ledger) -> None:
    """A hundred units that each read a number and write it one greater make a hundred (protocol 7.1)."""

    def count_up(conn: Connection) -> None:
        beat = conn.execute(select(schema.heart.c.beat)).scalar_one()
        conn.execute(schema.heart.update().values(beat=beat + 1))

    await asyncio.gather(*(ledger.writer.do(count_up) for _ in range(100)))
    with ledger.reader() as conn:
        assert conn.execute(select(schema.heart.c.beat)).scalar_one() == 100


async def test_unit_that_raises_is_taken_back_alone(ledger: Ledger) -> None:
    """Its waiter gets what it raised, the rest of the group is committed (protocol 7.1)."""

    def half(conn: Connection) -> None:
        add_pool(conn, "half done")
        raise ValueError("in the middle")

    results = await asyncio.gather(
        ledger.writer.do(lambda conn: add_pool(conn, "before")),
        ledger.writer.do(half),
        ledger.writer.do(lambda conn: add_pool(conn, "after")),
        return_exceptions=True,
    )
    assert isinstance(results[1], ValueError)
    assert ledger.writer.committed.groups == 1
    assert ledger.writer.failing is None
    with ledger.reader() as conn:
        assert set(conn.execute(select(schema.pools.c.key)).scalars()) == {"before", "after"}


async def test_bulk_that_raises_is_replayed_item_by_item(ledger: Ledger) -> None:
    """One bad item costs its own waiter only (protocol 7.1)."""
    keys = ["a", "b", "a", "c"]
    results = await asyncio.gather(*(ledger.writer.add(add_pools, key) for key in keys), return_exceptions=True)
    assert [type(result) for result in results] == [int, int, IntegrityError, int]
    assert calls == [keys, keys, ["a"], ["b"], ["a"], ["c"]]  # in one go, in a savepoint, each in its own
    with ledger.reader() as conn:
        assert count_pools(conn) == 3


async def test_bulk_that_returns_too_little_is_an_error_of_its_items(ledger: Ledger) -> None:
    """Results that cannot be told apart are given to nobody, and nothing of them stays."""

    def forget(conn: Connection, keys: Sequence[str]) -> list[int]:
        add_pools(conn, keys)
        return []

    results = await asyncio.gather(*(ledger.writer.add(forget, key) for key in "ab"), return_exceptions=True)
    assert [type(result) for result in results] == [ValueError, ValueError]
    with ledger.reader() as conn:
        assert count_pools(conn) == 0


async def test_stop_iteration_of_a_unit_reaches_its_waiter(ledger: Ledger) -> None:
    """A future cannot carry StopIteration: it is told as an error of ours."""
    with pytest.raises(LedgerError, match="StopIteration"):
        await ledger.writer.do(lambda _conn: next(iter(())))


async def test_order_cancelled_before_it_is_handed_over_is_dropped(ledger: Ledger) -> None:
    """Nobody waits for it any more, so it is not carried out."""
    task = asyncio.create_task(ledger.writer.add(add_pools, "dropped"))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await ledger.writer.add(add_pools, "kept")
    assert calls == [["kept"]]


async def test_group_of_which_all_were_cancelled_is_none(url: str) -> None:
    """An order alone that is cancelled costs no commit."""
    ledger = open_ledger(url, now=AT, gather=0)
    task = asyncio.create_task(ledger.writer.do(count_pools))
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await ledger.aclose()
    assert ledger.writer.committed.groups == 0


async def test_order_cancelled_afterwards_is_carried_out(ledger: Ledger) -> None:
    """What the thread has begun it finishes; the result is heard by nobody."""
    entered, leave = threading.Event(), threading.Event()

    def linger(conn: Connection) -> None:
        entered.set()
        leave.wait()
        add_pool(conn, "carried out")

    task = asyncio.create_task(ledger.writer.do(linger))
    await asyncio.to_thread(entered.wait)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    leave.set()
    assert await ledger.writer.do(count_pools) == 1


async def test_failed_commit_fails_every_unit_of_its_group(ledger: Ledger) -> None:
    """Nothing may be assumed of any of them, and the writer goes on with the next group (protocol 7.1)."""
    results = await asyncio.gather(
        ledger.writer.do(lambda conn: add_pool(conn, "a")),
        ledger.writer.do(fail_at_commit),
        ledger.writer.add(add_pools, "b"),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [LedgerUnavailable] * 3
    assert len({id(result) for result in results}) == 3
    assert ledger.writer.committed.failed == 1
    assert await ledger.writer.do(count_pools) == 0


async def test_failing_is_said_until_a_change_has_been_committed(ledger: Ledger) -> None:
    """A commit that changes nothing proves nothing about the disk (protocol 7.2)."""
    with pytest.raises(LedgerUnavailable):
        await ledger.writer.do(fail_at_commit)
    assert isinstance(ledger.writer.failing, LedgerUnavailable)
    await ledger.writer.do(count_pools)
    assert ledger.writer.failing is not None
    await ledger.writer.do(lambda conn: add_pool(conn, "works again"))
    assert ledger.writer.failing is None


@pytest.mark.parametrize("ending", ["ROLLBACK", "COMMIT"])
async def test_unit_that_ends_the_transaction_fails_the_group(ledger: Ledger, ending: str) -> None:
    """What comes after it would be outside of any transaction: nothing more is carried out (protocol 7.1)."""

    def end(conn: Connection) -> None:
        conn.exec_driver_sql(ending)

    results = await asyncio.gather(
        ledger.writer.do(end), ledger.writer.do(lambda conn: add_pool(conn, "outside")), return_exceptions=True
    )
    assert [type(result) for result in results] == [LedgerUnavailable] * 2
    assert await ledger.writer.do(count_pools) == 0


async def test_unit_that_ends_the_transaction_and_raises_fails_the_group(ledger: Ledger) -> None:
    """Its own error does not hide that the transaction is gone (protocol 7.1)."""

    def end(conn: Connection) -> None:
        conn.exec_driver_sql("ROLLBACK")
        raise ValueError("besides")

    with pytest.raises(LedgerUnavailable) as caught:
        await ledger.writer.do(end)
    assert "ended before its commit" in caught.value.message


async def test_ledger_locked_by_another_program_is_said(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody with a database shell in the middle of a transaction: the commit fails and works again afterwards."""
    monkeypatch.setattr(connect, "BUSY_TIMEOUT", 0.01)
    ledger = open_ledger(url, now=AT)
    shell = sqlite3.connect(ledger.path, isolation_level=None)
    shell.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerUnavailable, match="locked by another program"):
        await ledger.writer.do(lambda conn: add_pool(conn, "a"))
    shell.execute("ROLLBACK")
    shell.close()
    assert await ledger.writer.do(lambda conn: add_pool(conn, "a")) == 1
    await ledger.aclose()


async def test_writer_survives_what_breaks_it(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours on the thread fails one group, says so, and stops nothing else (protocol 4.13)."""

    def break_down(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    with monkeypatch.context() as patched:
        patched.setattr(GroupCommit, "carry_out", break_down)
        with pytest.raises(LedgerUnavailable, match="a fault of ours"):
            await ledger.writer.do(count_pools)
    assert await ledger.writer.do(count_pools) == 0


def test_group_whose_loop_is_gone_is_committed_in_silence() -> None:
    """A loop that was closed has no waiters left; the thread does not die of it."""
    loop = asyncio.new_event_loop()
    loop.close()
    Writer._call_back(loop, fail, None)


async def test_closing_commits_what_is_waiting(url: str) -> None:
    """What was asked for before is on record afterwards; what is asked for afterwards is refused."""
    ledger = open_ledger(url, now=AT, gather=60)
    tasks = [asyncio.create_task(ledger.writer.add(add_pools, f"p{n}")) for n in range(3)]
    await asyncio.sleep(0)
    await ledger.aclose()
    assert [task.result() for task in tasks] == [1, 2, 3]
    with pytest.raises(LedgerClosed):
        await ledger.writer.do(count_pools)
    with pytest.raises(LedgerClosed):
        await ledger.writer.checkpoint()
    await ledger.aclose()


async def test_closing_waits_for_the_group_under_way_and_the_one_behind_it(url: str) -> None:
    """A stop in the middle of a commit loses neither it nor what came meanwhile."""
    ledger = open_ledger(url, now=AT)
    entered, leave = threading.Event(), threading.Event()

    def linger(_conn: Connection) -> None:
        entered.set()
        leave.wait()

    first = asyncio.create_task(ledger.writer.do(linger))
    await asyncio.to_thread(entered.wait)
    second = asyncio.create_task(ledger.writer.do(lambda conn: add_pool(conn, "meanwhile")))
    await asyncio.sleep(0)
    closing = asyncio.create_task(ledger.aclose())
    await asyncio.sleep(0)
    leave.set()
    await closing
    assert (first.done(), second.result()) == (True, 1)


async def test_closing_that_is_given_up_still_ends_the_group(url: str) -> None:
    """Whoever waits for the end may stop waiting; the group under way is committed all the same."""
    ledger = open_ledger(url, now=AT)
    entered, leave = threading.Event(), threading.Event()

    def linger(_conn: Connection) -> None:
        entered.set()
        leave.wait()

    first = asyncio.create_task(ledger.writer.do(linger))
    await asyncio.to_thread(entered.wait)
    closing = asyncio.create_task(ledger.writer.aclose())
    await asyncio.sleep(0)
    closing.cancel()
    await asyncio.gather(closing, return_exceptions=True)
    leave.set()
    await first
    await ledger.aclose()


async def test_large_group_is_cut(ledger: Ledger) -> None:
    """No transaction grows without bound, however much is asked for at once."""
    await asyncio.gather(*(ledger.writer.do(count_pools) for _ in range(LARGEST_GROUP + 1)))
    assert ledger.writer.committed == Committed(groups=2, orders=LARGEST_GROUP + 1, failed=0)


async def test_checkpoint_empties_the_log(ledger: Ledger) -> None:
    """The write-ahead log is moved into the database between two groups (protocol 7.1)."""
    await ledger.writer.do(lambda conn: add_pool(conn, "a"))
    log = ledger.path.with_name(ledger.path.name + "-wal")
    assert log.stat().st_size > 0
    assert (await ledger.tend()).complete
    assert log.stat().st_size == 0


async def test_checkpoint_never_waits_for_a_reader(ledger: Ledger) -> None:
    """A reader in the middle of its snapshot keeps the log as it is; commits go on (protocol 7.1)."""
    await ledger.writer.do(lambda conn: add_pool(conn, "a"))
    with ledger.reader() as conn:
        assert count_pools(conn) == 1
        await ledger.writer.do(lambda conn: add_pool(conn, "b"))
        assert not (await ledger.writer.checkpoint()).complete
        assert count_pools(conn) == 1
    assert (await ledger.writer.checkpoint()).complete


async def test_checkpoint_that_fails_is_said(path: Path) -> None:
    """Where the ledger cannot even be opened, the chore says why."""
    path.parent.mkdir()
    writer = Writer(path, Reserve(path.with_name("reserve")))
    with pytest.raises(LedgerUnavailable, match="cannot be written"):
        await writer.checkpoint()
    await writer.aclose()


class _Room(Reserve):
    """A reserve that says when it was freed."""

    freed = 0

    def free(self) -> bool:
        self.freed += 1
        return super().free()


def _fill(room: _Room) -> Callable[[Connection], int]:
    """A unit that needs more pages than the ledger may have, until the reserve has been freed."""

    def unit(conn: Connection) -> int:
        pages = conn.exec_driver_sql("PRAGMA page_count").scalar_one()
        conn.exec_driver_sql(f"PRAGMA max_page_count={pages + (1000 if room.freed else 0)}")
        return add_pool(conn, "x" * 100_000)

    return unit


async def test_on_a_full_disk_the_reserve_is_freed_and_the_group_carried_out_again(
    ledger: Ledger, tmp_path: Path
) -> None:
    """The reserve makes room for what is in memory; every unit of the group is replayed (protocol 7.2)."""
    room = _Room(tmp_path / "reserve", size=4096)
    room.make()
    writer = Writer(ledger.path, room)
    results = await asyncio.gather(writer.add(add_pools, "a"), writer.do(_fill(room)))
    assert results == [1, 2]
    assert (room.freed, writer.failing, calls) == (1, None, [["a"], ["a"]])
    await writer.aclose()


async def test_full_disk_without_a_reserve_fails_the_group_and_heals(ledger: Ledger, tmp_path: Path) -> None:
    """The whole transaction is gone, savepoints too; once there is room, commits work again (protocol 7.2)."""
    room = _Room(tmp_path / "reserve", size=4096)
    writer = Writer(ledger.path, room)
    results = await asyncio.gather(writer.add(add_pools, "a"), writer.do(_fill(room)), return_exceptions=True)
    assert [type(result) for result in results] == [LedgerFull] * 2
    assert isinstance(writer.failing, LedgerFull)
    assert await writer.add(add_pools, "a") == 1
    assert writer.failing is None
    await writer.aclose()


async def test_what_was_taken_back_does_not_heal_the_ledger(ledger: Ledger) -> None:
    """A unit that writes and then raises has committed nothing; one that stands beside it has (protocol 7.2)."""

    def half(conn: Connection) -> None:
        add_pool(conn, "half done")
        raise ValueError("no")

    with pytest.raises(LedgerUnavailable):
        await ledger.writer.do(fail_at_commit)
    with pytest.raises(ValueError, match="no"):
        await ledger.writer.do(half)
    assert ledger.writer.failing is not None
    await asyncio.gather(
        ledger.writer.do(half), ledger.writer.do(lambda conn: add_pool(conn, "whole")), return_exceptions=True
    )
    assert ledger.writer.failing is None


async def test_disk_that_fills_in_the_second_go_fails_the_group(ledger: Ledger) -> None:
    """Savepoints do not save what SQLite has taken back as a whole (protocol 7.1)."""
    tries = []

    def unit(conn: Connection) -> None:
        tries.append(conn)
        if len(tries) == 1:
            raise ValueError("which one was it?")
        raise OperationalError("INSERT", {}, _full())

    results = await asyncio.gather(
        ledger.writer.do(unit), ledger.writer.do(lambda conn: add_pool(conn, "beside")), return_exceptions=True
    )
    assert [type(result) for result in results] == [LedgerFull] * 2


def _full() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = sqlite3.SQLITE_FULL
    return error


async def test_reserve_is_made_again_by_the_chore(ledger: Ledger) -> None:
    """Once the disk has room, there is a reserve for the next time; not while commits fail (protocol 7.2)."""
    assert ledger.reserve.free()
    with pytest.raises(LedgerUnavailable):
        await ledger.writer.do(fail_at_commit)
    await ledger.tend()
    assert not ledger.reserve.is_there
    await ledger.writer.do(lambda conn: add_pool(conn, "works again"))
    await ledger.tend()
    assert ledger.reserve.is_there
