"""Splits a sentence into tokens that know their place.

Every character belongs to one token or is a blank between tokens, so any text at all can be split, in time linear in
its length: no two alternatives below can match the same stretch in two ways.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator


class Kind(StrEnum):
    """What a token looks like; what it means depends on the clause that reads it."""

    QUOTED = "quoted"
    OPEN_QUOTE = "open_quote"
    STAMP = "stamp"
    DATE = "date"
    OTHER_DATE = "other_date"
    TIME = "time"
    DOTTED = "dotted"
    MEASURE = "measure"
    NUMBER = "number"
    PATH = "path"
    WORD = "word"
    COMMA = "comma"
    DOTS = "dots"
    DASH = "dash"
    ODD = "odd"
    NAME = "name"
    END = "end"


_KINDS = {kind.value: kind for kind in Kind}
APART = frozenset({Kind.COMMA, Kind.QUOTED, Kind.OPEN_QUOTE, Kind.END})
"""What never hangs together with what stands beside it."""

_PATTERN = re.compile(
    r"""
      (?P<quoted>     '[^']*' | "[^"]*" )
    | (?P<open_quote> ['"] .* )                               # a quote that is never closed takes the rest
    | (?P<stamp>      [0-9]{4}-[0-9]{2}-[0-9]{2} [Tt] [0-9]{1,2}:[0-9:]+ (?: \.[0-9]+ )? (?: [Zz]\b | [+-][0-9:]+ )? )
    | (?P<date>       [0-9]{4}-[0-9]{1,2}-[0-9]{1,2} (?![0-9]) )
    | (?P<other_date> [0-3]?[0-9] \. [01]?[0-9] \. (?: [0-9]{4} | [0-9]{2} )? (?![0-9.])     # 24.12.2026, 24.12.
                    | [0-9]{1,4} / [0-9]{1,2} / [0-9]{1,4} (?![0-9/*]) )                      # 12/24/2026, 2026/12/24
    | (?P<time>       [0-9]+ (?: :[0-9]+ )+ )
    | (?P<dotted>     [0-9]+ \. [0-9]+ [A-Za-z]* )            # 20.00, 1.5h
    | (?P<measure>    [0-9]+ [^\W\d_] \w* )                   # 2h, 1h30m, 8pm, 1st
    | (?P<number>     [0-9]+ )
    | (?P<path>       [A-Za-z] [A-Za-z0-9_]* (?: / [A-Za-z0-9_+-]+ )+ )
    | (?P<word>       [^\W\d_]+ )
    | (?P<comma>      , )
    | (?P<dots>       \.\.+ | … )
    | (?P<dash>       [-–] )
    | (?P<odd>        [^\w\s,'".…–-]+ | [^\s] )
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A stretch of the sentence.

    Attributes:
        kind: what it looks like.
        text: as written.
        start: offset of its first character.
        end: offset behind its last character.
        word: in lower case, and with slips of the pen corrected, for comparing.
    """

    kind: Kind
    text: str
    start: int
    end: int
    word: str

    def is_word(self, *words: str) -> bool:
        """True for a word token that is one of the given ones."""
        return self.kind is Kind.WORD and self.word in words

    def is_in(self, words: Container[str]) -> bool:
        """True for a word token that a vocabulary holds."""
        return self.kind is Kind.WORD and self.word in words


def tokenize(text: str, names: Container[str] = ()) -> list[Token]:
    """The tokens of a text, closed by an END token of no length.

    Args:
        text: the text.
        names: in lower case; what hangs together and is one of them is one token: ``term-2026``.
    """
    tokens = [
        Token(_KINDS[found.lastgroup or ""], found[0], found.start(), found.end(), found[0].lower())
        for found in _PATTERN.finditer(text)
    ]
    end = Token(Kind.END, "", len(text.rstrip()), len(text.rstrip()), "")
    if not names:
        return [*tokens, end]
    return [token for chunk in chunks(tokens) for token in _named(chunk, names)] + [end]


def chunks(tokens: Iterable[Token]) -> Iterator[list[Token]]:
    """Tokens that hang together, but for commas and quotes."""
    chunk: list[Token] = []
    for token in tokens:
        if chunk and (token.kind in APART or chunk[-1].kind in APART or token.start != chunk[-1].end):
            yield chunk
            chunk = []
        chunk.append(token)
    yield chunk


def _named(chunk: list[Token], names: Container[str]) -> list[Token]:
    text = "".join(token.text for token in chunk)
    if text.lower() not in names:
        return chunk
    return [named(chunk)]


def named(chunk: list[Token], word: str | None = None) -> Token:
    """Tokens that hang together as the name of a calendar; ``word`` is the one that was meant, in lower case."""
    text = "".join(token.text for token in chunk)
    return Token(Kind.NAME, text, chunk[0].start, chunk[-1].end, word or text.lower())
