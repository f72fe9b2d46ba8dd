"""From settings and schedule file to the API of a project."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from daemon.execution.clocks import SystemClock
from daemon.execution.lanes import Lane
from daemon.execution.limiter import Limiter
from daemon.service.connections import ProjectError, Workspaces, connection, credentials, require_complete
from daemon.settings.errors import SettingsError
from daemon.settings.model import Settings
from daemon.timetable.pools import Project
from daemon.workspace.credentials import AccessKey, IamUser
from tests.support.house import EVENING

if TYPE_CHECKING:
    from pathlib import Path

KEY = {"access_key": "AK", "secret_key": "secret"}
PLACE = {"region": "eu-west-101", "project_id": "p-settings"}


@pytest.fixture
def somewhere(tmp_path: Path) -> dict[str, Any]:
    """Give the settings that have to be there."""
    return {"schedules": tmp_path / "s.toml", "database_url": f"sqlite:///{tmp_path}/l.db", "socket": tmp_path / "c"}


def test_access_key_comes_before_an_iam_user(somewhere: dict[str, Any]) -> None:
    """Whatever is complete is used, the key first."""
    user = {"iam_user": "u", "iam_password": "pw", "iam_domain": "d"}
    assert credentials(Settings(**somewhere, **KEY, **user)) == AccessKey("AK", SecretStr("secret"), None)
    assert credentials(Settings(**somewhere, **user)) == IamUser("u", SecretStr("pw"), "d")


def test_without_credentials_the_error_names_the_ways_to_give_them(somewhere: dict[str, Any]) -> None:
    """Found at the start, not at the first action."""
    with pytest.raises(SettingsError) as caught:
        Workspaces(Settings(**somewhere, access_key="AK"))
    assert "POOLPOWER_SECRET_KEY" in (caught.value.hint or "")


def test_schedule_file_says_more_about_a_project_than_the_settings(somewhere: dict[str, Any]) -> None:
    """What it leaves out the settings say."""
    settings = Settings(**somewhere, **KEY, **PLACE, concurrency=3, request_timeout=7.0)
    given = credentials(settings)
    own = connection(settings, Project("x", "ap-southeast-3", "p-file"), given)
    partly = connection(settings, Project("x", None, "p-file"), given)
    assert (own.region, own.project_id, own.concurrency, own.request_timeout) == ("ap-southeast-3", "p-file", 3, 7.0)
    assert (partly.region, partly.project_id) == ("eu-west-101", "p-file")


def test_project_that_nothing_places_is_refused_with_every_way_to_mend_it(somewhere: dict[str, Any]) -> None:
    """Both what is missing and where it can be said."""
    with pytest.raises(ProjectError) as caught:
        connection(Settings(**somewhere, **KEY), Project("north"), AccessKey("AK", SecretStr("secret")))
    assert str(caught.value) == "project north has no region and no project_id"
    assert caught.value.hint == (
        "set POOLPOWER_REGION and POOLPOWER_PROJECT_ID, or give region and project_id in [projects.north] of the "
        "schedule file"
    )


def test_every_project_that_nothing_places_is_told_at_once(somewhere: dict[str, Any]) -> None:
    """Each with what it lacks."""
    projects = {name: Project(name, None, "p") for name in ("north", "south")}
    with pytest.raises(ProjectError) as caught:
        Workspaces(Settings(**somewhere, **KEY)).learn(projects)
    assert caught.value.problems == ("project north has no region", "project south has no region")
    assert caught.value.hint == ("set POOLPOWER_REGION, or give region in each [projects.NAME] of the schedule file")


def test_missing_credentials_and_places_are_told_together(somewhere: dict[str, Any]) -> None:
    """Nobody mends one thing to be told of the next; what the file says counts, where it can be read."""
    now = datetime(2026, 11, 23, tzinfo=UTC)
    require_complete(Settings(**somewhere, **KEY), now)
    with pytest.raises(SettingsError) as caught:
        require_complete(Settings(**somewhere), now)
    assert caught.value.problems == ("no credentials for the cloud are set",)
    somewhere["schedules"].write_text(EVENING)
    with pytest.raises(SettingsError) as caught:
        require_complete(Settings(**somewhere), now)
    assert caught.value.problems[1:] == ("project default has no region and no project_id",)
    assert "POOLPOWER_PROJECT_ID" in (caught.value.hint or "")
    assert "POOLPOWER_SECRET_KEY" in (caught.value.hint or "")
    with pytest.raises(SettingsError) as caught:
        require_complete(Settings(**somewhere, **PLACE), now)
    assert caught.value.problems == ("no credentials for the cloud are set",)


def test_projects_are_learned_all_or_none(somewhere: dict[str, Any]) -> None:
    """A version of which one project cannot be reached changes nothing."""
    workspaces = Workspaces(Settings(**somewhere, **KEY))
    good, bad = Project("good", "eu-west-101", "p-1"), Project("bad")
    with pytest.raises(ProjectError):
        workspaces.learn({"good": good, "bad": bad})
    assert workspaces._projects == {}
    workspaces.learn({"good": good})
    assert workspaces._projects == {"good": good}


async def test_api_of_a_project_is_opened_where_it_was_learned_to_be(somewhere: dict[str, Any]) -> None:
    """One that no version has is not guessed at."""
    workspaces = Workspaces(Settings(**somewhere, **KEY, **PLACE))
    workspaces.learn({"good": Project("good", "ap-southeast-3", "p-1")})
    lane = Lane("good", Limiter(0, 0), SystemClock(), lambda: None, concurrency=1, probe_every=30.0)
    workspace = workspaces.open("good", lane)
    assert workspace.region == "ap-southeast-3"
    await workspace.aclose()
    with pytest.raises(ProjectError, match="project other is not in the schedule file any more"):
        workspaces.open("other", lane)
