"""The cloud's JSON to our models.

Unknown enum values are kept as they are spelled and missing fields are None, so that a newer cloud does not stop an
older poolpower; an id that is missing or a field of another kind is an error. What must not be kept is left out here:
user names, addresses and the hosts that work is done on.

**Which action a sub-job is of** cannot be told from what is documented. ``JobDetailInfo`` of the vendor's SDK
(huaweicloudsdkworkspace 3.1.219) and its page "Querying Subtasks" have ``id, job_type, entities{desktop_id, product_id,
user_name, desktop_name, ip_address}, begin_time, end_time, status, error_code, fail_reason, host, project_id, job_id,
process, attach_user, entity, ip_address``. ``job_type`` is ``operateDesktops`` or ``executeDesktopsAction`` for every
power action alike, ``entity`` is what is operated on, and ``entities`` says whom it concerns: none of them says how. So
``action`` is None, unless an ``op_type`` stands there, spelled as in the request; then it is taken at its word.
Protocol 5.4 adopts no job whose action cannot be told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.workspace import fields
from daemon.workspace.models import CloudPool, Desktop, Job, SubJob
from daemon.workspace.spelling import action_of

if TYPE_CHECKING:
    from daemon.workspace.fields import JsonObject

UNKNOWN = "UNKNOWN"
"""The status of what has none; also a spelling of the cloud's own."""


def pool_from(obj: JsonObject) -> CloudPool:
    """A pool.

    Raises:
        FieldError: found something else than what is documented.
    """
    pool_id = fields.ident(obj, "id")
    return CloudPool(
        pool_id=pool_id,
        name=fields.text(obj, "name") or pool_id,
        status=fields.text(obj, "status") or UNKNOWN,
        desktop_count=fields.whole(obj, "desktop_count"),
        in_maintenance_mode=fields.flag(obj, "in_maintenance_mode"),
    )


def desktop_from(obj: JsonObject) -> Desktop:
    """A desktop.

    Raises:
        FieldError: found something else than what is documented.
    """
    desktop_id = fields.ident(obj, "desktop_id")
    return Desktop(
        desktop_id=desktop_id,
        computer_name=fields.text(obj, "computer_name") or desktop_id,
        status=fields.text(obj, "status") or UNKNOWN,
        task_status=fields.text(obj, "task_status"),
        login_status=fields.text(obj, "login_status"),
    )


def job_from(obj: JsonObject) -> Job:
    """A job, without its sub-jobs: those are listed, since the vendor does not say that they are complete here.

    Raises:
        FieldError: found something else than what is documented.
    """
    return Job(
        job_id=fields.ident(obj, "id"),
        job_type=fields.text(obj, "job_type"),
        status=fields.text(obj, "status") or UNKNOWN,
        error_code=fields.text(obj, "job_error_code") or fields.text(obj, "error_code"),
        fail_reason=fields.text(obj, "fail_reason"),
        sub_jobs_total=fields.whole(obj, "sub_jobs_total"),
        begin_time=fields.instant(obj, "begin_time"),
    )


def sub_job_from(obj: JsonObject) -> SubJob:
    """A sub-job.

    Raises:
        FieldError: found something else than what is documented.
    """
    entities = fields.part(obj, "entities")
    return SubJob(
        sub_job_id=fields.ident(obj, "id"),
        job_id=fields.text(obj, "job_id"),
        job_type=fields.text(obj, "job_type"),
        action=action_of(fields.text(obj, "op_type")),
        status=fields.text(obj, "status") or UNKNOWN,
        error_code=fields.text(obj, "error_code"),
        fail_reason=fields.text(obj, "fail_reason"),
        begin_time=fields.instant(obj, "begin_time"),
        desktop_id=fields.text(entities, "desktop_id"),
        desktop_name=fields.text(entities, "desktop_name"),
    )
