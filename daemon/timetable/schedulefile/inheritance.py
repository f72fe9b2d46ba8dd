"""What a pool has from its group."""

from __future__ import annotations

from daemon.timetable.schedulefile.sections import Inherited


def inherited(pool: Inherited, group: Inherited | None) -> Inherited:
    """What holds for a pool: what it says itself wins; policies are not among this, they are added to each other."""
    if group is None:
        return pool
    return Inherited(
        project=pool.project or group.project,
        holidays=pool.holidays or group.holidays,
        options=pool.options.over(group.options),
        schedules=group.schedules if pool.schedules is None else pool.schedules,
        without=group.without if pool.without is None else pool.without,
        policies=pool.policies,
    )
