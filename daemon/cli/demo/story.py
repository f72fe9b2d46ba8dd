"""What happened between two looks, in words: pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from daemon.cli.runs import is_final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from zoneinfo import ZoneInfo

    from daemon.cli.demo.watching import Scene
    from daemon.cli.runs import Row

POOL_WIDTH = 13
STATES = {"ACTIVE": "on", "SHUTOFF": "off", "HIBERNATED": "hibernated"}
"""How a person calls a desktop's state."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened.

    Attributes:
        at: when, UTC.
        pool: to which pool; empty for none.
        text: what.
    """

    at: datetime
    pool: str
    text: str

    def shown(self, zone: ZoneInfo) -> str:
        """The line with its time in a zone."""
        return f"{self.at.astimezone(zone):%H:%M:%S %z}  {self.pool:<{POOL_WIDTH}}  {self.text}"


def tell(before: Scene, after: Scene) -> list[Line]:
    """What is in a later scene and not in an earlier one, in the order of time."""
    lines = [*_of_desktops(before, after)]
    for number, run in sorted(after.runs.items()):
        lines += _of_run(before.runs.get(number), run)
    return sorted(lines, key=lambda line: line.at)


def _of_desktops(before: Scene, after: Scene) -> Iterator[Line]:
    for pool, desktops in after.desktops.items():
        earlier = before.desktops.get(pool, desktops)
        for name, state in desktops.items():
            if earlier.get(name) != state:
                there = f"{_there(desktops, state)} of {len(desktops)}"
                yield Line(after.at, pool, f"{name} is {STATES.get(state, state)}, {there}")


def count(desktops: Mapping[str, str], state: str) -> str:
    """How many desktops are in a state, e.g. ``2/5 off``."""
    return f"{_there(desktops, state)}/{len(desktops)} {STATES.get(state, state)}"


def _there(desktops: Mapping[str, str], state: str) -> int:
    return sum(1 for found in desktops.values() if found == state)


def _of_run(before: Row | None, run: Row) -> Iterator[Line]:
    pool = run["pool"]
    if before is None:
        called = f"is due: {run['policy']}" if run["policy"] else f"asked for by {run['who']}: {run['action']}"
        yield Line(_instant(run["scheduled_at"]), pool, f"run {run['run']} {called}")
    answered = {attempt["number"] for attempt in before["attempts_detail"] if attempt["fate"]} if before else set()
    for attempt in run["attempts_detail"]:
        if attempt["fate"] and attempt["number"] not in answered:
            yield Line(_instant(attempt["answered_at"]), pool, _answer(attempt))
    if is_final(run) and not (before and is_final(before)):
        yield Line(_instant(run["finished_at"]), pool, f"run {run['run']} {run['state']}: {run['reason']}")


def _answer(attempt: Mapping[str, Any]) -> str:
    what = f"attempt {attempt['number']} {attempt['fate']}"
    if attempt["job_id"]:
        return f"{what}: job {attempt['job_id']}"
    said = " ".join(str(attempt[name]) for name in ("status", "error_code") if attempt[name])
    return f"{what}: {said}; backs off" if attempt["fate"] == "refused for now" else f"{what}: {said}"


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
