"""``start``, ``stop``, ``reboot`` (or ``restart``), ``hibernate``: what is done. Every policy begins with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.timetable.actions import Action
from daemon.timetable.language.clause import Clause
from daemon.timetable.language.vocabulary import MENDS, PARTICLE_VERBS, PARTICLES
from daemon.timetable.quoting import shown

if TYPE_CHECKING:
    from daemon.timetable.language.cursor import Cursor
    from daemon.timetable.language.problems import ClauseError
    from daemon.timetable.policy import Policy

_ACTIONS = {action.value: action for action in Action} | {"restart": Action.REBOOT}
_FARTHEST = 3
"""How many words a particle may stand behind its verb: ``turn the pool off``."""


def _begins(cursor: Cursor) -> bool:
    return cursor.token.is_in(_ACTIONS)


def _parse(cursor: Cursor) -> Action:
    token = cursor.take_in(_ACTIONS)
    if token is None:
        raise _refused(cursor)
    return _ACTIONS[token.word]


def _refused(cursor: Cursor) -> ClauseError:
    """What is no action, and the one that was probably meant."""
    first, meant = cursor.token, MENDS.get(cursor.token.word)
    if first.is_in(PARTICLE_VERBS):
        for step in range(1, _FARTHEST + 1):
            particle = cursor.ahead(step)
            if particle.is_in(PARTICLES):
                last = cursor.take_until(particle.end)
                written = shown(cursor.text[first.start : last.end])
                return cursor.refusal(first, f"{written} is not an action", f'write "{PARTICLES[last.word]}"', last)
    later = cursor.later_in(_ACTIONS)
    if meant in _ACTIONS:
        hint = f'did you mean "{meant}"?'
    elif later is not None:
        hint = f'a policy begins with its action: put "{later.word}" first'
    else:
        hint = "the actions are start, stop, reboot and hibernate"
    return cursor.refusal(cursor.take(), f"{shown(first.text)} is not an action", hint)


def _text(policy: Policy) -> str:
    return policy.action.value


def _spoken(policy: Policy, _zone: str) -> str:
    return policy.action.value.capitalize()


CLAUSE = Clause(
    key="action",
    name="the action",
    twice="a policy has one action, this has two",
    expected="an action",
    words=frozenset(_ACTIONS),
    begins=_begins,
    parse=_parse,
    read=_parse,
    text=_text,
    spoken=_spoken,
)
