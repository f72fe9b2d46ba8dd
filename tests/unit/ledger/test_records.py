"""What `history` and `show` print of a run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from daemon.ledger.records import AttemptRecord, DesktopRecord, JobRecord, RunDetail, RunRecord, instant

AT = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)

RECORD = RunRecord(
    run=7,
    project="default",
    pool="engineering",
    pool_id="a130",
    origin="schedule",
    action="stop",
    type="SOFT",
    policy="stop at 20:00 SOFT",
    scheduled_at=AT,
    due_at=AT,
    first_attempt_at=AT + timedelta(milliseconds=12),
    finished_at=None,
    state="accepted",
    reason=None,
    attempts=1,
    job_id="job-1",
    error_code=None,
    who=None,
    override=None,
    version=3,
    pool_no=1,
)


def test_history_row_has_exactly_the_fields_of_the_design_in_its_order() -> None:
    """The JSON of a run is stable: these names, in this order, and no other."""
    assert list(RECORD.to_json()) == [
        "run",
        "project",
        "pool",
        "pool_id",
        "origin",
        "action",
        "type",
        "policy",
        "scheduled_at",
        "due_at",
        "first_attempt_at",
        "finished_at",
        "state",
        "reason",
        "attempts",
        "job_id",
        "error_code",
        "who",
        "override",
        "version",
    ]


def test_instants_are_iso_8601_with_z_and_a_fraction_only_where_there_is_one() -> None:
    """A policy's instant is printed to the second, a measured one to the millisecond, a missing one as null."""
    row = RECORD.to_json()
    assert row["scheduled_at"] == "2026-11-23T19:00:00Z"
    assert row["first_attempt_at"] == "2026-11-23T19:00:00.012Z"
    assert row["finished_at"] is None
    assert instant(AT) == "2026-11-23T19:00:00Z"


def test_show_is_the_history_row_with_attempts_jobs_and_desktops() -> None:
    """Every attempt has its time, status, codes, messages, request id and duration (protocol 4.13)."""
    attempt = AttemptRecord(
        1, "pool", AT, AT, "refused for now", 409, "WKS.00010032", "busy", "later", None, "req-1",
        timedelta(seconds=0.25), None,
    )  # fmt: skip
    detail = RunDetail(
        record=replace(RECORD, job_id=None),
        attempts=(attempt,),
        jobs=(JobRecord("job-1", "COMPLETE", True, AT, AT, None, None, 2, 7),),
        desktops=(DesktopRecord("d-1", "PC-1", "job-1", "refused", "ACTIVE", "WKS.1", "no"),),
        source="schedule office-hours",
        calendar="2026-11-23 workday (DE-BE)",
        eclipsed=(),
        parent=None,
        next_attempt_at=None,
    )
    shown = detail.to_json()
    assert list(shown)[-4:] == ["calendar", "attempts_detail", "jobs", "desktops"]
    assert shown["calendar"] == "2026-11-23 workday (DE-BE)"
    assert {name: shown[name] for name in RECORD.to_json()} == detail.record.to_json()
    assert shown["attempts_detail"] == [
        {
            "number": 1,
            "call": "pool",
            "sent_at": "2026-11-23T19:00:00Z",
            "answered_at": "2026-11-23T19:00:00Z",
            "fate": "refused for now",
            "status": 409,
            "error_code": "WKS.00010032",
            "error_msg": "busy",
            "error_detail": "later",
            "encoded_authorization_message": None,
            "request_id": "req-1",
            "duration": 0.25,
            "job_id": None,
        }
    ]
    assert (shown["jobs"][0]["sub_jobs_total"], shown["jobs"][0]["run"]) == (2, 7)
    assert shown["desktops"][0]["computer_name"] == "PC-1"
