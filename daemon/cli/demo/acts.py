"""The four acts: which pool, which sentence, how the cloud misbehaves, and how it is to end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from daemon.timetable.actions import Action, ActionType
from daemon.workspace.sandbox import DesktopFailure, Fault, Span, Timing, World
from daemon.workspace.sandbox.examples import numbered_pool
from daemon.workspace.sandbox.refusals import CONFLICT, POOL_UNKNOWN, denied

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from zoneinfo import ZoneInfo

    from daemon.cli.runs import Row

NEVER_STARTS = "ROOM-03"
NO_UNIT = "WKS.0202"
CONFLICTS = 2


@dataclass(frozen=True, slots=True)
class Act:
    """One act.

    Attributes:
        pool: its key in the schedule file.
        pool_id: its id in the simulated cloud; the third one is not there.
        shows: what it is meant to show, in a few words.
        action: what is scheduled.
        after: when, in seconds after the first act.
        state: how its run is to end.
        attempts: how many requests it is to take.
        error_code: the code that is to be on record.
        named: the desktop that is to be named.
    """

    pool: str
    pool_id: str
    shows: str
    action: Action
    after: float
    state: str
    attempts: int = 1
    error_code: str | None = None
    named: str | None = None

    def shortfall(self, run: Row | None) -> str | None:
        """What is not as announced, in words; None where everything is.

        Args:
            run: the act's run as ``show --json`` has it, None where there is none.
        """
        if run is None:
            return f"{self.pool}: no run was claimed"
        named = {desktop["computer_name"]: desktop["error_code"] for desktop in run["desktops"]}
        checks = (
            ("state", run["state"], self.state),
            ("attempts", run["attempts"], self.attempts),
            ("error code", run["error_code"], self.error_code),
            ("desktops", named, {self.named: self.error_code} if self.named else {}),
        )
        wrong = [f"{what} {found!r}, announced {wanted!r}" for what, found, wanted in checks if found != wanted]
        return f"{self.pool}: {'; '.join(wrong)}" if wrong else None


ACTS = (
    Act(
        pool="engineering",
        pool_id="a130ab3a-72bf-4b71-baa9-af4987c8e338",
        shows="a soft stop, followed until the last desktop is off",
        action=Action.STOP,
        after=0,
        state="succeeded",
    ),
    Act(
        pool="call-centre",
        pool_id="7c1d2a54-0c39-4b8e-9d55-2f6f0f3c1b02",
        shows="a busy pool: 409 twice, backed off from, then accepted",
        action=Action.HIBERNATE,
        after=3,
        state="succeeded",
        attempts=CONFLICTS + 1,
    ),
    Act(
        pool="archive",
        pool_id="5d81f0c6-3be4-4d0a-a7c2-64a1c9be7705",
        shows="a refusal for good: the cloud knows no such pool",
        action=Action.STOP,
        after=5,
        state="failed",
        error_code=POOL_UNKNOWN,
    ),
    Act(
        pool="training-room",
        pool_id="e0a5b6d1-93f7-4c1e-8d0a-5b7c4d2e9f03",
        shows="a job in which one desktop of four fails",
        action=Action.START,
        after=7,
        state="partial",
        error_code=NO_UNIT,
        named=NEVER_STARTS,
    ),
)
QUICK = Timing(
    spans={(action, type_): Span(3, 4) for action in Action for type_ in ActionType}, at_once=0.5, queue=1.5, lag=1
)
"""One desktop after another, so that there is something to see, and all within a quarter of a minute."""


def world() -> World:
    """The cloud in which the acts end as announced."""
    engineering, call_centre, _, training_room = ACTS
    made = World(
        [
            numbered_pool(engineering.pool_id, engineering.pool, "ENG", 5),
            numbered_pool(call_centre.pool_id, call_centre.pool, "CALL", 3),
            numbered_pool(training_room.pool_id, training_room.pool, "ROOM", 4, status="SHUTOFF"),
        ],
        timing=QUICK,
    )
    conflict = Fault(status=409, code=CONFLICT, msg=denied("powering-on", "hibernate", call_centre.pool_id))
    made.script(call_centre.pool_id, *[conflict] * CONFLICTS)
    (never,) = [d for d in made.any_pool(training_room.pool_id).desktops if d.computer_name == NEVER_STARTS]
    # Once only, so that who types `poolpower retry` beside it sees the desktop start.
    never.failures.append(
        DesktopFailure(Action.START, code=NO_UNIT, reason="The organizational unit does not exist.", once=True)
    )
    return made


def times(first: datetime) -> dict[str, datetime]:
    """When each pool's act is due, for the first one's instant."""
    return {act.pool: first + timedelta(seconds=act.after) for act in ACTS}


def sentence(action: Action, at: datetime) -> str:
    """The policy as a user would write it."""
    soft = "" if action is Action.START else " SOFT"
    return f"{action.value} at {at:%H:%M:%S}{soft}"


def schedule(zone: ZoneInfo, now: datetime, due: Mapping[str, datetime] | None = None) -> str:
    """The schedule file, with an ordinary sentence for each pool half a day away, and with the acts' own where due.

    Args:
        zone: that the sentences are in.
        now: the instant.
        due: when each pool's act is due; None for a file in which nothing happens yet.
    """
    later = (now.astimezone(zone) + timedelta(hours=12)).replace(second=0)
    parts = ["# Written by `poolpower demo`.", f'timezone = "{zone.key}"']
    parts.append('silence  = ["soft-at-work"]   # nobody works on these desktops at any hour')
    for act in ACTS:
        opposite = Action.STOP if act.action is Action.START else Action.START
        policies = [f"{opposite.value} at {later:%H:%M}"]
        if due is not None:
            policies.insert(0, sentence(act.action, due[act.pool].astimezone(zone)))
        elif opposite is Action.STOP:  # a pool that is stopped and never started is what `check` warns about
            policies.append(f"start at {later + timedelta(hours=3):%H:%M}")
        parts += ["", f"[pools.{act.pool}]", f'id       = "{act.pool_id}"', f"policies = {_listed(policies)}"]
    return "\n".join(parts) + "\n"


def _listed(policies: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{policy}"' for policy in policies) + "]"
