"""Actions, jobs and listings under a clock that stands still until it is moved."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from daemon.timetable.actions import Action, ActionType
from daemon.workspace.sandbox import DesktopFailure, Fault, Outcome, Span, Timing, World
from daemon.workspace.sandbox.examples import CALL_CENTRE, DESIGN, ENGINEERING, TRAINING, many_pool_id, numbered_pool
from daemon.workspace.sandbox.identity import EXAMPLE_PROJECT
from daemon.workspace.sandbox.refusals import Refusal

if TYPE_CHECKING:
    from daemon.workspace.sandbox import Pool
    from daemon.workspace.sandbox.jobs import Job

SOFT, HARD = ActionType.SOFT, ActionType.HARD


def act(world: World, action: Action, type_: ActionType = SOFT, pool_id: str = ENGINEERING) -> Job:
    """Act on a pool of the example project."""
    return world.act_on_pool(EXAMPLE_PROJECT, pool_id, action, type_)


def shown(world: World, pool_id: str = ENGINEERING) -> list[tuple[str, str, str]]:
    """Status, task and login of every desktop, as listed now."""
    desktops = world.pool(EXAMPLE_PROJECT, pool_id).desktops
    return [(desktop.status, desktop.task_status, desktop.shown_login_status) for desktop in desktops]


def statuses(world: World, job: Job) -> list[str]:
    """The sub-jobs' statuses now."""
    return [part.status(world.now()) for part in job.sub_jobs]


@pytest.mark.parametrize(
    ("action", "before", "task", "after", "login"),
    [
        (Action.STOP, "ACTIVE", "powering-off", "SHUTOFF", "UNREGISTER"),
        (Action.START, "SHUTOFF", "powering-on", "ACTIVE", "REGISTERED"),
        (Action.REBOOT, "ACTIVE", "rebooting", "ACTIVE", "REGISTERED"),
        (Action.HIBERNATE, "ACTIVE", "suspending", "HIBERNATED", "UNREGISTER"),
        (Action.START, "HIBERNATED", "powering-on", "ACTIVE", "REGISTERED"),
        (Action.STOP, "HIBERNATED", "powering-off", "SHUTOFF", "UNREGISTER"),
    ],
)
def test_action_ends_in_its_state(  # noqa: PLR0917  # one row of the table
    world: World, clock: Any, pool: Pool, action: Action, before: str, task: str, after: str, login: str
) -> None:
    """Each action shows its task while it runs, and ends in the state that the reference gives."""
    for desktop in pool.desktops:
        desktop.status = before
    job = act(world, action)
    assert [(status, doing) for status, doing, _ in shown(world)] == [(before, task)] * 3
    assert (world.pool(EXAMPLE_PROJECT, ENGINEERING).shown_status, job.status(clock())) == ("TEMPORARY", "RUNNING")
    clock.advance(12)
    assert shown(world) == [(after, "", login)] * 3
    assert (world.pool(EXAMPLE_PROJECT, ENGINEERING).shown_status, job.status(clock())) == ("STEADY", "COMPLETE")


def test_hard_reboot_has_its_own_task(world: World) -> None:
    """The listing tells a forced reboot from an ordinary one."""
    act(world, Action.REBOOT, HARD)
    assert {task for _, task, _ in shown(world)} == {"rebooting_hard"}


def test_users_are_cut_off_when_a_stop_begins(world: World, pool: Pool) -> None:
    """A soft stop ends the session of whoever is connected, before the desktop is off."""
    pool.desktops[0].login_status = "CONNECTED"
    act(world, Action.STOP)
    assert shown(world)[0] == ("ACTIVE", "powering-off", "UNREGISTER")


def test_listings_lag_behind_the_job(world: World, clock: Any) -> None:
    """Between the job's end and the lag, the job is COMPLETE while the desktops still look busy."""
    job = act(world, Action.STOP)
    clock.advance(11)
    assert job.status(clock()) == "COMPLETE"
    assert shown(world)[0] == ("ACTIVE", "powering-off", "UNREGISTER")
    assert world.pools(EXAMPLE_PROJECT)[0].shown_status == "TEMPORARY"


def test_action_in_the_lag_is_accepted(world: World, clock: Any) -> None:
    """What is in progress is judged by the truth, not by the listing."""
    act(world, Action.STOP)
    clock.advance(11)
    act(world, Action.START)
    assert {task for _, task, _ in shown(world)} == {"powering-on"}


