"""Which pools a name means."""

from __future__ import annotations

import pytest

from daemon.timetable.schedulefile import parse_schedule
from daemon.timetable.selection import UnknownPoolError, pools_meant

FILE = """
timezone = "UTC"
[projects.other]
region = "r"
project_id = "x"
[groups.sales]
[pools.sales-1]
group = "sales"
policies = ["stop at 20:00"]
[pools.sales-2]
group = "sales"
policies = ["stop at 20:00"]
[pools.lab]
project = "other"
policies = ["stop at 20:00"]
"""
TIMETABLE = parse_schedule([("schedules.toml", FILE)]).timetable
NO_GROUPS = parse_schedule(
    [("schedules.toml", 'timezone = "UTC"\n[pools.lab]\npolicies = ["stop at 20:00"]\n')]
).timetable


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("lab", ["lab"]),
        ("other/lab", ["lab"]),
        ("sales-*", ["sales-1", "sales-2"]),
        ("default/*", ["sales-1", "sales-2"]),
        ("*", ["sales-1", "sales-2", "lab"]),
        ("@sales", ["sales-1", "sales-2"]),
    ],
)
def test_pools_are_meant_by_key_project_pattern_and_group(name: str, keys: list[str]) -> None:
    """In the order of the file."""
    assert [pool.key for pool in pools_meant(TIMETABLE, name)] == keys


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        ("labb", "no pool is called 'labb'", "did you mean 'lab'?"),
        ("nobody", "no pool is called 'nobody'", None),
        ("@sale", "no pool is in a group 'sale'", "did you mean 'sales'?"),
        ("@zzz", "no pool is in a group 'zzz'", "groups with pools are sales"),
    ],
)
def test_a_name_that_means_no_pool_says_which_was_meant(name: str, message: str, hint: str | None) -> None:
    """Where one is near."""
    with pytest.raises(UnknownPoolError) as error:
        pools_meant(TIMETABLE, name)
    assert (error.value.message, error.value.hint) == (message, hint)


def test_a_group_of_a_file_without_groups_says_so() -> None:
    """And the refusal can say which pools there are."""
    with pytest.raises(UnknownPoolError) as error:
        pools_meant(NO_GROUPS, "@sales", "of the file")
    assert error.value.message == "no pool of the file is in a group 'sales'"
    assert error.value.hint == "no pool is in a group ([groups.NAME])"
