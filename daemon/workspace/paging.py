"""Asks for page after page until everything that the cloud says there is has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from daemon.workspace import fields
from daemon.workspace.fields import FieldError, JsonObject

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


@dataclass(frozen=True, slots=True)
class Listing:
    """How one listing is paged.

    Attributes:
        items: key of the list in each page.
        key: field that tells items apart.
        limit: items asked for in one page, within what the cloud allows.
    """

    items: str
    key: str
    limit: int


POOLS = Listing("desktop_pools", "id", 500)
DESKTOPS = Listing("pool_desktops", "desktop_id", 100)
SUB_JOBS = Listing("jobs", "id", 1_000)


async def gather(listing: Listing, page: Callable[[int, int], Awaitable[JsonObject]]) -> list[JsonObject]:
    """Every item once, in the cloud's order.

    The list may change between two pages: what comes twice counts once, and the newest ``total_count`` is believed.
    Fewer items than that are not passed off as all of them, since a desktop that is left out looks like one that is
    done (protocol 4.5) and a pool that is left out like one that was deleted (3.2).

    Args:
        listing: what is listed.
        page: asks for one page, given offset and limit.

    Raises:
        FieldError: a page is not what is documented, or items are missing at the end.
    """
    found: dict[str, JsonObject] = {}
    offset = 0
    while True:
        answer = await page(offset, listing.limit)
        items = fields.parts(answer, listing.items)
        total = fields.whole(answer, "total_count")
        before = len(found)
        found.update((fields.ident(item, listing.key), item) for item in items)
        offset += len(items)
        if len(found) == before or _is_last(listing, offset, len(items), total):
            break
    if total is not None and len(found) < total:
        raise FieldError(f"expected {total} in {listing.items!r}, found {len(found)} and nothing more")
    return list(found.values())


def _is_last(listing: Listing, offset: int, count: int, total: int | None) -> bool:
    return count < listing.limit if total is None else offset >= total
