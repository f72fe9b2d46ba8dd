"""Corrects slips of the pen before anything is parsed, so that one slip is one problem and hides no other.

A word that no clause knows but that is close to one becomes a problem with the word that was probably meant, and the
parser goes on with that word. What stands behind ``in`` is a zone's name and left alone.
"""

from __future__ import annotations

from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING

from daemon.timetable.language.cursor import Cursor
from daemon.timetable.language.rewording import reworded
from daemon.timetable.language.tokens import Kind, Token, chunks, named, tokenize
from daemon.timetable.nearmiss import near_miss
from daemon.timetable.quoting import shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from daemon.timetable.language.cursor import Names

_MOST_GUESSES = 50


def spelled(
    text: str,
    meant: Collection[str],
    understood: Collection[str] = (),
    names: Names = MappingProxyType({}),
    begins: Collection[str] | None = None,
) -> Cursor:
    """A cursor over the text with slips corrected and noted, and the language's words in place of others.

    Args:
        text: the sentence or value.
        meant: words of the language that a slip can stand for, the likelier ones first.
        understood: further words that are no slips; what they are is the parser's business.
        names: of calendars that can be meant.
        begins: what a slip in the first word can stand for; None where it is a word like any other.
    """
    whole, misnamed = _misnamed(tokenize(text, names), [*meant, *understood], names)
    tokens, problems = reworded(text, whole, meant, from_second=begins is not None)
    slips = _slips(tokens, [*meant, *names], understood)
    if begins is not None:
        slips = _slips(tokens[:1], sorted(begins), [*meant, *understood, *names]) | {
            token: word for token, word in slips.items() if token is not tokens[0]
        }
    cursor = Cursor(text, [_corrected(token, slips.get(token), names) for token in tokens], names=names)
    cursor.problems += problems
    for token, word in (slips | misnamed).items():
        cursor.note(token, f"{shown(token.text)} is not understood", f'did you mean "{names.get(word, word)}"?')
    return cursor


def _misnamed(
    tokens: Sequence[Token], known: Collection[str], names: Names
) -> tuple[Sequence[Token], dict[Token, str]]:
    """The tokens with names that were misspelled as one token each: ``school-trem``, whose last word is no other."""
    several = [name for name in names if not name.isalpha()]
    if not several:
        return tokens, {}
    made: list[Token] = []
    slips: dict[Token, str] = {}
    guesses = 0
    for chunk in chunks(tokens):
        word = None
        if guesses < _MOST_GUESSES and not (made and made[-1].is_word("in")) and _is_unknown(chunk, known):
            guesses += 1
            word = near_miss("".join(part.text for part in chunk).lower(), several)
        made += chunk if word is None else [named(chunk, word)]
        slips |= {} if word is None else {made[-1]: word}
    return made, slips


def _is_unknown(chunk: Sequence[Token], known: Collection[str]) -> bool:
    """True for several tokens that hang together, with a word among them that the language has not."""
    return len(chunk) > 1 and any(part.kind is Kind.WORD and part.word not in known for part in chunk)


def _corrected(token: Token, word: str | None, names: Names) -> Token:
    if word is None:
        return token
    return token._replace(word=word, kind=Kind.NAME if word in names else token.kind)


def _slips(tokens: Sequence[Token], meant: Collection[str], understood: Collection[str]) -> dict[Token, str]:
    """Each token that is a slip, with the word it stands for; the guesses are counted, for each takes a while."""
    slips: dict[Token, str] = {}
    guesses = 0
    for token in _outside_names(tokens):
        if token.kind is not Kind.WORD or token.word in meant or token.word in understood:
            continue
        guesses += 1
        if guesses > _MOST_GUESSES:
            break
        word = near_miss(token.word, meant)
        if word is not None:
            slips[token] = word
    return slips


def _outside_names(tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens without those behind ``in``, and what hangs together with them: ``in NZ-CHAT``."""
    is_name, end = False, -1
    for before, token in pairwise([Token(Kind.END, "", 0, 0, ""), *tokens]):
        is_name = before.is_word("in") or (is_name and token.start == end)
        end = token.end
        if not is_name:
            yield token
