"""``start``, ``stop``, ``reboot`` (or ``restart``), ``hibernate``: what is done. Every policy begins with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.timetable.actions import Action
from daemon.timetable.language.clause import Clause
from daemon.timetable.language.vocabulary import MENDS
from daemon.timetable.quoting import shown

if TYPE_CHECKING:
    from daemon.timetable.language.cursor import Cursor
    from daemon.timetable.policy import Policy

_ACTIONS = {action.value: action for action in Action} | {"restart": Action.REBOOT}


def _begins(cursor: Cursor) -> bool:
    return cursor.token.is_in(_ACTIONS)


def _parse(cursor: Cursor) -> Action:
    token = cursor.take_in(_ACTIONS)
    if token is None:
        found = cursor.token
        mend = MENDS.get(found.word)
        hint = f'did you mean "{mend}"?' if mend in _ACTIONS else "the actions are start, stop, reboot and hibernate"
        raise cursor.refusal(found, f"{shown(found.text)} is not an action", hint)
    return _ACTIONS[token.word]


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
