"""``[calendars.NAME]``, read into a record: types, dates and days of the week are checked here."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from daemon.timetable.calendars.problems import CalendarError
from daemon.timetable.calendars.spans import read_span
from daemon.timetable.language.vocabulary import WEEKDAY_OF
from daemon.timetable.nearmiss import near_miss
from daemon.timetable.quoting import shown
from daemon.timetable.schedulefile.names import check_name
from daemon.timetable.schedulefile.source import is_plain
from daemon.timetable.schedulefile.tables import kind_of

if TYPE_CHECKING:
    from daemon.timetable.calendars.spans import Span
    from daemon.timetable.schedulefile.places import KeyPath
    from daemon.timetable.schedulefile.tables import Table

    Text = tuple[KeyPath, str]

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*", re.ASCII)
_FORM: Final = 'write "2026-12-24", or "2026-12-24..2026-12-31" for a stretch of days'


@dataclass(frozen=True, slots=True)
class CalendarSection:
    """``[calendars.NAME]``; what its keys mean together is checked by whoever builds the calendar.

    Attributes:
        country: a country or country-subdivision.
        categories: kinds of the country's holidays beside the public ones.
        holidays: added.
        except_: taken out.
        workdays: made-up working days.
        weekend: days of the week, Monday being 0; None for the country's, or Saturday and Sunday.
        dates: of a plain set of dates.
        ics: a file that has them.
        is_sound: nothing in it was complained about.
    """

    country: Text | None
    categories: tuple[Text, ...]
    holidays: tuple[Span, ...]
    except_: tuple[Span, ...]
    workdays: tuple[Span, ...]
    weekend: frozenset[int] | None
    dates: tuple[Span, ...]
    ics: Text | None
    is_sound: bool = True


def read_calendar(name: str, table: Table) -> CalendarSection:
    """Read one, and complain about whatever is not as it should be."""
    complaints = len(table.complaints.errors)
    _check_name(name, table)
    section = CalendarSection(
        country=_text(table, "country"),
        categories=tuple(table.texts("categories")),
        holidays=_dates(table, "holidays"),
        except_=_dates(table, "except"),
        workdays=_dates(table, "workdays"),
        weekend=_weekend(table),
        dates=_dates(table, "dates"),
        ics=_ics(table),
    )
    table.finish()
    return replace(section, is_sound=len(table.complaints.errors) == complaints)


def _check_name(name: str, table: Table) -> None:
    """It is a word of sentences: one without blanks, and none that means something else there."""
    check_name(name, table)
    if _NAME.fullmatch(name) is None:
        hint = 'letters, digits, "-" and "_", a letter first, so that it can stand in a sentence: "during school-term"'
        table.complaints.error(table.spot(key=True), f"a calendar cannot be called {shown(name)}", hint)
    elif name.lower() in words_of_sentences() or _is_said(name):
        message = f"{shown(name)} means something else in a sentence"
        table.complaints.error(table.spot(key=True), message, f'call it otherwise, such as "{name}-dates"')


def words_of_sentences() -> frozenset[str]:
    """Every word of the policy language, of clauses that are not in force yet too."""
    from daemon.timetable.language.clauses import CLAUSES  # noqa: PLC0415 - only where a file has calendars
    from daemon.timetable.language.vocabulary import NOT_YET_CLAUSES  # noqa: PLC0415

    words = (clause.words for clause in CLAUSES)
    return frozenset({"and"}).union(*words, NOT_YET_CLAUSES, *NOT_YET_CLAUSES.values())


def _is_said(name: str) -> bool:
    """True for what a sentence says already without being one word, such as ``mon-fri`` or ``catch-up``."""
    from daemon.timetable.language import PolicyError, parse_policy  # noqa: PLC0415 - only where a file has calendars

    for sentence in (f"stop {name} 20:00", f"stop 20:00 during {name}", f"stop 20:00 {name} 2h"):
        try:
            parse_policy(sentence)
        except PolicyError:
            continue
        return True
    return False


def _text(table: Table, key: str) -> Text | None:
    text = table.text(key)
    return None if text is None else ((*table.path, key), text)


def _ics(table: Table) -> Text | None:
    ics = _text(table, "ics")
    if ics is not None and not is_plain(ics[1]):
        hint = 'name a file beside this one that ends in .ics: ics = "terms.ics"'
        table.error("ics", "this is no calendar file", hint)
        return None
    return ics


def _dates(table: Table, key: str) -> tuple[Span, ...]:
    spans = (_span(table, path, item) for path, item in table.items(key, "dates"))
    return tuple(span for span in spans if span is not None)


def _span(table: Table, path: KeyPath, item: Any) -> Span | None:
    text = item.isoformat() if isinstance(item, date) and not isinstance(item, datetime) else item
    spot = table.document.spot(path)
    if not isinstance(text, str):
        table.complaints.error(spot, f"expected a date, found {kind_of(item)}", _FORM)
        return None
    try:
        return read_span(text)
    except CalendarError as error:
        table.complaints.error(spot, error.message, error.hint)
        return None


def _weekend(table: Table) -> frozenset[int] | None:
    if "weekend" not in table.data:
        return None
    days = set()
    for path, word in table.texts("weekend"):
        number = WEEKDAY_OF.get(word.strip().lower())
        if number is None:
            close = near_miss(word.strip().lower(), WEEKDAY_OF)
            hint = f'did you mean "{close}"?' if close else 'write weekend = ["fri", "sat"]'
            table.complaints.error(table.document.spot(path), f"{shown(word)} is no day of the week", hint)
        else:
            days.add(number)
    return frozenset(days)
