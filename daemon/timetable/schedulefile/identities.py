"""Each pool of the cloud stands in the file once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from daemon.timetable.pools import Pool
    from daemon.timetable.schedulefile.complaints import Complaints
    from daemon.timetable.schedulefile.document import Document
    from daemon.timetable.timetable import Timetable


def check_identities(timetable: Timetable, document: Document, complaints: Complaints) -> None:
    """Complain about a file without pools, and about two pools of one project with one id, or found by one name."""
    if document.data.get("pools", {}) == {}:
        complaints.error(document.spot(("pools",)), "the file has no pools", "write a [pools.NAME] for each")
    first: dict[tuple[str, str, str], Pool] = {}
    for pool in timetable.pools:
        kind, value = ("id", pool.pool_id) if pool.pool_id else ("name", pool.name)
        other = first.setdefault((timetable.projects[pool.project].identity, kind, value), pool)
        if other is pool:
            continue
        path = ("pools", pool.key, kind)
        says = kind in document.data["pools"][pool.key]
        message = f'the pool "{other.key}" has the same {kind}, "{value}"'
        complaints.error(document.spot(path, key=not says), message, "each pool of the cloud stands in the file once")
