"""Whether one run's gate may open."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from daemon.execution import gate
from daemon.execution.gate import Closed, Gone, Waits
from daemon.ledger.gates import Standing
from daemon.ledger.overrides import Kind, Override
from daemon.ledger.states import Origin, State
from daemon.timetable.actions import Action
from tests.support.runs import NOW, a_run

PAUSE = Override(3, None, Kind.PAUSE, None, NOW, None, None, None)
SECOND = timedelta(seconds=1)


def standing(run: Any = None, **changes: Any) -> Standing:
    """A run that nothing stands against, but for what is said."""
    run = run or a_run()
    return replace(
        Standing(
            run=run,
            pool_id="p-a",
            last_word=run.id if run.action.is_word else None,
            last_word_action=run.action if run.action.is_word else None,
            in_flight=None,
            in_flight_state=None,
            oldest_open=run.id,
            newest_reboot=None,
        ),
        **changes,
    )


REBOOT = a_run(action=Action.REBOOT)
SENT = {"maybe_executed": True, "retry_from": NOW}


@pytest.mark.parametrize(
    ("situation", "decision"),
    [
        (standing(), None),
        (standing(a_run(state=State.ATTEMPTING)), Gone),
        (standing(a_run(state=State.SUPERSEDED)), Gone),
        (standing(a_run(due_at=NOW + SECOND)), "its time"),
        (standing(pool_id=None), "the pool's id"),
        (standing(last_word=9, last_word_action=Action.START), State.SUPERSEDED),
        (standing(in_flight=3, in_flight_state=State.ATTEMPTING), "a busy pool"),
        (standing(in_flight=3, in_flight_state=State.ACCEPTED), None),
        (standing(in_flight=9, in_flight_state=State.ACCEPTED), "a busy pool"),
        (standing(REBOOT), None),
        (standing(REBOOT, newest_reboot=9), State.SUPERSEDED),
        (standing(REBOOT, newest_reboot=7), None),
        (standing(REBOOT, last_word=3, last_word_action=Action.STOP), State.SKIPPED),
        (standing(REBOOT, last_word=3, last_word_action=Action.HIBERNATE), State.SKIPPED),
        (standing(REBOOT, last_word=3, last_word_action=Action.START), None),
        (standing(REBOOT, in_flight=3, in_flight_state=State.ACCEPTED), "a busy pool"),
        (standing(REBOOT, oldest_open=3), "an older run of the pool"),
        (standing(a_run(due_at=NOW - timedelta(hours=4, seconds=1))), State.MISSED),
        (standing(a_run(retry_from=NOW - timedelta(hours=2, seconds=1))), State.EXPIRED),
        (standing(a_run(maybe_executed=True, retry_from=NOW - timedelta(hours=3))), State.ACCEPTED),
        (
            standing(
                a_run(maybe_executed=True, retry_from=NOW - timedelta(hours=3)),
                in_flight=3,
                in_flight_state=State.ACCEPTED,
            ),
            "a busy pool",
        ),
    ],
)
def test_a_gate_opens_waits_or_closes(situation: Standing, decision: object) -> None:
    """Pending, due, the newest word, behind older runs where a reboot, in time and known by id (protocol 4.2)."""
    found = gate.judge(situation, [], NOW)
    match found:
        case Waits():
            assert found.on == decision
        case Closed():
            assert found.state is decision
        case None:
            assert decision is None
        case Gone():
            assert decision is Gone


@pytest.mark.parametrize(
    ("run", "state"),
    [
        (a_run(), State.SKIPPED),
        (a_run(**SENT), State.ACCEPTED),
        (a_run(action=Action.REBOOT, desktops=("d-1",), **SENT), State.PARTIAL),
        (a_run(origin=Origin.MANUAL), None),
    ],
)
def test_a_pause_closes_a_gate_but_for_manual_runs(run: Any, state: State | None) -> None:
    """An override is judged in the gate; what may have been executed is not skipped (protocol 4.10, 4.11)."""
    found = gate.judge(standing(run), [PAUSE], NOW)
    assert (found.state if isinstance(found, Closed) else None) is state


def test_supersession_comes_before_overrides_and_lateness() -> None:
    """First supersede, then the rest (protocol 2.3)."""
    late = a_run(due_at=NOW - timedelta(days=1))
    found = gate.judge(standing(late, last_word=9, last_word_action=Action.STOP), [PAUSE], NOW)
    assert isinstance(found, Closed)
    assert found.state is State.SUPERSEDED
    assert found.reason == "superseded by run 9"
