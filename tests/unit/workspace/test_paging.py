"""Pages, until everything has come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from daemon.workspace.fields import FieldError
from daemon.workspace.paging import Listing, gather

if TYPE_CHECKING:
    from collections.abc import Callable

LISTING = Listing("things", "id", 2)


class _Cloud:
    def __init__(self, answer: Callable[[int, int], dict[str, Any]]) -> None:
        self.asked: list[tuple[int, int]] = []
        self._answer = answer

    async def page(self, offset: int, limit: int) -> dict[str, Any]:
        self.asked.append((offset, limit))
        return self._answer(offset, limit)


def _of(count: int, total: int | None, most: int = 2) -> _Cloud:
    things = [{"id": str(n)} for n in range(count)]

    def answer(offset: int, limit: int) -> dict[str, Any]:
        page = {"things": things[offset : offset + min(limit, most)]}
        return page if total is None else {**page, "total_count": total}

    return _Cloud(answer)


async def _ids(cloud: _Cloud) -> list[str]:
    return [thing["id"] for thing in await gather(LISTING, cloud.page)]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5])
@pytest.mark.parametrize("is_counted", [True, False])
async def test_every_item_comes_once(count: int, is_counted: bool) -> None:
    """All pages are asked for, whether the cloud counts or not (protocol 4.7)."""
    assert await _ids(_of(count, count if is_counted else None)) == [str(n) for n in range(count)]


async def test_a_counted_listing_ends_with_the_count() -> None:
    """No page is asked for beyond ``total_count``."""
    cloud = _of(4, 4)
    await _ids(cloud)
    assert cloud.asked == [(0, 2), (2, 2)]


async def test_a_cloud_that_gives_less_than_asked_for_is_asked_on() -> None:
    """A smaller page than the limit is not the last one while the count says more."""
    assert await _ids(_of(3, 3, most=1)) == ["0", "1", "2"]


async def test_a_cloud_that_ignores_the_offset_is_not_asked_for_ever() -> None:
    """A page that brings nothing new ends the listing."""
    cloud = _Cloud(lambda _offset, _limit: {"things": [{"id": "a"}, {"id": "b"}]})
    assert await _ids(cloud) == ["a", "b"]
    assert len(cloud.asked) == 2


async def test_an_item_that_moved_to_the_next_page_counts_once() -> None:
    """A list that changes between two pages gives nothing twice."""
    pages = {0: ["a", "b"], 2: ["b", "c"]}
    cloud = _Cloud(lambda offset, _: {"things": [{"id": i} for i in pages.get(offset, [])], "total_count": 3})
    assert await _ids(cloud) == ["a", "b", "c"]


async def test_fewer_items_than_counted_are_not_passed_off_as_all() -> None:
    """A partial listing is an error, since a missing pool would look deleted (protocol 3.2)."""
    with pytest.raises(FieldError, match="expected 5 in 'things', found 3"):
        await _ids(_of(3, 5))
