"""Puts words of the language in place of those that people write for them, before anything is parsed.

Each is one problem, with what to write; reading goes on with the proper word, so that nothing else is complained
about. The first word of a sentence is left alone, for it is an action, and so is what stands behind ``in``: a zone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.timetable.language.foreigndays import foreign_days
from daemon.timetable.language.problems import Problem
from daemon.timetable.language.synonyms import JOINTS, LEFT_OUT, PHRASES
from daemon.timetable.language.tokens import Kind, Token
from daemon.timetable.language.vocabulary import WEEKDAY_OF
from daemon.timetable.quoting import shown

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_LONGEST = max(len(phrase) for phrase in PHRASES)
_ITEMS = frozenset({Kind.TIME, Kind.DATE, Kind.NUMBER})
_CLOSING = frozenset({".", ";", "!"})


def reworded(
    text: str, tokens: Sequence[Token], meant: Collection[str], *, from_second: bool
) -> tuple[list[Token], list[Problem]]:
    """The tokens with proper words in place of others, and a problem for each that was replaced.

    Args:
        text: the sentence or value.
        tokens: of it.
        meant: words of the language that can stand here; nothing is replaced by another.
        from_second: the first token is an action, and left alone.
    """
    made: list[Token] = []
    problems: list[Problem] = []
    at, is_name = 0, False
    while at < len(tokens):
        is_name = at > 0 and (tokens[at - 1].is_word("in") or (is_name and tokens[at].start == tokens[at - 1].end))
        count, instead, problem = (
            _NOTHING if is_name or (from_second and at == 0) else _replaced(text, tokens, at, meant)
        )
        made += [tokens[at]] if problem is None else instead
        problems += [] if problem is None else [problem]
        at += count or 1
    return made, problems


Replacement = tuple[int, list[Token], Problem | None]
"""How many tokens are replaced, by what, and what is said about it; no problem where nothing is replaced."""

_NOTHING: Replacement = (0, [], None)


def _replaced(text: str, tokens: Sequence[Token], at: int, meant: Collection[str]) -> Replacement:
    takes_lists = "monday" in meant or "at" in meant
    if tokens[at].kind not in {Kind.WORD, Kind.ODD, Kind.DASH}:
        return _NOTHING
    days = foreign_days(text, tokens, at) if "monday" in meant else None
    found = days or _phrase(text, tokens, at, meant)
    if found[2] is None and takes_lists:
        found = _joint(tokens, at)
    return _left_out(text, tokens, at) if found[2] is None and takes_lists else found


def _phrase(text: str, tokens: Sequence[Token], at: int, meant: Collection[str]) -> Replacement:
    if at and tokens[at - 1].is_word("of"):
        return _NOTHING  # "of each month" is in the language
    for count in range(_LONGEST, 0, -1):
        word = PHRASES.get(tuple(token.word for token in tokens[at : at + count]))
        is_at_sign = word == "at" and tokens[at + 1].kind is Kind.WORD
        if word is not None and word.lower() in meant and not is_at_sign:
            first, last = tokens[at], tokens[at + count - 1]
            written = text[first.start : last.end]
            problem = Problem(first.start, last.end, f"{shown(written)} is not in the language", f'write "{word}"')
            return count, [Token(Kind.WORD, written, first.start, last.end, word.lower())], problem
    return _NOTHING


def _joint(tokens: Sequence[Token], at: int) -> Replacement:
    """``mon & wed``, ``20:00 or 21:00``: between two things of one kind only."""
    token, before, after = tokens[at], tokens[max(at - 1, 0)], tokens[min(at + 1, len(tokens) - 1)]
    are_items = before.kind is after.kind and before.kind in _ITEMS
    is_offset = token.word == "+" and before.kind is Kind.TIME
    is_one_time = token.kind is Kind.ODD and before.kind is Kind.NUMBER
    if (
        token.word not in JOINTS
        or is_offset
        or is_one_time
        or not (are_items or (before.is_in(WEEKDAY_OF) and after.is_in(WEEKDAY_OF)))
    ):
        return _NOTHING
    message = f"{shown(token.text)} does not stand between the items of a list"
    problem = Problem(token.start, token.end, message, 'write "," or "and"')
    return 1, [token._replace(kind=Kind.WORD, word="and")], problem


def _is_full_stop(tokens: Sequence[Token], at: int) -> bool:
    """A mark at the end of the sentence, but for that of "p.m."."""
    return tokens[at].word in _CLOSING and tokens[at + 1].kind is Kind.END and not tokens[at - 1].is_word("m")


def _left_out(text: str, tokens: Sequence[Token], at: int) -> Replacement:
    """What says nothing that the rest does not say, and a full stop at the end."""
    count = 0
    while tokens[at + count].word in LEFT_OUT:
        count += 1
    if not count and not _is_full_stop(tokens, at):
        return _NOTHING
    first, last = tokens[at], tokens[at + max(count, 1) - 1]
    message = f"{shown(text[first.start : last.end])} is not in the language"
    return max(count, 1), [], Problem(first.start, last.end, message, "leave it out")
