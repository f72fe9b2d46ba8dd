"""What an override allows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from daemon.execution import overrides
from daemon.ledger.overrides import Kind, Override
from daemon.timetable.actions import Action
from tests.support.runs import NOW

HOUR = timedelta(hours=1)
PAUSE = Override(3, 1, Kind.PAUSE, None, NOW, NOW + HOUR, "moving", "ann")


@pytest.mark.parametrize(("at", "covered"), [(-HOUR, False), (timedelta(0), True), (HOUR / 2, True), (HOUR, False)])
def test_an_override_lies_on_its_interval(at: timedelta, covered: bool) -> None:
    """From its start on, up to but not at its end (protocol 4.10)."""
    assert (overrides.refusal([PAUSE], 1, Action.STOP, NOW + at) is not None) is covered


def test_an_override_lies_on_its_pool_or_on_all() -> None:
    """Without a pool it is everyone's (protocol 4.10)."""
    assert overrides.refusal([PAUSE], 2, Action.STOP, NOW) is None
    assert overrides.refusal([replace(PAUSE, pool_no=None)], 2, Action.STOP, NOW) is not None


def test_the_reason_names_kind_person_end_and_why() -> None:
    """What is skipped says by what (protocol 4.13)."""
    skip = overrides.refusal([PAUSE], 1, Action.STOP, NOW)
    assert skip is not None
    assert (skip.reason, skip.override) == ("pause by ann until 2026-11-23T13:00:00Z: moving", 3)
    nameless = replace(PAUSE, who=None, reason=None, ends_at=None)
    skip = overrides.refusal([nameless], 1, Action.STOP, NOW)
    assert skip is not None
    assert skip.reason == "pause by an administrator until resumed"


@pytest.mark.parametrize(
    ("kind", "action", "refused"),
    [
        (Kind.PAUSE, None, set(Action)),
        (Kind.SKIP, None, set(Action)),
        (Kind.SKIP, Action.STOP, {Action.STOP}),
        (Kind.HOLD_ON, None, {Action.STOP, Action.HIBERNATE, Action.REBOOT}),
        (Kind.HOLD_OFF, None, {Action.START, Action.REBOOT}),
    ],
)
def test_each_kind_contradicts_its_own_actions(kind: Kind, action: Action | None, refused: set[Action]) -> None:
    """A hold skips what contradicts it and reboots (protocol 4.10)."""
    override = replace(PAUSE, kind=kind, action=action)
    assert {a for a in Action if overrides.refusal([override], 1, a, NOW)} == refused
