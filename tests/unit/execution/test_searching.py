"""Which jobs may be the one of a reboot of unknown fate."""

from __future__ import annotations

from datetime import timedelta

from daemon.execution.searching import candidates
from daemon.timetable.actions import Action
from tests.support.runs import NOW, a_part

SECOND = timedelta(seconds=1)


def test_only_reboots_that_began_since_and_can_be_told_are_candidates() -> None:
    """The same action, begun since, with a job; the earliest first (protocol 5.4)."""
    parts = [
        a_part(1, job_id="later", action=Action.REBOOT, begin_time=NOW + 9 * SECOND),
        a_part(2, job_id="now", action=Action.REBOOT, begin_time=NOW),
        a_part(3, job_id="now", action=Action.REBOOT, begin_time=NOW + SECOND),
        a_part(4, job_id="rounded", action=Action.REBOOT, begin_time=NOW - 2 * SECOND),
        a_part(5, job_id="before", action=Action.REBOOT, begin_time=NOW - 3 * SECOND),
        a_part(6, job_id="before", action=Action.REBOOT, begin_time=NOW),
        a_part(7, job_id="a stop", action=Action.STOP, begin_time=NOW),
        a_part(8, job_id="untold", action=None, begin_time=NOW),
        a_part(9, job_id=None, action=Action.REBOOT, begin_time=NOW),
        a_part(10, job_id="timeless", action=Action.REBOOT, begin_time=None),
    ]
    assert candidates(parts, NOW) == ["rounded", "now", "later"]
