"""What a schedule file says about one calendar."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from daemon.timetable.calendars.ics import ParsedIcs
    from daemon.timetable.calendars.spans import Span


@dataclass(frozen=True, slots=True)
class Definition:
    """The keys of ``[calendars.NAME]``, read but not yet checked against each other.

    Attributes:
        name: NAME, or the code of a country that stands for itself.
        country: code of a country or subdivision, or None.
        categories: kinds of holidays of that country that count beside its public ones.
        holidays: dates added to the holidays.
        except_: dates taken out of them.
        workdays: make-up working days; they are workdays whatever else the calendar says.
        weekend: days of the week that are none of work, Monday being 0; None for the country's, or Saturday and Sunday.
        dates: a plain set of dates.
        ics: the dates of an ``.ics`` file: a plain set, or with a country added to its holidays.
    """

    name: str
    country: str | None = None
    categories: tuple[str, ...] = ()
    holidays: tuple[Span, ...] = ()
    except_: tuple[Span, ...] = ()
    workdays: tuple[Span, ...] = ()
    weekend: frozenset[int] | None = None
    dates: tuple[Span, ...] = ()
    ics: ParsedIcs | None = None

    @property
    def is_plain_set(self) -> bool:
        """True where it is no more than a named set of dates."""
        return self.country is None and bool(self.dates or self.ics)
