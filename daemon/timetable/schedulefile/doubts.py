"""What is valid but probably not meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.timetable.nearmiss import near_miss
from daemon.timetable.recurrence.rule import FIRST_INSTANT
from daemon.timetable.schedulefile import codes
from daemon.timetable.schedulefile.alike import alike
from daemon.timetable.schedulefile.clockchanges import ClockChanges
from daemon.timetable.schedulefile.holidaydoubts import check_published, check_weekends, check_words
from daemon.timetable.schedulefile.horizon import horizon_from
from daemon.timetable.schedulefile.lefton import check_left_on
from daemon.timetable.schedulefile.needless import check_defeated
from daemon.timetable.schedulefile.onoff import check_soon, check_started
from daemon.timetable.schedulefile.softstops import check_soft
from daemon.timetable.schedulefile.tables import listed
from daemon.timetable.zones import zone_of

if TYPE_CHECKING:
    from datetime import datetime

    from daemon.timetable.recurrence import Rule
    from daemon.timetable.schedulefile.assembly import Assembly
    from daemon.timetable.schedulefile.complaints import Complaints
    from daemon.timetable.schedulefile.document import Document
    from daemon.timetable.schedulefile.sections import Sections
    from daemon.timetable.timetable import Timetable


def check_doubts(assembly: Assembly, timetable: Timetable, now: datetime | None) -> None:
    """Warn about whatever is valid and probably not meant; without a clock, as far as it depends on no dates."""
    _check_zone(assembly)
    _check_unused(assembly)
    _check_empty(assembly, timetable)
    dateless = _check_dates(assembly, timetable, now)
    pools = alike(timetable)
    policies = list({id(policy): policy for several in timetable.policies for policy in several}.values())
    check_started(pools, assembly, dateless)
    check_words(policies, assembly)
    if now is not None:
        horizon = horizon_from(now)
        check_soon(pools, assembly, horizon)
        check_left_on(pools, assembly, horizon)
        check_defeated(pools, assembly, horizon)
        ClockChanges(assembly, horizon).check(pools)
        check_soft(policies, assembly, horizon)
        check_weekends(policies, assembly, horizon.today.year)
        check_published(timetable, assembly, now.astimezone(zone_of(timetable.timezone)).date())


def silenced(sections: Sections, document: Document, complaints: Complaints) -> frozenset[str]:
    """The codes that the file silences; unknown ones are complained about."""
    for path, code in sections.silence:
        if code not in codes.MEANINGS:
            close = near_miss(code, codes.MEANINGS)
            hint = f'did you mean "{close}"?' if close else f"expected {listed(codes.MEANINGS)}"
            complaints.error(document.spot(path), f'there is no warning "{code}"', hint)
    return frozenset(code for _, code in sections.silence)


def _check_zone(assembly: Assembly) -> None:
    if assembly.sections.options.zone is None:
        message = "the file names no timezone: its times are UTC"
        spot = assembly.document.spot(())
        assembly.complaints.warn(codes.NO_TIMEZONE, spot, message, 'write timezone = "Europe/Berlin", or "UTC"')


def _check_unused(assembly: Assembly) -> None:
    """What a name was given to and nothing calls by it."""
    sections = assembly.sections
    for section, code, names, message in (
        ("schedules", codes.UNUSED_SCHEDULE, sections.schedules.keys() - assembly.used, "no pool has the schedule"),
        (
            "calendars",
            codes.UNUSED_CALENDAR,
            sections.calendars.keys() - assembly.shelf.used,
            "nothing asks the calendar",
        ),
        ("groups", codes.UNUSED_GROUP, sections.groups.keys() - assembly.grouped, "no pool is in the group"),
    ):
        for name in names:
            spot = assembly.document.spot((section, name), key=True)
            assembly.complaints.warn(code, spot, f'{message} "{name}"')


def _check_empty(assembly: Assembly, timetable: Timetable) -> None:
    for pool, policies in zip(timetable.pools, timetable.policies, strict=True):
        if not policies:
            spot = assembly.document.spot(("pools", pool.key), key=True)
            message = f'the pool "{pool.key}" has no policies: nothing will be done to it'
            assembly.complaints.warn(codes.NO_POLICIES, spot, message)


def _check_dates(assembly: Assembly, timetable: Timetable, now: datetime | None) -> frozenset[int]:
    """Rules without dates (to come), by their identity; without a clock only what never has a date can be told."""
    doubts: dict[int, tuple[str, str] | None] = {}
    for policy in {id(policy): policy for several in timetable.policies for policy in several}.values():
        rule = policy.rule
        if id(rule) not in doubts:
            doubts[id(rule)] = _doubt(rule, now)
        doubt = doubts[id(rule)]
        if doubt is not None:
            assembly.complaints.warn(doubt[0], assembly.document.spot(assembly.paths[id(policy)]), doubt[1])
    return frozenset(rule for rule, doubt in doubts.items() if doubt is not None)


def _doubt(rule: Rule, now: datetime | None) -> tuple[str, str] | None:
    if rule.next_after(now or FIRST_INSTANT) is not None:
        return None
    if rule.next_after(FIRST_INSTANT) is None:
        return codes.NEVER, "there is no date on which this would be due"
    return codes.PAST, "every date of this policy is past"
