"""Countries, their subdivisions and what they offer."""

from __future__ import annotations

import subprocess
import sys
import warnings

import pytest

from daemon.timetable.calendars.country import Place, holidays_of, package_version, place_of
from daemon.timetable.calendars.problems import CalendarError


@pytest.mark.parametrize(
    ("text", "place", "code"),
    [
        ("DE", Place("DE", None, ("public",)), "DE"),
        (" de-be ", Place("DE", "BE", ("public",)), "DE-BE"),
        ("deu-Berlin", Place("DE", "BE", ("public",)), "DE-BE"),
        ("GBR-scotland", Place("GB", "SCT", ("public",)), "GB-SCT"),
        ("cn", Place("CN", None, ("public",)), "CN"),
    ],
)
def test_a_place_is_known_by_its_codes_and_the_names_of_its_parts(text: str, place: Place, code: str) -> None:
    """In any case; two letters and three mean the same country."""
    assert place_of(text) == place
    assert place.code == code


def test_categories_are_added_to_the_ordinary_one() -> None:
    """In any case and order, each once."""
    assert place_of("DE", ["School", "catholic", "school"]).categories == ("catholic", "public", "school")


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("zz", '"zz" is not a country', "write a code, such as DE or DE-BE. There are AD, AE,"),
        ("", '"" is not a country', "write a code"),
        ("germany", '"germany" is not a country', 'did you mean "DE"? There are AD,'),
        ("Germny", '"Germny" is not a country', 'did you mean "DE"?'),
        ("united kingdom", "is not a country", 'did you mean "GB"?'),
        ("de_be", '"de_be" is not a country', 'did you mean "DE-BE"?'),
        ("DE-", 'DE has no subdivision ""', "there are DE-BB, DE-BE,"),
        ("de-brlin", 'DE has no subdivision "brlin"', 'did you mean "DE-BE"? There are DE-BB,'),
        ("MC-XX", 'MC has no subdivision "XX"', 'its holidays are the same everywhere: write "MC"'),
    ],
)
def test_what_is_no_place_is_told_with_what_there_is(text: str, message: str, hint: str) -> None:
    """And with what was probably meant."""
    with pytest.raises(CalendarError) as caught:
        place_of(text)
    assert message in caught.value.message
    assert hint in (caught.value.hint or "")
    assert (caught.value.key, caught.value.value) == ("country", None)


@pytest.mark.parametrize(
    ("category", "hint"),
    [("schol", 'did you mean "school"? There are'), ("bank", "there are catholic, public, school")],
)
def test_a_category_that_a_country_lacks_is_told_with_those_it_has(category: str, hint: str) -> None:
    """The value goes with the error, so that its place in the list can be found."""
    with pytest.raises(CalendarError, match="DE has no holidays of the category") as caught:
        place_of("DE", [category])
    assert hint in (caught.value.hint or "")
    assert (caught.value.key, caught.value.value) == ("categories", category)


@pytest.mark.parametrize(
    ("code", "name"),
    [("DE", "Christmas Day"), ("US", "Christmas Day"), ("ZA", "Christmas Day"), ("GB", "Christmas Day")],
)
def test_names_are_english_where_the_package_can(code: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the environment of the daemon says, and of countries with one language too."""
    monkeypatch.setenv("LANGUAGE", "de")
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    assert holidays_of(place_of(code), (2024,)).get("2024-12-25") == name


def test_the_package_says_nothing_by_itself() -> None:
    """Of India it warns that years are missing; what is missing is ours to say, in status and in the log."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        holidays_of(place_of("IN"), (1990, 2100))
    assert caught == []


def test_the_packages_version_is_known() -> None:
    """As it is installed."""
    from importlib.metadata import version

    assert package_version() == version("holidays")


def test_a_schedule_without_countries_does_not_load_the_package() -> None:
    """Nor the one that reads calendar files: each costs the start of every command."""
    code = (
        "import sys, daemon.timetable.calendars.build, daemon.timetable.calendars.ics, "
        "daemon.timetable.calendars.notices; print({'holidays', 'icalendar'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
