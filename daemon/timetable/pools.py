"""Pools and projects, as the schedule file names them."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_PROJECT = "default"
"""The project of a pool that names none; its region and id come from the settings unless the file gives them."""


@dataclass(frozen=True, slots=True)
class Project:
    """One cloud project.

    Attributes:
        name: the key in ``[projects.NAME]``, or ``default``.
        region: e.g. ``eu-west-101``; None where the settings are to say.
        project_id: the cloud's id; None where the settings are to say.
    """

    name: str
    region: str | None = None
    project_id: str | None = None

    @property
    def identity(self) -> str:
        """What tells it from others: its id where the file gives one, so that two names of one project share it."""
        return self.project_id or self.name


@dataclass(frozen=True, slots=True)
class Pool:
    """One desktop pool.

    Attributes:
        project: name of its project.
        key: its key in the schedule file.
        pool_id: the cloud's id, or None where the name is to be looked up.
        name: the cloud's name, matched exactly; the key unless the file says otherwise.
        note: free text of the administrator.
        group: name of its group in the schedule file, or None.
    """

    project: str
    key: str
    pool_id: str | None
    name: str
    note: str | None = None
    group: str | None = None
