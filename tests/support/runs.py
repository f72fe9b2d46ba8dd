"""Runs, answers and sights as tests of the pure decisions need them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from daemon.execution.backoff import Backoff
from daemon.ledger.runs import Run
from daemon.ledger.states import Origin, State
from daemon.timetable.actions import Action, ActionType
from daemon.workspace.answers import Answer, Fate, WorkspaceError
from daemon.workspace.models import Desktop, Job, SubJob
from tests.support.clock import MONDAY_NOON

NOW = MONDAY_NOON
STEADY_BACKOFF = Backoff(10.0, 300.0, lambda: 1.0)
"""Without luck: 10 s, 20 s, 40 s and so on."""


def a_run(**changes: Any) -> Run:
    """A stop of pool `a`, due now, waiting for its first attempt, but for what is said."""
    run = Run(
        id=7,
        pool_no=1,
        project="default",
        pool="a",
        pool_id="p-a",
        origin=Origin.SCHEDULE,
        action=Action.STOP,
        type=ActionType.SOFT,
        scheduled_at=NOW,
        due_at=NOW,
        retry_for=timedelta(hours=2),
        catch_up=timedelta(hours=2),
        state=State.PENDING,
    )
    return replace(run, **changes)


def attempted(**changes: Any) -> Run:
    """The same while its first attempt is under way."""
    return a_run(**{"state": State.ATTEMPTING, "attempts": 1, "first_attempt_at": NOW, **changes})


def an_answer(fate: Fate, **facts: Any) -> Answer:
    """An answer of this fate."""
    return Answer(fate, **facts)


CONFLICT = Answer(
    Fate.REFUSED_FOR_NOW, status=409, error_code="WKS.00010032", error_msg="operation conflict", request_id="r-409"
)
THROTTLED = Answer(Fate.REFUSED_FOR_NOW, status=429, error_code="APIGW.0308", retry_after=45.0)
LOST = Answer(Fate.LOST, error_msg="the connection was reset")
FAILED_INSIDE = Answer(Fate.LOST, status=503, error_code="APIGW.0201")
REFUSED = Answer(
    Fate.REFUSED,
    status=400,
    error_code="WKS.0001",
    error_msg="the desktop pool does not exist",
    error_detail="detail",
    encoded_authorization_message="encoded",
    request_id="r-400",
    duration=0.25,
)
FORBIDDEN = Answer(Fate.FORBIDDEN, status=403, error_code="APIGW.0302", error_msg="not authorised")
UNAUTHORISED = Answer(Fate.UNAUTHORISED, status=401, error_code="APIGW.0301")
NEVER_SENT = Answer(Fate.NEVER_SENT, error_msg="connection refused")
CLOCK_OFF = Answer(Fate.PROJECT, status=401, error_code="APIGW.0303", error_msg="the clock is off")
GONE = WorkspaceError("no such thing", Answer(Fate.REFUSED, status=404, error_code="WKS.0404"))
UNREADABLE = WorkspaceError("the answer was lost", Answer(Fate.LOST, status=502))
FORBIDDEN_TO_READ = WorkspaceError("may not be read", FORBIDDEN)


def a_desktop(number: int = 1, status: str = "SHUTOFF", task: str | None = None) -> Desktop:
    """A desktop `d-1` with computer name `D-1`."""
    return Desktop(f"d-{number}", f"D-{number}", status, task, None)


def a_job(status: str = "COMPLETE", **facts: Any) -> Job:
    """A job that is over."""
    values = {"error_code": None, "fail_reason": None, "sub_jobs_total": None, "begin_time": None}
    return Job("job-1", "operateDesktops", status, **{**values, **facts})


def a_part(number: int = 1, status: str = "SUCCESS", code: str | None = None, **facts: Any) -> SubJob:
    """The part of `job-1` that concerns desktop `d-1`."""
    part = SubJob(
        sub_job_id=f"s-{number}",
        job_id="job-1",
        job_type="operateDesktops",
        action=None,
        status=status,
        error_code=code,
        fail_reason=None,
        begin_time=None,
        desktop_id=f"d-{number}",
        desktop_name=f"D-{number}",
    )
    return replace(part, **facts)
