"""What a timetable means, as one hash: versions are compared by it (protocol 3.2)."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from daemon.timetable.effective import EffectivePolicy
    from daemon.timetable.pools import Pool
    from daemon.timetable.timetable import Timetable


def meaning_of(timetable: Timetable) -> str:
    """SHA-256, in hexadecimal, of the pools and what is in force for them.

    Rewording a sentence, renaming or splitting a schedule, notes, comments, and the order of things that do not meet
    change nothing. A pool counts with its project, its key and its id (its name, as long as that is what finds it).
    """
    spelled: dict[int, tuple[str, ...]] = {}
    pools = sorted(
        _pool(pool, policies, timetable, spelled)
        for pool, policies in zip(timetable.pools, timetable.policies, strict=True)
    )
    return hashlib.sha256("\n".join(pools).encode("utf-8", "surrogatepass")).hexdigest()


def _pool(
    pool: Pool,
    policies: Sequence[EffectivePolicy],
    timetable: Timetable,
    spelled: dict[int, tuple[str, ...]],
) -> str:
    project = timetable.projects[pool.project]
    found = ["id", pool.pool_id] if pool.pool_id else ["name", pool.name]
    identity = [project.name, project.region, project.project_id, pool.key, *found]
    return json.dumps([*identity, *_sentences(policies, spelled)])


def _sentences(policies: Sequence[EffectivePolicy], spelled: dict[int, tuple[str, ...]]) -> Iterable[str]:
    """What is in force, in an order that says nothing, except where the order decides which of two wins (1.5)."""
    by_action: dict[str, list[EffectivePolicy]] = {}
    for policy in policies:
        by_action.setdefault(policy.action, []).append(policy)
    for _, several in sorted(by_action.items()):
        sentences = [sentence for policy in several for sentence in _spelled_out(policy, spelled)]
        how = {(policy.type, policy.spread, policy.retry_for, policy.catch_up) for policy in several}
        yield from sorted(set(sentences)) if len(how) == 1 else sentences


def _spelled_out(policy: EffectivePolicy, spelled: dict[int, tuple[str, ...]]) -> tuple[str, ...]:
    """Pools share policies, so each is spelled out once."""
    if id(policy) not in spelled:
        spelled[id(policy)] = tuple(policy.spelled_out())
    return spelled[id(policy)]
