"""What `retry --since` does again: a pool's last word and the newest reboot after it, where they did not end well."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from daemon.ledger.again import to_do_again
from daemon.ledger.connect import writing_engine
from daemon.ledger.migrate import migrate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection

AT = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

Told = list[tuple[str, str]]
"""(action, state) of each run, an hour apart."""


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[Connection]:
    """A migrated ledger, inside a transaction."""
    migrate(tmp_path / "ledger.db")
    with writing_engine(tmp_path / "ledger.db").connect() as connection, connection.begin():
        yield connection


@pytest.fixture
def make(conn: Connection, rows: Callable[[Connection], Any]) -> Any:
    """The maker of rows, with one pool."""
    maker = rows(conn)
    maker.pool("engineering")
    return maker


def again(conn: Connection, pools: tuple[int, ...] = (1,), since: datetime = AT, **other: Any) -> list[int]:
    """Ids of what is to be done again."""
    return [record.run for record in to_do_again(conn, pools, since, **other)]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([("stop", "failed")], [1]),
        ([("stop", "failed"), ("start", "succeeded")], []),
        ([("stop", "failed"), ("start", "pending")], []),
        ([("start", "succeeded"), ("stop", "failed")], [2]),
        ([("start", "failed"), ("stop", "skipped")], [1]),
        ([("start", "failed"), ("stop", "void")], [1]),
        ([("start", "failed"), ("reboot", "succeeded")], [1]),
        ([("start", "failed"), ("reboot", "skipped")], [1]),
        ([("start", "failed"), ("reboot", "missed")], [1, 2]),
        ([("start", "succeeded"), ("reboot", "failed")], [2]),
        ([("start", "succeeded"), ("reboot", "failed"), ("reboot", "succeeded")], []),
        ([("start", "succeeded"), ("reboot", "failed"), ("reboot", "void")], [2]),
        ([("reboot", "failed"), ("start", "succeeded")], []),
        ([("reboot", "failed"), ("start", "partial")], [2]),
        ([("stop", "failed"), ("reboot", "missed")], [1]),
        ([("hibernate", "succeeded"), ("reboot", "missed")], []),
        ([("reboot", "expired")], [1]),
    ],
)
def test_last_word_and_the_newest_reboot_after_it_decide(
    conn: Connection, make: Any, told: Told, expected: list[int]
) -> None:
    """What is older stands no more; a reboot takes nothing from a word (protocol 2.1 to 2.3)."""
    for hour, (action, state) in enumerate(told):
        make.run(1, AT + hour * HOUR, state, action=action)
    assert again(conn) == expected


@pytest.mark.parametrize(
    ("state", "is_worth_it"),
    [
        ("failed", True),
        ("partial", True),
        ("expired", True),
        ("missed", True),
        ("unknown", True),
        ("succeeded", False),
        ("superseded", False),
        ("attempting", False),
    ],
)
def test_only_what_did_not_end_well_is_done_again(
    conn: Connection, make: Any, state: str, *, is_worth_it: bool
) -> None:
    """What is under way, or was overtaken, is not."""
    make.run(1, AT, state)
    assert again(conn) == [1] * is_worth_it


@pytest.mark.parametrize("origin", ["warning", "escalation"])
@pytest.mark.parametrize("action", ["start", "reboot"])
def test_warnings_and_escalations_are_no_words(conn: Connection, make: Any, origin: str, action: str) -> None:
    """They supersede nothing, and are no orders of their own (protocol 2.1)."""
    make.run(1, AT, "failed", action="start")
    make.run(1, AT + HOUR, "failed", action=action, origin=origin)
    assert again(conn) == [1]


def test_what_the_end_of_a_hold_calls_for_is_a_word(conn: Connection, make: Any) -> None:
    """It stands like any other, in place of what is older (protocol 1.4, 4.10)."""
    make.run(1, AT, "failed", action="start")
    make.run(1, AT + HOUR, "failed", action="stop", origin="enforce")
    assert again(conn) == [2]


def test_last_word_from_before_is_left_as_it_is(conn: Connection, make: Any) -> None:
    """``--since`` bounds what is done again, not what is looked at: a newer success is seen in any case."""
    make.run(1, AT - HOUR, "failed", action="start")
    assert again(conn) == []
    make.run(1, AT, "failed", action="reboot")
    assert again(conn) == [2]


def test_each_pool_is_asked_by_itself_words_before_reboots(conn: Connection, make: Any) -> None:
    """Pools that are not asked about, or have no run, give nothing."""
    for key in ("b", "c", "d"):
        make.pool(key)
    make.run(1, AT, "failed", action="start")
    make.run(1, AT, "failed", action="reboot")
    make.run(2, AT, "missed")
    make.run(3, AT, "failed")
    assert again(conn, (1, 2, 4)) == [1, 3, 2]


def test_runs_of_the_call_itself_do_not_count(conn: Connection, make: Any) -> None:
    """A call that is repeated because its answer was lost finds what it found before."""
    make.run(1, AT, "failed")
    make.run(1, AT + HOUR, "pending", origin="manual", request="r")
    assert again(conn) == []
    assert again(conn, requests=("r", "r reboot")) == [1]


def test_thousands_of_newer_runs_hide_nothing(conn: Connection, make: Any) -> None:
    """A busy pool's runs do not push a quiet pool's last word out of sight."""
    make.pool("busy")
    make.run(1, AT, "failed")
    for minute in range(300):
        make.run(2, AT + HOUR + timedelta(minutes=minute), "succeeded")
    assert again(conn, (1, 2)) == [1]
