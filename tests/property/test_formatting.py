"""Formatting a schedule file: nothing is lost, nothing means something else, and once is enough."""

from __future__ import annotations

import re
import tomllib

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from daemon.timetable.language import format_policy, parse_policy
from daemon.timetable.schedulefile import ScheduleError, parse_schedule
from daemon.timetable.schedulefile.formatting import format_schedule
from daemon.timetable.schedulefile.places import Places
from daemon.timetable.schedulefile.schema import schedule_schema

EXAMPLES = settings(max_examples=80, deadline=None)
SCHEMA = Draft202012Validator(schedule_schema())

SENTENCES = st.sampled_from(
    [
        "start weekdays 7:30",
        "start workdays at 7:00 spread 20m",
        "stop at 20:00 SOFT",
        "stop 20:00, 21:00 and 22:00",
        "stop on december 24 and december 31 at 13:00",
        "reboot first sunday 04:00, catch up 600s",
        "reboot cron '0 4 * * 1-5'",
        'stop cron "5 23 * * *" in asia/tokyo',
        "hibernate mon, tue, wed 23:30 except 2026-12-24..2026-12-31",
        "start the day before holidays 06:00 from 2026-12-01 until 2027-01-31",
        "stop during march, june 19:00 no catch-up retry for 90m",
        "stop 18:00 during TERM",
    ]
)
BLANKS = st.sampled_from([" ", "  ", "\t"])
COMMENTS = st.sampled_from(["", " # é", "\t#policies = ['x']", '# "stop at 20:00"', "   "])
BREAKS = st.sampled_from(["", " ", "\n", "\n  ", "\n\n\t"])


@st.composite
def literals(draw: st.DrawFn) -> str:
    """A policy as somebody typed it: any blanks, any case, any quotes; or a table."""
    if draw(st.integers(0, 7)) == 0:
        return '{ action = "REBOOT" , at = "3:15" }'
    sentence = re.sub(" ", lambda _: draw(BLANKS), draw(SENTENCES))
    shout = sentence.upper() if draw(st.booleans()) and "cron" not in sentence else sentence
    quotes = [quote for quote in ("'", '"', "'''", '"""') if quote[0] not in shout]
    quote = draw(st.sampled_from(quotes or ['"""']))
    return f"{quote}{shout}{quote}"


@st.composite
def lists(draw: st.DrawFn) -> str:
    """A list of policies, with comments between them."""
    items = draw(st.lists(literals(), max_size=4, unique=True))
    parts = [f"{draw(BREAKS)}{item}{draw(BREAKS)},{draw(COMMENTS)}\n" for item in items]
    return f"[{''.join(parts)}{draw(BREAKS)}]{draw(COMMENTS)}"


@st.composite
def files(draw: st.DrawFn) -> str:
    """A schedule file whose sections stand in any order."""
    parts = [
        f"[pools.a]{draw(COMMENTS)}\nschedule = 's'\npolicies={draw(lists())}\n",
        f'[pools."b c"]\n  policies  =  {draw(lists())}\nnote = "STOP  20:00"\n',
        f"[schedules]\ns.policies = {draw(lists())}\n",
        f'[groups.g]\npolicies = {draw(lists())}\n[pools.d]\ngroup = "g"\n',
        'calendars.Term.dates = ["2027-01-18..2027-01-29"]\n',
    ]
    first = parts.pop()
    text = f'timezone = "Europe/Berlin"{draw(COMMENTS)}\n{first}{draw(BREAKS)}' + "".join(draw(st.permutations(parts)))
    text = text if draw(st.booleans()) else text.replace("\n", "\r\n")
    return draw(st.sampled_from(["", "\ufeff"])) + text


def rest(text: str) -> str:
    """A file without the sentences of its policies."""
    plain = text.removeprefix("\ufeff")
    places, data = Places(plain), tomllib.loads(plain)
    spans = [
        places.value((section, name, "policies", number))
        for section in ("schedules", "groups", "pools")
        for name, table in data[section].items()
        for number, item in enumerate(table.get("policies", ()))
        if isinstance(item, str)
    ]
    for start, end in sorted(spans, reverse=True):
        plain = plain[:start] + plain[end:]
    return text[: len(text) - len(text.removeprefix("\ufeff"))] + plain


@given(files())
@EXAMPLES
def test_formatting_keeps_the_meaning_and_all_that_is_no_sentence(text: str) -> None:
    """Every sentence is canonical afterwards; all other characters are where they were; the second time is the same."""
    try:
        meaning = parse_schedule([("s.toml", text)]).timetable.meaning
    except ScheduleError:
        assume(False)
    (once,) = format_schedule([("s.toml", text)])
    assert parse_schedule([("s.toml", once.after)]).timetable.meaning == meaning
    assert rest(once.after) == rest(text)
    (twice,) = format_schedule([("s.toml", once.after)])
    assert (twice.after, twice.has_changed) == (once.after, False)


@given(literals().filter(lambda literal: not literal.startswith("{")))
@EXAMPLES
def test_every_sentence_of_the_language_keeps_to_the_schema(literal: str) -> None:
    """As it was typed, and in its canonical form."""
    sentence = tomllib.loads(f"x = {literal}")["x"]
    canonical = format_policy(parse_policy(sentence, {"term": "Term"}))
    for one in (sentence, canonical):
        assert SCHEMA.is_valid({"schedules": {"s": {"policies": [one]}}})
