"""Corrects slips of the pen before anything is parsed, so that one slip is one problem and hides no other.

A word that no clause knows but that is close to one becomes a problem with the word that was probably meant, and the
parser goes on with that word. What stands behind ``in`` is a zone's name and left alone.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from daemon.timetable.language.cursor import Cursor
from daemon.timetable.language.tokens import Kind, Token, tokenize
from daemon.timetable.nearmiss import near_miss
from daemon.timetable.quoting import shown

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

_MOST_GUESSES = 50


def spelled(text: str, meant: Collection[str], understood: Collection[str] = ()) -> Cursor:
    """A cursor over the text with slips corrected and noted.

    Args:
        text: the sentence or value.
        meant: words of the language that a slip can stand for, the likelier ones first.
        understood: further words that are no slips; what they are is the parser's business.
    """
    tokens = tokenize(text)
    slips = _slips(tokens, meant, understood)
    if not slips:
        return Cursor(text, tokens)
    cursor = Cursor(text, [token._replace(word=slips.get(token, token.word)) for token in tokens])
    for token, word in slips.items():
        cursor.note(token, f"{shown(token.text)} is not understood", f'did you mean "{word}"?')
    return cursor


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
