"""Understands day names of other languages, and very short ones: ``mo-fr``, ``lun, mer``, ``montag bis freitag``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.timetable.language.problems import Problem
from daemon.timetable.language.synonyms import FOREIGN_DAYS, JOINTS, RANGE_WORDS
from daemon.timetable.language.tokens import Kind, Token
from daemon.timetable.language.vocabulary import SHORT_DAYS, WEEKDAY_OF
from daemon.timetable.quoting import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_SHORT = 2
_BEFORE = ("on", "every", "except")
_BEHIND = frozenset({Kind.COMMA, Kind.TIME, Kind.END})


def foreign_days(text: str, tokens: Sequence[Token], at: int) -> tuple[int, list[Token], Problem] | None:
    """Days that are joined to one another, one of them foreign at least: how many tokens, in English, the problem.

    None where something else begins at the token. A word of one or two letters counts only where it cannot be another.
    """
    end = _end_of_run(tokens, at)
    run = tokens[at:end]
    if not any(token.is_in(FOREIGN_DAYS) for token in run):
        return None
    if (
        len(run) == 1
        and len(run[0].word) <= _SHORT
        and not (tokens[at - 1].is_word(*_BEFORE) or tokens[end].kind in _BEHIND or tokens[end].is_word("at"))
    ):
        return None
    english = [_english(token) for token in run]
    message = f"{shown(text[run[0].start : run[-1].end])}: the names of days are English"
    return len(run), english, Problem(run[0].start, run[-1].end, message, f'write "{_written(english)}"')


def _end_of_run(tokens: Sequence[Token], at: int) -> int:
    """The index behind the last of the days that are joined to the one at an index; the index itself for none."""
    end = at
    while _is_day(tokens[end]):
        end += 1
        if not (_joins(tokens[end]) and _is_day(tokens[min(end + 1, len(tokens) - 1)])):
            break
        end += 1
    return end


def _is_day(token: Token) -> bool:
    return token.is_in(FOREIGN_DAYS) or token.is_in(WEEKDAY_OF)


def _joins(token: Token) -> bool:
    return token.kind in {Kind.DASH, Kind.DOTS, Kind.COMMA} or token.word in RANGE_WORDS | JOINTS.keys() | {"and"}


def _english(token: Token) -> Token:
    if token.is_in(FOREIGN_DAYS):
        return token._replace(word=SHORT_DAYS[FOREIGN_DAYS[token.word]])
    if token.word in RANGE_WORDS:
        return token._replace(kind=Kind.DASH, word="-")
    return token._replace(kind=Kind.WORD, word="and") if token.word in JOINTS else token


def _written(run: Iterable[Token]) -> str:
    joints = {Kind.DASH: "-", Kind.DOTS: "-", Kind.COMMA: ", "}
    return "".join(joints.get(token.kind, " and " if token.word == "and" else token.word) for token in run)
