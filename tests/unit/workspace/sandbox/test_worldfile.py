"""Worlds that are described in a file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from daemon.timetable.actions import Action, ActionType
from daemon.workspace.sandbox import Fault, Span, load_world
from daemon.workspace.sandbox.desktops import Outcome
from daemon.workspace.sandbox.worldfile import WorldFileError

if TYPE_CHECKING:
    from pathlib import Path

WHOLE = """
[projects]
p1 = "cn-north-4"
p2 = "eu-west-101"
[credentials]
access_key = "AK"
secret_key = "SK"
user = "ops"
password = "PW"
domain = "D"
[timing]
lag = 4
factor = 0.5
stop = [10, 20]
stop_hard = [2, 4]
[quota]
writes = 7
throttled_count = true
[[pools]]
id = "one"
name = "engineering"
desktops = 3
faults = [{ status = 409, code = "WKS.00010032" }]
[[pools.failures]]
desktop = 2
action = "stop"
outcome = "no-effect"
once = false
[[pools]]
id = "two"
name = "labs"
project = "p2"
os = "Linux"
status = "SHUTOFF"
"""


def test_whole_file_becomes_a_world(tmp_path: Path) -> None:
    """Projects, credentials, timing, quota, pools, faults and failures are all there."""
    path = tmp_path / "world.toml"
    path.write_text(WHOLE)
    world = load_world(path)
    (pool,) = world.pools("p1")
    (labs,) = world.pools("p2")
    assert (len(pool.desktops), labs.desktops[0].os_type, labs.desktops[0].status) == (3, "Linux", "SHUTOFF")
    assert world.scripts.take("one") == Fault(status=409, code="WKS.00010032")
    (failure,) = pool.desktops[1].failures
    assert (failure.action, failure.outcome, failure.once) == (Action.STOP, Outcome.NO_EFFECT, False)
    assert world.timing.spans[Action.STOP, ActionType.SOFT] == Span(5.0, 10.0)
    assert world.timing.spans[Action.STOP, ActionType.HARD] == Span(1.0, 2.0)
    assert world.timing.lag == 2.0
    assert world.quota is not None
    assert (world.quota.writes, world.quota.reads, world.quota.throttled_count) == (7, 200, True)
    assert (world.identity.keys["AK"].secret_key, world.identity.keys["AK"].user) == ("SK", "ops")
    assert world.identity.users[0].password == "PW"


def test_json_will_do_and_little_is_needed(tmp_path: Path) -> None:
    """A pool with an id and a name is a world; the sandbox's own credentials open it."""
    path = tmp_path / "world.json"
    path.write_text(json.dumps({"pools": [{"id": "one", "name": "x"}]}))
    world = load_world(path)
    assert (world.any_pool("one").shown_status, world.quota) == ("STEADY", None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pools = 3", "not iterable"),
        ("[quota]\nwrites = 1", "'pools' is missing"),
        ("[[pools]]\nname = 'x'", "'id' is missing"),
        ("[[pools]]\nid = 'x'\nname = 'x'\ncolour = 'red'", "unknown: colour"),
        ("nonsense = 1\npools = []", "unknown: nonsense"),
        ("[timing]\nstop = 5\n[[pools]]", "after \\* must be an iterable"),
        ("[timing]\nspeed = 5\n[[pools]]", "unexpected keyword argument 'speed'"),
        ("[[pools]]\nid = 'x'\nname = 'x'\nfaults = [{ stauts = 1 }]", "Unknown in a fault: stauts"),
        ("[[pools]]\nid = 'x'\nname = 'x'\n[[pools.failures]]\ndesktop = 1\naction = 'explode'", "'explode'"),
        ("[[pools]]\nid = 'x'\nname = 'x'\nstatus = 'OFF'", "no desktop has the status 'OFF'; known: ACTIVE, SHUTOFF"),
        ("[[pools]]\nid = 'x'\nname = 'x'\n[[pools.failures]]\ndesktop = 2", "pool 'x' has no desktop 2"),
        ("pools = [", "Invalid value"),
    ],
)
def test_what_describes_no_world_is_said(tmp_path: Path, text: str, message: str) -> None:
    """The error names the file and what is wrong in it."""
    path = tmp_path / "world.toml"
    path.write_text(text)
    with pytest.raises(WorldFileError, match=message) as error:
        load_world(path)
    assert error.value.message.startswith(str(path))
    assert "docs/command-line.md" in (error.value.hint or "")


def test_job_ids_of_two_starts_differ_unless_a_seed_is_named(tmp_path: Path) -> None:
    """A ledger that outlives the sandbox never meets an id twice."""
    path = tmp_path / "world.toml"
    path.write_text("[[pools]]\nid = 'x'\nname = 'x'")
    (one, project), (other, _) = ((world := load_world(path), next(iter(world.identity.projects))) for _ in range(2))
    ids = [world.act_on_pool(project, "x", Action.STOP, ActionType.SOFT).job_id for world in (one, other)]
    assert ids[0] != ids[1]
    path.write_text("[timing]\nseed = 7\n[[pools]]\nid = 'x'\nname = 'x'")
    first, second = (load_world(path).act_on_pool(project, "x", Action.STOP, ActionType.SOFT) for _ in range(2))
    assert first.job_id == second.job_id


def test_missing_file_is_said(tmp_path: Path) -> None:
    """The system's words are passed on."""
    with pytest.raises(WorldFileError, match="No such file"):
        load_world(tmp_path / "none.toml")
