"""``SOFT``: the guest's ordinary shutdown, users are cut off too. ``HARD``: forced; for stop and reboot only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.timetable.actions import Action, ActionType
from daemon.timetable.language.clause import Clause, Phrase
from daemon.timetable.language.problems import Problem
from daemon.timetable.policy import can_be_hard
from daemon.timetable.quoting import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from daemon.timetable.language.cursor import Cursor
    from daemon.timetable.policy import Policy

_TYPES = {kind.value.lower(): kind for kind in ActionType}
_MEANING = {
    (Action.STOP, ActionType.SOFT): "the guest's ordinary shutdown; users are cut off too",
    (Action.STOP, ActionType.HARD): "forced off, as if the power were cut; unsaved work is lost",
    (Action.REBOOT, ActionType.SOFT): "the guest's ordinary restart; users are cut off too",
    (Action.REBOOT, ActionType.HARD): "forced, as if the reset button were pressed; unsaved work is lost",
}


def _begins(cursor: Cursor) -> bool:
    return cursor.token.is_in(_TYPES)


def _parse(cursor: Cursor) -> ActionType:
    token = cursor.take_in(_TYPES)
    if token is None:
        raise cursor.refusal(cursor.token, f"{shown(cursor.token.text)} is not a type", "the types are SOFT and HARD")
    return _TYPES[token.word]


def _check(phrases: Mapping[str, Phrase]) -> Problem | None:
    phrase, action = phrases["type"], phrases.get("action")
    if phrase.value is not ActionType.HARD or action is None or action.value is None or can_be_hard(action.value):
        return None
    message = f"{action.value.value} cannot be HARD"
    return Problem(phrase.first.start, phrase.last.end, message, "only stop and reboot can be forced; leave it out")


def _text(policy: Policy) -> str:
    return policy.type.value if policy.type is not None else ""


def _spoken(policy: Policy, _zone: str) -> str:
    meaning = _MEANING.get((policy.action, policy.effective_type))
    return f", {policy.effective_type.value} ({meaning})," if meaning else ""


CLAUSE = Clause(
    key="type",
    name="the type",
    twice="the type is given twice",
    expected="SOFT or HARD",
    words=frozenset(_TYPES),
    begins=_begins,
    parse=_parse,
    read=_parse,
    text=_text,
    spoken=_spoken,
    check=_check,
)
