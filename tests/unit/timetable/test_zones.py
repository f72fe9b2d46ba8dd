from __future__ import annotations

from zoneinfo import available_timezones

import pytest

from daemon.timetable.zones import ZoneError, likely_zone, zone_name, zone_of, zone_spelled


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("AMERICA/ARGENTINA/BUENOS_AIRES", "America/Argentina/Buenos_Aires"),
        ("utc", "UTC"),
        ("GMT", "GMT"),
        ("Etc/GMT+5", "Etc/GMT+5"),
        ("Singapore", "Singapore"),
    ],
)
def test_names_of_the_database_are_accepted_in_any_case(text: str, name: str) -> None:
    """A name gives its proper spelling, which zoneinfo knows."""
    assert zone_name(text) == name
    assert zone_of(name).key == name
    assert name in available_timezones()


@pytest.mark.parametrize("text", ["CET", "EST", "est5edt", "MST", "CEST", "PST", "IST", "MEZ"])
def test_abbreviations_are_refused_with_a_name(text: str) -> None:
    """EST knows no summer time and IST is three zones: the hint names the places."""
    with pytest.raises(ZoneError, match="abbreviation") as caught:
        zone_name(text)
    assert "/" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Europe/Berln", "Europe/Berlin"),
        ("Berlin", "Europe/Berlin"),
        ("China/Shanghai", "Asia/Shanghai"),
        ("new york", "America/New_York"),
    ],
)
def test_the_zone_that_was_probably_meant_is_named(text: str, meant: str) -> None:
    """A slip, a bare city and a city of the wrong continent are understood."""
    with pytest.raises(ZoneError) as caught:
        zone_name(text)
    assert caught.value.hint == f'did you mean "{meant}"?'


@pytest.mark.parametrize("text", ["Nowhere", "Factory", "localtime", "", "../etc/passwd", "posix/Europe/Berlin"])
def test_what_is_no_zone_is_refused(text: str) -> None:
    """Neither offsets nor the machine's own files are zones."""
    with pytest.raises(ZoneError, match="is not a time zone"):
        zone_name(text)


def test_a_likely_zone_is_found_by_name_city_slip_and_abbreviation() -> None:
    """Nothing is likely where an abbreviation stands for several, and where a word is near no city."""
    asked = ("utc", "Berlin", "Shanghia", "CET", "IST", "banana", "lima")
    found = ["UTC", "Europe/Berlin", "Asia/Shanghai", "Europe/Berlin", None, None, "America/Lima"]
    assert [likely_zone(text) for text in asked] == found
    assert [zone_spelled(text) for text in ("new york", "Europe/berlin", "berln")] == [
        "America/New_York",
        "Europe/Berlin",
        None,
    ]


def test_a_name_without_a_likely_meaning_gets_an_example() -> None:
    """The hint says what a name looks like."""
    with pytest.raises(ZoneError) as caught:
        zone_name("Somewhere/Else")
    assert "Europe/Berlin" in str(caught.value.hint)


@pytest.mark.parametrize("text", ["UTC+1", "GMT-05:30", "+02:00"])
def test_offsets_are_refused(text: str) -> None:
    """They know no summer time, and Etc/GMT+1 lies an hour west of Greenwich."""
    with pytest.raises(ZoneError, match="is an offset") as caught:
        zone_name(text)
    assert "IANA" in str(caught.value.hint)
