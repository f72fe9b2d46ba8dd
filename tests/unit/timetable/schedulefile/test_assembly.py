"""From the file to pools, projects and policies in force."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from daemon.timetable.actions import ActionType
from daemon.timetable.pools import Pool, Project
from daemon.timetable.schedulefile import parse_schedule

if TYPE_CHECKING:
    from daemon.timetable.timetable import Timetable


def table(*texts: str) -> Timetable:
    """The timetable of one or several files."""
    return parse_schedule([(f"{number}.toml", text) for number, text in enumerate(texts)]).timetable


def test_a_pool_is_what_the_file_says_of_it() -> None:
    """Id, name, note and project; the key is the name of a pool that gives none."""
    found = table(
        '[projects.p]\nregion = "eu-west-101"\nproject_id = "abc"\n'
        '[pools.a]\nid = "1"\nname = "Lab A"\nnote = "CHG1"\nproject = "p"\n[pools.b]\n'
    )
    assert found.pools == (Pool("p", "a", "1", "Lab A", "CHG1"), Pool("default", "b", None, "b", None))
    assert found.projects == {"p": Project("p", "eu-west-101", "abc"), "default": Project("default")}


def test_the_default_project_can_be_named_and_described() -> None:
    """``default`` needs no section, and may have one."""
    assert table('[pools.a]\nproject = "default"\n').projects == {"default": Project("default")}
    assert table('[projects.default]\nregion = "r-1"\n[pools.a]\n').projects == {"default": Project("default", "r-1")}


def test_policies_are_those_of_the_schedules_as_listed_and_then_the_pools_own() -> None:
    """Each says where it stands (protocol 1.5 goes by this order)."""
    found = table(
        '[schedules.x]\npolicies = ["stop 20:00", "start 07:30"]\n[schedules.y]\npolicies = ["reboot 04:00"]\n'
        '[pools.a]\nschedule = ["y", "x"]\npolicies = ["stop 22:00"]\n'
    )
    assert [(policy.sentence, policy.source) for policy in found.policies[0]] == [
        ("reboot at 04:00", "schedule y #1"),
        ("stop at 20:00", "schedule x #1"),
        ("start at 07:30", "schedule x #2"),
        ("stop at 22:00", "pool a #1"),
    ]


def test_a_sentence_and_a_table_are_two_spellings_of_one_policy() -> None:
    """They share their rule."""
    found = table(
        '[pools.a]\npolicies = ["stop weekdays 20:00 HARD"]\n'
        '[pools.b]\npolicies = [{ action = "stop", days = "weekdays", at = "20:00", type = "HARD" }]\n'
    )
    (one,), (other,) = found.policies
    assert one.rule is other.rule
    assert one.written == other.written


LEVELS = """\
timezone = "Europe/Berlin"
defaults.retry = "1h"
defaults.spread = "1m"
defaults.catch_up = "1m"
[projects.p]
timezone = "Asia/Tokyo"
defaults.retry = "2h"
defaults.spread = "2m"
[pools.a]
project = "p"
timezone = "Asia/Shanghai"
defaults.retry = "3h"
policies = ["stop 20:00", "stop 21:00 retry for 4h in America/New_York"]
[pools.b]
project = "p"
policies = ["stop 20:00"]
[pools.c]
policies = ["stop 20:00"]
"""


def test_what_is_more_particular_wins() -> None:
    """Policy, pool, project, file, built in (design, section 3)."""
    (a, own), (b,), (c,) = table(LEVELS).policies
    assert [policy.rule.zone for policy in (own, a, b, c)] == [
        "America/New_York",
        "Asia/Shanghai",
        "Asia/Tokyo",
        "Europe/Berlin",
    ]
    assert [policy.retry_for for policy in (own, a, b, c)] == [timedelta(hours=hours) for hours in (4, 3, 2, 1)]
    assert [policy.spread for policy in (own, a, b, c)] == [timedelta(minutes=minutes) for minutes in (2, 2, 2, 1)]
    assert {policy.catch_up for policy in (own, a, b, c)} == {timedelta(minutes=1)}


def test_what_nobody_says_is_built_in() -> None:
    """The defaults of the design's table, action by action."""
    found = table('[pools.a]\npolicies = ["start 07:00", "stop 20:00", "reboot 04:00", "hibernate 12:00"]\n')
    hours, minutes = (lambda n: timedelta(hours=n)), (lambda n: timedelta(minutes=n))
    assert [(policy.retry_for, policy.catch_up) for policy in found.policies[0]] == [
        (hours(2), hours(12)),
        (hours(2), hours(2)),
        (minutes(15), minutes(5)),
        (hours(2), hours(2)),
    ]
    assert {(policy.type, policy.spread, policy.rule.zone) for policy in found.policies[0]} == {
        (ActionType.SOFT, timedelta(0), "UTC")
    }


def test_a_default_type_leaves_alone_what_cannot_be_forced() -> None:
    """HARD is for stop and reboot only."""
    found = table('defaults.type = "HARD"\n[pools.a]\npolicies = ["start 07:00", "stop 20:00", "stop 21:00 SOFT"]\n')
    assert [policy.type for policy in found.policies[0]] == [ActionType.SOFT, ActionType.HARD, ActionType.SOFT]


def test_pools_that_have_a_schedule_alike_share_its_policies() -> None:
    """Under the same zone and options there is one object, under others there are two."""
    found = table(
        '[schedules.s]\npolicies = ["stop 20:00"]\n'
        '[pools.a]\nschedule = "s"\n[pools.b]\nschedule = "s"\n[pools.c]\nschedule = "s"\ntimezone = "Asia/Tokyo"\n'
    )
    (a,), (b,), (c,) = found.policies
    assert a is b
    assert c.rule != a.rule


def test_a_directory_is_one_schedule() -> None:
    """Schedules, projects and pools may stand in different files."""
    found = table(
        'timezone = "UTC"\n[pools.a]\nschedule = "s"\n', '[schedules.s]\npolicies = ["stop 20:00"]\n[pools.b]\n'
    )
    assert [pool.key for pool in found.pools] == ["a", "b"]
    assert len(found.policies[0]) == 1


@pytest.mark.parametrize("zone", ["europe/berlin", "Europe/Berlin"])
def test_zones_get_their_proper_names(zone: str) -> None:
    """The case does not matter."""
    assert table(f'timezone = "{zone}"\n[pools.a]\n').timezone == "Europe/Berlin"