def test_action_on_a_busy_pool_is_a_conflict(world: World, clock: Any) -> None:
    """A second action is refused at once with 409 WKS.00010032, and nothing comes of it."""
    first = act(world, Action.STOP)
    clock.advance(5)
    with pytest.raises(
        Refusal, match=r"current instance status is \[powering-off\] and deny operation \[reboot\]"
    ) as no:
        act(world, Action.REBOOT)
    assert (no.value.status, no.value.code) == (409, "WKS.00010032")
    assert world.sub_jobs(EXAMPLE_PROJECT, pool_id=ENGINEERING) == first.sub_jobs


def test_busy_pool_may_accept_a_job_whose_sub_jobs_fail(world: World, clock: Any, pool: Pool) -> None:
    """The other behaviour seen in the field: a job is opened, and the desktops that are busy fail in it."""
    pool.refuses_when_busy = False
    world.act_on_desktops(EXAMPLE_PROJECT, [pool.desktops[0].desktop_id], Action.STOP, SOFT)
    job = act(world, Action.REBOOT)
    clock.advance(12)
    assert statuses(world, job) == ["FAIL", "SUCCESS", "SUCCESS"]
    assert job.sub_jobs[0].error_code == "WKS.00010032"
    assert job.status(clock()) == "COMPLETE"
    assert [status for status, _, _ in shown(world)] == ["SHUTOFF", "ACTIVE", "ACTIVE"]


def test_start_of_running_desktops_fails_as_a_whole(world: World, clock: Any) -> None:
    """As in the vendor's provider test: the job ends as FAIL, quickly, and the desktops are in the end state."""
    job = act(world, Action.START)
    assert statuses(world, job) == ["RUNNING"] * 3
    clock.advance(1)
    assert (job.status(clock()), statuses(world, job)) == ("FAIL", ["FAIL"] * 3)
    assert [status for status, _, _ in shown(world)] == ["ACTIVE"] * 3


def test_start_of_running_desktops_can_succeed(world: World, clock: Any) -> None:
    """The provider's observation can be turned off."""
    world.start_of_running_fails = False
    job = act(world, Action.START)
    clock.advance(1)
    assert job.status(clock()) == "COMPLETE"


def test_stop_of_stopped_desktops_succeeds_at_once(world: World, clock: Any, pool: Pool) -> None:
    """A stop converges: sub-jobs of desktops that are off end well, and occupy nothing meanwhile."""
    for desktop in pool.desktops:
        desktop.status = "SHUTOFF"
    job = act(world, Action.STOP)
    assert world.pool(EXAMPLE_PROJECT, ENGINEERING).shown_status == "STEADY"
    clock.advance(1)
    assert (job.status(clock()), job.first_failure) == ("COMPLETE", None)


def test_reboot_never_starts_a_desktop_that_is_off(world: World, clock: Any, pool: Pool) -> None:
    """The sub-job of a desktop that is off fails; the others reboot, and the parent is COMPLETE all the same."""
    pool.desktops[1].status = "SHUTOFF"
    job = act(world, Action.REBOOT)
    clock.advance(12)
    assert statuses(world, job) == ["SUCCESS", "FAIL", "SUCCESS"]
    assert (job.status(clock()), shown(world)[1][0]) == ("COMPLETE", "SHUTOFF")


def test_only_windows_hibernates(world: World, clock: Any, pool: Pool) -> None:
    """A Linux desktop fails permanently and stays on."""
    pool.desktops[2].os_type = "Linux"
    job = act(world, Action.HIBERNATE)
    clock.advance(12)
    assert statuses(world, job) == ["SUCCESS", "SUCCESS", "FAIL"]
    assert shown(world)[2][0] == "ACTIVE"


def test_frozen_desktop_refuses_everything(world: World, clock: Any, pool: Pool) -> None:
    """A frozen desktop fails its sub-job, and its pool is EXIST_FROZEN when nothing is in progress."""
    pool.desktops[0].is_frozen = True
    job = act(world, Action.STOP)
    clock.advance(12)
    assert statuses(world, job) == ["FAIL", "SUCCESS", "SUCCESS"]
    assert world.pool(EXAMPLE_PROJECT, ENGINEERING).shown_status == "EXIST_FROZEN"


def test_pool_status_can_be_set(world: World, pool: Pool) -> None:
    """A test may let a pool be ERROR, whatever its desktops are."""
    pool.status = "ERROR"
    assert world.pool(EXAMPLE_PROJECT, ENGINEERING).shown_status == "ERROR"


def test_scripted_desktop_fails_once(world: World, clock: Any, pool: Pool) -> None:
    """A desktop whose next stop fails takes the full time, keeps its state, and stops the next time."""
    broken = pool.desktops[1].desktop_id
    world.fail_desktop(broken, DesktopFailure(Action.STOP, code="WKS.0202", reason="no such unit"))
    job = act(world, Action.STOP)
    clock.advance(12)
    assert statuses(world, job) == ["SUCCESS", "FAILED", "SUCCESS"]
    assert [status for status, _, _ in shown(world)] == ["SHUTOFF", "ACTIVE", "SHUTOFF"]
    again = world.act_on_desktops(EXAMPLE_PROJECT, [broken], Action.STOP, HARD)
    clock.advance(12)
    assert statuses(world, again) == ["SUCCESS"]


