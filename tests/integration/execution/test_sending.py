"""One attempt: its gate, its answer, what is on record, and when the next one comes (protocol 4.2 to 4.8)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.exc import IntegrityError

from daemon.ledger import history, schema
from daemon.timetable.actions import Action, ActionType
from daemon.workspace.answers import Answer, Fate
from daemon.workspace.port import Call
from tests.support.runs import CONFLICT, FAILED_INSIDE, LOST, REFUSED, THROTTLED
from tests.support.world import schedule

if TYPE_CHECKING:
    from tests.support.world import World


async def test_at_most_one_run_of_a_pool_is_in_flight(world: World) -> None:
    """The database refuses a second run of a pool that is attempting or accepted (protocol 4.1)."""
    await world.begin(schedule(a=["stop at 20:00"]))
    await world.now("stop")
    row = world.run(1)._asdict() | {"id": 99, "request": "other"}
    with pytest.raises(IntegrityError):
        await world.write(schema.runs.insert().values(row))


async def test_the_attempt_is_on_disk_before_the_request_is_sent(world: World) -> None:
    """Nothing is sent before the commit that wrote the attempt (protocol 4.2)."""
    await world.begin(schedule(a=["stop at 12:05 HARD"]))
    held = world.cloud().hold(Call.ACT_ON_POOL)
    await world.advance(300)
    await held.arrived.wait()
    (attempt,) = world.rows(schema.attempts)
    assert (attempt.run, attempt.number, attempt.call, attempt.answered_at) == (1, 1, "pool", None)
    assert attempt.sent_at == world.clock.now()
    assert attempt.limit_key == "key of default memory-1 pool-action"
    assert world.run(1).state == "attempting"
    assert world.sent()[0].type is ActionType.HARD
    held.released.set()
    await world.settle()
    (attempt,) = world.rows(schema.attempts)
    assert (attempt.fate, attempt.job_id) == ("accepted", "job-1")
    (job,) = world.rows(schema.jobs)
    assert (job.job_id, job.run, job.attempt, job.closed) == ("job-1", 1, attempt.id, False)


async def test_every_part_of_an_answer_is_on_record(world: World) -> None:
    """An attempt keeps status, codes, words, authorization message, request id and duration (protocol 4.13)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    world.cloud().script(Call.ACT_ON_POOL, REFUSED)
    await world.advance(300)
    (attempt,) = world.rows(schema.attempts)
    assert attempt.status == 400
    assert attempt.error_code == "WKS.0001"
    assert attempt.error_msg == "the desktop pool does not exist"
    assert attempt.error_detail == "detail"
    assert attempt.encoded_authorization_message == "encoded"
    assert attempt.request_id == "r-400"
    assert attempt.duration == timedelta(seconds=0.25)
    assert attempt.answered_at == world.clock.now()
    assert world.ends() == ["stop failed: refused for good: 400 WKS.0001: the desktop pool does not exist"]
    assert world.run(1).error_code == "WKS.0001"
    assert len(world.sent()) == 1


async def test_a_final_state_logs_one_canonical_line(world: World) -> None:
    """A run that ends says so once, with pool, action, state, attempts and lateness (protocol 4.13)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(299)
    await world.advance(3)
    world.cloud().finish_all()
    await world.advance(30)
    (line,) = world.said("run.ended")
    assert line["state"] == "succeeded"
    assert (line["pool"], line["action"], line["attempts"], line["job_id"]) == ("a", "stop", 1, "job-1")
    assert line["lateness"] == 2.0


async def test_a_conflict_is_backed_off_from_and_sent_again(world: World) -> None:
    """A 409 is sent again after an exponential backoff, every action (protocol 4.4, 4.8)."""
    await world.begin(schedule(a=["stop at 12:05"], b=["reboot at 12:05"]))
    world.cloud().script(Call.ACT_ON_POOL, CONFLICT, CONFLICT, target="p-a")
    world.cloud().script(Call.ACT_ON_POOL, CONFLICT, CONFLICT, target="p-b")
    await world.advance(300)
    start = world.clock.now()
    assert world.run(1).next_attempt_at == start + timedelta(seconds=2.5)  # half of 5 s
    for _ in range(10):
        await world.advance(1)
    waits = {
        key: [(call.at - start).total_seconds() for call in world.sent() if call.target == f"p-{key}"] for key in "ab"
    }
    assert waits["a"] == waits["b"] == [0, 3, 8]  # 2.5 s, then 5 s, on whole seconds
    assert world.states() == ["accepted", "accepted"]


async def test_a_word_whose_answer_was_lost_is_sent_again(world: World) -> None:
    """A timeout, a reset or a 5xx may have been executed; a word is sent again (protocol 4.4)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    world.cloud().script(Call.ACT_ON_POOL, LOST, FAILED_INSIDE)
    await world.advance(300)
    assert world.run(1).maybe_executed
    await world.advance(30, longest=5)
    assert len(world.sent()) == 3
    assert world.states() == ["accepted"]


