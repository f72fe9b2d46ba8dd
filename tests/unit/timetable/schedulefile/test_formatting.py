"""Formatting a schedule: sentences become canonical, nothing else moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from daemon.timetable.schedulefile import ScheduleError, formatting
from daemon.timetable.schedulefile.formatting import FormatError, format_schedule

if TYPE_CHECKING:
    from daemon.timetable.policy import Policy


def formatted(text: str) -> str:
    """The only file of a schedule, formatted."""
    (one,) = format_schedule([("s.toml", text)])
    return one.after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"STOP  at 20:00   soft"', '"stop at 20:00 SOFT"'),
        ("'START weekdays, 7:30'", "'start weekdays 07:30'"),
        ("""'stop cron "0 20 * * *"'""", """"stop cron '0 20 * * *'\""""),
        ('"""\nstop \\\n  20:00"""', '"stop at 20:00"'),
        ("'''stop\n20:00'''", "'stop at 20:00'"),
        ('"stop \\u0061t 20:00"', '"stop \\u0061t 20:00"'),
        ('{ action = "STOP", at = "7:30" }', '{ action = "STOP", at = "7:30" }'),
    ],
)
def test_sentences_become_canonical_in_the_quotes_they_had(before: str, after: str) -> None:
    """Quotes change only where they cannot hold the sentence or ran over lines; tables stay tables."""
    assert formatted(f"[pools.a]\npolicies = [{before}]\n") == f"[pools.a]\npolicies = [{after}]\n"


def test_everything_else_stays_as_it_was_written() -> None:
    """Byte order mark, line ends, comments, blanks, order, dotted and quoted keys, trailing commas."""
    text = (
        '\ufeff# first\r\ntimezone="Europe/Berlin"   # zone\r\n\r\n\r\n[pools.a]  # a\r\n'
        "policies = [ # many\r\n\t'STOP 20:00'  , # one\r\n  # alone\r\n"
        '  "start 7:00" # two\r\n  ,\r\n]\r\nnote = "STOP  20:00"\r\n'
        '[schedules]\r\nx.policies=["REBOOT 4:00"] # x\r\n[pools."b c"]\r\nschedule = "x"\r\n# last'
    )
    after = formatted(text)
    wanted = {
        "'STOP 20:00'": "'stop at 20:00'",
        '"start 7:00"': '"start at 07:00"',
        '"REBOOT 4:00"': '"reboot at 04:00"',
    }
    for before, canonical in wanted.items():
        text = text.replace(before, canonical)
    assert after == text


@pytest.mark.parametrize(
    "text",
    [
        'pools.a.policies = ["STOP 20:00"]\n',
        'pools = { a = { policies = ["STOP 20:00"] } }\n',
        '[pools]\na = { policies = ["STOP 20:00"] }\n',
        '[pools.a]\nname = "x"\n[schedules.s]\npolicies = ["STOP 20:00"]\n[pools.b]\nschedule = "s"\n',
        '[groups.g]\npolicies = ["STOP 20:00"]\n[pools.a]\ngroup = "g"\n[pools.b]\n',
    ],
)
def test_policies_are_found_however_their_tables_are_written(text: str) -> None:
    """Dotted keys, inline tables, sections that stand in pieces, groups."""
    assert formatted(text) == text.replace("STOP 20:00", "stop at 20:00")


def test_canonical_file_is_left_exactly_as_it_is() -> None:
    """It is the same text, and nothing counts as changed."""
    text = '[pools.a]\npolicies = ["stop at 20:00"]\n'
    (one,) = format_schedule([("s.toml", text)])
    assert (one.after, one.has_changed, one.sentences, one.diff()) == (text, False, 0, "")


def test_files_of_a_directory_are_formatted_together() -> None:
    """A calendar or a schedule of one file is known in the others; calendar files are no schedule files."""
    texts = [
        ("a.toml", '[calendars.Term]\ndates = ["2027-01-18..2027-01-29"]\n[schedules.s]\npolicies = ["STOP 20:00"]\n'),
        ("b.toml", '[pools.a]\nschedule = "s"\npolicies = ["START 7:00 during TERM"]\n'),
        ("terms.ics", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"),
    ]
    one, other = format_schedule(texts)
    assert (one.name, one.sentences, other.name, other.sentences) == ("a.toml", 1, "b.toml", 1)
    assert "start at 07:00 during Term" in other.after


def test_invalid_schedule_is_not_formatted() -> None:
    """Its findings are those of `check`."""
    with pytest.raises(ScheduleError) as caught:
        formatted('[pools.a]\npolicies = ["STOP 20:00", "stop"]\n')
    assert caught.value.findings[0].line == 2


def test_what_would_mean_something_else_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect of the formatter never reaches a file."""

    def wrong(policy: Policy) -> str:
        return f"{policy.action} at 23:59"

    monkeypatch.setattr(formatting, "format_policy", wrong)
    with pytest.raises(FormatError, match="would change what the schedule means"):
        formatted('[pools.a]\npolicies = ["stop at 20:00"]\n')


def test_what_the_formatters_parser_does_not_take_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is valid here and not there is left alone; one that is canonical is not even taken apart."""
    import tomlkit
    from tomlkit.exceptions import ParseError

    def refuse(text: str) -> None:
        raise ParseError(len(text), 1)

    monkeypatch.setattr(tomlkit, "parse", refuse)
    with pytest.raises(FormatError, match=r"s\.toml cannot be taken apart"):
        formatted('[pools.a]\npolicies = ["STOP 20:00"]\n')
    assert formatted('[pools.a]\npolicies = ["stop at 20:00"]\n')


def test_difference_is_one_that_patch_takes() -> None:
    """Also at an end of file without a line end, and around characters that only look like line ends."""
    (one,) = format_schedule([("s.toml", '# \u2028\n[pools.a]\npolicies = ["STOP 20:00"]')])
    assert one.diff().split("\n") == [
        "--- s.toml",
        "+++ s.toml",
        "@@ -1,3 +1,3 @@",
        " # \u2028",
        " [pools.a]",
        '-policies = ["STOP 20:00"]',
        "\\ No newline at end of file",
        '+policies = ["stop at 20:00"]',
        "\\ No newline at end of file",
        "",
    ]