def test_scripted_desktop_can_fail_for_ever_and_for_one_action_only(world: World, clock: Any, pool: Pool) -> None:
    """A permanent script is never used up, and leaves other actions alone."""
    world.fail_desktop(pool.desktops[0].desktop_id, DesktopFailure(Action.STOP, once=False))
    for _ in range(2):
        job = act(world, Action.STOP)
        clock.advance(12)
        assert job.sub_jobs[0].status(clock()) == "FAILED"
    job = act(world, Action.REBOOT)
    clock.advance(12)
    assert job.sub_jobs[0].status(clock()) == "SUCCESS"


def test_stuck_desktop_never_ends(world: World, clock: Any, pool: Pool) -> None:
    """A stuck sub-job runs for ever at no progress, and keeps its pool busy."""
    world.fail_desktop(pool.desktops[0].desktop_id, DesktopFailure(outcome=Outcome.STUCK))
    job = act(world, Action.STOP)
    clock.advance(86400)
    assert statuses(world, job) == ["RUNNING", "SUCCESS", "SUCCESS"]
    assert (job.status(clock()), job.sub_jobs[0].process(clock())) == ("RUNNING", 0)
    assert world.pool(EXAMPLE_PROJECT, ENGINEERING).shown_status == "TEMPORARY"


def test_action_without_effect_says_success(world: World, clock: Any, pool: Pool) -> None:
    """SUCCESS is not the end state: a desktop may stay as it was."""
    world.fail_desktop(pool.desktops[0].desktop_id, DesktopFailure(outcome=Outcome.NO_EFFECT))
    job = act(world, Action.STOP)
    clock.advance(12)
    assert statuses(world, job)[0] == "SUCCESS"
    assert shown(world)[0] == ("ACTIVE", "", "REGISTERED")


def test_sub_jobs_wait_for_their_turn(world: World, clock: Any) -> None:
    """With a queue, sub-jobs begin one after the other and show how far they are."""
    world.timing = Timing.uniform(10, queue=4)
    job = act(world, Action.STOP)
    clock.advance(5)
    assert statuses(world, job) == ["RUNNING", "RUNNING", "WAITING"]
    assert [part.process(clock()) for part in job.sub_jobs] == [50, 10, 0]
    clock.advance(5)
    assert [part.process(clock()) for part in job.sub_jobs] == [100, 60, 20]
    assert job.ended_at(clock()) is None


def test_per_desktop_call_touches_only_the_named(world: World, clock: Any, pool: Pool) -> None:
    """A desktop that is named twice is acted on once; the others are left alone."""
    chosen = pool.desktops[2].desktop_id
    job = world.act_on_desktops(EXAMPLE_PROJECT, [chosen, chosen], Action.STOP, SOFT)
    clock.advance(12)
    assert [status for status, _, _ in shown(world)] == ["ACTIVE", "ACTIVE", "SHUTOFF"]
    assert (job.job_type, len(job.sub_jobs)) == ("operateDesktops", 1)


def test_message_reaches_windows_users_only(world: World, clock: Any, pool: Pool) -> None:
    """A message is a job; desktops that are off or run Linux fail in it."""
    pool.desktops[1].os_type, pool.desktops[2].status = "Linux", "SHUTOFF"
    job = world.notify_pool(EXAMPLE_PROJECT, ENGINEERING, "in 10 minutes")
    again = world.notify_desktops(EXAMPLE_PROJECT, [pool.desktops[0].desktop_id], "now")
    clock.advance(1)
    assert statuses(world, job) == ["SUCCESS", "FAIL", "FAIL"]
    assert (statuses(world, again), list(pool.messages)) == (["SUCCESS"], ["in 10 minutes", "now"])


def test_sub_jobs_are_found_by_job_pool_and_type(world: World, clock: Any, pool: Pool) -> None:
    """Whatever is given must hold; the newest come first; another project's are not shown."""
    old = act(world, Action.STOP)
    clock.advance(20)
    new = world.act_on_desktops(EXAMPLE_PROJECT, [pool.desktops[0].desktop_id], Action.START, SOFT)
    everything = [*new.sub_jobs, *old.sub_jobs]
    assert world.sub_jobs(EXAMPLE_PROJECT) == everything
    assert world.sub_jobs(EXAMPLE_PROJECT, pool_id=ENGINEERING) == everything
    assert world.sub_jobs(EXAMPLE_PROJECT, pool_id=ENGINEERING, job_type="operateDesktops") == new.sub_jobs
    assert world.sub_jobs(EXAMPLE_PROJECT, job_id=old.job_id) == old.sub_jobs
    assert world.sub_jobs(EXAMPLE_PROJECT, job_id="none") == []
    assert world.sub_jobs(EXAMPLE_PROJECT, pool_id="none") == []
    assert world.sub_jobs("another", job_id=old.job_id) == []