async def test_a_lost_word_that_was_carried_out_is_not_sent_again(world: World) -> None:
    """Before a word is sent again its desktops are looked at: all there and idle is success (protocol 4.4, 4.5)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    world.cloud().script_executed(Call.ACT_ON_POOL, LOST)
    await world.advance(300)
    world.cloud().finish_all()
    await world.advance(10, longest=5)
    assert len(world.sent()) == 1
    assert world.ends() == ["stop succeeded: all 2 desktops are SHUTOFF"]


async def test_a_conflict_with_desktops_that_are_there_already_says_nothing_to_do(world: World) -> None:
    """All there before anything was done is success, with those words (protocol 4.5)."""
    await world.begin(schedule(a=["start at 12:05"]))
    world.cloud().script(Call.ACT_ON_POOL, CONFLICT)
    await world.advance(305)
    assert world.ends() == ["start succeeded: all 2 desktops are ACTIVE (nothing to do)"]
    assert len(world.sent()) == 1


async def test_a_look_before_sending_that_fails_does_not_hold_the_word_up(world: World) -> None:
    """Where the desktops cannot be read the word is simply sent again (protocol 4.4)."""
    from tests.support.runs import UNREADABLE

    await world.begin(schedule(a=["start at 12:05"]))
    world.cloud().script(Call.ACT_ON_POOL, CONFLICT)
    world.cloud().script(Call.LIST_DESKTOPS, UNREADABLE)
    await world.advance(305)
    assert world.states() == ["accepted"]
    assert len(world.sent()) == 2


async def test_a_window_that_the_cloud_names_shuts_the_call_for_every_run(world: World) -> None:
    """A 429 is respected for the credential and call as a whole, not for its run alone (protocol 4.8, 4.9)."""
    await world.begin(schedule(a=["stop at 12:05"], b=["stop at 12:05:10"], c=["stop at 12:05:20"]))
    world.cloud().script(Call.ACT_ON_POOL, THROTTLED)
    await world.advance(300)
    await world.advance(44, longest=11)
    assert len(world.sent()) == 1
    await world.advance(2)
    assert {call.target for call in world.sent()[1:]} == {"p-a", "p-b", "p-c"}


async def test_a_window_beyond_the_deadline_ends_the_run_at_once(world: World) -> None:
    """Where Retry-After lies beyond the deadline the run ends with that reason (protocol 4.8)."""
    await world.begin(schedule(a=["stop at 12:05 retry for 10m"]))
    answer = Answer(Fate.REFUSED_FOR_NOW, status=429, error_code="APIGW.0308", retry_after=3600.0)
    world.cloud().script(Call.ACT_ON_POOL, answer)
    await world.advance(300)
    assert world.ends() == [
        "stop expired: refused for now: 429 APIGW.0308; asked to wait beyond the deadline",
    ]


async def test_a_gate_older_than_the_request_timeout_is_closed_as_never_sent(world: World) -> None:
    """A suspend between commit and request: nothing is sent, and the project is not blamed (protocol 4.2)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    sender_request = world.engine.pump._sender._send

    async def suspended(lane: Any, run: Any, log: Any, since: float) -> Answer:
        return await sender_request(lane, run, log, since + 31)

    world.engine.pump._sender._send = suspended  # type: ignore[method-assign]
    await world.advance(300)
    assert world.sent() == []
    (attempt,) = world.rows(schema.attempts)
    assert (attempt.fate, attempt.error_msg) == ("never sent", "not sent: too long after its gate opened")
    assert world.engine.lanes["default"].condition.halt is None
    world.engine.pump._sender._send = sender_request  # type: ignore[method-assign]
    await world.advance(10)
    assert world.states() == ["accepted"]
    assert not world.run(1).maybe_executed or world.run(1).attempts == 2


