"""What makes a schedule file invalid, and where it says so."""

from __future__ import annotations

import pytest

from daemon.timetable.schedulefile import ScheduleError, parse_schedule

POOL = '[pools.a]\nid = "1"\npolicies = ["stop at 20:00"]\n'


def errors(text: str, *more: str) -> list[str]:
    """Every error of the texts as ``line:column-end message``."""
    texts = [(f"{number}.toml", content) for number, content in enumerate((text, *more))]
    with pytest.raises(ScheduleError) as raised:
        parse_schedule(texts)
    return [f"{it.line}:{it.column}-{it.end_column} {it.message}" for it in raised.value.findings]


def hint(text: str) -> str | None:
    """The hint of the only error."""
    with pytest.raises(ScheduleError) as raised:
        parse_schedule([("s.toml", text)])
    (finding,) = raised.value.findings
    return finding.hint


def test_all_errors_of_a_file_are_reported_at_once_in_order() -> None:
    """Unknown keys, names, zones, types and sentences (design, section 3)."""
    text = """\
timezone = "Europe/Berln"
colour = 1

[schedules.office]
policies = ["start weekdyas 07:30", "stop at 24:00"]

[pools.a]
project = "q"
schedule = "ofice"
policies = ["stop at 20:00 SOFT SOFT"]
note = 3
"""
    assert errors(text) == [
        '1:12-26 "Europe/Berln" is not a time zone',
        '2:1-7 unknown key "colour"',
        '5:20-28 "weekdyas" is not understood',
        "5:46-51 24:00 is not a time of the day",
        '8:11-14 there is no project "q"',
        '9:12-19 there is no schedule "ofice"',
        "10:33-37 the type is given twice",
        "11:8-9 expected text in quotes, found a number",
    ]


@pytest.mark.parametrize(("text", "place"), [("", "1:1-1"), ("\n[pools]\n", "2:2-7"), ("pools = {}", "1:9-11")])
def test_a_file_without_pools_is_an_error(text: str, place: str) -> None:
    """It would take everything away (protocol 3.4)."""
    assert errors(text) == [f"{place} the file has no pools"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("timezone = 3", "expected text in quotes, found a number"),
        ("timezone = true", "expected text in quotes, found true or false"),
        ("timezone = 2026-01-01", "expected text in quotes, found a date or time"),
        ('timezone = ["UTC"]', "expected text in quotes, found a list"),
        ("timezone = {}", "expected text in quotes, found a table"),
        ('timezone = " "', '"timezone" is empty'),
        ('defaults = "x"', "expected a table, found text"),
        ("pools = 3", "expected a table, found a number"),
        ("schedules = 1.5", "expected a table, found a number"),
        ("silence = 1", "expected a list of text, found a number"),
        ('silence = ["past", 1, ""]', "expected text in quotes, found empty text"),
        ('silence = "pst"', 'there is no warning "pst"'),
        ('silence = "zzzzzzzz"', 'there is no warning "zzzzzzzz"'),
    ],
)
def test_a_value_of_the_wrong_kind_says_what_was_expected(line: str, message: str) -> None:
    """What was found and what was expected."""
    pools = "" if line.startswith("pools") else POOL
    assert message in [found.split(" ", 1)[1] for found in errors(f"{line}\n{pools}")]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('policies = "stop at 20:00"', "expected a list of policies, found text"),
        ("policies = [1]", "expected a policy, found a number"),
        ("schedule = 1", "expected a list of text, found a number"),
        ("schedule = ''", '"schedule" is empty'),
        ("id = 'a b'", "this is no id"),
        (f"id = '{'a' * 65}'", "this is no id"),
        ("defaults = 1", "expected a table, found a number"),
        ("defaults.colour = 1", '"colour" is no key of a policy'),
        ("defaults.zone = 'UTC'\ntimezone = 'UTC'", "the timezone is said twice"),
        ("defaults.retry = 5", "the retry: expected text, found a number"),
        ("defaults.spread = '5x'", '"5x" is not a length of time'),
        ("group = 'x'", 'there is no group "x"'),
        ("without = ['halt']", 'there is no action "halt"'),
        ("polices = []", 'unknown key "polices"'),
    ],
)
def test_a_wrong_key_of_a_pool_is_told(line: str, message: str) -> None:
    """Each with its own words."""
    assert [found.split(" ", 1)[1] for found in errors(f"[pools.a]\n{line}\n")] == [message]


