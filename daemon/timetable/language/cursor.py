"""The place in a sentence that the parser has reached, and the problems noted on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.timetable.language.problems import ClauseError, Problem
from daemon.timetable.language.tokens import Kind, Token, tokenize

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

_APART = frozenset({Kind.COMMA, Kind.QUOTED, Kind.OPEN_QUOTE, Kind.END})


class Cursor:
    """Reads tokens one after the other.

    Attributes:
        text: the sentence.
        problems: what was found wrong so far, in the order of finding.
    """

    def __init__(self, text: str, tokens: Sequence[Token] | None = None) -> None:
        """Stand before the first token."""
        self.text = text
        self.problems: list[Problem] = []
        self._tokens = tokenize(text) if tokens is None else tokens
        self._index = 0

    @property
    def token(self) -> Token:
        """The token ahead; the END token for ever, once reached."""
        return self._tokens[self._index]

    @property
    def previous(self) -> Token:
        """The token just taken; the first one while none is."""
        return self._tokens[max(self._index - 1, 0)]

    @property
    def is_at_end(self) -> bool:
        """True when all tokens are taken."""
        return self.token.kind is Kind.END

    def ahead(self, count: int) -> Token:
        """The token `count` places further on; END beyond the end."""
        return self._tokens[min(self._index + count, len(self._tokens) - 1)]

    def take(self) -> Token:
        """The token ahead, and step over it."""
        token = self.token
        if not self.is_at_end:
            self._index += 1
        return token

    def take_word(self, *words: str) -> Token | None:
        """Step over the word ahead if it is one of these."""
        return self.take() if self.token.is_word(*words) else None

    def take_in(self, words: Container[str]) -> Token | None:
        """Step over the word ahead if a vocabulary holds it."""
        return self.take() if self.token.is_in(words) else None

    def take_kind(self, *kinds: Kind) -> Token | None:
        """Step over the token ahead if it is of one of these kinds."""
        return self.take() if self.token.kind in kinds else None

    def take_chunk(self) -> Token:
        """All tokens up to the next blank, comma or quote as one: ``W-SU``, ``-5m``; at least one is taken."""
        first = last = self.take()
        while self.token.start == last.end and self.token.kind not in _APART:
            last = self.take()
        text = self.text[first.start : last.end]
        return Token(first.kind, text, first.start, last.end, text.lower())

    def separator(self) -> int:
        """How many tokens the separator of list items ahead has ("," or "and" or ", and"); 0 where none stands."""
        commas = int(self.token.kind is Kind.COMMA)
        return commas + self.ahead(commas).is_word("and")

    def skip(self, count: int) -> None:
        """Step over so many tokens."""
        for _ in range(count):
            self.take()

    def note(self, first: Token, message: str, hint: str | None = None, last: Token | None = None) -> None:
        """Note a problem and go on."""
        self.problems.append(_problem(first, message, hint, last))

    def refusal(self, first: Token, message: str, hint: str | None = None, last: Token | None = None) -> ClauseError:
        """What to raise in order to give the clause up."""
        return ClauseError(_problem(first, message, hint, last))


def _problem(first: Token, message: str, hint: str | None, last: Token | None) -> Problem:
    return Problem(first.start, (last or first).end, message, hint)