def test_what_does_not_exist_is_refused(world: World) -> None:
    """An unknown pool is a 400, an unknown job or desktop a 404; another project sees none of them."""
    job = act(world, Action.STOP)
    for ask, status in (
        (lambda: world.pool(EXAMPLE_PROJECT, "none"), 400),
        (lambda: world.pool("another", ENGINEERING), 400),
        (lambda: world.any_pool("none"), 400),
        (lambda: world.job(EXAMPLE_PROJECT, "none"), 404),
        (lambda: world.job("another", job.job_id), 404),
        (lambda: world.desktop("none"), 404),
        (lambda: world.act_on_desktops("another", [job.sub_jobs[0].desktop_id], Action.STOP, SOFT), 404),
    ):
        with pytest.raises(Refusal) as refusal:
            ask()
        assert refusal.value.status == status
    assert world.pools("another") == []


def test_services_clock_can_be_off(world: World, clock: Any) -> None:
    """Timestamps of jobs go by the service's own clock."""
    world.clock_offset = timedelta(hours=1)
    assert act(world, Action.STOP).created_at == clock() + timedelta(hours=1)


def test_same_seed_gives_the_same_durations(clock: Any) -> None:
    """Two worlds with one seed do the same things at the same time; another seed does not."""

    def ends(seed: int) -> list[object]:
        world = World.example(clock=clock, timing=Timing(seed=seed))
        return [part.ends_at for part in act(world, Action.STOP).sub_jobs]

    assert ends(1) == ends(1) != ends(2)


def test_hard_stop_is_quicker_than_a_soft_one() -> None:
    """The ordinary durations of a soft stop lie above those of a hard one; scaling keeps them in proportion."""
    timing = Timing().scaled(0.1)
    assert timing.spans[Action.STOP, HARD].longest < timing.spans[Action.STOP, SOFT].shortest
    assert timing.spans[Action.STOP, SOFT] == Span(2.5, 7.0)
    assert (timing.lag, timing.at_once) == (pytest.approx(0.2), pytest.approx(0.1))
    assert 2.5 <= timing.duration(Action.STOP, SOFT, "desktop", "job") <= 7.0


def test_example_holds_the_pools_of_the_example_schedule(clock: Any) -> None:
    """Four pools: two in use, one off, one that runs Linux."""
    world = World.example(clock=clock)
    pools = {pool.name: pool for pool in world.pools(EXAMPLE_PROJECT)}
    assert pools["engineering"].pool_id == ENGINEERING == "a130ab3a-72bf-4b71-baa9-af4987c8e338"
    assert pools["Call centre Shanghai"].pool_id == CALL_CENTRE
    assert {desktop.status for desktop in pools["training"].desktops} == {"SHUTOFF"}
    assert {desktop.os_type for desktop in world.pool(EXAMPLE_PROJECT, DESIGN).desktops} == {"Linux"}
    assert world.pool(EXAMPLE_PROJECT, TRAINING).desktops[0].login_status == "UNREGISTER"


def test_worlds_in_quantity_have_ids_that_can_be_computed(clock: Any) -> None:
    """The nth pool of many is found by its computed id, and no desktop's id occurs twice."""
    world = World.many(300, 2, clock=clock)
    assert world.pool(EXAMPLE_PROJECT, many_pool_id(300)).name == "pool-0300"
    pools = world.pools(EXAMPLE_PROJECT)
    assert len({desktop.desktop_id for pool in pools for desktop in pool.desktops}) == 600


def test_scripts_wait_for_their_pool(world: World) -> None:
    """A script is kept under the pool or call that it is meant for, in order."""
    world.script(ENGINEERING, Fault(status=409), Fault(html=502))
    assert world.scripts.waiting() == {ENGINEERING: 2}
    assert world.scripts.take("other", None, ENGINEERING) == Fault(status=409)
    assert world.scripts.take(ENGINEERING) == Fault(html=502)
    assert world.scripts.take(ENGINEERING) is None


def test_empty_pool_is_steady(world: World) -> None:
    """A pool without desktops can be acted on; its job is complete at once."""
    world.add_pool(numbered_pool("empty", "empty", "E", 0))
    job = act(world, Action.STOP, pool_id="empty")
    assert (job.status(world.now()), job.ended_at(world.now())) == ("COMPLETE", job.created_at)
