"""Countries and their subdivisions as the ``holidays`` package knows them: names, spellings, and what is offered."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from daemon.timetable.calendars.problems import CalendarError
from daemon.timetable.nearmiss import near_miss
from daemon.timetable.quoting import shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from holidays import HolidayBase

_CODE_LENGTHS = (2, 3)
_ENGLISH = "en"
_NO_DASH = re.compile(r"[ _./:]+")


@dataclass(frozen=True, slots=True)
class Place:
    """A country or subdivision, and the kinds of its holidays that count.

    Attributes:
        country: ISO 3166-1 code of two letters, in capitals.
        subdivision: ISO 3166-2 code without the country, as the package spells it; None for the whole country.
        categories: kinds of holidays, in alphabetical order, the country's ordinary one among them.
    """

    country: str
    subdivision: str | None
    categories: tuple[str, ...]

    @property
    def code(self) -> str:
        """Country and subdivision as people write them: ``DE-BE``."""
        return self.country if self.subdivision is None else f"{self.country}-{self.subdivision}"


def place_of(text: str, categories: Iterable[str] = ()) -> Place:
    """The place that a code names, in any case: ``de-be``, ``DE``, ``GBR-Scotland``.

    Args:
        text: a country's code of two or three letters, and behind a dash the code or name of a subdivision.
        categories: kinds of holidays that count beside the ordinary ones, in any case.

    Raises:
        CalendarError: there is no such country, subdivision or category; the hint lists what there is.
    """
    country, dash, rest = text.strip().partition("-")
    code = _codes().get(country.lower())
    if code is None:
        raise _unknown_country(text)
    book = _book(code)
    subdivision = _subdivision(book, code, rest) if dash else None
    return Place(code, subdivision, _categories(book, code, categories))


def holidays_of(place: Place, years: Iterable[int]) -> HolidayBase:
    """The package's own holidays of a place, named in English where it can."""
    import holidays  # noqa: PLC0415 - costs 45 ms, and few files name a country

    # Of India it tells standard error that it lacks years, at every start; what is missing is ours to say.
    warnings.filterwarnings("ignore", module=r"holidays\b")
    return holidays.country_holidays(
        place.country,
        subdiv=place.subdivision,
        years=years,
        categories=place.categories,
        language=_language(_book(place.country)),
    )


@cache
def package_version() -> str:
    """Which version of the ``holidays`` package answers; its data grow with every one."""
    from holidays.version import __version__  # noqa: PLC0415 - see above

    return __version__


@cache
def _codes() -> dict[str, str]:
    """The code of two letters in capitals for every code, in lower case."""
    from holidays.registry import COUNTRIES  # noqa: PLC0415 - see above

    return {
        alias.lower(): aliases[0]
        for _, *aliases in COUNTRIES.values()
        for alias in aliases
        if len(alias) in _CODE_LENGTHS
    }


@cache
def _book(code: str) -> HolidayBase:
    """A country without any years: what it offers."""
    import holidays  # noqa: PLC0415 - see above

    return holidays.country_holidays(code)


def _language(book: HolidayBase) -> str | None:
    """English, else the country's own; left open, the package would ask the environment."""
    english = [language for language in book.supported_languages if language.startswith(_ENGLISH)]
    return "en_US" if "en_US" in english else next(iter(english), book.default_language)


def _subdivision(book: HolidayBase, code: str, text: str) -> str:
    known = {subdivision.lower(): subdivision for subdivision in book.subdivisions}
    known |= {alias.lower(): subdivision for alias, subdivision in book.subdivisions_aliases.items()}
    found = known.get(text.lower())
    if found is not None:
        return found
    message = f"{code} has no subdivision {shown(text)}"
    if not known:
        raise CalendarError(message, f'its holidays are the same everywhere: write "{code}"', key="country")
    meant = near_miss(text.lower(), known)
    names = ", ".join(f"{code}-{subdivision}" for subdivision in book.subdivisions)
    hint = f'did you mean "{code}-{known[meant]}"? There are {names}' if meant else f"there are {names}"
    raise CalendarError(message, hint, key="country")


def _categories(book: HolidayBase, code: str, categories: Iterable[str]) -> tuple[str, ...]:
    wanted = {book.default_category}
    for category in categories:
        word = category.lower()
        if word not in book.supported_categories:
            meant = near_miss(word, book.supported_categories)
            names = ", ".join(sorted(book.supported_categories))
            hint = f'did you mean "{meant}"? There are {names}' if meant else f"there are {names}"
            message = f"{code} has no holidays of the category {shown(category)}"
            raise CalendarError(message, hint, key="categories", value=category)
        wanted.add(word)
    return tuple(sorted(wanted))


def _unknown_country(text: str) -> CalendarError:
    codes = ", ".join(sorted(set(_codes().values())))
    meant = _meant(text.strip().lower())
    hint = f'did you mean "{meant}"?' if meant else "write a code, such as DE or DE-BE."
    return CalendarError(f"{shown(text)} is not a country", f"{hint} There are {codes}", key="country")


def _meant(word: str) -> str | None:
    """The code that a country's name, or a code with another mark than a dash, probably stands for."""
    from holidays.registry import COUNTRIES  # noqa: PLC0415 - see above

    parts = _NO_DASH.split(word, maxsplit=1)
    if len(parts) > 1 and parts[0] in _codes():
        return f"{_codes()[parts[0]]}-{parts[1].upper()}"
    named = {module.replace("_", " "): aliases[1] for module, aliases in COUNTRIES.items()}
    close = word if word in named else near_miss(word, named)
    return named[close] if close else None
