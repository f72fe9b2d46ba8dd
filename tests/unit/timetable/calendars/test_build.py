"""From what a file says to a calendar."""

from __future__ import annotations

from dataclasses import replace

import pytest

from daemon.timetable.calendars.build import build, country_calendar
from daemon.timetable.calendars.definition import Definition
from daemon.timetable.calendars.ics import ParsedIcs
from daemon.timetable.calendars.problems import CalendarError
from daemon.timetable.calendars.spans import read_span

EVE = (read_span("2026-12-24"),)


def test_equal_definitions_share_a_calendar() -> None:
    """It is worked out once for all pools."""
    assert build(Definition("a", holidays=EVE)) is build(Definition("a", holidays=EVE))
    assert country_calendar("de-be") is country_calendar("DE-Berlin")


def test_a_country_stands_for_itself() -> None:
    """Its calendar has its code as its name."""
    found = country_calendar("gbr-scotland")
    assert (found.name, found.definition) == ("GB-SCT", Definition("GB-SCT", country="GB-SCT", categories=("public",)))


def test_a_calendar_knows_its_country_by_the_code() -> None:
    """However the file spells it; its categories in order."""
    found = build(Definition("a", country="deu-berlin", categories=("SCHOOL",)))
    assert found.definition == Definition("a", country="DE-BE", categories=("public", "school"))
    assert found.place is not None
    assert found.place.code == "DE-BE"


@pytest.mark.parametrize(
    ("definition", "message", "key", "value"),
    [
        (Definition("a"), "the calendar a says nothing", None, None),
        (Definition("a", categories=("school",)), "there is none", "categories", None),
        (Definition("a", country="DE", dates=EVE), "dates make a plain set", "dates", None),
        (Definition("a", holidays=EVE, dates=EVE), "dates make a plain set", "dates", None),
        (Definition("a", weekend=frozenset(range(7))), "every day of the week", "weekend", None),
        (Definition("a", holidays=EVE, workdays=EVE), "2026-12-24 is both", "workdays", "2026-12-24"),
        (Definition("a", dates=EVE, workdays=EVE), "2026-12-24 is both", "workdays", "2026-12-24"),
        (Definition("a", country="ZZ"), '"ZZ" is not a country', "country", None),
        (Definition("a", country="DE", categories=("x",)), 'category "x"', "categories", "x"),
    ],
)
def test_what_contradicts_itself_is_refused_at_its_key(
    definition: Definition, message: str, key: str | None, value: str | None
) -> None:
    """With the mend."""
    with pytest.raises(CalendarError) as caught:
        build(definition)
    assert message in caught.value.message
    assert caught.value.hint
    assert (caught.value.key, caught.value.value) == (key, value)


def test_a_country_that_is_not_known_is_refused() -> None:
    """As it is in a calendar of the file."""
    with pytest.raises(CalendarError, match="is not a country"):
        country_calendar("ZZ")


@pytest.mark.parametrize(
    "more",
    [
        {"weekend": frozenset[int]()},
        {"weekend": frozenset({4, 5})},
        {"workdays": EVE},
        {"except_": EVE},
        {"dates": EVE, "ics": ParsedIcs(((2026, 1),))},
        {"dates": EVE, "workdays": (read_span("2026-12-23"),)},
    ],
)
def test_what_is_unusual_is_no_contradiction(more: dict[str, object]) -> None:
    """A week without a weekend among it."""
    definition = replace(Definition("a"), **more)  # type: ignore[arg-type]
    assert build(definition).definition == definition
