"""What the cloud says of pools, desktops, jobs and sub-jobs, reduced to what poolpower reasons with.

Unknown enum values are kept as the cloud spelled them; nothing here raises on one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from daemon.timetable.actions import Action


@dataclass(frozen=True, slots=True)
class CloudPool:
    """A desktop pool as the cloud lists it.

    Attributes:
        pool_id: the cloud's id.
        name: the cloud's name, not necessarily unique.
        status: STEADY, TEMPORARY (something in progress), EXIST_FROZEN, UNKNOWN, ERROR or another.
        desktop_count: desktops in it.
        in_maintenance_mode: set by an administrator of the cloud.
    """

    pool_id: str
    name: str
    status: str
    desktop_count: int | None
    in_maintenance_mode: bool

    @property
    def is_steady(self) -> bool:
        """True where nothing is in progress."""
        return self.status == "STEADY"


@dataclass(frozen=True, slots=True)
class Desktop:
    """One desktop of a pool, known by id and computer name only (no user, no address).

    Attributes:
        desktop_id: the cloud's id.
        computer_name: as shown to administrators.
        status: ACTIVE, SHUTOFF, HIBERNATED, ERROR or another.
        task_status: what it is busy with, None when idle.
        login_status: UNREGISTER, REGISTERED, CONNECTED (a user is on it) or DISCONNECTED (a session is open).
    """

    desktop_id: str
    computer_name: str
    status: str
    task_status: str | None
    login_status: str | None

    @property
    def is_idle(self) -> bool:
        """True where no task is under way on it."""
        return not self.task_status


@dataclass(frozen=True, slots=True)
class SubJob:
    """The part of a job that concerns one desktop.

    Attributes:
        sub_job_id: the cloud's id.
        job_id: the job it belongs to, where the listing says so.
        job_type: e.g. ``operateDesktops``, where the listing says so.
        action: which action it is, where that can be told; else None (protocol 5.4: none is adopted then).
        status: as spelled by the cloud.
        error_code: where it failed.
        fail_reason: where it failed.
        begin_time: aware UTC, None where missing or unreadable.
        desktop_id: the desktop.
        desktop_name: the desktop's computer name.
    """

    sub_job_id: str
    job_id: str | None
    job_type: str | None
    action: Action | None
    status: str
    error_code: str | None
    fail_reason: str | None
    begin_time: datetime | None
    desktop_id: str | None
    desktop_name: str | None

    @property
    def is_terminal(self) -> bool:
        """True where it will not change any more."""
        return self.status in TERMINAL

    @property
    def succeeded(self) -> bool:
        """True where it ended well."""
        return self.status in SUCCESS


@dataclass(frozen=True, slots=True)
class Job:
    """An asynchronous task of the cloud.

    Attributes:
        job_id: the cloud's id.
        job_type: as spelled by the cloud.
        status: COMPLETE does not mean success: the sub-jobs say.
        error_code: of the job as a whole.
        fail_reason: of the job as a whole.
        sub_jobs_total: how many parts it has, None where not said.
        begin_time: aware UTC, None where missing or unreadable.
    """

    job_id: str
    job_type: str | None
    status: str
    error_code: str | None
    fail_reason: str | None
    sub_jobs_total: int | None
    begin_time: datetime | None

    @property
    def is_terminal(self) -> bool:
        """True where it will not change any more."""
        return self.status in TERMINAL


SUCCESS = frozenset({"COMPLETE", "COMPLETED", "SUCCESS"})
TERMINAL = SUCCESS | {"FAIL", "FAILED"}
