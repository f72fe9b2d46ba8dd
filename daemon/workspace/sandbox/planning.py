"""Turns the course that an action takes on one desktop into a sub-job with its times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from daemon.workspace.sandbox.courses import task_status
from daemon.workspace.sandbox.jobs import Job, SubJob

if TYPE_CHECKING:
    from daemon.timetable.actions import ActionType
    from daemon.workspace.sandbox.courses import Course
    from daemon.workspace.sandbox.desktops import Desktop, Pool
    from daemon.workspace.sandbox.timing import Timing


@dataclass(frozen=True, slots=True)
class Place:
    """Where in its job a sub-job stands.

    Attributes:
        position: from 0.
        number: unique in the world.
        timing: durations.
    """

    position: int
    number: int
    timing: Timing


def plan_sub_job(job: Job, on: tuple[Pool, Desktop], course: Course, place: Place, type_: ActionType) -> SubJob:
    """The part of ``job`` that concerns one desktop of a pool."""
    pool, desktop = on
    begins = job.created_at + timedelta(seconds=place.timing.queue * place.position)
    return SubJob(
        sub_job_id=f"{job.job_id[:-12]}{place.number:012x}",
        job_id=job.job_id,
        job_type=job.job_type,
        project_id=job.project_id,
        pool_id=pool.pool_id,
        action=job.action,
        created_at=job.created_at,
        begins_at=begins,
        ends_at=begins + _duration(job, desktop, course, place, type_) if course.ends else None,
        final=course.final,
        result=course.result,
        task_status=task_status(job.action, type_) if job.action is not None else "",
        desktop_id=desktop.desktop_id,
        desktop_name=desktop.computer_name,
        user_name=desktop.user_name,
        ip_address=desktop.ip_address,
        error_code=course.error_code,
        fail_reason=course.fail_reason,
    )


def _duration(job: Job, desktop: Desktop, course: Course, place: Place, type_: ActionType) -> timedelta:
    if job.action is None or not course.occupies:
        return timedelta(seconds=place.timing.at_once)
    return timedelta(seconds=place.timing.duration(job.action, type_, desktop.desktop_id, job.job_id))
