"""What happens in one storm, all of it drawn from a seed: pools, instants, faults and when the daemon is killed."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime

LEAD = 15
"""Seconds from the beginning to the first instant: the first version is accepted by then (protocol 1.7)."""
WINDOW = 30
"""Seconds in which all instants lie."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A storm.

    Attributes:
        seed: it is made of.
        begin: no instant is earlier.
        end: no instant is later.
        world: the sandbox's world, as its world file says it.
        scripts: faults of API calls, by call.
        schedule: the schedule file.
        settings: of the daemon.
        kills: seconds that the daemon lives before each SIGKILL.
        failing: ids of the pools of which single desktops are scripted to fail.
    """

    seed: int
    begin: datetime
    end: datetime
    world: dict[str, Any]
    scripts: dict[str, list[dict[str, Any]]]
    schedule: str
    settings: dict[str, Any]
    kills: tuple[float, ...]
    failing: frozenset[str]


def scenario(seed: int, now: datetime) -> Scenario:
    """Draw everything; only the instants depend on ``now``."""
    draw = random.Random(seed)  # noqa: S311 - a storm is to be repeatable, not secret
    begin = now.replace(microsecond=0) + timedelta(seconds=LEAD)
    pools = [_pool(draw, number) for number in range(draw.randint(16, 40))]
    instants = sorted(draw.sample(range(WINDOW), draw.randint(3, 7)))
    lines = [_described(draw, pool["name"], pool["id"], instants, begin) for pool in pools]
    return Scenario(
        seed=seed,
        begin=begin,
        end=begin + timedelta(seconds=WINDOW),
        world={"timing": _timing(draw), "pools": pools},
        scripts={call: _faults(draw, _READING, draw.randint(0, 6)) for call in _READING_CALLS},
        schedule='timezone = "UTC"\n' + "".join(lines),
        settings=_settings(draw),
        kills=tuple(
            round(draw.choice((0.3, 1.5, 4.0, 9.0)) * (0.5 + draw.random()), 3) for _ in range(draw.randint(3, 9))
        ),
        failing=frozenset(pool["id"] for pool in pools if pool["failures"]),
    )


def _pool(draw: random.Random, number: int) -> dict[str, Any]:
    desktops = draw.randint(1, 3)
    failures = []
    if draw.random() < 0.2:
        code = draw.choice(("WKS.00010032", "WKS.0409.FROZEN", "WKS.0202"))
        # One that is busy for ever would be tried again for two hours.
        once = code == "WKS.00010032" or draw.random() < 0.5
        failures = [{"desktop": draw.randint(1, desktops), "code": code, "once": once}]
    return {
        "id": f"storm-in-pool-{number:04d}",
        "name": f"pool-{number:02d}",
        "prefix": f"P{number:02d}",
        "desktops": desktops,
        "status": draw.choice(("ACTIVE", "ACTIVE", "SHUTOFF")),
        "os": draw.choice(("Windows", "Windows", "Linux")),
        "faults": _faults(draw, _ACTING, draw.choice((0, 0, 1, 2, 3, 5))),
        "failures": failures,
    }


def _described(draw: random.Random, name: str, id_: str, instants: list[int], begin: datetime) -> str:
    """A pool with one to four policies, seconds apart; some pools meet at the same instants."""
    policies = []
    for second in sorted(draw.sample(instants, min(len(instants), draw.randint(1, 4)))):
        at = f"{(begin + timedelta(seconds=second)):%H:%M:%S}"
        action = draw.choice(("stop", "start", "stop", "start", "hibernate", "reboot", "reboot HARD", "stop HARD"))
        word, _, kind = action.partition(" ")
        # A desktop that is off refuses a reboot as one that is busy does, for as long as the reboot is tried.
        lasts = draw.choice((20, 40) if word == "reboot" else (None, 20, 60, 120))
        clauses = [f"{word} at {at}", kind, f"retry for {lasts}s" if lasts else ""]
        clauses += [draw.choice(("", "", "catch up 1m", "catch up 2s", "no catch-up"))]
        clauses += [draw.choice(("", "", "", "spread 5s"))]
        policies.append(" ".join(clause for clause in clauses if clause))
    listed = ", ".join(f'"{policy}"' for policy in policies)
    return f'[pools.{name}]\nid = "{id_}"\npolicies = [{listed}]\n'


def _timing(draw: random.Random) -> dict[str, Any]:
    longest = draw.choice((0.3, 2.0, 6.0))
    spans = {action: [0.1, longest] for action in ("start", "stop", "reboot", "hibernate", "stop_hard", "reboot_hard")}
    return {
        "lag": draw.choice((0, 0.5)),
        "queue": draw.choice((0, 0.2)),
        "at_once": 0.1,
        "seed": draw.randint(1, 99),
        **spans,
    }


def _settings(draw: random.Random) -> dict[str, Any]:
    return {
        "request_timeout": 2.0,
        "poll_first": 0.3,
        "poll_every": 0.5,
        "backoff_first": draw.choice((0.2, 1.0)),
        "backoff_max": draw.choice((2.0, 5.0)),
        "follow_for": draw.choice((15.0, 60.0)),
        "concurrency": draw.choice((2, 16)),
        "writes_per_minute": draw.choice((0, 0, 40)),
        "reads_per_minute": draw.choice((0, 2000)),
    }


def _faults(draw: random.Random, kinds: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    return [{**draw.choice(kinds)} for _ in range(count)]


_BUSY = {"status": 409, "code": "WKS.00010032", "msg": "operation conflict"}
_ANYWHERE: list[dict[str, Any]] = [
    {"status": 429, "code": "APIGW.0308", "msg": "throttled", "headers": {"Retry-After": "2"}},
    {"status": 503},
    {"status": 500, "execute": True},
    {"status": 502, "execute": True},
    {"html": 504, "execute": True},
    {"html": 200},
    {"reset": "before"},
    {"reset": "after"},
    {"close": "before"},
    {"close": "after"},
    {"hang": 30},
    {"hang": 30, "execute": False},
    {"hang": 1.2},
    {"cut": "head"},
    {"cut": "body"},
    {"garbage": True},
    {"slow": 20},
    {"slow": 400},
    {"status": 200, "body": ""},
    {"status": 200, "body": {"error_code": "WKS.0407", "error_msg": "busy"}},
    {"status": 401, "code": "APIGW.0301"},
]
_ACTING = [
    *_ANYWHERE,
    _BUSY,
    {**_BUSY, "times": 4},
    {**_BUSY, "times": 12},
    {"no_job_id": True},
    {"status": 202, "body": {}},
    {"status": 400, "code": "WKS.0001", "msg": "no such pool"},
    {"status": 200, "body": {"error_code": "WKS.9999", "error_msg": "no"}},
    {"hang": 1.9},
    {"status": 429, "code": "APIGW.0308", "msg": "throttled"},
]
_READING = [*_ANYWHERE, {"times": 5}]
_READING_CALLS = ("list-desktops", "show-job", "list-sub-jobs", "list-pools", "desktops-action")
