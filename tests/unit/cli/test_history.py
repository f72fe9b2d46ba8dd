"""``history`` and ``show``, through the daemon and from the ledger's file."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from daemon.cli.runs import local
from daemon.ledger import history as ledger_history
from daemon.ledger.upkeep import upgrade

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NOW = datetime(2026, 11, 23, 20, tzinfo=UTC)


@pytest.fixture
def detail(row: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """Give a run with two attempts, a job and a desktop that failed."""
    attempt = {"number": 1, "sent_at": "2026-11-23T19:00:00Z", "fate": "refused for now", "status": 409}
    accepted = {"number": 2, "sent_at": "2026-11-23T19:00:06Z", "fate": "accepted", "status": 200, "job_id": "job-1"}
    return {
        **row(state="partial", reason="1 of 2 desktops refused"),
        "attempts_detail": [{**attempt, "error_code": "WKS.00010032", "error_msg": "busy \x1b[2J"}, accepted],
        "jobs": [{"job_id": "job-1", "status": "COMPLETE", "closed": True, "error_code": None}],
        "desktops": [
            {"desktop_id": "d-1", "computer_name": "PC-1", "result": "refused", "error_code": "WKS.1"},
            {"desktop_id": "d-2", "computer_name": "PC-2", "result": "done", "error_code": None},
        ],
    }


def test_history_asks_the_daemon(
    poolpower: Callable[..., Any], server: Any, row: Callable[..., dict[str, Any]]
) -> None:
    """The table goes to standard output, and nothing beside it: it is the daemon's own ledger."""
    server.answer("GET /v1/health", {"ok": True})
    server.answer("GET /v1/history", [row(project="shanghai", origin="manual"), row(run=6, error_code="WKS.1")])
    done = poolpower("history", "--pool", "eng*", "--state", "failed", "--limit", "2", "--since", "2026-11-23T00:00Z")
    assert done.code == 0
    assert "shanghai/engineering" in done.out
    assert "stop SOFT (manual)" in done.out
    assert done.err == ""
    assert server.requests[-1][1] == "/v1/history?pool=eng%2A&since=2026-11-23T00%3A00%3A00Z&state=failed&limit=2"


def test_long_reasons_are_clipped_in_the_table_only(
    poolpower: Callable[..., Any], server: Any, row: Callable[..., dict[str, Any]]
) -> None:
    """A gateway's page of text leaves the table a table; JSON and `show` have all of it."""
    server.answer("GET /v1/status", {"ledger": "x"})
    server.answer("GET /v1/history", [row(reason="no " * 200)])
    (line,) = poolpower("history").out.splitlines()[1:]
    assert line.endswith("no no…")
    assert len(line) < 250
    assert poolpower("history", "--json").json[0]["reason"] == "no " * 200


def test_history_as_json_is_rows_and_nothing_else(
    poolpower: Callable[..., Any], server: Any, row: Callable[..., dict[str, Any]]
) -> None:
    """Programs get an array, and not a word on standard error."""
    server.answer("GET /v1/status", {"ledger": "x"})
    server.answer("GET /v1/history", [row(), row(run=6)])
    done = poolpower("history", "--json")
    assert (done.json, done.err) == ([row(), row(run=6)], "")
    server.answer("GET /v1/history", [])
    assert poolpower("history", "--json").out == "[]\n"


def test_history_since_a_wall_time_is_in_the_files_zone(
    poolpower: Callable[..., Any], server: Any, schedule: Path
) -> None:
    """20:00 of Berlin is 19:00 UTC."""
    del schedule
    server.answer("GET /v1/status", {"ledger": "x"})
    server.answer("GET /v1/history", [])
    assert poolpower("history", "--since", "2026-11-23 20:00").out == "no runs\n"
    assert "since=2026-11-23T19%3A00%3A00Z" in server.requests[-1][1]


@pytest.mark.parametrize("text", [None, "timezone = 3\n", "timezone = \n", 'timezone = "Europe/Berln"\n'])
def test_wall_time_without_a_zone_to_take_is_wrong_use(
    poolpower: Callable[..., Any], machine: Path, text: str | None
) -> None:
    """No file, no zone, a broken file: an offset would do, and is asked for."""
    if text is not None:
        (machine / "schedules.toml").write_text(text)
    done = poolpower("history", "--since", "2026-11-23 20:00")
    assert (done.code, "write the offset" in done.err) == (2, True)


def test_history_without_a_daemon_reads_the_ledger(poolpower: Callable[..., Any], machine: Path) -> None:
    """The file is read where nobody answers, and that is said."""
    upgrade(f"sqlite:///{machine}/ledger.db", now=NOW)
    done = poolpower("history", "--pool", "engineering", "--since", "2h")
    assert (done.code, done.out) == (0, "no runs\n")
    assert f"reading {machine}/ledger.db (the daemon is not running" in done.err
    assert poolpower("history", "--json").out == "[]\n"
    assert poolpower("show", "1").code == 2