async def test_a_newer_word_overtakes_an_accepted_run(world: World) -> None:
    """A newer word does not wait for an older run's job: the older one ends superseded in its gate (protocol 4.6)."""
    await world.begin(schedule(a=["stop at 12:05", "start at 12:10"]))
    await world.advance(600)
    assert world.ends()[0] == "stop superseded: overtaken by run 2 while its job was running"
    assert world.states()[1] == "pending"  # the cloud answered 409: its first job still runs
    assert world.run(2).error_code == "WKS.00010032"
    world.cloud().finish_all()
    await world.advance(60)
    world.cloud().finish_all()
    await world.advance(60)
    assert world.states() == ["superseded", "succeeded"]


async def test_job_id_that_the_cloud_gives_twice_does_not_vanish(world: World) -> None:
    """It stays the first run's, is told, and is shown with the second too (protocol 4.13)."""
    await world.begin(schedule(a=["stop at 12:05", "start at 12:10"]))
    await world.advance(301)
    world.cloud().finish_all()
    await world.advance(60)
    world.cloud()._numbers = count(1)
    await world.advance(300)
    (line,) = world.said("jobs.repeated")
    assert (line["run"], line["job_id"], line["known_by"], line["level"]) == (2, "job-1", 1, "error")
    with world.ledger.reader() as conn:
        first, second = history.show(conn, 1), history.show(conn, 2)
    assert first is not None
    assert second is not None
    assert [(job.job_id, job.run) for job in second.jobs] == [("job-1", 1)] == [(j.job_id, j.run) for j in first.jobs]


async def test_a_newer_word_waits_while_an_older_request_is_in_flight(world: World) -> None:
    """What is being sent holds its pool until its answer is stored (protocol 2.1, 4.1)."""
    await world.begin(schedule(a=["stop at 12:05", "start at 12:06"]))
    held = world.cloud().hold(Call.ACT_ON_POOL)
    await world.advance(360)
    assert world.states() == ["attempting", "pending"]
    held.released.set()
    await world.settle()
    assert world.ends()[0] == "stop superseded: overtaken by run 2 while its job was running"


async def test_manual_runs_go_first_then_by_due_time(world: World) -> None:
    """Where there is not room for all, manual runs go first and then what has been due longest (protocol 4.9)."""
    world.tuning = type(world.tuning)(
        timing=world.tuning.timing, concurrency=1, writes_per_minute=0, reads_per_minute=0
    )
    await world.begin(schedule(a=["stop at 12:05"], b=["stop at 12:05:02"], c=["stop at 12:05:01"]))
    held = world.cloud().hold(Call.ACT_ON_POOL, CONFLICT)
    await world.advance(300)
    await held.arrived.wait()
    world.clock.advance(2)
    world.cloud().script(Call.LIST_DESKTOPS, *[])
    await world.engine.tick()
    await world.now("start", "b")
    held.released.set()
    await world.settle()
    assert [(call.action, call.target) for call in world.sent()] == [
        (Action.STOP, "p-a"),
        (Action.START, "p-b"),
        (Action.STOP, "p-c"),
    ]


async def test_no_more_than_the_limit_is_sent_in_any_61_seconds(world: World) -> None:
    """A sliding log bounds the requests of one call, counted from their answers (protocol 4.9)."""
    world.tuning = type(world.tuning)(timing=world.tuning.timing, writes_per_minute=2, reads_per_minute=0)
    await world.begin(schedule(a=["stop at 12:05"], b=["stop at 12:05"], c=["stop at 12:05"]))
    await world.advance(300)
    assert len(world.sent()) == 2
    await world.advance(60)
    assert len(world.sent()) == 2
    await world.advance(1)
    assert len(world.sent()) == 3


async def test_the_limiter_begins_with_what_an_earlier_process_sent(world: World) -> None:
    """The log is seeded at a start from the ledger's attempts (protocol 4.9)."""
    world.tuning = type(world.tuning)(timing=world.tuning.timing, writes_per_minute=2, reads_per_minute=0)
    await world.begin(schedule(a=["stop at 12:05"], b=["stop at 12:05:20"], c=["stop at 12:05:40"]))
    await world.advance(320)
    await world.kill()
    world.clock.advance(20)
    await world.start_again()
    assert len(world.sent()) == 2
    await world.advance(20)
    assert len(world.sent()) == 2
    await world.advance(2)
    assert len(world.sent()) == 3  # 61 s after the first, not after the second


