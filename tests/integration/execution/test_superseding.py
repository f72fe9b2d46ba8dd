"""What newer words do to older runs, and when a run comes too late (protocol 2)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from daemon.execution.manual import RefusedError
from daemon.timetable.actions import Action
from daemon.workspace.port import Call
from tests.support.runs import CONFLICT, LOST, NEVER_SENT
from tests.support.world import schedule

if TYPE_CHECKING:
    from tests.support.world import World


async def test_a_newer_word_ends_an_older_waiting_run(world: World) -> None:
    """A waiting run is superseded by a newer word of its pool and never sent again (protocol 2.1)."""
    await world.begin(schedule(a=["stop at 12:05", "start at 12:06"]))
    world.cloud().script(Call.ACT_ON_POOL, *[CONFLICT] * 20)
    await world.advance(360)
    assert world.ends()[0] == "stop superseded: superseded by run 2"
    sent = [call.action for call in world.sent()]
    assert sent.count(Action.STOP) >= 1
    assert sent[-1] is Action.START
    await world.advance(60)
    assert Action.STOP not in [call.action for call in world.sent()][sent.index(Action.START) :]


async def test_a_run_being_sent_finishes_its_attempt_and_does_not_wait_again(world: World) -> None:
    """The commit that would make an attempting run wait again ends it as superseded instead (protocol 2.1)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    held = world.cloud().hold(Call.ACT_ON_POOL, CONFLICT)
    await world.advance(300)
    await held.arrived.wait()
    await world.now("start")
    assert world.states() == ["attempting", "pending"]
    held.released.set()
    await world.settle()
    assert world.ends() == ["stop superseded: superseded by run 2", "start accepted"]


async def test_a_skipped_run_supersedes_nothing(world: World) -> None:
    """A word that an override skips leaves the older waiting word standing (protocol 2.1, 4.10)."""
    await world.begin(schedule(a=["stop at 12:05", "start at 12:06"]))
    world.cloud().script(Call.ACT_ON_POOL, *[CONFLICT] * 100)
    await world.advance(300)
    await world.override("skip", action="start")
    await world.advance(60)
    assert world.ends()[1].startswith("start skipped: skip by ann until resumed")
    assert world.states()[0] == "pending"


async def test_a_reboot_ends_older_reboots_only(world: World) -> None:
    """A newer reboot supersedes a waiting reboot and leaves a waiting word alone (protocol 2.1)."""
    world.cloud().add_pool("p-a", status="SHUTOFF")
    await world.begin(schedule(a=["start at 12:05", "reboot at 12:06", "reboot at 12:07"]))
    world.cloud().script(Call.ACT_ON_POOL, *[CONFLICT] * 100)
    await world.advance(420)
    assert world.states() == ["pending", "superseded", "pending"]


async def test_a_word_ends_an_older_waiting_reboot(world: World) -> None:
    """A newer word ends every older waiting run of its pool, reboots too (protocol 2.1)."""
    await world.begin(schedule(a=["reboot at 12:05", "start at 12:06"]))
    world.cloud().script(Call.ACT_ON_POOL, *[CONFLICT] * 100)
    await world.advance(360)
    assert world.ends()[0] == "reboot superseded: superseded by run 2"


async def test_a_reboot_waits_behind_an_older_word_until_it_has_ended(world: World) -> None:
    """A reboot is sent only once the older runs of its pool are over (protocol 2.2)."""
    await world.begin(schedule(a=["start at 12:05", "reboot at 12:06"]))
    await world.advance(400)
    assert world.states() == ["accepted", "pending"]
    world.cloud().finish_all()
    await world.advance(20)
    assert world.states() == ["succeeded", "accepted"]


async def test_a_reboot_of_a_pool_that_is_to_be_off_is_skipped(world: World) -> None:
    """Where the last word is a stop or hibernate, a reboot is skipped and says why (protocol 2.2)."""
    await world.begin(schedule(a=["stop at 12:05", "reboot at 12:20"]))
    await world.advance(300)
    world.cloud().finish_all()
    await world.advance(900)
    assert world.ends() == [
        "stop succeeded: all 2 desktops are SHUTOFF",
        "reboot skipped: pool is to be off (run 1: stop)",
    ]
    assert len(world.sent()) == 1


async def test_a_manual_reboot_of_a_pool_that_is_to_be_off_is_refused_at_once(world: World) -> None:
    """Such a reboot asked for by hand is refused with the reason, and no run is made (protocol 2.2)."""
    await world.begin(schedule(a=["stop at 12:05"]))
    await world.advance(300)
    with pytest.raises(RefusedError, match=r"is to be off \(run 1: stop\)"):
        await world.now("reboot")
    assert len(world.runs()) == 1


