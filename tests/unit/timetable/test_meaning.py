"""Timetables are compared by meaning (protocol 3.2)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.timetable.schedulefile import parse_schedule

ROOT = Path(__file__).parents[3]
TEXT = """\
timezone = "Europe/Berlin"
[schedules.office]
policies = ["start weekdays 07:30", "stop at 20:00 SOFT"]
[pools.a]
id = "1"
schedule = "office"
policies = ["reboot sunday 04:00 and 05:00"]
[pools.b]
schedule = "office"
"""


def meaning(text: str) -> str:
    """The meaning of a file."""
    return parse_schedule([("s.toml", text)]).timetable.meaning


def changed(old: str, new: str) -> bool:
    """True where replacing a part of the text changes the meaning."""
    assert old in TEXT
    return meaning(TEXT.replace(old, new)) != meaning(TEXT)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("office", "work"),
        ("weekdays 07:30", "mon-fri at 07:30 SOFT"),
        ("start weekdays 07:30", "start weekdays 07:30 retry for 2h, catch up 12h in europe/berlin"),
        ('"start weekdays 07:30", "stop at 20:00 SOFT"', '"stop 20:00", "start weekdays 07:30"'),
        ('"stop at 20:00 SOFT"', '{ action = "stop", at = "20:00" }'),
        ('"reboot sunday 04:00 and 05:00"', '"reboot sunday 05:00", "reboot sunday 04:00"'),
        ('id = "1"', 'id = "1"\nname = "Lab"\nnote = "CHG2"\ntimezone = "Europe/Berlin"\nproject = "default"'),
        ("[pools.b]", '[pools.b]\nname = "b"'),
        (
            "[schedules.office]",
            "# a comment\n[schedules.unused]\n[projects.x]\n[schedules.office]",
        ),
    ],
)
def test_what_is_only_said_otherwise_changes_nothing(old: str, new: str) -> None:
    """Rewording, renaming a schedule, notes, comments, what is built in anyway."""
    assert not changed(old, new)


def test_the_order_of_pools_changes_nothing() -> None:
    """It decides only about rows of one instant."""
    head, a, b = TEXT.partition("[pools.a]")[0], *TEXT.partition("[pools.a]")[2].split("[pools.b]")
    assert meaning(f"{head}[pools.b]{b}[pools.a]{a}") == meaning(TEXT)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("weekdays 07:30", "weekdays 07:31"),
        ("weekdays 07:30", "daily 07:30"),
        ("SOFT", "HARD"),
        ("SOFT", "SOFT spread 5m"),
        ("SOFT", "SOFT retry for 1h"),
        ("SOFT", "SOFT no catch-up"),
        ("Europe/Berlin", "Europe/Paris"),
        ('id = "1"', 'id = "2"'),
        ("[pools.b]", '[pools.b]\nname = "c"'),
        ("[pools.b]", "[pools.c]"),
        ("[pools.b]", '[projects.x]\n[pools.b]\nproject = "x"'),
        ("[pools.b]", '[projects.default]\nregion = "eu-west-101"\n[pools.b]'),
        ("[pools.b]", "[pools.c]\n[pools.b]"),
        ("04:00 and 05:00", "04:00"),
        ("04:00 and 05:00", "04:00 and 05:00 until 2027-01-31"),
        ("sunday 04:00 and 05:00", "cron '0 4,5 * * 0'"),
    ],
)
def test_what_is_due_otherwise_changes_the_meaning(old: str, new: str) -> None:
    """Pools, their identity, and everything in force for them."""
    assert changed(old, new)


def test_an_id_that_was_looked_up_changes_the_meaning() -> None:
    """Discovered pools are a new version too (protocol 3.2)."""
    found = parse_schedule([("s.toml", TEXT)]).timetable
    assert found.with_pool_ids({("default", "b"): "2"}).meaning != found.meaning
    assert found.with_pool_ids({("default", "a"): "1"}).meaning == found.meaning


def test_the_order_counts_where_it_decides_which_of_two_wins() -> None:
    """Of two that call for the same the last in order wins (protocol 1.5)."""
    one = meaning('[pools.a]\npolicies = ["stop 20:00 SOFT", "stop monday 20:00 HARD"]\n')
    assert meaning('[pools.a]\npolicies = ["stop monday 20:00 HARD", "stop 20:00 SOFT"]\n') != one


def test_the_meaning_is_the_same_in_every_process() -> None:
    """It is stored in the ledger and compared after a restart, so nothing of the process may come in."""
    code = (
        "from daemon.timetable.schedulefile import parse_schedule as parse;"
        f"print(parse([('s.toml', {TEXT!r})]).timetable.meaning)"
    )
    seeds = ({**os.environ, "PYTHONHASHSEED": seed} for seed in ("1", "2"))
    printed = [subprocess.check_output([sys.executable, "-c", code], env=env, cwd=ROOT, text=True) for env in seeds]
    assert printed == [f"{meaning(TEXT)}\n"] * 2
