"""What a new version adds and takes away (protocol 3.4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from daemon.timetable.compare import compare, takes_away_much
from daemon.timetable.schedulefile import parse_schedule

if TYPE_CHECKING:
    from daemon.timetable.timetable import Timetable

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def table(pools: dict[str, list[str]], ids: bool = True) -> Timetable:
    """A timetable of pools with these policies; the id of a pool is its key's first letter."""
    parts = []
    for key, policies in pools.items():
        listed = ", ".join(f'"{policy}"' for policy in policies)
        parts.append(
            f'[pools.{key}]\nname = "{key}"\n' + (f'id = "{key[0]}"\n' if ids else "") + f"policies = [{listed}]\n"
        )
    return parse_schedule([("s.toml", "".join(parts))]).timetable


def many(count: int, *policies: str) -> Timetable:
    """That many pools with these policies."""
    return table({f"p{number}": list(policies) for number in range(count)}, ids=False)


OFFICE = ("start 07:30", "stop 20:00")


def test_a_difference_lists_what_comes_and_what_goes_in_the_next_24_hours() -> None:
    """Occurrences by pool, action, local date and wall time, and pools."""
    found = compare(
        table({"a": ["stop 20:00"], "b": ["stop 20:00"]}), table({"a": ["stop 21:00"], "c": ["start 07:00"]}), NOW
    )
    assert [(it.pool.key, it.action, it.wall) for it in found.added] == [
        ("a", "stop", "2026-11-23T21:00"),
        ("c", "start", "2026-11-24T07:00"),
    ]
    assert [(it.pool.key, it.action, it.wall) for it in found.removed] == [
        ("a", "stop", "2026-11-23T20:00"),
        ("b", "stop", "2026-11-23T20:00"),
    ]
    assert [it.key for it in found.pools_added] == ["c"]
    assert [it.key for it in found.pools_removed] == ["b"]


def test_what_lies_beyond_24_hours_is_not_listed() -> None:
    """The end is included, as everywhere."""
    old, new = (
        table({"a": []}),
        table({"a": ["stop 2026-11-24 12:00", "start 2026-11-24 12:01", "stop 2026-11-23 12:00"]}),
    )
    assert [it.wall for it in compare(old, new, NOW).added] == ["2026-11-24T12:00"]


def test_a_pool_that_was_renamed_and_keeps_its_id_is_the_same() -> None:
    """Nothing comes, nothing goes (protocol 3.5)."""
    found = compare(table({"a1": ["stop 20:00"]}), table({"a2": ["stop 20:00"]}), NOW)
    assert found.added == found.removed == ()
    assert found.pools_added == found.pools_removed == ()


def test_the_type_of_an_action_does_not_tell_occurrences_apart() -> None:
    """Pool, action, local date and wall time do (protocol 3.2)."""
    assert compare(table({"a": ["stop 20:00"]}), table({"a": ["stop 20:00 HARD"]}), NOW).added == ()


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (10, 7, "it takes away 3 of 10 pools"),
        (15, 12, None),
        (14, 11, "it takes away 3 of 14 pools"),
        (2, 0, None),
        (3, 1, None),
        (3, 0, "it takes away 3 of 3 pools"),
        (5, 50, None),
    ],
)
def test_taking_away_more_than_a_fifth_and_more_than_two_pools_is_much(
    before: int, after: int, reason: str | None
) -> None:
    """Exactly a fifth is not, and neither are two (protocol 3.4)."""
    old = many(before)
    new = many(after) if after else old.only([])
    assert takes_away_much(old, new, NOW) == reason


def test_taking_away_more_than_a_fifth_of_the_actions_is_much() -> None:
    """Of the next 24 hours, with all pools still there (protocol 3.4)."""
    assert takes_away_much(many(10, *OFFICE), many(10, "start 07:30"), NOW) == (
        "it takes away 10 of the 20 actions of the next 24 hours"
    )


def test_taking_away_two_actions_is_never_much() -> None:
    """A small file can be changed freely."""
    assert takes_away_much(many(1, *OFFICE), many(1), NOW) is None


def test_moving_actions_to_other_times_takes_nothing_away() -> None:
    """Actions are counted for each pool, whenever they are due."""
    assert takes_away_much(many(10, *OFFICE), many(10, "start 06:00", "stop 22:00"), NOW) is None


def test_replacing_actions_by_others_takes_them_away() -> None:
    """A pool that is started where it was stopped has lost its stop."""
    assert takes_away_much(many(10, "stop 20:00"), many(10, "start 20:00"), NOW) is not None


def test_adding_takes_nothing_away() -> None:
    """From nothing to everything."""
    assert takes_away_much(many(3), many(30, *OFFICE), NOW) is None


def test_looking_up_ids_takes_nothing_away() -> None:
    """The same pools with their ids are the same pools."""
    old = many(10, *OFFICE)
    ids = {(it.project, it.key): it.key for it in old.pools}
    assert takes_away_much(old, old.with_pool_ids(ids), NOW + timedelta(days=1)) is None
    assert takes_away_much(old.with_pool_ids(ids), old, NOW) is None
