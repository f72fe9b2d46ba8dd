"""From sections to a timetable: names are looked up, policies get what they leave open from what is around them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from daemon.timetable.actions import Action
from daemon.timetable.effective import EffectivePolicy, calls_for_holidays, effective, names_called
from daemon.timetable.nearmiss import near_miss
from daemon.timetable.policy import Options
from daemon.timetable.pools import DEFAULT_PROJECT, Pool, Project
from daemon.timetable.schedulefile.inheritance import inherited
from daemon.timetable.schedulefile.sentences import Sentences
from daemon.timetable.schedulefile.tables import listed as enumerated
from daemon.timetable.timetable import Timetable, seed_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from daemon.timetable.calendars.calendar import Calendar
    from daemon.timetable.policy import Policy
    from daemon.timetable.schedulefile.complaints import Complaints
    from daemon.timetable.schedulefile.document import Document
    from daemon.timetable.schedulefile.places import KeyPath
    from daemon.timetable.schedulefile.sections import Inherited, PoolSection, ProjectSection, Sections, Text
    from daemon.timetable.schedulefile.shelf import Shelf

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
        grouped: names of the groups that pools are in.
        calendars: the calendar around each effective policy, whether it asks it or not, by the policy's identity.
        shelf: the calendars.
    """

    sections: Sections
    document: Document
    complaints: Complaints
    shelf: Shelf
    paths: dict[int, KeyPath] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    grouped: set[str] = field(default_factory=set)
    calendars: dict[int, Calendar] = field(default_factory=dict)
    _groups: dict[str, list[_Read]] = field(default_factory=dict)
    _schedules: dict[str, list[_Read]] = field(default_factory=dict)
    _shared: dict[tuple[str, Options], tuple[EffectivePolicy, ...]] = field(default_factory=dict)

    def timetable(self) -> Timetable:
        """Put the timetable together; what cannot be is left out and complained about."""
        sentences = Sentences(self.document, self.complaints, self.shelf.spelled)
        for name, schedule in self.sections.schedules.items():
            self._schedules[name] = _read(schedule.policies, sentences)
        for name, group in self.sections.groups.items():
            self._groups[name] = _read(group.policies, sentences)
        projects = {name: Project(name, it.region, it.project_id) for name, it in self.sections.projects.items()}
        pools = []
        policies = []
        for key, section in self.sections.pools.items():
            said = inherited(section.said, self._group(section))
            pool = self._pool(key, section, said, projects)
            pools.append(pool)
            policies.append(self._policies(pool, said, _read(said.policies, sentences)))
        zone = self.sections.options.zone or BUILT_IN_ZONE
        return Timetable(tuple(pools), tuple(policies), MappingProxyType(projects), zone, tuple(map(seed_of, pools)))

    def _group(self, section: PoolSection) -> Inherited | None:
        if section.group is None:
            return None
        path, name = section.group
        if name not in self.sections.groups:
            self._unknown(path, "group", name, self.sections.groups)
            return None
        self.grouped.add(name)
        return self.sections.groups[name]

    def _pool(self, key: str, section: PoolSection, said: Inherited, projects: dict[str, Project]) -> Pool:
        path, name = said.project or ((), DEFAULT_PROJECT)
        if name not in projects:
            if name != DEFAULT_PROJECT:
                self._unknown(path, "project", name, self.sections.projects)
            projects[name] = Project(name)
        group = None if section.group is None else section.group[1]
        return Pool(name, key, section.id, section.name or key, section.note, group)

    def _policies(self, pool: Pool, said: Inherited, own: Sequence[_Read]) -> tuple[EffectivePolicy, ...]:
        """Schedules as listed, less what the pool leaves out, then those of its group, then its own."""
        options = self._options(said, self.sections.projects.get(pool.project))
        without = self._without(said)
        listed: dict[str, tuple[EffectivePolicy, ...]] = {}
        for path, name in said.schedules or ():
            if name not in self._schedules:
                self._unknown(path, "schedule", name, self._schedules)
            elif name in listed:
                self.complaints.error(self.document.spot(path), f'the schedule "{name}" is listed twice')
            else:
                listed[name] = self._schedule(name, options)
        of_group = self._groups.get(pool.group or "", [])
        return (
            *(policy for several in listed.values() for policy in several if policy.action not in without),
            *self._settle(of_group, options, f"group {pool.group}"),
            *self._settle(own, options, f"pool {pool.key}"),
        )

    def _without(self, said: Inherited) -> frozenset[Action]:
        """The actions of its schedules that a pool leaves out."""
        actions = {action.value: action for action in Action} | {"restart": Action.REBOOT}
        for path, word in said.without or ():
            if word.lower() not in actions:
                close = near_miss(word.lower(), actions)
                hint = f'did you mean "{close}"?' if close else f"expected {enumerated(actions)}"
                self.complaints.error(self.document.spot(path), f'there is no action "{word}"', hint)
        return frozenset(actions[word.lower()] for _, word in said.without or () if word.lower() in actions)

    def _options(self, said: Inherited, project: ProjectSection | None) -> Options:
        """What is in force around the pool's policies, zone and calendar included: pool, project, file, built in."""
        options = self._with_calendar(self.sections.options, self.sections.holidays).over(_BUILT_IN)
        if project is not None:
            options = self._with_calendar(project.options, project.holidays).over(options)
        return self._with_calendar(said.options, said.holidays).over(options)

    def _with_calendar(self, options: Options, holidays: Text | None) -> Options:
        return options if holidays is None else replace(options, holidays=self.shelf.called(holidays))

    def _schedule(self, name: str, options: Options) -> tuple[EffectivePolicy, ...]:
        """A schedule under these options, shared by all pools that have it so."""
        self.used.add(name)
        key = (name, options)
        if key not in self._shared:
            self._shared[key] = tuple(self._settle(self._schedules[name], options, f"schedule {name}"))
        return self._shared[key]

    def _settle(self, policies: Sequence[_Read], options: Options, source: str) -> Iterable[EffectivePolicy]:
        for path, number, policy in policies:
            settled = effective(policy, options, f"{source} #{number}", self.shelf.named)
            self.paths[id(settled)] = path
            if options.holidays is not None:
                self.calendars[id(settled)] = options.holidays
            self.shelf.used |= names_called(policy)
            if options.holidays is None and calls_for_holidays(policy):
                hint = 'write holidays = "DE-BE" at the top of the file, with your country'
                self.complaints.error(self.document.spot(path), "no calendar says what is a holiday here", hint)
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
