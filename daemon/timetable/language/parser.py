"""Reads a sentence: an action, then clauses in any order.

The parser knows no clause by name except the action, which stands first. A clause that cannot be read is one problem;
reading goes on where the next one begins, so that every problem of a sentence is found at once. Each token is taken
once: the time is linear in the length of the text, whatever the text is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from daemon.timetable.language.assembly import assemble, what_is_wrong
from daemon.timetable.language.clause import Clause, Phrase
from daemon.timetable.language.clauses import CLAUSES
from daemon.timetable.language.lengths import UNIT_WORDS
from daemon.timetable.language.problems import ClauseError, PolicyError, Problem
from daemon.timetable.language.spelling import spelled
from daemon.timetable.language.unexpected import note_unexpected
from daemon.timetable.language.vocabulary import MENDS, NOT_YET_CLAUSES

if TYPE_CHECKING:
    from daemon.timetable.language.cursor import Cursor
    from daemon.timetable.language.tokens import Token
    from daemon.timetable.policy import Policy

_ACTION = CLAUSES[0]
_MEANT = dict.fromkeys([word for clause in CLAUSES for word in sorted(clause.words)] + ["and", *NOT_YET_CLAUSES])
_UNDERSTOOD = frozenset().union(*NOT_YET_CLAUSES.values()) | frozenset(MENDS) | UNIT_WORDS


def parse_policy(text: str) -> Policy:
    """Read a policy such as ``stop at 20:00 SOFT``.

    Raises:
        PolicyError: it is none; with every problem, in order of place.
    """
    cursor = spelled(text, _MEANT, _UNDERSTOOD)
    if cursor.is_at_end:
        raise PolicyError((Problem(0, len(text), "the policy is empty", 'write one such as "stop at 20:00 SOFT"'),))
    phrases = _Phrases(cursor).read()
    wrong = what_is_wrong(phrases.values(), phrases)
    if not _has_time(cursor, phrases):
        cursor.note(cursor.token, "a policy needs a time", 'add one, such as "at 20:00"')
    problems = sorted({*cursor.problems, *wrong}, key=_place)
    if problems:
        raise PolicyError(tuple(problems))
    return assemble(phrases)
