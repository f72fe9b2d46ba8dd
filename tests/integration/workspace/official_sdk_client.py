"""A day with the vendor's official SDK, run as a process of its own: python official_sdk_client.py URL AK SK PROJECT.

The SDK writes a file into the home directory when it is imported, so its importer sets HOME first. What it saw goes to
standard output as one JSON object.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkworkspace import v2


def main(url: str, access_key: str, secret_key: str, project_id: str) -> None:
    """List, act, act again, follow the job, and print what came back."""
    credentials = BasicCredentials(access_key, secret_key, project_id)
    client = v2.WorkspaceClient.new_builder().with_credentials(credentials).with_endpoints([url]).build()
    pools = client.list_desktop_pools(v2.ListDesktopPoolsRequest(limit=1000, name="call centre"))
    pool = pools.desktop_pools[0]
    accepted = client.execute_desktop_pool_action(_action(pool.id, "os-stop"))
    seen = {
        "total": pools.total_count,
        "pool": pool.to_dict(),
        "detail": client.show_desktop_pool_detail(v2.ShowDesktopPoolDetailRequest(pool_id=pool.id)).to_dict(),
        "job_id": accepted.job_id,
        "conflict": _refused(lambda: client.execute_desktop_pool_action(_action(pool.id, "reboot"))),
        "job": client.show_job(v2.ShowJobRequest(job_id=accepted.job_id)).to_dict(),
        "sub_jobs": client.list_ita_sub_jobs(v2.ListItaSubJobsRequest(job_id=accepted.job_id)).to_dict(),
        "desktops": client.list_pool_desktops_detail(_desktops(pool.id)).to_dict(),
        "message": client.send_desktop_pool_notifications(_message(pool.id)).job_id,
    }
    seen["hibernated"] = _hibernate(client)
    seen["missing"] = _refused(lambda: client.show_job(v2.ShowJobRequest(job_id="no-such-job")))
    json.dump(seen, sys.stdout)


def _hibernate(client: v2.WorkspaceClient) -> str:
    """One desktop of another pool, by the per-desktop call with its own spelling."""
    pool = next(
        p for p in client.list_desktop_pools(v2.ListDesktopPoolsRequest()).desktop_pools if p.status == "STEADY"
    )
    desktop = client.list_pool_desktops_detail(_desktops(pool.id)).pool_desktops[0]
    body = v2.BatchActionDesktopsReq(desktop_ids=[desktop.desktop_id], op_type="os-hibernate", type="SOFT")
    return str(client.batch_run_desktops(v2.BatchRunDesktopsRequest(body=body)).job_id)


def _action(pool_id: str, operation: str) -> v2.ExecuteDesktopPoolActionRequest:
    body = v2.DesktopPoolActionReq(op_type=operation, type="SOFT")
    return v2.ExecuteDesktopPoolActionRequest(pool_id=pool_id, body=body)


def _desktops(pool_id: str) -> v2.ListPoolDesktopsDetailRequest:
    return v2.ListPoolDesktopsDetailRequest(pool_id=pool_id, limit=100, offset=0)


def _message(pool_id: str) -> v2.SendDesktopPoolNotificationsRequest:
    body = v2.SendDesktopPoolNotificationsReq(notifications="The desktops stop in 10 minutes – bitte speichern.")
    return v2.SendDesktopPoolNotificationsRequest(pool_id=pool_id, body=body)


def _refused(call: Any) -> dict[str, object]:
    try:
        call()
    except ClientRequestException as error:
        return {
            "type": type(error).__name__,
            "status": error.status_code,
            "code": error.error_code,
            "msg": error.error_msg,
            "request_id": error.request_id,
        }
    return {}


if __name__ == "__main__":
    main(*sys.argv[1:])
