"""What is valid but probably not meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.timetable.nearmiss import near_miss
from daemon.timetable.recurrence.rule import FIRST_INSTANT
from daemon.timetable.schedulefile import codes
from daemon.timetable.schedulefile.tables import listed

if TYPE_CHECKING:
    from datetime import datetime

    from daemon.timetable.recurrence import Rule
    from daemon.timetable.schedulefile.assembly import Assembly
    from daemon.timetable.schedulefile.complaints import Complaints
    from daemon.timetable.schedulefile.document import Document
    from daemon.timetable.schedulefile.sections import Sections
    from daemon.timetable.timetable import Timetable


def check_doubts(assembly: Assembly, timetable: Timetable, now: datetime | None) -> None:
    """Warn about unused schedules, pools without policies, policies without dates (to come), a missing timezone."""
    document, complaints = assembly.document, assembly.complaints
    if assembly.sections.options.zone is None:
        message = "the file names no timezone: its times are UTC"
        complaints.warn(codes.NO_TIMEZONE, document.spot(()), message, 'write timezone = "Europe/Berlin", or "UTC"')
    for name in assembly.sections.schedules.keys() - assembly.used:
        spot = document.spot(("schedules", name), key=True)
        complaints.warn(codes.UNUSED_SCHEDULE, spot, f'no pool has the schedule "{name}"')
    for pool, policies in zip(timetable.pools, timetable.policies, strict=True):
        if not policies:
            spot = document.spot(("pools", pool.key), key=True)
            message = f'the pool "{pool.key}" has no policies: nothing will be done to it'
            complaints.warn(codes.NO_POLICIES, spot, message)
    _check_dates(assembly, timetable, now)


def silenced(sections: Sections, document: Document, complaints: Complaints) -> frozenset[str]:
    """The codes that the file silences; unknown ones are complained about."""
    for path, code in sections.silence:
        if code not in codes.MEANINGS:
            close = near_miss(code, codes.MEANINGS)
            hint = f'did you mean "{close}"?' if close else f"expected {listed(codes.MEANINGS)}"
            complaints.error(document.spot(path), f'there is no warning "{code}"', hint)
    return frozenset(code for _, code in sections.silence)


def _check_dates(assembly: Assembly, timetable: Timetable, now: datetime | None) -> None:
    """Without a clock only what never has a date can be told."""
    doubts: dict[int, tuple[str, str] | None] = {}
    for policy in {id(policy): policy for several in timetable.policies for policy in several}.values():
        rule = policy.rule
        if id(rule) not in doubts:
            doubts[id(rule)] = _doubt(rule, now)
        doubt = doubts[id(rule)]
        if doubt is not None:
            assembly.complaints.warn(doubt[0], assembly.document.spot(assembly.paths[id(policy)]), doubt[1])


def _doubt(rule: Rule, now: datetime | None) -> tuple[str, str] | None:
    if rule.next_after(now or FIRST_INSTANT) is not None:
        return None
    if rule.next_after(FIRST_INSTANT) is None:
        return codes.NEVER, "there is no date on which this would be due"
    return codes.PAST, "every date of this policy is past"
