"""Simulated jobs. A sub-job is a plan made when the action is accepted; how it looks is a function of the instant."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from daemon.timetable.actions import Action

POOL_JOB = "executeDesktopsAction"
DESKTOPS_JOB = "operateDesktops"
MESSAGE_JOB = "sendNotifications"


@dataclass(frozen=True, slots=True)
class SubJob:
    """The part of a job that concerns one desktop.

    Attributes:
        sub_job_id: its id.
        job_id: the job it belongs to.
        job_type: of the job.
        project_id: of the job.
        pool_id: of the desktop.
        action: what is done; None for a message.
        created_at: when the action was accepted.
        begins_at: WAITING until then.
        ends_at: RUNNING until then; None: for ever.
        final: the status afterwards.
        result: the desktop's status afterwards; None where it stays as it was.
        task_status: the desktop's meanwhile.
        desktop_id: the desktop.
        desktop_name: its computer name.
        user_name: whom it belongs to.
        ip_address: shown only.
        error_code: where it fails.
        fail_reason: where it fails.
    """

    sub_job_id: str
    job_id: str
    job_type: str
    project_id: str
    pool_id: str
    action: Action | None
    created_at: datetime
    begins_at: datetime
    ends_at: datetime | None
    final: str
    result: str | None
    task_status: str
    desktop_id: str
    desktop_name: str
    user_name: str = ""
    ip_address: str = ""
    error_code: str | None = None
    fail_reason: str | None = None

    def ended(self, now: datetime, lag: float = 0.0) -> bool:
        """True where it ended at least ``lag`` seconds ago."""
        return self.ends_at is not None and now >= self.ends_at + timedelta(seconds=lag)

    @property
    def fails(self) -> bool:
        """True where it will have failed."""
        return self.error_code is not None

    def status(self, now: datetime) -> str:
        """As spelled by the service."""
        if self.ended(now):
            return self.final
        return "RUNNING" if now >= self.begins_at else "WAITING"

    def process(self, now: datetime) -> int:
        """Percent done."""
        if self.ends_at is None or now <= self.begins_at:
            return 0
        if now >= self.ends_at:
            return 100
        return int(100 * (now - self.begins_at) / (self.ends_at - self.begins_at))


@dataclass(slots=True)
class Job:
    """An asynchronous task.

    Attributes:
        job_id: its id.
        job_type: as spelled by the service.
        project_id: the project it belongs to.
        action: what is done; None for a message.
        created_at: when the action was accepted.
        sub_jobs: its parts.
    """

    job_id: str
    job_type: str
    project_id: str
    action: Action | None
    created_at: datetime
    sub_jobs: list[SubJob] = field(default_factory=list)

    def ended_at(self, now: datetime) -> datetime | None:
        """When its last part ended, None while one is under way."""
        ends = [part.ends_at for part in self.sub_jobs if part.ends_at is not None and part.ended(now)]
        return max(ends, default=self.created_at) if len(ends) == len(self.sub_jobs) else None

    def status(self, now: datetime) -> str:
        """COMPLETE even where parts failed; FAIL only where all did."""
        if self.ended_at(now) is None:
            return "RUNNING"
        return "FAIL" if self.first_failure is not None and all(part.fails for part in self.sub_jobs) else "COMPLETE"

    @property
    def first_failure(self) -> SubJob | None:
        """The first part that fails."""
        return next((part for part in self.sub_jobs if part.fails), None)
