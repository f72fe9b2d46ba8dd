"""The cloud's JSON as models."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime

import pytest

from daemon.timetable.actions import Action
from daemon.workspace.fields import FieldError
from daemon.workspace.models import CloudPool, Desktop, Job, SubJob
from daemon.workspace.parsing import desktop_from, job_from, pool_from, sub_job_from


def test_a_pool_is_read() -> None:
    """The fields that poolpower reasons with are kept."""
    pool = pool_from({"id": "p1", "name": "Front", "status": "STEADY", "desktop_count": 3, "in_maintenance_mode": True})
    assert pool == CloudPool("p1", "Front", "STEADY", 3, in_maintenance_mode=True)
    assert pool.is_steady


def test_a_pool_with_nothing_but_an_id_is_read() -> None:
    """Missing fields do not stop us: the name is the id, the status unknown."""
    assert pool_from({"id": "p1"}) == CloudPool("p1", "p1", "UNKNOWN", None, in_maintenance_mode=False)


def test_an_unknown_status_is_kept_as_spelled() -> None:
    """A value that is not documented is neither refused nor translated."""
    assert pool_from({"id": "p1", "status": "LEVITATING"}).status == "LEVITATING"


def test_a_desktop_is_read_without_its_user() -> None:
    """Nothing of the users and addresses in the cloud's answer is kept (design 6)."""
    desktop = desktop_from(
        {
            "desktop_id": "d1",
            "computer_name": "PC-1",
            "status": "ACTIVE",
            "task_status": "",
            "login_status": "CONNECTED",
            "user_name": "canary",
            "attach_user_infos": [{"user_name": "canary"}],
            "addresses": {"x": [{"addr": "10.9.8.7"}]},
            "ipv4": "10.9.8.7",
        }
    )
    assert desktop == Desktop("d1", "PC-1", "ACTIVE", None, "CONNECTED")
    assert desktop.is_idle
    assert "canary" not in str(asdict(desktop))
    assert "10.9" not in str(asdict(desktop))


def test_a_desktop_with_a_task_is_not_idle() -> None:
    """A task under way is kept as spelled."""
    desktop = desktop_from({"desktop_id": "d1", "task_status": "powering-off"})
    assert (desktop.status, desktop.computer_name, desktop.is_idle) == ("UNKNOWN", "d1", False)


def test_a_job_is_read() -> None:
    """The job's own code is ``job_error_code``."""
    job = job_from(
        {
            "id": "j1",
            "job_type": "operateDesktops",
            "status": "FAIL",
            "job_error_code": "WKS.1",
            "fail_reason": "no",
            "sub_jobs_total": 2,
            "begin_time": "2026-11-23T19:00:00",
        }
    )
    assert job == Job("j1", "operateDesktops", "FAIL", "WKS.1", "no", 2, datetime(2026, 11, 23, 19, tzinfo=UTC))
    assert job.is_terminal


def test_a_job_may_spell_its_code_otherwise() -> None:
    """Where ``job_error_code`` is missing, ``error_code`` is read."""
    assert job_from({"id": "j1", "error_code": "WKS.1"}).error_code == "WKS.1"


def test_a_sub_job_is_read_without_its_user() -> None:
    """Desktop id and name come from the entities, user name and address do not (design 6)."""
    sub = sub_job_from(
        {
            "id": "s1",
            "job_id": "j1",
            "job_type": "operateDesktops",
            "status": "FAILED",
            "error_code": "WKS.00010032",
            "fail_reason": "busy",
            "begin_time": "2026-11-23T19:00:00Z",
            "entities": {"desktop_id": "d1", "desktop_name": "PC-1", "user_name": "canary", "ip_address": "10.9.8.7"},
            "attach_user": "canary",
            "ip_address": "10.9.8.7",
        }
    )
    at = datetime(2026, 11, 23, 19, tzinfo=UTC)
    assert sub == SubJob("s1", "j1", "operateDesktops", None, "FAILED", "WKS.00010032", "busy", at, "d1", "PC-1")
    assert sub.is_terminal
    assert not sub.succeeded


@pytest.mark.parametrize("job_type", ["operateDesktops", "executeDesktopsAction"])
def test_the_action_of_a_sub_job_cannot_be_told_from_the_documented_fields(job_type: str) -> None:
    """Both job types serve every power action, so none is guessed (protocol 5.4)."""
    assert sub_job_from({"id": "s1", "job_type": job_type, "entity": "d1"}).action is None


@pytest.mark.parametrize(
    ("spelling", "action"),
    [
        ("os-start", Action.START),
        ("os-stop", Action.STOP),
        ("reboot", Action.REBOOT),
        ("hibernate", Action.HIBERNATE),
        ("os-hibernate", Action.HIBERNATE),
        ("os-dance", None),
    ],
)
def test_a_sub_job_that_spells_its_operation_is_believed(spelling: str, action: Action | None) -> None:
    """Where an ``op_type`` stands, in either call's spelling, the action is told (protocol 5.4)."""
    assert sub_job_from({"id": "s1", "op_type": spelling}).action is action


def test_an_answer_without_an_id_says_what_was_expected() -> None:
    """What cannot be told apart from others is an error, with found and expected."""
    with pytest.raises(FieldError, match="expected an id as 'desktop_id', found nothing"):
        desktop_from({"status": "ACTIVE"})
