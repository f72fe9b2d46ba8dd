"""The table of recovery, row by row."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from daemon.execution import recovery
from daemon.execution.recovery import Found
from daemon.execution.timing import Timing
from daemon.ledger.claims import Ended
from daemon.ledger.recovering import LastAttempt
from daemon.ledger.states import State
from daemon.timetable.actions import Action
from tests.support.runs import NOW, a_run, attempted

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


def outcome(run: Any, at: timedelta = timedelta(0), attempt: LastAttempt | None = None) -> Found | Ended:
    """What becomes of a row that is looked at this long after it was due."""
    return recovery._outcome(run, attempt, None, NOW + at, timing=Timing(), longest=300.0)


def found(*args: Any, **more: Any) -> Any:
    """The run as it goes on."""
    result = outcome(*args, **more)
    assert isinstance(result, Found)
    return result.run


def test_a_pending_run_within_its_catch_up_goes_on() -> None:
    """Pending stays pending, unsent retries included (protocol 5.2)."""
    assert found(a_run(), HOUR) == a_run()


def test_a_pending_run_beyond_its_catch_up_is_missed() -> None:
    """Later than its catch-up when first looked at (protocol 2.4, 5.2)."""
    ended = outcome(a_run(), 2 * HOUR + SECOND)
    assert isinstance(ended, Ended)
    assert ended.state is State.MISSED


def test_a_backoff_is_bounded() -> None:
    """next_attempt_at is no later than now and the longest backoff (protocol 5.2)."""
    assert found(a_run(next_attempt_at=NOW + HOUR)).next_attempt_at == NOW + timedelta(seconds=300)
    assert found(a_run(next_attempt_at=NOW + SECOND)).next_attempt_at == NOW + SECOND


@pytest.mark.parametrize(
    ("action", "late", "anew"),
    [(Action.STOP, HOUR, True), (Action.STOP, 3 * HOUR, False), (Action.REBOOT, HOUR, False)],
)
def test_retry_for_begins_anew_for_a_word_within_its_catch_up(action: Action, late: timedelta, anew: bool) -> None:
    """A word within its catch-up begins retry_for anew, a reboot does not (protocol 2.5)."""
    run = found(a_run(action=action, retry_from=NOW), late)
    assert run.retry_from == (NOW + late if anew else NOW)


def test_a_word_found_attempting_is_pending_once_its_request_timed_out() -> None:
    """In its catch-up: pending, not before the request timeout has passed since it was sent (protocol 5.2)."""
    attempt = LastAttempt(1, NOW, is_answered=False)
    run = found(attempted(), 5 * SECOND, attempt)
    assert (run.state, run.next_attempt_at) == (State.PENDING, NOW + 30 * SECOND)
    assert run.maybe_executed
    assert found(attempted(), HOUR, attempt).next_attempt_at == NOW + HOUR


def test_a_word_found_attempting_beyond_its_catch_up_goes_by_the_desktops() -> None:
    """Else judged by the desktops (protocol 5.2)."""
    run = found(attempted(), 3 * HOUR, LastAttempt(1, NOW, is_answered=False))
    assert (run.state, run.job_id) == (State.ACCEPTED, None)


def test_a_reboot_found_attempting_is_looked_for() -> None:
    """A reboot stays attempting while its job is looked for (protocol 5.2, 5.4)."""
    attempt = LastAttempt(1, NOW, is_answered=True)
    result = outcome(attempted(action=Action.REBOOT), 9 * HOUR, attempt)
    assert isinstance(result, Found)
    assert (result.run.state, result.attempt) == (State.ATTEMPTING, attempt)
    assert result.run.maybe_executed


def test_an_accepted_run_is_followed_whatever_its_age() -> None:
    """Accepted: looked at at once, whatever the age (protocol 5.2)."""
    run = attempted(state=State.ACCEPTED)
    assert found(run, 99 * HOUR) == run


@pytest.mark.parametrize(
    ("run", "state"),
    [
        (a_run(), State.SKIPPED),
        (a_run(maybe_executed=True), State.UNKNOWN),
        (a_run(state=State.ACCEPTED), State.UNKNOWN),
    ],
)
def test_what_cannot_be_reached_ends_by_what_it_may_have_done(run: Any, state: State) -> None:
    """Skipped is for what was not executed (protocol 4.11)."""
    ended = recovery.unreachable(run, "no region")
    assert (ended.state, ended.reason) == (state, "its project default cannot be reached any more: no region")
