"""What an answer means for its run."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from daemon.execution import verdicts
from daemon.ledger.states import State
from daemon.timetable.actions import Action
from daemon.workspace.answers import Answer, Fate
from tests.support.runs import (
    CLOCK_OFF,
    CONFLICT,
    LOST,
    NEVER_SENT,
    NOW,
    REFUSED,
    STEADY_BACKOFF,
    THROTTLED,
    UNAUTHORISED,
    a_run,
    attempted,
)

ACCEPTED = Answer(Fate.ACCEPTED, status=200, job_id="job-1")
HOURS = timedelta(hours=1)


def after(answer: Answer, at: timedelta = timedelta(0), **changes: object) -> verdicts.Step:
    """The step after an answer that came this long after the run was due."""
    return verdicts.after_answer(attempted(**changes), answer, NOW, NOW + at, STEADY_BACKOFF)


def test_an_accepted_answer_makes_the_run_accepted_with_its_job() -> None:
    """2xx with a job id: accepted, may have been executed, retry_for begun (protocol 4.4, 2.5)."""
    step = after(ACCEPTED)
    assert (step.run.state, step.run.job_id, step.reason) == (State.ACCEPTED, "job-1", None)
    assert step.run.maybe_executed
    assert step.run.retry_from == NOW


@pytest.mark.parametrize("action", list(Action))
def test_refused_for_good_fails_at_once(action: Action) -> None:
    """Refused for good is failed at once, with the cloud's words (protocol 4.4)."""
    step = after(REFUSED, action=action)
    assert (step.run.state, step.error_code) == (State.FAILED, "WKS.0001")
    assert step.reason == "refused for good: 400 WKS.0001: the desktop pool does not exist"


@pytest.mark.parametrize("action", list(Action))
def test_refused_for_now_waits_and_was_not_executed(action: Action) -> None:
    """Refused for now is sent again after a backoff, reboots too (protocol 4.4)."""
    step = after(CONFLICT, action=action)
    assert (step.run.state, step.wait) == (State.PENDING, 10.0)
    assert step.run.next_attempt_at == NOW + timedelta(seconds=10)
    assert not step.run.maybe_executed


def test_a_lost_word_waits_to_be_sent_again() -> None:
    """A lost word is sent again and may have been executed (protocol 4.4)."""
    step = after(LOST)
    assert step.run.state is State.PENDING
    assert step.run.maybe_executed
    assert not step.is_search


def test_a_lost_reboot_is_looked_for() -> None:
    """A lost reboot stays attempting while its job is looked for (protocol 4.4, 5.4)."""
    step = after(LOST, action=Action.REBOOT)
    assert (step.run.state, step.is_search) == (State.ATTEMPTING, True)
    assert step.reason == "lost: the connection was reset; looking for its job, not sending it again"


def test_refused_credentials_are_said_in_plain_words() -> None:
    """What a gateway says about them is on record with the attempt, and names no mend."""
    answer = replace(UNAUTHORISED, error_msg="Incorrect IAM authentication information: " + "x" * 500)
    assert verdicts.describe(answer) == "the credentials are refused (401 APIGW.0301)"


@pytest.mark.parametrize("answer", [UNAUTHORISED, CLOCK_OFF])
def test_a_condition_of_the_project_leaves_the_run_pending(answer: Answer) -> None:
    """The run waits for its project and is ready as soon as that answers (protocol 4.4)."""
    step = after(answer)
    assert (step.run.state, step.wait) == (State.PENDING, 0.0)
    assert step.reason is not None
    assert step.reason.startswith("waits for its project: ")


def test_what_was_never_sent_waits_and_begins_no_retries() -> None:
    """Never sent is sent again after a backoff; retry_for has not begun (protocol 2.5, 4.4)."""
    step = after(NEVER_SENT)
    assert (step.run.state, step.wait) == (State.PENDING, 10.0)
    assert step.run.retry_from is None
    assert step.run.deadline is None


