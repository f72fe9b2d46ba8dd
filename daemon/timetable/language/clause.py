"""What a clause of the language is: one value of this type, made in one module of `clauses`.

To add a clause, write its module, give `Policy` its field, and name it in `clauses.CLAUSES` (the order of sentences)
and `clauses.SPOKEN` (the order of explanations). No other clause, and nothing in the parser, changes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from daemon.timetable.language.cursor import Cursor
    from daemon.timetable.language.problems import Problem
    from daemon.timetable.language.tokens import Token
    from daemon.timetable.policy import Policy

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A clause as found in a sentence or a table.

    Attributes:
        value: what it says; None where it could not be read (the problem is noted already).
        first: its first token.
        last: its last token.
    """

    value: Any
    first: Token
    last: Token


def _never_wrong(_phrases: Mapping[str, Phrase]) -> Problem | None:
    return None


@dataclass(frozen=True, slots=True)
class Clause(Generic[T]):
    """One kind of clause.

    Attributes:
        key: its key in the table spelling; clauses are known by it.
        name: what messages call it, in the plural or singular that `twice` needs.
        twice: what is said when it stands a second time.
        expected: how it is named in a list of what could stand here.
        words: every word that can stand in it, lower case, for telling slips of the pen.
        begins: whether a clause of this kind begins at the cursor.
        parse: reads it from its first word on.
        read: reads the value alone, as the table spelling has it.
        join: makes one value of several, where the table spelling may give a list.
        check: what is wrong between this clause and the others, all of them read.
        text: the clause in canonical form; empty where the policy does not say it.
        spoken: its part of the explanation, with the punctuation before it, in the zone given.
    """

    key: str
    name: str
    twice: str
    expected: str
    words: frozenset[str]
    begins: Callable[[Cursor], bool]
    parse: Callable[[Cursor], T]
    read: Callable[[Cursor], T]
    text: Callable[[Policy], str]
    spoken: Callable[[Policy, str], str]
    join: Callable[[Sequence[T]], T] | None = None
    check: Callable[[Mapping[str, Phrase]], Problem | None] = field(default=_never_wrong)
