"""Describes a world in a file, TOML or JSON.

```toml
[projects]                       # id = name; default: the sandbox's own project
0123456789abcdef0123456789abcdef = "cn-north-4"

[credentials]                    # default: the sandbox's own
access_key = "…"
secret_key = "…"
user = "…"
password = "…"
domain = "…"

[timing]                         # seconds; a span is [shortest, longest]
lag = 2
queue = 0
at_once = 1
factor = 0.1                     # everything so many times as long
seed = 7
start = [20, 45]                 # also stop, stop_hard, reboot, reboot_hard, hibernate

[quota]                          # default: none
writes = 100
reads = 200
throttled_count = true

[[pools]]
id = "a130ab3a-72bf-4b71-baa9-af4987c8e338"
name = "engineering"
desktops = 5
status = "ACTIVE"                # of its desktops; or SHUTOFF, HIBERNATED, ERROR
os = "Windows"
faults = [{ status = 409, code = "WKS.00010032" }]
[[pools.failures]]
desktop = 3                      # the third
action = "stop"
code = "WKS.0202"                # organisational unit not found
once = false
```
"""

from __future__ import annotations

import secrets
import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import orjson

from daemon.errors import PoolpowerError
from daemon.timetable.actions import Action, ActionType
from daemon.workspace.sandbox.control import parse_failure
from daemon.workspace.sandbox.examples import numbered_pool
from daemon.workspace.sandbox.faults import parse_faults
from daemon.workspace.sandbox.identity import EXAMPLE_PROJECT, Identity, KeyPair, User
from daemon.workspace.sandbox.quota import Quota
from daemon.workspace.sandbox.timing import DEFAULT_SPANS, Span, Timing
from daemon.workspace.sandbox.world import World

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from daemon.workspace.sandbox.desktops import Pool


MEND = (
    "a world has at least one [[pools]] with id and name; docs/command-line.md shows every key under sandbox, and "
    "without --world there is an example"
)
STATUSES = ("ACTIVE", "SHUTOFF", "HIBERNATED", "ERROR")
"""States of a desktop at rest; any other one would be busy for ever."""


class WorldFileError(PoolpowerError):
    """A file that describes no world."""


def load_world(path: Path) -> World:
    """Read a world from a file.

    Raises:
        WorldFileError: it cannot be read or describes no world.
    """
    try:
        text = path.read_text("utf-8")
        described = orjson.loads(text) if path.suffix == ".json" else tomllib.loads(text)
        return build_world(described)
    except (OSError, ValueError, KeyError, TypeError, PoolpowerError) as error:
        reason = f"{error} is missing" if isinstance(error, KeyError) else str(error).rstrip(".")
        raise WorldFileError(f"{path}: {reason}", MEND) from error


def build_world(described: Mapping[str, Any]) -> World:
    """Make the world that a mapping describes.

    Raises:
        KeyError, TypeError, ValueError, PoolpowerError: what is missing or wrong.
    """
    _only(described, "projects", "credentials", "timing", "quota", "pools")
    timing = described.get("timing", {})
    # Who names a seed wants the same world again, its job ids included.
    start = 0 if "seed" in timing else secrets.randbits(32)
    world = World(timing=_timing(timing), identity=_identity(described), start=start)
    if "quota" in described:
        world.quota = Quota(**described["quota"])
    default = next(iter(world.identity.projects))
    for each in described["pools"]:
        pool = _pool(each, default)
        world.add_pool(pool)
        world.scripts.set(pool.pool_id, parse_faults(each.get("faults", [])))
    return world


def _pool(described: Mapping[str, Any], default_project: str) -> Pool:
    _only(described, "id", "name", "project", "desktops", "status", "os", "prefix", "faults", "failures")
    name, status = str(described["name"]), described.get("status", "ACTIVE")
    if status not in STATUSES:
        raise WorldFileError(f"no desktop has the status {status!r}; known: {', '.join(STATUSES)}")
    pool = numbered_pool(
        described["id"],
        name,
        described.get("prefix", name[:4].upper()),
        described.get("desktops", 1),
        project_id=described.get("project", default_project),
        status=status,
        os_type=described.get("os", "Windows"),
    )
    for failure in described.get("failures", []):
        script = {key: value for key, value in failure.items() if key != "desktop"}
        number = failure["desktop"]
        if number not in range(1, len(pool.desktops) + 1):
            raise WorldFileError(f"pool {name!r} has no desktop {number!r}; they are numbered from 1")
        pool.desktops[number - 1].failures.append(parse_failure(script))
    return pool


def _identity(described: Mapping[str, Any]) -> Identity:
    given = described.get("credentials", {})
    _only(given, *_OF_KEYS, *_OF_USERS)
    pair = replace(KeyPair(), **{key: given[key] for key in _OF_KEYS if key in given})
    user = replace(User(), **{name: given[key] for key, name in _OF_USERS.items() if key in given})
    projects = described.get("projects") or {EXAMPLE_PROJECT: "sandbox-1"}
    return Identity(keys=(replace(pair, user=user.name),), users=(user,), projects=projects)


def _timing(given: Mapping[str, Any]) -> Timing:
    names = {"start": Action.START, "stop": Action.STOP, "reboot": Action.REBOOT, "hibernate": Action.HIBERNATE}
    spans = dict(DEFAULT_SPANS)
    for key, value in given.items():
        action, _, hard = key.partition("_")
        if action in names and hard in ("", "hard"):
            types = (ActionType.HARD,) if hard else (ActionType.SOFT,)
            spans |= {(names[action], type_): Span(*value) for type_ in types}
    others = {key: value for key, value in given.items() if key.partition("_")[0] not in names}
    factor = others.pop("factor", 1)
    return Timing(spans=spans, **others).scaled(factor)


def _only(given: Mapping[str, Any], *known: str) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise WorldFileError(f"unknown: {', '.join(unknown)}; known: {', '.join(known)}")


_OF_KEYS = ("access_key", "secret_key", "security_token")
_OF_USERS = {"user": "name", "password": "password", "domain": "domain"}
