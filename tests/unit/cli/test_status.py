"""``status`` and ``health``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable


PAUSE = {"override": 1, "kind": "pause", "action": None, "until": None, "reason": None, "who": None, "more": 0}


@pytest.fixture
def status(row: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """Give a daemon in every kind of trouble."""
    planned = {"at": "2026-11-24T06:30:00Z", "action": "start", "type": "SOFT"}
    return {
        "version": "0.1.0",
        "mode": "act",
        "pid": 12,
        "started_at": "2026-11-23T10:00:00Z",
        "ledger": "/var/lib/poolpower/ledger.db",
        "socket": "/run/poolpower/control.sock",
        "watermark": "2026-11-23T19:00:00Z",
        "next_at": "2026-11-24T06:30:00Z",
        "schedules": {
            "file": "/etc/poolpower/schedules.toml",
            "version": 3,
            "hash": "abc",
            "accepted_at": "2026-11-23T10:00:00Z",
            "error": "schedules.toml:3:1: unknown key",
            "held": "it takes away 5 of 9 pools",
            "warnings": 2,
        },
        "trouble": [
            {"code": "ledger", "message": "the disk is full", "hint": "make room", "since": "2026-11-23T18:00:00Z"},
            {"code": "x", "message": "a pool is \x1b[2Jlost", "hint": None, "since": "2026-11-23T18:00:00Z"},
        ],
        "warnings": [
            {
                "code": "pause.long",
                "message": "pool design: pause",
                "hint": "resume it",
                "since": "2026-11-23T18:00:00Z",
            },
            {"code": "x", "message": "a calendar", "hint": None, "since": "2026-11-23T18:00:00Z"},
        ],
        "projects": [
            _project("default", in_flight=2, waiting=40),
            _project("idle"),
            {**_project("shanghai"), "halted": True, "reason": "APIGW.0303", "since": "2026-11-23T18:00:00Z"},
        ],
        "pools": [
            _pool("engineering", next=planned, last=row(), open=row(state="accepted", reason=None)),
            _pool("design", override=PAUSE, pool_id=None),
            _pool("lab", override={**PAUSE, "kind": "skip", "action": "stop", "until": "2026-12-01T00:00:00Z"}),
        ],
    }


def test_status_tells_daemon_trouble_projects_and_pools(
    poolpower: Callable[..., Any], server: Any, status: dict[str, Any]
) -> None:
    """Everything an administrator would look for is on one page."""
    server.answer("GET /v1/status", status)
    done = poolpower("status")
    assert done.code == 0
    for told in (
        "poolpower 0.1.0, mode act, since Mon 2026-11-23",
        "schedules  /etc/poolpower/schedules.toml  version 3, accepted Mon 2026-11-23",
        "2 warnings (`poolpower check`)",
        "the schedule file as it is now is not in force: schedules.toml:3:1: unknown key",
        "the changed schedule file waits for consent: it takes away 5 of 9 pools (`poolpower reload --accept` takes it",
        "the disk is full, since",
        "(make room)",
        "a pool is \\x1b[2Jlost",
        "project    default (eu-west-101): 2 in flight, 40 waiting",
        "project    shanghai (eu-west-101): halted since",
        "start",
        "succeeded",
        "run 7  engineering  stop SOFT  accepted, job job-1",
        "warning    pool design: pause (resume it)",
        "warning    a calendar",
        "pause until resumed; not found in the cloud yet: 'design'",
    ):
        assert told in done.out
    assert "idle" not in done.out


def test_status_says_who_put_what_on_a_pool_and_why(
    poolpower: Callable[..., Any], server: Any, status: dict[str, Any]
) -> None:
    """With the action of a skip, and how many more there are."""
    skip = {"kind": "skip", "action": "stop", "until": "2026-12-01T00:00:00Z", "reason": "CHG", "who": "ann", "more": 2}
    status["pools"] = [_pool("design", override={**PAUSE, **skip}, pool_id="i")]
    server.answer("GET /v1/status", status)
    told = "skip stop until Tue 2026-12-01 00:00:00 +0000, by ann: CHG (and 2 more: `poolpower overrides`)"
    assert told in poolpower("status").out


def test_status_of_a_daemon_without_a_past_has_dashes(
    poolpower: Callable[..., Any], server: Any, status: dict[str, Any]
) -> None:
    """Nothing accepted, nothing due, nothing run."""
    status["schedules"] |= {"accepted_at": None, "error": None, "held": None, "warnings": 0}
    status |= {"next_at": None, "trouble": [], "warnings": [], "projects": [], "pools": [_pool("engineering")]}
    server.answer("GET /v1/status", status)
    out = poolpower("status").out
    assert "trouble" not in out
    assert "next       -" in out
    assert out.splitlines()[-1].split() == ["engineering", "-", "-", "-", "-"]


def test_status_as_json_is_what_the_daemon_says(
    poolpower: Callable[..., Any], server: Any, status: dict[str, Any]
) -> None:
    """Nothing is left out, nothing is added."""
    server.answer("GET /v1/status", status)
    assert poolpower("status", "--json").json == status


@pytest.mark.parametrize(("code", "ok", "expected"), [(200, True, 0), (503, False, 1), (503, True, 1)])
def test_health_is_one_line_and_an_exit_code(
    poolpower: Callable[..., Any], server: Any, *, code: int, ok: bool, expected: int
) -> None:
    """0 where the daemon does its work, 1 where not."""
    body = {"ok": ok, "line": "everything works", "trouble": []}
    server.answer("GET /v1/health", (code, body))
    done = poolpower("health")
    assert (done.code, done.out) == (expected, "everything works\n")
    done = poolpower("health", "--json")
    assert (done.code, done.json) == (expected, body)


def test_health_that_is_no_health_is_a_failure(poolpower: Callable[..., Any], server: Any) -> None:
    """Something else answers at the socket."""
    server.answer("GET /v1/health", (500, {"error": "internal", "hint": None}))
    done = poolpower("health")
    assert (done.code, done.err) == (1, "error: internal\n")


def _project(name: str, *, in_flight: int = 0, waiting: int = 0) -> dict[str, Any]:
    return {
        "project": name,
        "region": "eu-west-101",
        "halted": False,
        "reason": None,
        "since": None,
        "in_flight": in_flight,
        "waiting": waiting,
    }


def _pool(key: str, **fields: Any) -> dict[str, Any]:
    plain = {"project": "default", "pool": key, "pool_id": "id", "name": key}
    return {**plain, "next": None, "last": None, "open": None, "override": None, **fields}
