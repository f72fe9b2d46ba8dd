"""Runs as people and programs are shown them: the JSON of `history` and `show` (design, section 5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run as `history` shows it.

    Attributes:
        run: its id; newer = greater (protocol 1.6).
        project: of the pool.
        pool: the schedule file's key when the run was claimed.
        pool_id: the cloud's id it was sent to, None where it never had one.
        origin: ``schedule``, ``manual``, ``warning``, ``escalation`` or ``enforce``.
        action: ``start``, ``stop``, ``reboot`` or ``hibernate``.
        type: SOFT or HARD.
        policy: the sentence that called for it, None for a manual run.
        scheduled_at: the instant the policy names.
        due_at: the same with the pool's delay inside a spread.
        first_attempt_at: when the first request went out.
        finished_at: when it reached its final state, None while it is open.
        state: see protocol 4.
        reason: why it is in that state.
        attempts: action requests sent.
        job_id: the last job.
        error_code: of the last error.
        who: who asked for a manual run.
        override: the override that ended it.
        version: the version it was claimed under.
        pool_no: the pool's number in the ledger; not in the JSON.
    """

    run: int
    project: str
    pool: str
    pool_id: str | None
    origin: str
    action: str
    type: str
    policy: str | None
    scheduled_at: datetime
    due_at: datetime
    first_attempt_at: datetime | None
    finished_at: datetime | None
    state: str
    reason: str | None
    attempts: int
    job_id: str | None
    error_code: str | None
    who: str | None
    override: int | None
    version: int | None
    pool_no: int

    def to_json(self) -> dict[str, Any]:
        """The fields that the design promises, in its order."""
        return {name: _plain(getattr(self, name)) for name in RUN_FIELDS}


RUN_FIELDS = tuple(name for name in RunRecord.__slots__ if name != "pool_no")


@dataclass(frozen=True, slots=True)
class AttemptRecord:
    """One action request of a run (protocol 4.13).

    Attributes:
        number: 1 for the run's first.
        call: ``pool``, or ``desktops`` for the per-desktop call.
        sent_at: when its gate opened.
        answered_at: when its answer was stored, None where none is.
        fate: class of the answer (4.4).
        status: HTTP status.
        error_code: the cloud's.
        error_msg: the cloud's, or what went wrong on the way.
        error_detail: the cloud's.
        encoded_authorization_message: the cloud's.
        request_id: ``X-Request-Id``, what the vendor's support asks for.
        duration: seconds.
        job_id: the job it started.
    """

    number: int
    call: str
    sent_at: datetime
    answered_at: datetime | None
    fate: str | None
    status: int | None
    error_code: str | None
    error_msg: str | None
    error_detail: str | None
    encoded_authorization_message: str | None
    request_id: str | None
    duration: timedelta | None
    job_id: str | None

    def to_json(self) -> dict[str, Any]:
        """Every field."""
        return _json_of(self)


@dataclass(frozen=True, slots=True)
class JobRecord:
    """One job that a run started.

    Attributes:
        job_id: the cloud's id.
        status: as the cloud last spelled it, None before the first look.
        closed: it will not be looked at again.
        started_at: when it became known.
        looked_at: the last look.
        error_code: of the job as a whole.
        fail_reason: of the job as a whole.
        sub_jobs_total: how many parts it has.
        run: the run that it became known for first; another one where the cloud gave an id twice.
    """

    job_id: str
    status: str | None
    closed: bool
    started_at: datetime
    looked_at: datetime | None
    error_code: str | None
    fail_reason: str | None
    sub_jobs_total: int | None
    run: int

    def to_json(self) -> dict[str, Any]:
        """Every field."""
        return _json_of(self)


@dataclass(frozen=True, slots=True)
class DesktopRecord:
    """One desktop that did not end where its run wanted it.

    Attributes:
        desktop_id: the cloud's id.
        computer_name: as administrators know it.
        job_id: the job that was to do it.
        result: what became of it.
        status: of the desktop, as last seen.
        error_code: of its sub-job.
        fail_reason: of its sub-job.
    """

    desktop_id: str
    computer_name: str | None
    job_id: str | None
    result: str
    status: str | None
    error_code: str | None
    fail_reason: str | None

    def to_json(self) -> dict[str, Any]:
        """Every field."""
        return _json_of(self)


@dataclass(frozen=True, slots=True)
class RunDetail:
    """A run as `show` shows it.

    Attributes:
        record: the run.
        attempts: every attempt, oldest first.
        jobs: every job, oldest first.
        desktops: by computer name.
        source: where the policy stands, e.g. ``schedule office-hours``; not in the JSON.
        calendar: what calendars said of the date, None where none was asked.
        eclipsed: (sentence, source) of the policies that called for the same (protocol 1.5); not in the JSON.
        parent: the run that it retries or escalates; not in the JSON.
        next_attempt_at: a waiting run is not looked at before; not in the JSON.
    """

    record: RunRecord
    attempts: tuple[AttemptRecord, ...]
    jobs: tuple[JobRecord, ...]
    desktops: tuple[DesktopRecord, ...]
    source: str | None
    calendar: str | None
    eclipsed: tuple[tuple[str, str], ...]
    parent: int | None
    next_attempt_at: datetime | None

    def to_json(self) -> dict[str, Any]:
        """The run's own fields and three lists."""
        return {
            **self.record.to_json(),
            "calendar": self.calendar,
            "attempts_detail": [attempt.to_json() for attempt in self.attempts],
            "jobs": [job.to_json() for job in self.jobs],
            "desktops": [desktop.to_json() for desktop in self.desktops],
        }


def _json_of(record: AttemptRecord | JobRecord | DesktopRecord) -> dict[str, Any]:
    return {name: _plain(getattr(record, name)) for name in record.__slots__}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    return value.total_seconds() if isinstance(value, timedelta) else value


def instant(value: datetime) -> str:
    """``2026-11-23T19:00:00Z``, with milliseconds where there are any."""
    exact = "milliseconds" if value.microsecond else "seconds"
    return value.replace(tzinfo=None).isoformat(timespec=exact) + "Z"
