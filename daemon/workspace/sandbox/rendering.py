"""The service's JSON. Field names are those of the vendor's SDK models; what poolpower never reads is plausible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.workspace.sandbox.courses import WINDOWS
from daemon.workspace.sandbox.desktops import CREATED
from daemon.workspace.sandbox.requests import POOL_SPELLING

if TYPE_CHECKING:
    from datetime import datetime

    from daemon.timetable.actions import Action
    from daemon.workspace.sandbox.desktops import Desktop, Pool
    from daemon.workspace.sandbox.identity import Token
    from daemon.workspace.sandbox.jobs import Job, SubJob

Json = dict[str, object]


def pool_json(pool: Pool) -> Json:
    """A pool (``SimpleDesktopPoolInfo``, ``ShowDesktopPoolDetailResponse``)."""
    os_type = pool.desktops[0].os_type if pool.desktops else WINDOWS
    return {
        "id": pool.pool_id,
        "name": pool.name,
        "type": pool.type,
        "description": "",
        "created_time": zoned(CREATED),
        "charging_mode": "1",
        "desktop_count": len(pool.desktops),
        "desktop_used": sum(bool(desktop.user_name) for desktop in pool.desktops),
        "availability_zone": "sandbox-1a",
        "subnet_id": _SUBNET,
        "subnet_ids": [_SUBNET],
        "product": _product(os_type),
        "image_id": "2c1f6a0e-7d11-4f0a-9c55-5f0d5f6c0a11",
        "image_name": f"{os_type} image",
        "image_os_type": os_type,
        "root_volume": {"type": "SAS", "size": 80},
        "data_volumes": [],
        "security_groups": [],
        "disconnected_retention_period": 30,
        "enable_autoscale": False,
        "autoscale_policy": {"autoscale_type": "ACCESS_CREATED", "max_auto_created": 0, "min_idle": 0},
        "status": pool.shown_status,
        "enterprise_project_id": "0",
        "in_maintenance_mode": pool.in_maintenance_mode,
        "tags": [{"key": key, "value": value} for key, value in pool.tags.items()],
        "ou_name": "",
        "vpc_id": "5b9c1c22-4b1e-4a0f-8b52-3a7d64a8a0d1",
    }


def desktop_json(desktop: Desktop, now: datetime) -> Json:
    """A desktop (``PoolDesktopsDetailInfo``)."""
    task = desktop.task
    return {
        "desktop_id": desktop.desktop_id,
        "computer_name": desktop.computer_name,
        "os_host_name": desktop.computer_name,
        "ip_addresses": [desktop.ip_address],
        "ipv4": desktop.ip_address,
        "user_list": [desktop.user_name] if desktop.user_name else [],
        "user_group_list": [],
        "desktop_type": "POOLED",
        "metadata": {"os_type": desktop.os_type, "image_name": f"{desktop.os_type} image"},
        "status": desktop.status,
        "task_status": desktop.task_status or None,
        "domain_status": 1,
        "in_maintenance_mode": desktop.in_maintenance_mode,
        "created": zoned(CREATED),
        "security_groups": [],
        "login_status": desktop.shown_login_status,
        "user_name": desktop.user_name,
        "attach_user_infos": [],
        "product_id": _product(desktop.os_type)["product_id"],
        "root_volume": {"type": "SAS", "size": 80, "device": "/dev/sda"},
        "data_volumes": [],
        "user_group": "users",
        "availability_zone": "sandbox-1a",
        "product": _product(desktop.os_type),
        "os_version": desktop.os_type,
        "sid": desktop.desktop_id,
        "tags": [],
        "is_support_internet": False,
        "attach_state": "ATTACHED" if desktop.user_name else "UNATTACH",
        "enterprise_project_id": "0",
        "subnet_id": _SUBNET,
        "process": task.process(now) if task is not None else None,
        "is_freeze": desktop.is_frozen,
    }


def job_json(job: Job, now: datetime, *, tells_action: bool) -> Json:
    """A job (``ShowJobResponse``)."""
    ended_at = job.ended_at(now)
    failure = job.first_failure if job.status(now) == "FAIL" else None
    return {
        "id": job.job_id,
        "job_type": job.job_type,
        "begin_time": zoned(job.created_at),
        "end_time": zoned(ended_at) if ended_at is not None else None,
        "status": job.status(now),
        "job_error_code": failure.error_code if failure is not None else None,
        "fail_reason": failure.fail_reason if failure is not None else None,
        "sub_jobs_total": len(job.sub_jobs),
        "sub_jobs": [sub_job_json(part, now, tells_action=tells_action) for part in job.sub_jobs[:100]],
    }


def sub_job_json(part: SubJob, now: datetime, *, tells_action: bool) -> Json:
    """A sub-job (``JobDetailInfo``)."""
    failed = part.fails and part.ended(now)
    told = {"op_type": spelled(part.action)} if tells_action and part.action is not None else {}
    return {
        **told,
        "id": part.sub_job_id,
        "job_type": part.job_type,
        "entities": {
            "desktop_id": part.desktop_id,
            "product_id": _product(WINDOWS)["product_id"],
            "user_name": part.user_name,
            "desktop_name": part.desktop_name,
            "ip_address": part.ip_address,
        },
        "begin_time": zoneless(part.created_at),
        "end_time": zoneless(part.ends_at) if part.ends_at is not None and part.ended(now) else None,
        "status": part.status(now),
        "error_code": part.error_code if failed else None,
        "fail_reason": part.fail_reason if failed else None,
        "host": "",
        "project_id": part.project_id,
        "job_id": part.job_id,
        "process": part.process(now),
        "attach_user": part.user_name,
        "entity": part.desktop_name,
        "ip_address": part.ip_address,
    }


def spelled(action: Action) -> str:
    """An action as the pool call spells it."""
    return next(text for text, each in POOL_SPELLING.items() if each is action)


def token_json(token: Token, project_name: str) -> Json:
    """The body that comes with a token; the token itself travels in a header."""
    domain = {"id": "d0", "name": token.user.domain}
    return {
        "token": {
            "methods": ["password"],
            "issued_at": _micro(token.issued_at),
            "expires_at": _micro(token.expires_at),
            "user": {"id": token.user.name, "name": token.user.name, "domain": domain, "password_expires_at": ""},
            "project": {"id": token.project_id, "name": project_name, "domain": domain},
            "roles": [],
            "catalog": [],
        }
    }


def project_json(project_id: str, name: str) -> Json:
    """A project of the account."""
    return {
        "id": project_id,
        "name": name,
        "domain_id": "d0",
        "parent_id": "d0",
        "is_domain": False,
        "enabled": True,
        "description": "",
        "links": {"self": f"/v3/projects/{project_id}"},
    }


def zoned(at: datetime) -> str:
    """A timestamp as some of the service's calls write it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def zoneless(at: datetime) -> str:
    """The same instant as others write it: UTC, without saying so."""
    return zoned(at).removesuffix("Z")


def _micro(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _product(os_type: str) -> Json:
    name = f"workspace.c2.large.{os_type.lower()}"
    return {"product_id": name, "flavor_id": name, "type": "BASE", "cpu": "4", "memory": "8192"}


_SUBNET = "0a6f4b0e-4f1c-4d0a-8a51-7f9d7b3f6c42"
