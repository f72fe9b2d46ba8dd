"""From settings and schedule file to the API of each project."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.settings.errors import SettingsError
from daemon.settings.model import CredentialKind
from daemon.timetable.schedulefile import ScheduleError, load

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from pydantic import SecretStr

    from daemon.execution.lanes import Lane
    from daemon.settings.model import Settings
    from daemon.timetable.pools import Project
    from daemon.workspace.connection import Connection
    from daemon.workspace.credentials import Credentials
    from daemon.workspace.port import Workspace


class ProjectError(SettingsError):
    """A project of the schedule file cannot be spoken to with these settings, which are what there is to mend."""


def credentials(settings: Settings) -> Credentials:
    """The credentials that the settings give.

    Raises:
        SettingsError: there are none; the hint lists the ways to give them.
        CredentialError: they cannot work.
    """
    from daemon.workspace.credentials import AccessKey, IamUser  # noqa: PLC0415 - heavy, and `check` needs none

    if settings.require_credentials() is CredentialKind.ACCESS_KEY:
        return AccessKey(settings.access_key or "", _given(settings.secret_key), settings.security_token)
    return IamUser(settings.iam_user or "", _given(settings.iam_password), settings.iam_domain or "")


def _given(secret: SecretStr | None) -> SecretStr:
    if secret is None:  # pragma: no cover - require_credentials has seen to it
        raise AssertionError("credentials were required")
    return secret


def connection(settings: Settings, project: Project, given: Credentials) -> Connection:
    """How a project is reached.

    Raises:
        ProjectError: its region or id is neither in the schedule file nor in the settings.
    """
    from daemon.workspace.connection import Connection  # noqa: PLC0415 - heavy, and `check` needs none

    region = project.region or settings.region
    project_id = project.project_id or settings.project_id
    if not region or not project_id:
        raise ProjectError(*unplaced(settings, [project]))
    return Connection(
        region=region,
        project_id=project_id,
        credentials=given,
        endpoint=settings.endpoint,
        iam_endpoint=settings.iam_endpoint,
        ca_file=settings.ca_file,
        request_timeout=settings.request_timeout,
        concurrency=settings.concurrency,
    )


def unplaced(settings: Settings, projects: Iterable[Project]) -> tuple[list[str], str]:
    """The projects whose region or id nobody says, and how to say it; no project, no mend needed."""
    lacking = {
        project.name: [
            name
            for name, value in (
                ("region", project.region or settings.region),
                ("project_id", project.project_id or settings.project_id),
            )
            if not value
        ]
        for project in projects
    }
    lacking = {name: missing for name, missing in lacking.items() if missing}
    wanted = [name for name in ("region", "project_id") if any(name in missing for missing in lacking.values())]
    variables = " and ".join(f"POOLPOWER_{name.upper()}" for name in wanted)
    table = f"[projects.{next(iter(lacking))}]" if len(lacking) == 1 else "each [projects.NAME]"
    problems = [f"project {name} has no {' and no '.join(missing)}" for name, missing in lacking.items()]
    return problems, f"set {variables}, or give {' and '.join(wanted)} in {table} of the schedule file"


def require_complete(settings: Settings, now: datetime) -> None:
    """See that nothing is missing that a daemon needs from its settings, all of it told at once.

    The schedule file is read only where something is missing: it may say where the projects are, and what is wrong
    with it is told later.

    Args:
        settings: in force.
        now: aware; what the file says may depend on it.

    Raises:
        SettingsError: there are no credentials; it names the projects too that have no region or id.
    """
    try:
        settings.require_credentials()
    except SettingsError as error:
        try:
            projects = load(settings.schedules, now=now).timetable.projects.values()
        except ScheduleError:
            raise error from None
        problems, mend = unplaced(settings, projects)
        if not problems:
            raise
        raise SettingsError([*error.problems, *problems], f"{mend};\n{error.hint}") from None


class Workspaces:
    """Opens the API of a project when its lane is made."""

    def __init__(self, settings: Settings) -> None:
        """Take the credentials.

        Raises:
            SettingsError: there are none.
            CredentialError: they cannot work.
        """
        self._settings = settings
        self._credentials = credentials(settings)
        self._projects: dict[str, Project] = {}

    def learn(self, projects: dict[str, Project]) -> None:
        """Take note of the projects of a version, before it is accepted.

        Raises:
            ProjectError: one of them cannot be reached with these settings; none was taken note of.
        """
        problems, mend = unplaced(self._settings, projects.values())
        if problems:
            raise ProjectError(problems, mend)
        self._projects |= projects

    def open(self, project: str, lane: Lane) -> Workspace:
        """Open the API of a project whose looks the lane admits.

        Raises:
            ProjectError: no version that this process knows has it.
        """
        from daemon.workspace.client import open_workspace  # noqa: PLC0415 - heavy, and `check` needs none

        known = self._projects.get(project)
        if known is None:
            raise ProjectError(
                [f"project {project} is not in the schedule file any more"], "`poolpower reload` reads it anew"
            )
        return open_workspace(connection(self._settings, known, self._credentials), admit=lane.admit)
