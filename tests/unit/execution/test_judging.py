"""What a look at desktops and jobs means for a run."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from daemon.execution import judging
from daemon.execution.judging import Judged, LookAgain, Sight
from daemon.ledger.outcomes import DesktopSeen
from daemon.ledger.states import State
from daemon.timetable.actions import Action
from tests.support.runs import NOW, STEADY_BACKOFF, a_desktop, a_job, a_part, attempted

LATER = NOW + timedelta(hours=3)


def word(sight: Sight, at: timedelta = timedelta(0), **changes: object) -> judging.Judgement:
    """The judgement of an accepted stop."""
    run = attempted(state=State.ACCEPTED, maybe_executed=True, retry_from=NOW, job_id="job-1", **changes)
    return judging.judge_word(run, sight, NOW + at, STEADY_BACKOFF)


def judged(judgement: judging.Judgement) -> tuple[State, str | None]:
    """State and reason of a verdict."""
    assert isinstance(judgement, Judged)
    return judgement.step.run.state, judgement.step.reason


@pytest.mark.parametrize(
    ("action", "statuses", "there"),
    [
        (Action.START, ["ACTIVE"], True),
        (Action.START, ["ERROR"], False),
        (Action.STOP, ["SHUTOFF"], True),
        (Action.STOP, ["HIBERNATED"], False),
        (Action.HIBERNATE, ["HIBERNATED", "SHUTOFF"], True),
        (Action.HIBERNATE, ["SOMETHING NEW"], False),
    ],
)
def test_each_word_has_its_end_state(action: Action, statuses: list[str], there: bool) -> None:
    """A word has succeeded when all desktops are in its end state and idle (protocol 4.5)."""
    desktops = [a_desktop(number, status) for number, status in enumerate(statuses)]
    judgement = word(Sight(desktops), action=action)
    assert isinstance(judgement, Judged) is there
    if there:
        assert judged(judgement)[0] is State.SUCCEEDED


def test_busy_desktops_are_looked_at_again() -> None:
    """While anything is busy nothing is concluded (protocol 4.5)."""
    assert word(Sight([a_desktop(task="powering-off")])) == LookAgain("1 desktops are busy")


def test_a_running_job_is_looked_at_again_although_all_are_there() -> None:
    """No known job of the pool may be open (protocol 4.5)."""
    assert word(Sight([a_desktop()], running_jobs=("job-9",))) == LookAgain("job job-9 runs")


def test_an_overdue_pool_that_is_busy_is_unknown() -> None:
    """Given up while something still runs is unknown, naming at most five (protocol 4.5)."""
    desktops = [a_desktop(number, "ACTIVE", "powering-off") for number in range(7)]
    state, reason = judged(word(Sight(desktops, is_overdue=True)))
    assert state is State.UNKNOWN
    assert reason == (
        "given up: 7 desktops still busy (D-0 ACTIVE, D-1 ACTIVE, D-2 ACTIVE, D-3 ACTIVE, D-4 ACTIVE and 2 more)"
    )


def test_an_overdue_job_that_runs_with_idle_desktops_is_unknown() -> None:
    """A job that is still open when it is given up is named (protocol 4.5)."""
    state, reason = judged(word(Sight([a_desktop(1, "ACTIVE")], running_jobs=("job-1",), is_overdue=True)))
    assert (state, reason) == (State.UNKNOWN, "given up: job job-1 still runs")


def test_an_overdue_job_whose_desktops_are_all_there_has_succeeded() -> None:
    """When a job is given up, idle desktops in their end state are the verdict (protocol 4.5)."""
    sight = Sight([a_desktop()], running_jobs=("job-1",), is_overdue=True)
    assert judged(word(sight)) == (State.SUCCEEDED, "all 1 desktops are SHUTOFF")
    assert word(replace(sight, settles_in=9.0)) == LookAgain("an attempt of unknown fate may still act", 9.0)


def test_success_waits_for_older_lost_attempts() -> None:
    """All there counts once no older attempt of unknown fate can act (protocol 4.5)."""
    judgement = word(Sight([a_desktop()], settles_in=12.0, may_act_for=50.0))
    assert judgement == LookAgain("an attempt of unknown fate may still act", 12.0)


def test_the_parts_are_asked_for_where_desktops_are_away() -> None:
    """Why a desktop is not there the job's parts say (protocol 4.5)."""
    run = attempted(state=State.ACCEPTED)
    assert judging.needs_parts(run, Sight([a_desktop(1, "ACTIVE")]))
    assert not judging.needs_parts(run, Sight([a_desktop()]))
    assert not judging.needs_parts(run, Sight([a_desktop(1, "ACTIVE", "powering-off")]))
    assert not judging.needs_parts(run, Sight([a_desktop(1, "ACTIVE")], running_jobs=("job-9",)))


