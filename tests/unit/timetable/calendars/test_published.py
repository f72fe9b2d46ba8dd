"""Which official data are missing."""

from __future__ import annotations

import holidays
import pytest

from daemon.timetable.calendars.country import place_of
from daemon.timetable.calendars.countryyear import country_year
from daemon.timetable.calendars.published import Gap, Lack, _has_moved, _is_kept, _lists, gap_of

KNOWN = max(holidays.country_holidays("CN").special_public_holidays)
"""The last year of which the installed package has what China decreed."""


@pytest.mark.parametrize("categories", [(), ("half_day",)])
def test_what_china_has_not_decreed_yet_is_missing(categories: tuple[str, ...]) -> None:
    """The years before it are complete, and each after it lacks the decree."""
    china = place_of("CN", categories)
    assert [gap_of(china, year) for year in (2024, KNOWN)] == [None, None]
    assert [gap_of(china, year) for year in (KNOWN + 1, 2100)] == [Gap(Lack.DECREE)] * 2


@pytest.mark.parametrize("code", ["DE-BE", "US-CA", "FR", "GB-SCT", "HK", "IL"])
def test_what_is_law_is_never_missing(code: str) -> None:
    """As far as the package goes; single days that were added once change nothing."""
    assert {gap_of(place_of(code), year) for year in (1990, 2025, KNOWN + 1, KNOWN + 2)} == {None}


def test_nothing_is_known_behind_the_last_year_of_the_package() -> None:
    """Of no country at all."""
    end = holidays.country_holidays("DE").end_year
    assert [gap_of(place_of("DE"), year) for year in (end, end + 1)] == [None, Gap(Lack.DECREE)]


def test_estimates_are_missing_until_they_are_announced() -> None:
    """With their dates."""
    assert gap_of(place_of("AE"), 2024) is None
    estimates = country_year(place_of("AE"), 2060).estimates
    assert gap_of(place_of("AE"), 2060) == Gap(Lack.SIGHTING, estimates)


@pytest.mark.parametrize(
    ("newest", "years", "least", "kept"),
    [
        (0, [], 2, False),
        (0, [0], 2, False),
        (0, [0, 4], 2, True),
        (0, [0, 5], 2, False),
        (1, [0, 1], 2, True),
        (2, [0, 1], 2, False),
        (0, [0, 1, 2, 3, 4], 5, True),
        (0, [0, 1, 2, 3, 5], 5, False),
    ],
)
def test_a_list_is_kept_that_has_enough_of_the_last_years(
    newest: int, years: list[int], least: int, kept: bool
) -> None:
    """Years count back from China's newest; one that is two years behind is taken for closed."""
    assert _is_kept(frozenset(KNOWN - newest - year for year in years), least) is kept


def test_moved_days_and_added_ones_are_told_apart() -> None:
    """China's list has moved days in every year; a subdivision has a list of its own beside the country's."""
    ((years, moved),) = _lists(place_of("CN"))
    assert 2024 in years & moved
    assert _lists(place_of("DE-BE"))[:1] == _lists(place_of("DE"))
    berlin, none_moved = _lists(place_of("DE-BE"))[1]
    assert 2025 in berlin
    assert none_moved == frozenset()
    assert _lists(place_of("FR")) == ()


def test_each_list_is_judged_by_itself() -> None:
    """That of Kelantan and that of Malaysia have all of the last years between them, but neither has by itself."""
    assert {gap.lack for code in ("MY", "MY-04") if (gap := gap_of(place_of(code), 2100))} == {Lack.SIGHTING}


def test_the_list_that_ends_first_decides() -> None:
    """Where other holidays count beside the public ones, their lists have to go on too."""
    ends = [max(years) for years, _ in _lists(place_of("PY", ["government"]))]
    assert gap_of(place_of("PY", ["government"]), max(ends)) is None
    assert gap_of(place_of("PY", ["government"]), max(ends) + 1) == Gap(Lack.DECREE)


def test_a_single_day_stands_without_a_tuple_around_it() -> None:
    """As the package writes both; four figures and more say from where a day was moved."""
    assert [_has_moved(days) for days in ((), (5, 8, "Liberation Day"), ((5, 8, "x"), (5, 9, "y")))] == [False] * 3
    assert [_has_moved(days) for days in ((5, 8, 5, 9), ((5, 8, "x"), (5, 9, 5, 10, 2026)))] == [True] * 2
