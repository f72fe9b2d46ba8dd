"""What the ledger answers about the past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from daemon.ledger import history
from daemon.ledger.connect import writing_engine
from daemon.ledger.migrate import migrate
from daemon.timetable.selection import UnknownPoolError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import Connection

AT = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def conn(tmp_path: Path) -> Iterator[Connection]:
    """A migrated ledger, inside a transaction."""
    migrate(tmp_path / "ledger.db")
    with writing_engine(tmp_path / "ledger.db").connect() as connection, connection.begin():
        yield connection


@pytest.fixture
def past(conn: Connection, rows: Callable[[Connection], Any]) -> Any:
    """Three pools in two projects, with a run an hour; the maker of rows for more."""
    make = rows(conn)
    make.pool("engineering", pool_id="id-e")
    make.pool("call-centre")
    make.pool("engineering", project="asia")
    for hour in range(6):
        pool = hour % 3 + 1
        make.run(
            pool, AT + hour * HOUR, "failed" if hour == 4 else "succeeded", project="asia" if pool == 3 else "default"
        )
    return make


def runs(records: list[history.RunRecord]) -> list[int]:
    """Their ids."""
    return [record.run for record in records]


@pytest.mark.usefixtures("past")
class TestFilters:
    """Each filter alone, and together."""

    def test_newest_first(self, conn: Connection) -> None:
        """Without a filter, the newest runs come first, up to the limit (protocol 1.6)."""
        assert runs(history.history(conn)) == [6, 5, 4, 3, 2, 1]
        assert runs(history.history(conn, limit=2)) == [6, 5]

    @pytest.mark.parametrize(
        ("pool", "found"),
        [
            ("call-centre", [5, 2]),
            ("engineering", [6, 4, 3, 1]),
            ("default/engineering", [4, 1]),
            ("asia/*", [6, 3]),
            ("c*", [5, 2]),
            ("*", [6, 5, 4, 3, 2, 1]),
            ("id-e", [4, 1]),
            ("Engineering", []),
            ("nobody", []),
        ],
    )
    def test_pool_by_key_project_pattern_or_id(self, conn: Connection, pool: str, found: list[int]) -> None:
        """A pool is named as everywhere else: key, project/key, pattern, or the cloud's id."""
        assert runs(history.history(conn, pool)) == found

    def test_project(self, conn: Connection) -> None:
        """One project's runs only, alone and with a pool."""
        assert runs(history.history(conn, project="asia")) == [6, 3]
        assert runs(history.history(conn, "engineering", project="default")) == [4, 1]

    def test_since_is_inclusive(self, conn: Connection) -> None:
        """From the instant itself on, by the instant that the policy names."""
        assert runs(history.history(conn, since=AT + 4 * HOUR)) == [6, 5]
        assert runs(history.history(conn, since=AT + 9 * HOUR)) == []
        assert runs(history.history(conn, "engineering", since=AT + HOUR)) == [6, 4, 3]

    def test_state(self, conn: Connection) -> None:
        """One state only."""
        assert runs(history.history(conn, state="failed")) == [5]
        assert runs(history.history(conn, "call-centre", state="failed", since=AT)) == [5]
        assert runs(history.history(conn, state="pending")) == []

    def test_many_pools_are_found_as_few_are(self, conn: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
        """Above a number of pools the question is asked differently, with the same answer."""
        asked = [
            ("engineering", None, None),
            ("*", AT + HOUR, "succeeded"),
            ("asia/*", AT, None),
            ("c*", None, "failed"),
        ]
        few = [runs(history.history(conn, *question)) for question in asked]
        monkeypatch.setattr(history, "MANY", 0)
        assert [runs(history.history(conn, *question)) for question in asked] == few


def test_run_scheduled_out_of_order_is_found_by_its_instant(conn: Connection, past: Any) -> None:
    """A greater id with an earlier instant does not hide what lies between (protocol 6.2)."""
    early = past.run(1, AT - 5 * HOUR, "void")
    assert runs(history.history(conn, since=AT + 5 * HOUR)) == [6]
    assert runs(history.history(conn, since=AT - 5 * HOUR))[0] == early


def test_record_holds_what_the_row_holds(conn: Connection, past: Any) -> None:
    """Each field comes from its own column."""
    version = past.version()
    run = past.run(
        1, AT + 9 * HOUR, "failed", origin="manual", type="HARD", pool_id="id-e", reason="no", who="uid 0",
        first_attempt_at=AT, attempts=2, job_id="j", error_code="WKS.1", version=version, request="r",
    )  # fmt: skip
    (record,) = history.history(conn, limit=1)
    assert record.to_json() == {
        "run": run, "project": "default", "pool": "engineering", "pool_id": "id-e", "origin": "manual",
        "action": "stop", "type": "HARD", "policy": None, "scheduled_at": "2026-11-24T04:00:00Z",
        "due_at": "2026-11-24T04:00:00Z", "first_attempt_at": "2026-11-23T19:00:00Z",
        "finished_at": "2026-11-24T04:00:00Z", "state": "failed", "reason": "no", "attempts": 2, "job_id": "j",
        "error_code": "WKS.1", "who": "uid 0", "override": None, "version": version,
    }  # fmt: skip


def test_show_gives_attempts_jobs_and_desktops_of_one_run_only(conn: Connection, past: Any) -> None:
    """Everything on record about a run, in order, and nothing of another's (protocol 4.13)."""
    run = past.run(1, AT + 9 * HOUR, "partial", eclipsed=[["stop at 20:00", "schedule x"]], source="pool y", parent=1)
    for of_run in (1, run):
        first = past.attempt(of_run, 1, answered_at=AT, fate="refused for now", status=409, duration=HOUR / 3600)
        past.attempt(of_run, 2)
        past.job(of_run, 1, f"job-{of_run}", attempt=first, status="COMPLETE")
        past.desktop(of_run, "d-2", computer_name="PC-2")
        past.desktop(of_run, "d-1", computer_name="PC-1")
    detail = history.show(conn, run)
    assert detail is not None
    assert [(attempt.number, attempt.status) for attempt in detail.attempts] == [(1, 409), (2, None)]
    assert detail.to_json()["attempts_detail"][0]["duration"] == 1.0
    assert [job.job_id for job in detail.jobs] == [f"job-{run}"]
    assert [desktop.computer_name for desktop in detail.desktops] == ["PC-1", "PC-2"]
    assert (detail.source, detail.eclipsed, detail.parent) == ("pool y", (("stop at 20:00", "schedule x"),), 1)


def test_ledger_without_pools_calls_none_unknown(conn: Connection) -> None:
    """It knows too little."""
    history.require_known(conn, "nobody")


@pytest.mark.usefixtures("past")
@pytest.mark.parametrize(
    ("name", "mend"),
    [("Engineerin", "did you mean 'engineering'?"), ("z*", "poolpower status lists those of the schedule")],
)
def test_unknown_pool_is_named_with_the_one_that_was_meant(conn: Connection, name: str, mend: str) -> None:
    """As everywhere else where a pool is named."""
    history.require_known(conn, "c*")
    with pytest.raises(UnknownPoolError, match="no pool on record is called") as raised:
        history.require_known(conn, name)
    assert raised.value.hint == mend


def test_show_of_an_unknown_run_is_nothing(conn: Connection) -> None:
    """There is no run of that number."""
    assert history.show(conn, 1) is None


def test_run_that_eclipsed_nothing_says_so(conn: Connection, past: Any) -> None:
    """An ordinary run has no others beside it (protocol 1.5)."""
    del past
    detail = history.show(conn, 1)
    assert detail is not None
    assert (detail.eclipsed, detail.attempts, detail.jobs, detail.desktops) == ((), (), (), ())


def test_each_pool_has_its_last_finished_and_its_newest_open_run(conn: Connection, past: Any) -> None:
    """What `status` shows of every pool, in two questions."""
    past.run(1, AT + 7 * HOUR, "attempting")
    past.run(1, AT + 8 * HOUR, "pending")
    past.run(2, AT + 8 * HOUR, "pending")
    assert runs(history.last_finished(conn)) == [4, 5, 6]
    assert runs(history.newest_open(conn)) == [8, 9]


@pytest.mark.parametrize(
    ("arguments", "index"),
    [
        ({"pool": "engineering"}, "runs_by_pool"),
        ({"state": "failed"}, "runs_by_state"),
        ({"since": AT}, "runs_by_scheduled_at"),
    ],
)
def test_filters_are_answered_from_an_index(
    conn: Connection, past: Any, arguments: dict[str, Any], index: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No question reads the whole table, so that a reader is short (protocol 7.1)."""
    del past
    asked: list[Any] = []
    real = type(conn).execute

    def note(self: Connection, statement: Any, *rest: Any) -> Any:
        asked.append(statement)
        return real(self, statement, *rest)

    monkeypatch.setattr(type(conn), "execute", note)
    history.history(conn, **arguments)
    compiled = asked[-1].compile(conn, compile_kwargs={"literal_binds": True, "render_postcompile": True})
    plan = [row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")]
    assert any(index in line for line in plan)
    assert not any(line.startswith("SCAN runs") for line in plan if "sub" not in line) or arguments == {"since": AT}