def test_an_unknown_key_names_the_one_that_was_probably_meant() -> None:
    """A near miss has its word, anything else the list."""
    assert hint("timezne = 'UTC'\n" + POOL) == 'did you mean "timezone"?'
    assert hint("x = 1\n" + POOL) == (
        "expected calendars, defaults, groups, holidays, pools, projects, schedules, silence or timezone"
    )


@pytest.mark.parametrize(
    "key",
    [
        "access_key",
        "SECRET_KEY",
        "ak",
        "password",
        "security-token",
        "endpoint",
        "iam_endpoint",
        "ca_file",
        "proxy",
        "url",
    ],
)
def test_a_key_that_looks_like_a_secret_or_an_endpoint_is_refused_unseen(key: str) -> None:
    """The mend names where it belongs; what it holds is shown nowhere (design, section 3)."""
    for text in (
        f'{key} = "hunter2"\n{POOL}',
        f'{POOL}{key} = "hunter2"\n',
        f'[projects.p]\n{key} = "hunter2"\n{POOL}',
    ):
        with pytest.raises(ScheduleError) as raised:
            parse_schedule([("s.toml", text)])
        (finding,) = raised.value.findings
        assert finding.message == "secrets and endpoints never stand in the schedule file"
        assert "poolpower.env" in (finding.hint or "")
        assert "hunter2" not in f"{finding}{raised.value}{finding.to_json()}"


def test_a_secret_among_tables_or_in_a_policy_is_refused_too() -> None:
    """Wherever a key can stand."""
    assert errors(f'[pools]\ntoken = "x"\n{POOL}') == ["2:1-6 secrets and endpoints never stand in the schedule file"]
    text = '[pools.a]\npolicies = [{ action = "stop", at = "20:00", password = "x" }]'
    assert errors(text) == ["2:46-54 secrets and endpoints never stand in the schedule file"]


def test_a_secret_in_a_line_that_is_no_toml_is_not_shown() -> None:
    """The excerpt of a syntax error is cut as well."""
    with pytest.raises(ScheduleError) as raised:
        parse_schedule([("s.toml", "secret_key = hunter2\n")])
    assert "hunter2" not in str(raised.value.findings[0])


def test_a_pool_must_be_a_table() -> None:
    """``pools.a = 1`` shows how it is written."""
    assert errors("[pools]\na = 1\n[pools.b]") == ['2:5-6 expected a table for "a", found a number']


@pytest.mark.parametrize("name", ["", " ", "a/b", "@a", " a", "a\\u0007", "x" * 256])
def test_a_name_that_no_command_line_can_say_is_refused(name: str) -> None:
    """Pools are typed as ``key``, ``project/key`` and ``@group``."""
    assert len(errors(f'[pools."{name}"]\n')) == 1
    assert len(errors(f'[schedules."{name}"]\n[projects."{name}"]\n{POOL}')) == 2


@pytest.mark.parametrize("region", ["evil.example/", "EU", "a.b", "x@y", "-", "a" * 65])
def test_a_region_can_be_no_more_than_a_region(region: str) -> None:
    """It becomes part of the host that credentials are sent to."""
    assert errors(f'[projects.p]\nregion = "{region}"\n{POOL}')[0].endswith("this is no region")


def test_two_pools_with_one_id_are_an_error() -> None:
    """The second names the first."""
    text = '[pools.a]\nid = "1"\n[pools.b]\nid = "1"\n'
    assert errors(text) == ['4:6-9 the pool "a" has the same id, "1"']


def test_two_pools_with_one_id_in_two_names_of_one_project_are_an_error() -> None:
    """A project is known by its id where the file gives one."""
    text = """\
[projects.p]
project_id = "x"
[projects.q]
project_id = "x"
[pools.a]
id = "1"
project = "p"
[pools.b]
id = "1"
project = "q"
"""
    assert errors(text) == ['9:6-9 the pool "a" has the same id, "1"']
    parse_schedule([("s.toml", text.replace('project_id = "x"\n[pools', "[pools"))])


