"""From sections to a timetable: names are looked up, policies get what they leave open from what is around them."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from daemon.timetable.effective import EffectivePolicy, effective
from daemon.timetable.nearmiss import near_miss
from daemon.timetable.policy import Options
from daemon.timetable.pools import DEFAULT_PROJECT, Pool, Project
from daemon.timetable.schedulefile.sentences import Sentences
from daemon.timetable.timetable import Timetable, seed_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from daemon.timetable.policy import Policy
    from daemon.timetable.schedulefile.complaints import Complaints
    from daemon.timetable.schedulefile.document import Document
    from daemon.timetable.schedulefile.places import KeyPath
    from daemon.timetable.schedulefile.sections import PoolSection, ProjectSection, Sections

BUILT_IN_ZONE: Final = "UTC"
_BUILT_IN: Final = Options(zone=BUILT_IN_ZONE)

_Read = tuple["KeyPath", int, "Policy"]
"""A policy, where it stands, and its number in its list, counted from 1."""


@dataclass(slots=True)
class Assembly:
    """What is being put together, and what was put together before for another pool.

    Attributes:
        sections: what the file says.
        document: where it says it.
        complaints: where errors go.
        paths: where each effective policy stands, by its identity.
        used: names of the schedules that pools have.
    """

    sections: Sections
    document: Document
    complaints: Complaints
    paths: dict[int, KeyPath] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    _schedules: dict[str, list[_Read]] = field(default_factory=dict)
    _shared: dict[tuple[str, Options], tuple[EffectivePolicy, ...]] = field(default_factory=dict)

    def timetable(self) -> Timetable:
        """Put the timetable together; what cannot be is left out and complained about."""
        sentences = Sentences(self.document, self.complaints)
        for name, schedule in self.sections.schedules.items():
            self._schedules[name] = _read(schedule.policies, sentences)
        projects = {name: Project(name, it.region, it.project_id) for name, it in self.sections.projects.items()}
        pools = []
        policies = []
        for key, section in self.sections.pools.items():
            pool = self._pool(key, section, projects)
            pools.append(pool)
            policies.append(self._policies(pool, section, sentences))
        zone = self.sections.options.zone or BUILT_IN_ZONE
        return Timetable(tuple(pools), tuple(policies), MappingProxyType(projects), zone, tuple(map(seed_of, pools)))

    def _pool(self, key: str, section: PoolSection, projects: dict[str, Project]) -> Pool:
        name = section.project or DEFAULT_PROJECT
        if name not in projects:
            if name != DEFAULT_PROJECT:
                self._unknown(("pools", key, "project"), "project", name, self.sections.projects)
            projects[name] = Project(name)
        return Pool(name, key, section.id, section.name or key, section.note)

    def _policies(self, pool: Pool, section: PoolSection, sentences: Sentences) -> tuple[EffectivePolicy, ...]:
        """Schedules as listed, then the pool's own."""
        options = self._options(section, self.sections.projects.get(pool.project))
        listed: dict[str, tuple[EffectivePolicy, ...]] = {}
        for path, name in section.schedules:
            if name not in self._schedules:
                self._unknown(path, "schedule", name, self._schedules)
            elif name in listed:
                self.complaints.error(self.document.spot(path), f'the schedule "{name}" is listed twice')
            else:
                listed[name] = self._schedule(name, options)
        own = _read(section.policies, sentences)
        return (
            *(policy for several in listed.values() for policy in several),
            *self._settle(own, options, f"pool {pool.key}"),
        )

    def _options(self, pool: PoolSection, project: ProjectSection | None) -> Options:
        """What is in force around the pool's policies, the zone included: pool, project, file, built in."""
        options = self.sections.options.over(_BUILT_IN)
        if project is not None:
            options = project.options.over(options)
        return pool.options.over(options)

    def _schedule(self, name: str, options: Options) -> tuple[EffectivePolicy, ...]:
        """A schedule under these options, shared by all pools that have it so."""
        self.used.add(name)
        key = (name, options)
        if key not in self._shared:
            self._shared[key] = tuple(self._settle(self._schedules[name], options, f"schedule {name}"))
        return self._shared[key]

    def _settle(self, policies: Sequence[_Read], options: Options, source: str) -> Iterable[EffectivePolicy]:
        for path, number, policy in policies:
            settled = effective(policy, options, f"{source} #{number}")
            self.paths[id(settled)] = path
            yield settled

    def _unknown(self, path: KeyPath, kind: str, name: str, known: Mapping[str, Any]) -> None:
        by_folded = {word.casefold(): word for word in known}
        folded = name.casefold()
        close = folded if folded in by_folded else near_miss(folded, by_folded)
        hint = f'did you mean "{by_folded[close]}"?' if close else f"write [{kind}s.NAME] for it, or correct the name"
        self.complaints.error(self.document.spot(path), f'there is no {kind} "{name}"', hint)


def _read(policies: Iterable[tuple[KeyPath, Any]], sentences: Sentences) -> list[_Read]:
    read = ((path, number, sentences.policy(path, item)) for number, (path, item) in enumerate(policies, 1))
    return [(path, number, policy) for path, number, policy in read if policy is not None]
