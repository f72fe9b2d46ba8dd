"""Reads a sentence: an action, then clauses in any order.

The parser knows no clause by name except the action, which stands first. A clause that cannot be read is one problem;
reading goes on where the next one begins, so that every problem of a sentence is found at once. No token is taken
twice: the time is linear in the length of the text, whatever the text is.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from daemon.timetable.language.assembly import assemble, between_clauses, has_time
from daemon.timetable.language.clause import Clause, Phrase
from daemon.timetable.language.clauses import CLAUSES
from daemon.timetable.language.lengths import UNIT_WORDS
from daemon.timetable.language.problems import ClauseError, PolicyError, Problem
from daemon.timetable.language.spelling import spelled
from daemon.timetable.language.timemends import TIME_WORDS
from daemon.timetable.language.tokens import Kind
from daemon.timetable.language.unexpected import begins_clause, note_unexpected
from daemon.timetable.language.vocabulary import MENDS, NOT_YET_CLAUSES, UNDERSTOOD

if TYPE_CHECKING:
    from collections.abc import Iterable

    from daemon.timetable.language.cursor import Cursor, Names
    from daemon.timetable.language.tokens import Token
    from daemon.timetable.policy import Policy

_ACTION = CLAUSES[0]
_MEANT = dict.fromkeys([word for clause in CLAUSES for word in sorted(clause.words)] + ["and", *NOT_YET_CLAUSES])
_UNDERSTOOD = frozenset(MENDS) | UNIT_WORDS | UNDERSTOOD | TIME_WORDS | frozenset().union(*NOT_YET_CLAUSES.values())
_TWO_POLICIES = "write two policies, one for each"


def parse_policy(text: str, names: Names = MappingProxyType({})) -> Policy:
    """Read a policy such as ``stop at 20:00 SOFT``.

    Args:
        text: the sentence.
        names: the calendars that it can call by their names, in lower case, to how they are spelled.

    Raises:
        PolicyError: it is none; with every problem, in order of place.
    """
    cursor = spelled(text, _MEANT, _UNDERSTOOD, names, begins=_ACTION.words)
    if cursor.is_at_end:
        raise PolicyError((Problem(0, len(text), "the policy is empty", 'write one such as "stop at 20:00 SOFT"'),))
    phrases = _Sentence(cursor).read()
    cursor.problems += (problem for _, problem in between_clauses(phrases))
    if not has_time(phrases) and cursor.previous.kind is not Kind.OPEN_QUOTE:
        cursor.note(cursor.token, "a policy needs a time", 'add one, such as "at 20:00"')
    if cursor.problems:
        raise PolicyError(_one_a_place(cursor.problems))
    return assemble(phrases)


def _one_a_place(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems in order of place; of several at the same one the first that was noted."""
    first: dict[tuple[int, int], Problem] = {}
    for problem in problems:
        first.setdefault(_place(problem), problem)
    return tuple(sorted(first.values(), key=_place))


def _place(problem: Problem) -> tuple[int, int]:
    return problem.start, problem.end


class _Sentence:
    """A sentence on its way from tokens to phrases."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self._phrases: dict[str, Phrase] = {}
        self._is_past_second_action = False

    def read(self) -> dict[str, Phrase]:
        """Read to the end; every problem is noted in the cursor."""
        self._read_action()
        while not self._cursor.is_at_end:
            self._read_clause()
        return self._phrases

    def _read_action(self) -> None:
        """The action stands first; where it does not, the rest is read all the same."""
        cursor, first = self._cursor, self._cursor.token
        if _ACTION.begins(cursor):
            self._phrases[_ACTION.key] = self._phrase(_ACTION)
            return
        self._phrases[_ACTION.key] = Phrase(None, first, first)
        if begins_clause(cursor):
            later = cursor.later_in(_ACTION.words)
            hint = f'put "{later.word}" first' if later else "start, stop, reboot or hibernate"
            cursor.note(first, "a policy begins with its action", hint)
            return
        self._phrase(_ACTION)

    def _read_clause(self) -> None:
        cursor = self._cursor
        cursor.take_kind(Kind.COMMA)
        joint = cursor.take_word("and")
        clause = next((clause for clause in CLAUSES if clause.begins(cursor)), None)
        if joint is not None and (clause is None or clause.key not in self._phrases):
            cursor.note(joint, '"and" stands between items of one list only', "leave it out, or write two policies")
        if clause is not None:
            self._keep(clause, self._phrase(clause))
        elif not cursor.is_at_end and cursor.token.kind is not Kind.COMMA:
            note_unexpected(cursor, self._phrases)

    def _phrase(self, clause: Clause[Any]) -> Phrase:
        """Read one clause; where that fails, note why and step to where the next one begins."""
        cursor, first = self._cursor, self._cursor.token
        try:
            value = clause.parse(cursor)
        except ClauseError as error:
            cursor.problems.append(error.problem)
            value = None
            self._step_to_next()
        return Phrase(value, first, cursor.previous)

    def _step_to_next(self) -> None:
        cursor = self._cursor
        while not (cursor.is_at_end or cursor.separator() or begins_clause(cursor)):
            cursor.take()

    def _keep(self, clause: Clause[Any], phrase: Phrase) -> None:
        """Keep a phrase; a second one of its kind is a problem.

        It is none where one of them could not be read, for the mend of that will change what is twice, and none behind
        a second action, where everything belongs to a second policy.
        """
        known = self._phrases.get(clause.key)
        if known is None or known.value is None:
            self._phrases[clause.key] = phrase
            return
        if phrase.value is None:
            return
        if not self._is_past_second_action:
            self._note_twice(clause, phrase.first, phrase.last)
        self._is_past_second_action |= clause is _ACTION

    def _note_twice(self, clause: Clause[Any], first: Token, last: Token) -> None:
        self._cursor.note(first, clause.twice, _TWO_POLICIES, last)