def test_two_pools_that_are_looked_up_by_one_name_are_an_error() -> None:
    """The key is the name of a pool that gives none."""
    assert errors('[pools.a]\nname = "b"\n[pools.b]\n') == ['3:8-9 the pool "a" has the same name, "b"']
    assert errors('[pools.b]\n[pools.a]\nname = "b"\n') == ['3:8-11 the pool "b" has the same name, "b"']


def test_a_schedule_that_is_listed_twice_is_an_error() -> None:
    """It would do nothing but meet itself."""
    text = '[schedules.s]\npolicies = ["stop at 20:00"]\n[pools.a]\nschedule = ["s", "s"]\n'
    assert errors(text) == ['4:18-21 the schedule "s" is listed twice']


@pytest.mark.parametrize(
    ("written", "column"),
    [
        ('"stop att 20:00"', 19),
        ("'stop att 20:00'", 19),
        (r'"\u0073top att 20:00"', 24),
        ('"""stop att 20:00"""', 21),
        ("'''stop att 20:00'''", 21),
        ('{ action = "stop", at = "20:00", colour = "x" }', 46),
    ],
)
def test_a_place_inside_a_sentence_is_a_place_in_the_file(written: str, column: int) -> None:
    """Columns count the characters of the file, escapes and quotes included."""
    found = errors(f"[pools.a]\npolicies = [{written}]\n")
    assert found[0].startswith(f"2:{column}-")


def test_a_place_in_a_sentence_over_several_lines_is_on_its_line() -> None:
    """Line and column are those of the word."""
    text = '[pools.a]\npolicies = ["""\nstop at \\\n   20:00 \\u0053OFT colour"""]\n'
    assert errors(text) == ['4:20-26 "colour" is not understood']


def test_the_elements_of_a_policys_table_have_their_places() -> None:
    """A value of the wrong kind is shown as a whole, an element by itself."""
    text = '[pools.a]\npolicies = [{ action = "stop", at = ["20:00", "26:00"], days = 5 }, { at = "20:00" }]\n'
    assert errors(text) == [
        '2:48-53 there is no "26:00"',
        "2:64-65 the days: expected text, found a number",
        "2:69-85 a policy needs an action",
    ]


def test_an_error_of_a_shared_schedule_is_told_once() -> None:
    """However many pools have it."""
    text = '[schedules.s]\npolicies = ["stop"]\n[pools.a]\nschedule = "s"\n[pools.b]\nschedule = "s"\n'
    assert len(errors(text)) == 1


def test_one_wrong_sentence_in_two_places_is_told_twice() -> None:
    """Each place has to be mended."""
    text = '[pools.a]\npolicies = ["stop"]\n[pools.b]\npolicies = ["stop"]\n'
    assert [found.split("-")[0] for found in errors(text)] == ["2:18", "4:18"]


def test_errors_of_several_files_come_in_their_order() -> None:
    """First the file, then the place."""
    assert errors("a = 1\nb = 1\n" + POOL, "c = 1\n") == [
        '1:1-2 unknown key "a"',
        '2:1-2 unknown key "b"',
        '1:1-2 unknown key "c"',
    ]


def test_columns_do_not_count_a_byte_order_mark() -> None:
    """The mark is no character of the line."""
    assert errors("\ufeffx = 1\n" + POOL) == ['1:1-2 unknown key "x"']


@pytest.mark.parametrize(
    ("written", "mend"),
    [
        ("retry = 2", 'write a length of time such as "2h"'),
        ("spread = 5", 'write a length of time such as "20m"'),
        ("catch_up = true", 'write a length of time such as "2h", or false for no catch-up'),
        ("catch_up = 1.5", 'write a length of time such as "2h", or false for no catch-up'),
        ("type = 1", "put the value in quotes"),
    ],
)
def test_a_number_where_a_length_of_time_is_due_gets_more_than_quotes(written: str, mend: str) -> None:
    """In [defaults] and in a policy's table alike: "2" would be no length either."""
    assert hint(f"{POOL}defaults = {{ {written} }}\n") == mend
    assert hint(f'[pools.a]\npolicies = [{{ action = "stop", at = "20:00", {written} }}]\n') == mend


def test_policy_for_policies_is_understood_as_a_slip() -> None:
    """The singular is three letters away, and yet what people write."""
    assert hint('[pools.a]\npolicy = ["stop at 20:00"]\n') == 'did you mean "policies"?'