def test_a_lagging_state_is_looked_at_twice() -> None:
    """Away without a failed part may lag, until a second look says the same (protocol 4.5)."""
    away = Sight([a_desktop(1, "ACTIVE")], sub_jobs=[a_part(1)])
    assert word(away) == LookAgain("the desktops may lag their job")
    confirmed = Sight([a_desktop(1, "ACTIVE")], sub_jobs=[a_part(1)], is_confirmed=True)
    assert judged(word(confirmed))[0] is State.PENDING


def test_a_lost_attempt_of_its_own_may_still_change_what_is_seen() -> None:
    """Not there yet is no verdict while the run's own lost request may act (protocol 4.5, 4.11)."""
    sight = Sight([a_desktop(1, "ACTIVE")], sub_jobs=[], is_confirmed=True, may_act_for=20.0)
    assert word(sight) == LookAgain("the last attempt is of unknown fate and may still act", 20.0)


@pytest.mark.parametrize("code", [None, "WKS.00010032", "WKS.9999"])
def test_a_part_that_failed_as_busy_is_tried_again(code: str | None) -> None:
    """Busy parts end as pending again inside retry_for, and so does what nobody can tell (protocol 4.5)."""
    sight = Sight([a_desktop(1, "ACTIVE"), a_desktop(2)], sub_jobs=[a_part(1, "FAILED", code)])
    state, reason = judged(word(sight))
    if code == "WKS.9999":
        assert state is State.PARTIAL
    else:
        assert state is State.PENDING
    assert reason is not None
    assert reason.startswith("1 of 2 desktops are not where they are to be: D-1 ")


def test_refused_for_good_everywhere_has_failed() -> None:
    """Where no desktop is there and all were refused for good the run has failed (protocol 4.5)."""
    sight = Sight([a_desktop(1, "ACTIVE")], sub_jobs=[a_part(1, "FAIL", "WKS.0001")])
    assert judged(word(sight))[0] is State.FAILED


@pytest.mark.parametrize(("there", "state"), [(0, State.FAILED), (1, State.PARTIAL)])
def test_at_the_deadline_the_sight_is_the_verdict(there: int, state: State) -> None:
    """After retry_for what the desktops show is the verdict (protocol 2.5, 4.11)."""
    desktops = [a_desktop(1, "ACTIVE"), *(a_desktop(number + 2) for number in range(there))]
    sight = Sight(desktops, sub_jobs=[], is_confirmed=True)
    assert judged(word(sight, timedelta(hours=3)))[0] is state


def reboot(parts: list[object], refused: tuple[DesktopSeen, ...] = (), **changes: object) -> Judged:
    """The judgement of a reboot whose job is over."""
    run = attempted(
        action=Action.REBOOT,
        state=State.ACCEPTED,
        maybe_executed=True,
        retry_from=NOW,
        retry_for=timedelta(minutes=15),
        job_id="job-1",
        **{key: value for key, value in changes.items() if key not in ("job", "now", "most_parts")},
    )
    asked = {"now": changes.get("now", NOW), "most_parts": changes.get("most_parts"), "backoff": STEADY_BACKOFF}
    return judging.judge_reboot(run, changes.get("job", a_job()), parts, refused, **asked)  # type: ignore[arg-type]


REFUSED_BEFORE = DesktopSeen("d-9", "D-9", "refused", error_code="WKS.0001")


def test_a_reboot_succeeds_by_its_parts() -> None:
    """All parts succeeded: succeeded (protocol 4.5)."""
    assert judged(reboot([a_part(1), a_part(2)])) == (State.SUCCEEDED, "all 2 desktops were rebooted")


