"""What the service does for each call that is let through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.workspace.sandbox import rendering, requests
from daemon.workspace.sandbox.calls import ApiCall

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from daemon.workspace.sandbox.calls import Asked, Json
    from daemon.workspace.sandbox.jobs import Job
    from daemon.workspace.sandbox.world import World


class Handlers:
    """One method a call: reads the request, asks the world, renders what it says. All may raise ``Refusal``."""

    def __init__(self, world: World) -> None:
        """Ask ``world``."""
        self._world = world

    def table(self) -> Mapping[ApiCall, Callable[[Asked], Json]]:
        """Which method answers which call."""
        return {
            ApiCall.ACT_ON_POOL: self._act_on_pool,
            ApiCall.ACT_ON_DESKTOPS: self._act_on_desktops,
            ApiCall.NOTIFY_POOL: self._notify_pool,
            ApiCall.NOTIFY_DESKTOPS: self._notify_desktops,
            ApiCall.LIST_POOLS: self._list_pools,
            ApiCall.SHOW_POOL: self._show_pool,
            ApiCall.LIST_DESKTOPS: self._list_desktops,
            ApiCall.SHOW_JOB: self._show_job,
            ApiCall.LIST_SUB_JOBS: self._list_sub_jobs,
            ApiCall.LIST_PROJECTS: self._list_projects,
        }

    def _act_on_pool(self, asked: Asked) -> Json:
        body = requests.read_body(asked.received.body)
        action, type_ = requests.read_action(body, requests.POOL_SPELLING)
        return _accepted(asked, self._world.act_on_pool(asked.project_id, asked.pool_id, action, type_))

    def _act_on_desktops(self, asked: Asked) -> Json:
        body = requests.read_body(asked.received.body)
        ids = requests.read_desktop_ids(body)
        action, type_ = requests.read_action(body, requests.DESKTOP_SPELLING)
        return _accepted(asked, self._world.act_on_desktops(asked.project_id, ids, action, type_))

    def _notify_pool(self, asked: Asked) -> Json:
        message = requests.read_message(requests.read_body(asked.received.body))
        return _accepted(asked, self._world.notify_pool(asked.project_id, asked.pool_id, message))

    def _notify_desktops(self, asked: Asked) -> Json:
        body = requests.read_body(asked.received.body)
        ids = requests.read_desktop_ids(body)
        job = self._world.notify_desktops(asked.project_id, ids, requests.read_message(body))
        return _accepted(asked, job)

    def _list_pools(self, asked: Asked) -> Json:
        query = requests.read_query(asked.received.raw_query)
        pools = self._world.pools(asked.project_id)
        if name := query.get("name"):
            pools = [pool for pool in pools if name.lower() in pool.name.lower()]
        if type_ := query.get("type"):
            pools = [pool for pool in pools if pool.type == type_]
        shown = requests.page(pools, query, default=1000, most=1000)
        return {"total_count": len(pools), "desktop_pools": [rendering.pool_json(pool) for pool in shown]}

    def _show_pool(self, asked: Asked) -> Json:
        return rendering.pool_json(self._world.pool(asked.project_id, asked.pool_id))

    def _list_desktops(self, asked: Asked) -> Json:
        query = requests.read_query(asked.received.raw_query)
        desktops = self._world.pool(asked.project_id, asked.pool_id).desktops
        if status := query.get("status"):
            desktops = [desktop for desktop in desktops if desktop.status == status]
        shown = requests.page(desktops, query, default=10, most=100)
        return {
            "pool_desktops": [rendering.desktop_json(desktop, asked.now) for desktop in shown],
            "total_count": len(desktops),
        }

    def _show_job(self, asked: Asked) -> Json:
        job = self._world.job(asked.project_id, asked.path["job_id"])
        return rendering.job_json(job, asked.now, tells_action=self._world.tells_action)

    def _list_sub_jobs(self, asked: Asked) -> Json:
        query = requests.read_query(asked.received.raw_query)
        found = self._world.sub_jobs(
            asked.project_id,
            job_id=query.get("job_id"),
            pool_id=query.get("desktop_pool_id"),
            job_type=query.get("job_type"),
        )
        if status := query.get("status"):
            found = [part for part in found if part.status(asked.now) == status]
        shown = requests.page(found, query, default=1000, most=1000)
        told = self._world.tells_action
        jobs = [rendering.sub_job_json(part, asked.now, tells_action=told) for part in shown]
        return {"total_count": len(found), "jobs": jobs}

    def _list_projects(self, asked: Asked) -> Json:
        name = requests.read_query(asked.received.raw_query).get("name")
        projects = self._world.identity.projects.items()
        shown = [rendering.project_json(key, value) for key, value in projects if name in (None, value)]
        return {"projects": shown, "links": {"self": "/v3/projects", "next": None, "previous": None}}


def _accepted(asked: Asked, job: Job) -> Json:
    asked.entry.job_id = job.job_id
    return {"job_id": job.job_id}
