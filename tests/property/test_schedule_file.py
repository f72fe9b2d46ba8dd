"""Any content of a schedule file."""

from __future__ import annotations

import tempfile
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.timetable.schedulefile import Finding, Loaded, ScheduleError, load, parse_schedule
from daemon.timetable.schedulefile.literals import decode
from daemon.timetable.schedulefile.places import Places

VALID = """\
timezone = "Europe/Berlin"
silence = ["past"]
holidays = "DE-BE"
[defaults]
spread = "5m"
[calendars.exams]
dates = ["2027-01-18..2027-01-29", 2027-02-01, "december 24"]
[calendars.cn]
country = "CN"
except = ["2026-10-08"]
weekend = ["fri", "sat"]
[groups.g]
without = ["stop"]
holidays = "cn"
[schedules.office]
policies = ["start weekdays 07:30", 'stop at 20:00 SOFT']
[projects.p]
region = "eu-west-101"
[pools.a]
id = "1"
schedule = ["office"]
policies = [{ action = "reboot", at = "04:00" }, \"\"\"
stop at \\
  22:00\"\"\"]
[pools."b c"]
project = "p"
group = "g"
policies = ["start workdays 07:30 except exams", "stop the day before holidays 14:00"]
"""

PIECES = (
    '"',
    "'",
    "[",
    "]",
    "{",
    "}",
    "=",
    ",",
    "\n",
    "\r\n",
    "#",
    "\\",
    "\t",
    "é",
    "池",
    "\x00",
    "\ufeff",
    "stop",
    "[pools.x]\n",
    "[calendars.x]\n",
    "exmas",
    "workdays",
    '"""',
)
edits = st.lists(st.tuples(st.integers(0, len(VALID)), st.integers(0, 8), st.sampled_from(PIECES)), max_size=4)


def outcome(path: Path) -> Loaded | tuple[Finding, ...]:
    """What loading gives; anything but a value or our own error is a failure of the test."""
    try:
        return load(path, now=datetime(2026, 11, 24, tzinfo=UTC))
    except ScheduleError as error:
        return error.findings


def check_inside(findings: tuple[Finding, ...], text: str) -> None:
    """There is a finding; every one lies inside its text, in order, and shows its line."""
    assert findings
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    for finding in findings:
        assert 1 <= finding.line <= len(lines)
        assert 1 <= finding.column <= finding.end_column <= len(lines[finding.line - 1]) + 1
        assert finding.message
        assert len(finding.excerpt.split("\n")) == 2
    places = [(finding.line, finding.column) for finding in findings]
    assert places == sorted(places)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_schedule_or_have_findings(content: bytes) -> None:
    """Nothing else comes out, whatever stands in the file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "schedules.toml"
        path.write_bytes(content)
        found = outcome(path)
    if isinstance(found, tuple):
        check_inside(found, content.decode("utf-8", "replace").removeprefix("\ufeff"))


@settings(deadline=None)
@given(edits)
def test_a_file_with_slips_is_a_schedule_or_has_findings_inside_it(slips: list[tuple[int, int, str]]) -> None:
    """Pieces taken out and put in at any place."""
    text = VALID
    for at, length, piece in slips:
        text = text[:at] + piece + text[at + length :]
    try:
        parse_schedule([("s.toml", text)])
    except ScheduleError as error:
        check_inside(error.findings, text.removeprefix("\ufeff"))


scalars = st.one_of(st.text(max_size=8), st.integers(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False))
keys = st.text(max_size=6)
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3), max_leaves=8
)


def written(value: Any) -> str:
    """A value as TOML, with escapes, blanks and inline tables."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return '"' + "".join(_escaped(char) for char in value) + '"'
        case list():
            return "[ " + ", ".join(map(written, value)) + " ]"
        case dict():
            return "{ " + ", ".join(f"{written(key)} = {written(inner)}" for key, inner in value.items()) + " }"
        case _:
            return repr(value)


def _escaped(char: str) -> str:
    return char if char.isalnum() and char.isascii() else f"\\U{ord(char):08x}"


@settings(deadline=None)
@given(st.dictionaries(keys, values, max_size=4), st.dictionaries(keys, values, min_size=1, max_size=3))
def test_every_value_of_a_text_is_found_where_it_stands(top: dict[str, Any], inner: dict[str, Any]) -> None:
    """What stands at the place of a path is, read by itself, the value of that path."""
    top.pop("table", None)
    lines = [f"{written(key)} = {written(value)}" for key, value in top.items()]
    lines += ["[table]", *(f"{written(key)} = {written(value)} # x" for key, value in inner.items())]
    text = "\n".join(lines)
    places = Places(text)

    def check(path: tuple[str | int, ...], value: Any) -> None:
        source = text[slice(*places.value(path))]
        assert tomllib.loads(f"x = {source}")["x"] == value
        if isinstance(path[-1], str):
            assert decode(text[slice(*places.key(path))])[0] == path[-1]
        pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, element in pairs:
            check((*path, key), element)

    for key, value in top.items():
        check((key,), value)
    for key, value in inner.items():
        check(("table", key), value)