def test_a_reboot_without_parts_goes_by_its_jobs_status() -> None:
    """Without parts the job's own status is all there is (protocol 4.5)."""
    assert judged(reboot([]))[0] is State.SUCCEEDED
    failed = reboot([], job=a_job("FAIL", error_code="WKS.5", fail_reason="no"))
    assert judged(failed) == (State.FAILED, "job job-1: FAIL WKS.5 no")
    assert judged(reboot([], job=a_job("FAIL"), desktops=("d-1",)))[0] is State.PARTIAL


def test_a_reboot_whose_job_is_gone_keeps_what_was_refused_before() -> None:
    """Gone is unknown, and what is known of desktops stays (protocol 4.5, 5.2)."""
    gone = reboot([], (REFUSED_BEFORE,), job=None)
    assert judged(gone) == (State.UNKNOWN, "job job-1 is gone")
    assert gone.desktops == (REFUSED_BEFORE,)


def test_the_busy_ones_of_a_reboot_are_left_to_do() -> None:
    """Busy parts are tried again by their list, after a backoff (protocol 4.5)."""
    verdict = reboot([a_part(1), a_part(2, "FAILED", "WKS.00010032")])
    assert (verdict.step.run.state, verdict.step.run.desktops) == (State.PENDING, ("d-2",))
    assert verdict.step.run.job_id is None
    assert verdict.step.wait == 10.0
    assert verdict.step.error_code == "WKS.00010032"


def test_the_next_hundred_follows_at_once() -> None:
    """What did not fit into a call is sent without a backoff (protocol 4.5)."""
    everyone = tuple(f"d-{number}" for number in range(150))
    verdict = reboot([a_part(number) for number in range(100)], desktops=everyone)
    assert verdict.step.run.desktops == everyone[100:]
    assert (verdict.step.wait, verdict.step.reason) == (0.0, "50 desktops are left")


def test_a_part_without_a_desktop_is_named_by_itself_and_not_tried_again() -> None:
    """What cannot be named cannot be sent to (protocol 4.5)."""
    verdict = reboot([a_part(1), a_part(2, "FAILED", desktop_id=None)])
    assert judged(verdict)[0] is State.PARTIAL
    assert verdict.desktops[0].desktop_id == "s-2"


@pytest.mark.parametrize(
    ("parts", "refused", "desktops", "state"),
    [
        ([a_part(1, "FAIL", "WKS.0001")], (), None, State.FAILED),
        ([a_part(1), a_part(2, "FAIL", "WKS.0001")], (), None, State.PARTIAL),
        ([a_part(1)], (REFUSED_BEFORE,), ("d-1",), State.PARTIAL),
    ],
)
def test_a_reboot_of_which_some_were_refused(
    parts: list[object], refused: tuple[DesktopSeen, ...], desktops: tuple[str, ...] | None, state: State
) -> None:
    """Failed where none was rebooted, partial where some were, earlier refusals counted (protocol 4.5)."""
    assert judged(reboot(parts, refused, desktops=desktops))[0] is state


@pytest.mark.parametrize(
    ("most_parts", "refused", "state"),
    [
        (2, (REFUSED_BEFORE,), State.FAILED),
        (3, (REFUSED_BEFORE,), State.PARTIAL),
        (1, (), State.FAILED),
        (None, (), State.PARTIAL),
    ],
)
def test_a_reboot_tried_again_in_vain_is_partial_only_where_a_desktop_was_rebooted(
    most_parts: int | None, refused: tuple[DesktopSeen, ...], state: State
) -> None:
    """The last job had only what was left; the whole pool's says whether any desktop was rebooted (protocol 4.5)."""
    still_busy = [a_part(2, "FAILED", "WKS.00010032")]
    assert judged(reboot(still_busy, refused, desktops=("d-2",), most_parts=most_parts, now=LATER))[0] is state


def test_what_is_left_of_a_reboot_at_its_deadline_is_partial() -> None:
    """Out of time, the rest is named and the run partial (protocol 2.5, 4.5)."""
    verdict = reboot([a_part(1), a_part(2, "FAILED", "WKS.00010032")], now=LATER)
    assert judged(verdict) == (State.PARTIAL, "1 desktops were not rebooted: D-2 WKS.00010032")
