"""A policy: one sentence of the schedule file as a value; and what is in force where it says nothing.

A field that is None was not said. `Policy.with_defaults` fills such fields from less particular places; what is still
None then has the built-in default of the action, which the ``effective_…`` properties give.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from daemon.timetable.actions import Action, ActionType

if TYPE_CHECKING:
    from daemon.timetable.calendars.calendar import Calendar
    from daemon.timetable.recurrence.cron import Cron
    from daemon.timetable.recurrence.days import Days
    from daemon.timetable.recurrence.times import OnDays

NO_CATCH_UP = timedelta(0)
"""What ``no catch-up`` says: carried out in time or not at all."""

_HARD_ACTIONS = frozenset({Action.STOP, Action.REBOOT})
_RETRY = {Action.REBOOT: timedelta(minutes=15)}
_CATCH_UP = {Action.START: timedelta(hours=12), Action.REBOOT: timedelta(minutes=5)}
_TWO_HOURS = timedelta(hours=2)
_NO_SPREAD = timedelta(0)


def can_be_hard(action: Action) -> bool:
    """True for the actions that can be forced: stop and reboot."""
    return action in _HARD_ACTIONS


def default_retry(action: Action) -> timedelta:
    """How long an action is retried unless its policy says otherwise."""
    return _RETRY.get(action, _TWO_HOURS)


def default_catch_up(action: Action) -> timedelta:
    """How late after an outage an action may still be carried out unless its policy says otherwise."""
    return _CATCH_UP.get(action, _TWO_HOURS)


@dataclass(frozen=True, slots=True)
class Options:
    """What a policy can be told from a less particular place: ``[defaults]``, a group, a project, a pool.

    Attributes:
        type: SOFT or HARD; a HARD from here leaves actions alone that cannot be forced.
        zone: name of the time zone whose wall clock counts.
        spread: width of the window inside which each pool has its own delay.
        retry_for: how long it is retried.
        catch_up: how late it may still be carried out after an outage.
        holidays: the calendar that says what is a holiday and what a workday.
    """

    type: ActionType | None = None
    zone: str | None = None
    spread: timedelta | None = None
    retry_for: timedelta | None = None
    catch_up: timedelta | None = None
    holidays: Calendar | None = None

    def over(self, less_particular: Options) -> Options:
        """These options, and where they are silent the less particular ones."""
        said = {name: value for name in _ALL_OPTIONS if (value := getattr(self, name)) is not None}
        return replace(less_particular, **said)


_ALL_OPTIONS = tuple(field.name for field in fields(Options))
_OPTION_NAMES = tuple(name for name in _ALL_OPTIONS if name != "holidays")
"""Those that a policy can say itself."""


@dataclass(frozen=True, slots=True)
class Policy:
    """One action, when, and how.

    Attributes:
        action: what is done.
        when: wall times of chosen days, or a crontab(5) expression.
        type: SOFT or HARD, or None.
        zone: proper IANA name of the zone whose wall clock counts, or None.
        starts: first date (``from``), inclusive, or None.
        ends: last date (``until``), inclusive, or None.
        during: dates it is limited to, or None.
        except_: dates taken out, or None.
        spread: width of the window for each pool's own delay, or None.
        retry_for: how long it is retried, from the first attempt, or None.
        catch_up: how late it may still be carried out after an outage; `NO_CATCH_UP` for not at all; or None.
    """

    action: Action
    when: OnDays | Cron
    type: ActionType | None = None
    zone: str | None = None
    starts: date | None = None
    ends: date | None = None
    during: Days | None = None
    except_: Days | None = None
    spread: timedelta | None = None
    retry_for: timedelta | None = None
    catch_up: timedelta | None = None

    def with_defaults(self, options: Options) -> Policy:
        """This policy, and where it is silent the options."""
        silent = {
            name: value
            for name in _OPTION_NAMES
            if getattr(self, name) is None and (value := getattr(options, name)) is not None
        }
        if silent.get("type") is ActionType.HARD and not can_be_hard(self.action):
            del silent["type"]
        return replace(self, **silent) if silent else self

    @property
    def effective_type(self) -> ActionType:
        """SOFT or HARD as in force."""
        return self.type or ActionType.SOFT

    @property
    def effective_spread(self) -> timedelta:
        """Width of the window for each pool's own delay; zero for none."""
        return self.spread or _NO_SPREAD

    @property
    def effective_retry_for(self) -> timedelta:
        """How long it is retried, as in force."""
        return default_retry(self.action) if self.retry_for is None else self.retry_for

    @property
    def effective_catch_up(self) -> timedelta:
        """How late it may still be carried out after an outage, as in force; zero for not at all."""
        return default_catch_up(self.action) if self.catch_up is None else self.catch_up
