"""The place in a sentence that the parser has reached, and the problems noted on the way."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from daemon.timetable.language.problems import ClauseError, Problem
from daemon.timetable.language.tokens import APART, Kind, Token, tokenize

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    Names = Mapping[str, str]
    """Calendars of the file, from their names in lower case to as they are spelled."""


class Cursor:
    """Reads tokens one after the other.

    Attributes:
        text: the sentence.
        names: the calendars that can be called by their names.
        problems: what was found wrong so far, in the order of finding.
    """

    def __init__(
        self,
        text: str,
        tokens: Sequence[Token] | None = None,
        problems: Sequence[Problem] = (),
        names: Names = MappingProxyType({}),
    ) -> None:
        """Stand before the first token; what is known to be wrong already is noted."""
        self.text = text
        self.names = names
        self.problems: list[Problem] = list(problems)
        self._tokens = tokenize(text, names) if tokens is None else tokens
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
        while self.token.start == last.end and self.token.kind not in APART:
            last = self.take()
        text = self.text[first.start : last.end]
        return Token(first.kind, text, first.start, last.end, text.lower())

    def separator(self) -> int:
        """How many tokens the separator of list items ahead has ("," or "and" or ", and"); 0 where none stands."""
        commas = int(self.token.kind is Kind.COMMA)
        return commas + self.ahead(commas).is_word("and")

    def later_in(self, words: Container[str]) -> Token | None:
        """The first word ahead that a vocabulary holds, wherever it stands."""
        return next((token for token in self._tokens[self._index :] if token.is_in(words)), None)

    def skip(self, count: int) -> None:
        """Step over so many tokens."""
        for _ in range(count):
            self.take()

    def take_until(self, end: int) -> Token:
        """All tokens that begin before an offset, of which the token ahead is taken anyhow; the last of them."""
        last = self.take()
        while self.token.start < end and not self.is_at_end:
            last = self.take()
        return last

    def note(self, first: Token, message: str, hint: str | None = None, last: Token | None = None) -> None:
        """Note a problem and go on."""
        self.problems.append(_problem(first, message, hint, last))

    def refusal(self, first: Token, message: str, hint: str | None = None, last: Token | None = None) -> ClauseError:
        """What to raise in order to give the clause up."""
        return ClauseError(_problem(first, message, hint, last))


def _problem(first: Token, message: str, hint: str | None, last: Token | None) -> Problem:
    return Problem(first.start, (last or first).end, message, hint)
