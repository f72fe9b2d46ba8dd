from __future__ import annotations

from datetime import time, timedelta

import pytest

from daemon.timetable.actions import Action, ActionType
from daemon.timetable.policy import NO_CATCH_UP, Options, Policy, can_be_hard
from daemon.timetable.recurrence.days import EveryDay
from daemon.timetable.recurrence.times import OnDays

EVENING = OnDays(EveryDay(), (time(20),))
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("action", "retry", "catch_up"),
    [
        (Action.START, 2 * HOUR, 12 * HOUR),
        (Action.STOP, 2 * HOUR, 2 * HOUR),
        (Action.HIBERNATE, 2 * HOUR, 2 * HOUR),
        (Action.REBOOT, timedelta(minutes=15), timedelta(minutes=5)),
    ],
)
def test_what_is_not_said_is_the_default_of_the_action(action: Action, retry: timedelta, catch_up: timedelta) -> None:
    """The built-in defaults are those of the design's table."""
    policy = Policy(action, EVENING)
    assert policy.effective_type is ActionType.SOFT
    assert policy.effective_spread == timedelta(0)
    assert policy.effective_retry_for == retry
    assert policy.effective_catch_up == catch_up


def test_what_is_said_is_in_force() -> None:
    """A policy's own options win over the built-in ones, no catch-up included."""
    policy = Policy(Action.STOP, EVENING, type=ActionType.HARD, spread=HOUR, retry_for=3 * HOUR, catch_up=NO_CATCH_UP)
    assert policy.effective_type is ActionType.HARD
    assert policy.effective_spread == HOUR
    assert policy.effective_retry_for == 3 * HOUR
    assert policy.effective_catch_up == timedelta(0)


def test_defaults_fill_only_what_is_not_said() -> None:
    """with_defaults leaves what the policy says, no catch-up included, and fills the rest."""
    policy = Policy(Action.STOP, EVENING, catch_up=NO_CATCH_UP)
    filled = policy.with_defaults(Options(type=ActionType.HARD, zone="Asia/Shanghai", catch_up=HOUR))
    assert filled == Policy(Action.STOP, EVENING, type=ActionType.HARD, zone="Asia/Shanghai", catch_up=NO_CATCH_UP)
    assert policy.with_defaults(Options()) is policy


def test_a_default_of_hard_leaves_alone_what_cannot_be_forced() -> None:
    """[defaults] type = "HARD" concerns stop and reboot only."""
    hard = Options(type=ActionType.HARD)
    assert [action for action in Action if can_be_hard(action)] == [Action.STOP, Action.REBOOT]
    assert Policy(Action.START, EVENING).with_defaults(hard).effective_type is ActionType.SOFT


def test_the_more_particular_options_win() -> None:
    """What is more particular wins: pool, group, project, file."""
    pool, file = Options(spread=HOUR), Options(spread=2 * HOUR, zone="UTC")
    assert pool.over(file) == Options(spread=HOUR, zone="UTC")