def test_runs_of_the_ledger_are_shown_as_the_daemon_would(
    poolpower: Callable[..., Any],
    machine: Path,
    monkeypatch: pytest.MonkeyPatch,
    row: Callable[..., dict[str, Any]],
    detail: dict[str, Any],
) -> None:
    """Both ways give the same JSON."""
    upgrade(f"sqlite:///{machine}/ledger.db", now=NOW)
    monkeypatch.setattr(ledger_history, "history", lambda _conn, **_asked: [_Record(row())])
    monkeypatch.setattr(ledger_history, "show", lambda _conn, _run: _Record(detail))
    assert poolpower("history", "--json").json == [row()]
    assert poolpower("show", "7", "--json").json == detail


def test_history_without_daemon_and_ledger_says_so(poolpower: Callable[..., Any]) -> None:
    """Nothing to read is a failure with its mend, not a trace."""
    done = poolpower("history")
    assert done.code == 1
    assert "there is no ledger at" in done.err
    assert "mend: " in done.err


def test_show_tells_the_whole_story(poolpower: Callable[..., Any], server: Any, detail: dict[str, Any]) -> None:
    """Every field that says something: of the run, each attempt, job and desktop."""
    server.answer("GET /v1/status", {"ledger": "x"})
    server.answer("GET /v1/runs/7", detail)
    done = poolpower("show", "7")
    assert done.code == 0
    for told in (
        "run 7  engineering  stop SOFT  partial: 1 of 2 desktops refused, job job-1",
        "policy            stop at 20:00 SOFT",
        "(2026-11-23T19:00:00Z)",
        "attempt 1",
        "error code        WKS.00010032",
        "error msg         busy \\x1b[2J",
        "attempt 2",
        "JOB ID  STATUS    CLOSED",
        "COMPLETE  yes",
        "DESKTOP ID  COMPUTER NAME  RESULT   ERROR CODE",
        "d-2         PC-2           done     -",
    ):
        assert told in done.out
    assert "who" not in done.out


def test_job_that_another_run_had_before_is_told_with_that_run(
    poolpower: Callable[..., Any], server: Any, detail: dict[str, Any]
) -> None:
    """Whose a job is needs no word, unless the cloud gave its id twice."""
    (job,) = detail["jobs"]
    server.answer("GET /v1/runs/7", {**detail, "jobs": [{**job, "run": 3}]}, {**detail, "jobs": [{**job, "run": 7}]})
    assert "KNOWN FOR RUN" in poolpower("show", "7").out
    assert "RUN\n" not in poolpower("show", "7").out


def test_show_of_a_run_without_jobs_ends_with_its_attempts(
    poolpower: Callable[..., Any], server: Any, detail: dict[str, Any]
) -> None:
    """Empty lists have no heading; JSON has them."""
    server.answer("GET /v1/status", {"ledger": "x"})
    server.answer("GET /v1/runs/7", {**detail, "jobs": [], "desktops": []})
    assert "desktops\n" not in poolpower("show", "7").out
    assert poolpower("show", "7", "--json").json["jobs"] == []


def test_show_of_an_unknown_run_is_wrong_use(poolpower: Callable[..., Any], server: Any) -> None:
    """A number that no run has."""
    server.answer("GET /v1/status", {"ledger": "x"})
    done = poolpower("show", "99")
    assert (done.code, done.out) == (2, "")
    assert "there is no run 99" in done.err


@pytest.mark.parametrize("command", ["show", "cancel", "retry"])
@pytest.mark.parametrize("text", ["abc", "0", "-3", "1.5"])
def test_what_is_no_run_number_is_wrong_use(poolpower: Callable[..., Any], command: str, text: str) -> None:
    """Where runs get their numbers is said."""
    done = poolpower(command, "--", text)
    assert (done.code, "`poolpower history` lists them" in done.err) == (2, True)


def test_pool_that_nobody_knows_is_wrong_use_with_and_without_a_daemon(
    poolpower: Callable[..., Any], server: Any
) -> None:
    """As for every command that is given a pool: exit code 2, and the one that was probably meant."""
    server.answer("GET /v1/history", (404, {"error": "no pool on record is called 'x'", "hint": "did you mean 'y'?"}))
    done = poolpower("history", "--pool", "x")
    assert (done.code, done.err) == (2, "error: no pool on record is called 'x'\nmend: did you mean 'y'?\n")


def test_other_refusals_of_show_are_passed_on(poolpower: Callable[..., Any], server: Any) -> None:
    """A daemon in trouble is not a missing run."""
    server.answer("GET /v1/status", {"ledger": "x"})
    server.answer("GET /v1/runs/7", (503, {"error": "the ledger cannot be read", "hint": None}))
    done = poolpower("show", "7")
    assert (done.code, done.err.splitlines()[-1]) == (1, "error: the ledger cannot be read")


class _Record:
    """A record of the ledger."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self._fields = fields

    def to_json(self) -> dict[str, Any]:
        return self._fields


def test_instants_name_their_zone() -> None:
    """A time without its offset is one of twenty-four."""
    shown = local("2026-11-23T21:17:54Z")
    assert datetime.strptime(shown, "%a %Y-%m-%d %H:%M:%S %z") == datetime(2026, 11, 23, 21, 17, 54, tzinfo=UTC)
    assert local(None) == "-"
