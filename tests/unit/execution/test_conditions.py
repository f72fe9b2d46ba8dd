"""What an answer says about its project."""

from __future__ import annotations

import pytest

from daemon.execution.conditions import REFUSED as CREDENTIALS_REFUSED
from daemon.execution.conditions import Condition
from daemon.workspace.answers import Answer, Fate
from tests.support.runs import CLOCK_OFF, CONFLICT, FORBIDDEN, LOST, NEVER_SENT, NOW, UNAUTHORISED


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (NEVER_SENT, "connection refused"),
        (Answer(Fate.PROJECT), "condition of the project"),
        (CLOCK_OFF, "the clock is off"),
        (FORBIDDEN, "a permission is refused: APIGW.0302 not authorised"),
        (Answer(Fate.FORBIDDEN, status=403), "a permission is refused: 403"),
        (CONFLICT, None),
        (LOST, None),
        (UNAUTHORISED, None),
    ],
)
def test_each_fate_is_a_condition_or_is_not(answer: Answer, trouble: str | None) -> None:
    """Only what would make every request fail alike is a condition of the project (protocol 4.4)."""
    assert Condition().of(answer, 0.0) == trouble


def test_a_401_counts_only_in_spite_of_new_credentials() -> None:
    """A 401 to a request from before the refresh says nothing; one to the new credentials does (protocol 4.4)."""
    condition = Condition()
    condition.refreshed(10.0)
    assert condition.of(UNAUTHORISED, 9.0) is None
    assert condition.of(UNAUTHORISED, 10.0) == CREDENTIALS_REFUSED
    condition.of(CONFLICT, 11.0)
    assert condition.of(UNAUTHORISED, 12.0) is None


def test_a_permission_is_a_condition_until_something_was_accepted() -> None:
    """For the first pools tried only (protocol 4.4)."""
    condition = Condition()
    assert condition.of(FORBIDDEN, 0.0) is not None
    condition.of(Answer(Fate.ACCEPTED), 0.0)
    assert condition.of(FORBIDDEN, 0.0) is None


def test_a_halt_is_new_once_and_keeps_its_beginning() -> None:
    """One alarm, with the newest reason and the oldest time (protocol 4.4)."""
    condition = Condition()
    assert condition.begin_halt("first", NOW, 0.0)
    assert not condition.begin_halt("second", NOW.replace(hour=13), 30.0)
    assert condition.halt is not None
    assert (condition.halt.reason, condition.halt.since) == ("second", NOW)
    assert condition.end_halt() is not None
    assert condition.end_halt() is None


def test_probes_come_every_30_s_whatever_becomes_of_them() -> None:
    """The next probe is due 30 s after the halt or the last probe, never stuck on one that got lost (protocol 4.4)."""
    condition = Condition()
    assert not condition.may_probe(99.0)
    assert condition.seconds_to_probe(99.0) is None
    condition.begin_halt("x", NOW, 0.0)
    assert condition.seconds_to_probe(10.0) == 20.0
    assert not condition.may_probe(29.9)
    assert condition.may_probe(30.0)
    condition.begin_probe(31.0)
    assert condition.seconds_to_probe(40.0) == 21.0
    assert condition.may_probe(61.0)
    assert condition.seconds_to_probe(70.0) == 0.0


def test_new_credentials_are_tried_at_once_and_refused_ones_are_not() -> None:
    """A refresh that worked allows a probe; one that only led to another 401 waits for the next turn (protocol 4.4)."""
    condition = Condition()
    condition.begin_halt("no network", NOW, 0.0)
    condition.probe_now(5.0)
    assert condition.may_probe(5.0)
    condition.begin_halt(CREDENTIALS_REFUSED, NOW, 5.0)
    condition.probe_now(6.0)
    assert not condition.may_probe(6.0)
