"""Writes policies: as canonical sentences, and in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.timetable.language.clauses import CLAUSES, SPOKEN

if TYPE_CHECKING:
    from daemon.timetable.policy import Policy


def format_policy(policy: Policy) -> str:
    """The sentence in canonical form; `parse_policy` reads it back to an equal policy."""
    return " ".join(filter(None, (clause.text(policy) for clause in CLAUSES)))


def describe(policy: Policy, zone: str) -> str:
    """What a policy means, in one English sentence, with what is in force where it says nothing.

    Args:
        policy: with its defaults filled in, if any apply.
        zone: the zone whose wall clock counts unless the policy names one.
    """
    sentence = "".join(clause.spoken(policy, zone) for clause in SPOKEN) + "."
    for doubled in (",,", ",;", ",."):
        sentence = sentence.replace(doubled, doubled[-1])
    return sentence