def test_retry_for_counts_from_the_first_attempt_that_may_have_reached_the_cloud() -> None:
    """A later attempt does not move the deadline (protocol 2.5)."""
    step = after(CONFLICT, timedelta(minutes=5), retry_from=NOW - HOURS)
    assert step.run.retry_from == NOW - HOURS
    assert step.run.deadline == NOW + HOURS


def test_the_cloud_may_ask_for_a_longer_wait() -> None:
    """Retry-After beyond our own backoff is respected (protocol 4.8)."""
    assert after(THROTTLED).wait == 45.0


def test_a_wait_is_cut_so_that_the_last_try_comes_before_the_deadline() -> None:
    """A backoff that we chose is cut to just before the deadline (protocol 4.8)."""
    step = after(CONFLICT, 2 * HOURS - timedelta(seconds=5), retry_from=NOW)
    assert step.wait == 4.0


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, State.EXPIRED),
        ({"maybe_executed": True}, State.ACCEPTED),
        ({"maybe_executed": True, "action": Action.REBOOT}, State.UNKNOWN),
        ({"maybe_executed": True, "action": Action.REBOOT, "desktops": ("d-1",)}, State.PARTIAL),
    ],
)
def test_at_its_deadline_a_run_ends_by_what_it_may_have_done(changes: dict[str, object], state: State) -> None:
    """Expired where nothing was executed, by the desktops or as unknown elsewhere (protocol 2.5, 4.11)."""
    step = after(CONFLICT, 2 * HOURS, retry_from=NOW, **changes)
    assert step.run.state is state
    assert step.run.next_attempt_at is None
    assert step.reason is not None
    assert "retried until the deadline" in step.reason


def test_a_wait_beyond_the_deadline_ends_the_run() -> None:
    """Where the cloud asks to wait beyond the deadline the run ends at once with that reason (protocol 4.8)."""
    step = after(THROTTLED, 2 * HOURS - timedelta(seconds=30), retry_from=NOW)
    assert step.run.state is State.EXPIRED
    assert step.reason == "refused for now: 429 APIGW.0308; asked to wait beyond the deadline"


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, State.SKIPPED),
        ({"maybe_executed": True, "retry_from": NOW}, State.ACCEPTED),
        ({"maybe_executed": True, "action": Action.REBOOT, "desktops": ("d-1",)}, State.PARTIAL),
    ],
)
def test_a_run_that_is_called_off_is_skipped_or_judged(changes: dict[str, object], state: State) -> None:
    """Skipped is for runs that were not executed; nothing of retry_for is left to the others (protocol 4.10, 4.11)."""
    step = verdicts.called_off(a_run(**changes), "because")
    assert step.run.state is state
    assert step.reason in ("because", "because; judged by the desktops")
    if step.run.maybe_executed:
        assert step.run.retry_for == timedelta(0)


@pytest.mark.parametrize(
    ("late", "after_outage", "missed"),
    [
        (timedelta(hours=2), True, False),
        (timedelta(hours=2, seconds=1), True, True),
        (timedelta(hours=2, seconds=1), False, False),
        (timedelta(hours=4), False, False),
        (timedelta(hours=4, seconds=1), False, True),
    ],
)
def test_one_formula_says_what_comes_too_late(late: timedelta, after_outage: bool, missed: bool) -> None:
    """After an outage beyond catch-up, in any case beyond catch-up and retry_for (protocol 2.4)."""
    assert verdicts.is_missed(a_run(), NOW + late, after_outage=after_outage) is missed


def test_a_run_that_reached_the_cloud_is_never_missed() -> None:
    """Only a run none of whose attempts may have reached the cloud can be missed (protocol 2.4)."""
    assert not verdicts.is_missed(a_run(retry_from=NOW), NOW + 99 * HOURS, after_outage=True)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(Fate.LOST), "lost"),
        (Answer(Fate.LOST, status=502), "lost: 502"),
        (Answer(Fate.LOST, error_msg="reset"), "lost: reset"),
        (CONFLICT, "refused for now: 409 WKS.00010032: operation conflict"),
    ],
)
def test_an_answer_is_put_into_words(answer: Answer, words: str) -> None:
    """A reason names status, code and the cloud's words, as far as there are any (protocol 4.13)."""
    assert verdicts.describe(answer) == words
