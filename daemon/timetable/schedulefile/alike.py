"""Pools whose policies call for the same at the same times: looked at once, however many they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from daemon.timetable.effective import EffectivePolicy
    from daemon.timetable.pools import Pool
    from daemon.timetable.timetable import Timetable


@dataclass(frozen=True, slots=True)
class Alike:
    """Pools that are alike in when they are told what.

    Attributes:
        pools: at least one, in the order of the file.
        policies: those of the first.
    """

    pools: tuple[Pool, ...]
    policies: tuple[EffectivePolicy, ...]

    @property
    def named(self) -> str:
        """``the pool "a"``, or ``the pool "a" and 3 more``."""
        more = f" and {len(self.pools) - 1} more" if len(self.pools) > 1 else ""
        return f'the pool "{self.pools[0].key}"{more}'

    @property
    def offs(self) -> list[EffectivePolicy]:
        """The policies that turn it off."""
        return [policy for policy in self.policies if policy.action.turns_off]

    @property
    def starts(self) -> list[EffectivePolicy]:
        """The policies that turn it on."""
        return [policy for policy in self.policies if policy.action.is_word and not policy.action.turns_off]


def alike(timetable: Timetable) -> tuple[Alike, ...]:
    """Every pool that has policies, those together that are alike."""
    found: dict[tuple[object, ...], list[int]] = {}
    for number, policies in enumerate(timetable.policies):
        key = tuple((policy.action, policy.type, id(policy.rule), is_own(policy)) for policy in policies)
        found.setdefault(key, []).append(number)
    return tuple(
        Alike(tuple(timetable.pools[number] for number in numbers), timetable.policies[numbers[0]])
        for key, numbers in found.items()
        if key
    )


def is_own(policy: EffectivePolicy) -> bool:
    """True for a policy of a pool or group, false for one of a schedule that pools share."""
    return not policy.source.startswith("schedule ")
