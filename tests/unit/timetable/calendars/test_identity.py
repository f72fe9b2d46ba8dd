"""What a calendar depends on, as one hash."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from daemon.timetable.calendars.country import place_of
from daemon.timetable.calendars.definition import Definition
from daemon.timetable.calendars.ics import IcsFinding, ParsedIcs
from daemon.timetable.calendars.identity import identity_of
from daemon.timetable.calendars.spans import read_span

if TYPE_CHECKING:
    from collections.abc import Iterator

EVE, SILVESTER = read_span("2026-12-24"), read_span("december 31")
PLAIN = Definition("a", holidays=(EVE, SILVESTER))
DE = place_of("DE")


@pytest.fixture
def fresh() -> Iterator[None]:
    """Nothing is remembered from other tests, nor for them."""
    identity_of.cache_clear()
    yield
    identity_of.cache_clear()


@pytest.mark.parametrize(
    "same",
    [
        replace(PLAIN, name="b"),
        replace(PLAIN, holidays=(SILVESTER, EVE)),
        replace(PLAIN, holidays=(EVE, SILVESTER, EVE)),
    ],
)
def test_names_and_the_order_of_dates_do_not_matter(same: Definition) -> None:
    """A timetable means the same with them (protocol 3.2)."""
    assert identity_of(same, None) == identity_of(PLAIN, None)


def test_what_a_calendar_file_says_beside_its_dates_does_not_matter() -> None:
    """Only its dates count (protocol 3.2)."""
    years = ((2026, 5),)
    noted = ParsedIcs(years, (IcsFinding(3, "an event at a time of day does not count", "make it last all day"),))
    assert identity_of(Definition("a", ics=noted), None) == identity_of(Definition("a", ics=ParsedIcs(years)), None)


def test_every_datum_makes_another_identity() -> None:
    """The same date in another role among them, and a weekend that is named or left to the country (protocol 3.2)."""
    definitions = [
        Definition("a", holidays=(EVE,)),
        Definition("a", holidays=(SILVESTER,)),
        Definition("a", except_=(EVE,)),
        Definition("a", workdays=(EVE,)),
        Definition("a", dates=(EVE,)),
        Definition("a", weekend=frozenset()),
        Definition("a", weekend=frozenset({5, 6})),
        Definition("a", ics=ParsedIcs(((2026, 5),))),
        Definition("a", ics=ParsedIcs(((2027, 5),))),
        Definition("a", ics=ParsedIcs(((2026, 6),))),
        PLAIN,
    ]
    places = [None, DE, place_of("DE-BE"), place_of("DE", ["school"])]
    found = {identity_of(definition, place) for definition in definitions for place in places}
    assert len(found) == len(definitions) * len(places)


@pytest.mark.usefixtures("fresh")
def test_another_version_of_the_package_can_mean_other_holidays(monkeypatch: pytest.MonkeyPatch) -> None:
    """It changes what a country's calendar is, and no calendar without one (protocol 3.2)."""
    country, plain = identity_of(PLAIN, DE), identity_of(PLAIN, None)
    identity_of.cache_clear()
    monkeypatch.setattr("daemon.timetable.calendars.country.package_version", lambda: "999.0")
    assert identity_of(PLAIN, DE) != country
    assert identity_of(PLAIN, None) == plain
