"""Doubts about how the stops of a pool lie to its starts: never started, and opposite actions within minutes."""

from __future__ import annotations

from bisect import bisect_left
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from daemon.timetable.durations import format_duration
from daemon.timetable.schedulefile import codes

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence
    from datetime import date, time

    from daemon.timetable.effective import EffectivePolicy
    from daemon.timetable.schedulefile.alike import Alike
    from daemon.timetable.schedulefile.assembly import Assembly
    from daemon.timetable.schedulefile.horizon import Horizon
    from daemon.timetable.schedulefile.places import KeyPath

_DAY: Final = 86_400
_SOON: Final = 15 * 60

_Call = tuple[int, "EffectivePolicy"]
"""A wall time in seconds since midnight, and the policy that has it."""


def check_started(pools: Sequence[Alike], assembly: Assembly, dateless: Container[int]) -> None:
    """Warn about pools that are stopped and never started; rules without dates, by identity, do neither."""
    for several in pools:
        offs, starts = ([it for it in each if id(it.rule) not in dateless] for each in (several.offs, several.starts))
        if not offs or starts:
            continue
        spot = assembly.document.spot(("pools", several.pools[0].key), key=True)
        message = f'{several.named} is stopped ("{offs[0].sentence}", {offs[0].source}) and never started'
        hint = "add a start, or silence this where users start their desktops themselves"
        assembly.complaints.warn(codes.NEVER_STARTED, spot, message, hint)


def check_soon(pools: Sequence[Alike], assembly: Assembly, horizon: Horizon) -> None:
    """Warn about opposite actions of a pool that are no more than a quarter of an hour apart."""
    told: set[tuple[KeyPath, KeyPath]] = set()
    for several in pools:
        for earlier, later, apart, day in _close(several, horizon):
            pair = (assembly.paths[id(earlier)], assembly.paths[id(later)])
            if pair in told:
                continue
            told.add(pair)
            message = (
                f'{format_duration(timedelta(seconds=apart))} after its opposite "{earlier.sentence}" '
                f"({earlier.source}), first on {day}, of {several.named}"
            )
            hint = "desktops need minutes to start or to stop: leave more time between, or take one of the two away"
            assembly.complaints.warn(
                codes.OPPOSITE_SOON, assembly.document.spot(assembly.paths[id(later)]), message, hint
            )


def _close(pools: Alike, horizon: Horizon) -> Iterator[tuple[EffectivePolicy, EffectivePolicy, int, date]]:
    """Earlier and later policy, the seconds between them, and the first date; in one zone, as wall clocks show it."""
    starts, offs = _calls(pools.starts), _calls(pools.offs)
    for first, second in ((starts, offs), (offs, starts)):
        seconds = [at for at, _ in second]
        for at, earlier in first:
            for index in range(bisect_left(seconds, at + 1), bisect_left(seconds, at + _SOON + 1)):
                later = second[index][1]
                if day := _together(earlier, later, horizon, nights=0):
                    yield earlier, later, seconds[index] - at, day
            for index in range(bisect_left(seconds, at + _SOON + 1 - _DAY)):
                later = second[index][1]
                if day := _together(earlier, later, horizon, nights=1):
                    yield earlier, later, seconds[index] + _DAY - at, day


def _together(earlier: EffectivePolicy, later: EffectivePolicy, horizon: Horizon, nights: int) -> date | None:
    """The first date of the earlier one that the later one has too, so many nights on."""
    if earlier.rule.zone != later.rule.zone:
        return None
    dates = horizon.dates(earlier.rule) & horizon.dates(later.rule) >> nights
    return horizon.first(dates) if dates else None


def _calls(policies: Sequence[EffectivePolicy]) -> list[_Call]:
    """Their wall times in order."""
    calls = ((_seconds(time), policy) for policy in policies for time in policy.rule.when.times)
    return sorted(calls, key=_at)


def _seconds(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second


def _at(call: _Call) -> int:
    return call[0]