async def test_a_failed_stop_still_is_the_last_word(world: World) -> None:
    """Missed, failed and expired words count as the last word (protocol 2.2)."""
    from tests.support.runs import REFUSED

    await world.begin(schedule(a=["stop at 12:05", "reboot at 12:06"]))
    world.cloud().script(Call.ACT_ON_POOL, REFUSED)
    await world.advance(360)
    assert world.states() == ["failed", "skipped"]


async def test_after_an_outage_only_the_last_word_and_one_newer_reboot_stand(world: World) -> None:
    """First supersede, then lateness: everything older is superseded whatever its catch-up (protocol 2.3)."""
    await world.begin(
        schedule(
            a=["start at 13:00 catch up 12h", "stop at 14:00", "start at 15:00", "reboot at 15:30", "reboot at 15:58"]
        )
    )
    await world.kill()
    world.clock.advance(4 * 3600)
    await world.start_again()
    assert world.states() == ["superseded", "superseded", "accepted", "superseded", "pending"]
    assert [call.action for call in world.sent()] == [Action.START]


async def test_the_last_word_of_an_outage_can_be_too_late(world: World) -> None:
    """What stands after an outage and is later than its catch-up is missed (protocol 2.3, 2.4)."""
    await world.begin(schedule(a=["start at 13:00 catch up 12h", "stop at 14:00 catch up 1h"]))
    await world.kill()
    world.clock.advance(4 * 3600)
    await world.start_again()
    assert world.ends() == [
        "start superseded: superseded by run 2",
        "stop missed: 2:00:00 late when first looked at; its catch-up is 1:00:00",
    ]


async def test_a_run_nobody_could_send_is_missed_in_the_end(world: World) -> None:
    """Waiting for a halted project is not lateness until catch-up and retry_for are over (protocol 2.4)."""
    await world.begin(schedule(a=["stop at 12:05 retry for 10m catch up 10m"]))
    world.cloud().script(Call.ACT_ON_POOL, *[NEVER_SENT] * 200)
    await world.advance(300 + 1170)
    assert world.states() == ["pending"]
    await world.advance(60)
    (end,) = world.ends()
    assert end == "stop missed: not sent within its catch-up of 0:10:00 and 0:10:00 more"


async def test_retrying_ends_as_expired_retry_for_after_the_first_attempt(world: World) -> None:
    """What is retried ends expired, counted from the first attempt that reached the cloud (protocol 2.5)."""
    await world.begin(schedule(a=["stop at 12:05 retry for 10m"]))
    world.cloud().script(Call.ACT_ON_POOL, NEVER_SENT, *[CONFLICT] * 200)
    await world.advance(300 + 590)
    assert world.states() == ["pending"]
    await world.advance(60)
    assert world.states() == ["expired"]
    assert world.run(1).reason.endswith("retried until the deadline")
    assert world.run(1).error_code == "WKS.00010032"


async def test_a_word_within_its_catch_up_begins_its_retries_anew_at_recovery(world: World) -> None:
    """At recovery retry_for begins anew for a word within its catch-up (protocol 2.5)."""
    await world.begin(schedule(a=["stop at 12:05 retry for 10m catch up 2h"]))
    world.cloud().script(Call.ACT_ON_POOL, *[CONFLICT] * 500)
    await world.advance(400)
    await world.kill()
    world.clock.advance(3600)
    await world.start_again()
    assert world.run(1).retry_from == world.clock.now()
    await world.advance(500)
    assert world.states() == ["pending"]
    await world.advance(150)
    assert world.states() == ["expired"]


async def test_a_word_whose_request_was_lost_is_judged_by_its_desktops_at_its_deadline(world: World) -> None:
    """A run that may have been executed is never expired: its desktops say what became of it (protocol 2.5, 4.11)."""
    await world.begin(schedule(a=["stop at 12:05 retry for 5m"]))
    world.cloud().script(Call.ACT_ON_POOL, LOST, *[CONFLICT] * 200)
    await world.advance(300 + 290)
    assert world.states() == ["pending"]
    await world.advance(100)
    assert world.ends() == ["stop failed: 2 of 2 desktops are not where they are to be: P-A-1 ACTIVE, P-A-2 ACTIVE"]


async def test_a_run_waits_for_its_spread_across_a_superseding_word(world: World) -> None:
    """A word that waits for its time is superseded by a newer one like any other that waits (protocol 1.3, 2.1)."""
    await world.begin(schedule(a=["start at 12:05 spread 3h", "stop at 12:05:01"]))
    await world.advance(301)
    assert world.states() == ["superseded", "accepted"]
    assert world.runs()[0].due_at > world.clock.now() - timedelta(hours=3)
