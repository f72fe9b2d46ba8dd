"""Places of keys and values in a TOML text."""

from __future__ import annotations

import pytest

from daemon.timetable.schedulefile.places import KeyPath, Places

TEXT = """\
# a comment with [brackets] = "and quotes"
timezone = "Europe/Berlin"  # behind

[schedules."office hours"]
policies = [
  "start weekdays 07:30", # first, with ] and "
  'stop at 20:00',
  { action = "stop", at = ["20:00", "21:00"], 'spread' = "5m" },
]

[pools.lab]
defaults.type = "HARD"
number = -1_000.5e3
when = 2026-01-01 10:00:00
also = [1, [2, 3], ]
empty = {}
none = []
[[rows]]
a = 1
[[rows]]
a = 2
[rows.inner]
b = '''x
y'''
"""


def at(path: KeyPath) -> tuple[str, str]:
    """Source of the key and of the value at a path."""
    places = Places(TEXT)
    key, value = places.key(path), places.value(path)
    return TEXT[slice(*key)], TEXT[slice(*value)]


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("timezone",), "timezone", '"Europe/Berlin"'),
        (("schedules", "office hours"), '"office hours"', '"office hours"'),
        (("schedules", "office hours", "policies", 1), "'stop at 20:00'", "'stop at 20:00'"),
        (("schedules", "office hours", "policies", 2, "spread"), "'spread'", '"5m"'),
        (("schedules", "office hours", "policies", 2, "at", 1), '"21:00"', '"21:00"'),
        (("pools", "lab", "defaults"), "defaults", "defaults"),
        (("pools", "lab", "defaults", "type"), "type", '"HARD"'),
        (("pools", "lab", "number"), "number", "-1_000.5e3"),
        (("pools", "lab", "when"), "when", "2026-01-01 10:00:00"),
        (("pools", "lab", "also", 1, 1), "3", "3"),
        (("pools", "lab", "empty"), "empty", "{}"),
        (("pools", "lab", "none"), "none", "[]"),
        (("rows", 1, "a"), "a", "2"),
        (("rows", 1, "inner", "b"), "b", "'''x\ny'''"),
    ],
)
def test_every_key_and_value_is_found(path: KeyPath, key: str, value: str) -> None:
    """Tables, dotted keys, lists, inline tables and lists of tables are told apart."""
    assert at(path) == (key, value)


def test_what_is_missing_is_placed_at_the_table_around_it() -> None:
    """A path that is not in the text gives the nearest table that is, or the top."""
    assert at(("pools", "lab", "schedule")) == ("lab", "lab")
    assert Places(TEXT).key(("projects",)) == (0, 0)


def test_a_place_inside_a_string_is_found_behind_escapes() -> None:
    """Characters of the value are mapped to where they are written."""
    text = r'x = "a\tb wrong c"'
    start, end = Places(text).inside(("x",), 4, 9)
    assert text[start:end] == "wrong"


def test_a_place_behind_the_end_of_a_string_is_its_end() -> None:
    """What is missing at the end is shown before the closing quote."""
    text = 'x = "stop"'
    assert Places(text).inside(("x",), 4, 4) == (9, 9)
    assert Places(text).inside(("x",), 40, 44) == (9, 9)


def test_a_place_inside_what_is_no_string_is_the_whole_of_it() -> None:
    """A number has no characters to point at."""
    assert Places("x = 12").inside(("x",), 0, 1) == (4, 6)


def test_deeply_nested_values_are_passed_over() -> None:
    """What is nested deeper than any known key is skipped without recursion, strings and brackets included."""
    text = "x = " + "[" * 300 + "{ a = \"]\", b.c = 1.5 }, '}' # ]\n" + "]" * 300 + "\ny = 1\n"
    assert text[slice(*Places(text).value(("y",)))] == "1"


def test_windows_line_ends_are_blanks() -> None:
    """A file with CRLF has the same keys."""
    text = "a = 1\r\n[b]\r\nc = 'x'\r\n"
    assert text[slice(*Places(text).value(("b", "c")))] == "'x'"