async def test_a_project_that_hangs_starves_no_other(world: World) -> None:
    """Concurrency is bounded for each project, so another one's runs go on (protocol 4.9)."""
    world.tuning = type(world.tuning)(
        timing=world.tuning.timing, concurrency=1, writes_per_minute=0, reads_per_minute=0
    )
    world.cloud("other").add_pool("p-z")
    text = (
        schedule(a=["stop at 12:05"], b=["stop at 12:05"])
        + '[projects.other]\n[pools.z]\nproject = "other"\nid = "p-z"\npolicies = ["stop at 12:05"]\n'
    )
    await world.begin(text)
    held = world.cloud().hold(Call.ACT_ON_POOL)
    await world.advance(300)
    await held.arrived.wait()
    assert len(world.sent()) == 1
    assert len(world.sent("other")) == 1


async def test_actions_go_ahead_of_looks(world: World) -> None:
    """A slot that becomes free goes to a run whose turn it is before it goes to a look (protocol 4.9)."""
    world.tuning = type(world.tuning)(
        timing=world.tuning.timing, concurrency=1, writes_per_minute=0, reads_per_minute=0
    )
    await world.begin(schedule(a=["stop at 12:05"], b=["stop at 12:05:05"], c=["stop at 12:05:10"]))
    await world.advance(300)
    held = world.cloud().hold(Call.ACT_ON_POOL, target="p-b")
    await world.advance(5)
    await held.arrived.wait()
    await world.advance(10)  # the look at a is due and c waits
    before = len(world.cloud().calls)
    held.released.set()
    await world.settle()
    assert [one.call for one in world.cloud().calls[before:]][:2] == [Call.ACT_ON_POOL, Call.SHOW_JOB]


async def test_observe_mode_sends_nothing_and_says_what_it_would_have_done(world: World) -> None:
    """In observe mode everything happens but the writing calls (protocol 4.2)."""
    world.tuning = type(world.tuning)(timing=world.tuning.timing, observes=True)
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(300)
    assert world.sent() == []
    assert world.ends() == ["stop skipped: observe mode: stop SOFT would have been sent"]


async def test_a_run_that_keeps_failing_inside_us_is_set_aside(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A poisoned run ends as failed ("internal") with its trace in the log, and others go on (protocol 4.13)."""
    await world.begin(schedule(a=["stop at 12:05"], b=["stop at 12:05"]))
    inner = world.cloud().list_desktops

    async def poisoned(pool_id: str) -> object:
        if pool_id == "p-a":
            raise ZeroDivisionError
        return await inner(pool_id)

    monkeypatch.setattr(world.cloud(), "list_desktops", poisoned)
    await world.advance(301)
    world.cloud().finish_all()
    await world.advance(100)
    assert world.ends() == [
        "stop failed: internal: it kept failing inside poolpower; the trace is in the log (internal.fault)",
        "stop succeeded: all 2 desktops are SHUTOFF",
    ]
    assert len(world.said("internal.fault")) == 3


async def test_a_run_that_cannot_pass_its_gate_is_found_among_its_batch(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gate that raises for one run sets that one aside after three tries; others pass (protocol 4.13)."""
    from daemon.execution import gate

    await world.begin(schedule(a=["stop at 12:05"], b=["stop at 12:05"], c=["stop at 12:05"]))
    inner = gate.judge

    def poisoned(standing: object, permits: object, now: object) -> object:
        if standing.run.pool == "b":  # type: ignore[attr-defined]
            raise ZeroDivisionError
        return inner(standing, permits, now)  # type: ignore[arg-type]

    monkeypatch.setattr(gate, "judge", poisoned)
    await world.advance(300)
    assert world.states() == ["accepted", "pending", "accepted"]
    await world.advance(40, longest=10)
    assert world.states() == ["accepted", "failed", "accepted"]
    slots = world.engine.lanes["default"].slots
    assert (slots.taken, slots.free) == (0, 16)


async def test_faults_count_only_in_succession(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run is set aside for failing again and again, not for three faults in a long life (protocol 4.13)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(300)
    inner = world.cloud().show_job
    for _ in range(4):
        monkeypatch.setattr(world.cloud(), "show_job", lambda _: 1 / 0)
        await world.advance(20)
        monkeypatch.setattr(world.cloud(), "show_job", inner)
        await world.advance(20)
    assert len(world.said("internal.fault")) == 4
    assert world.states() == ["accepted"]
    world.cloud().finish_all()
    await world.advance(20)
    assert world.states() == ["succeeded"]


async def test_nothing_is_remembered_of_a_run_that_is_over(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither its faults nor its doubts outlive a run, whatever ended it."""
    await world.begin(schedule(a=["stop at 12:05"]))
    world.cloud().script(Call.ACT_ON_POOL, CONFLICT)
    await world.advance(300)
    roster = world.engine.roster
    assert roster.doubtful == {1}
    monkeypatch.setattr(world.cloud(), "list_desktops", lambda _: 1 / 0)
    await world.advance(10)
    assert roster.faults[1] == 1
    over = {"state": "skipped", "reason": "a test says so", "finished_at": world.clock.now()}
    await world.write(schema.runs.update().values(over))
    roster.doubtful.add(1)
    world.engine.lanes["default"].halt("a test says so", world.engine._log)
    await world.advance(60)
    assert roster.doubtful == set()
    assert not roster.faults


async def test_an_attempt_that_fails_inside_us_is_left_to_the_sweep(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its fate is unknown, so its run is treated like one found at a start (protocol 4.13, 5.3)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    inner = world.cloud().act_on_pool
    monkeypatch.setattr(world.cloud(), "act_on_pool", lambda *_: 1 / 0)
    await world.advance(300)
    monkeypatch.setattr(world.cloud(), "act_on_pool", inner)
    assert world.states() == ["attempting"]
    assert world.engine.lanes["default"].slots.taken == 0
    await world.advance(61)
    assert await world.engine.sweep() == 1
    await world.settle()
    assert world.states() == ["accepted"]
    assert [row.fate for row in world.rows(schema.attempts)] == ["lost", "accepted"]


async def test_stopping_lets_a_request_in_flight_finish_and_takes_nothing_new(world: World) -> None:
    """At a stop the answer of a request in flight is stored, and no further gate opens (protocol 4.3)."""
    await world.begin(schedule(a=["stop at 12:05"], b=["stop at 12:06"]))
    held = world.cloud().hold(Call.ACT_ON_POOL)
    await world.advance(300)
    await held.arrived.wait()
    stopping = asyncio.create_task(world.engine.stop(5.0))
    await asyncio.sleep(0)
    world.clock.advance(60)
    await world.engine.tick()
    held.released.set()
    await stopping
    assert world.states() == ["accepted", "pending"]
    assert world.cloud().closed


async def test_stopping_gives_up_on_a_request_that_does_not_come_back(world: World) -> None:
    """A stop is bounded; what did not finish is found attempting by the next start (protocol 5.1)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    held = world.cloud().hold(Call.ACT_ON_POOL)
    await world.advance(300)
    await held.arrived.wait()
    await world.engine.stop(0.01)
    assert world.states() == ["attempting"]
    assert world.said("stop.unfinished")[0]["attempts"] == 1


async def test_a_fault_in_the_loop_itself_is_logged_and_the_loop_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever breaks in a turn, the next turn comes (protocol 4.13)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    inner = world.engine.pump.turn
    monkeypatch.setattr(world.engine.pump, "turn", lambda: 1 / 0)
    world.clock.advance(300)
    world.engine._wake.set()
    await world.until(lambda: bool(world.said("internal.fault")))
    monkeypatch.setattr(world.engine.pump, "turn", inner)
    await world.until(lambda: not world.engine._wake.is_set())
    await world.advance(0.1)
    await world.until(lambda: bool(world.sent()))
    assert world.engine.is_running


async def test_the_loop_sleeps_while_there_is_no_room(world: World) -> None:
    """A run that is ready and has no token names no time but the token's: the loop does not spin (protocol 4.9)."""
    world.tuning = type(world.tuning)(timing=world.tuning.timing, writes_per_minute=1, reads_per_minute=0)
    await world.begin(schedule(a=["stop at 12:05"], b=["stop at 12:05:20 spread 1s"]))
    await world.advance(300)
    await world.advance(21)
    assert world.states() == ["accepted", "pending"]
    seconds = await world.engine.pump.turn()
    assert 0 < seconds <= 40


async def test_a_request_in_flight_when_the_engine_never_ran_is_nothing_to_stop(world: World) -> None:
    """An engine that was never started can be stopped (protocol 5.1)."""
    world.make_engine()
    assert not world.engine.has_version
    await world.engine.stop(0.1)
