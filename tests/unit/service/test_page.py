"""The status page and the metrics: what stands on them, and that nothing on them is executed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
import pytest_asyncio

from daemon.ledger.errors import LedgerError
from daemon.service import page
from daemon.service.chores import STALE_AFTER
from daemon.service.localtime import in_words

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.support.house import House

NASTY = 'timezone = "UTC"\n[pools."<script>"]\nid = "p-a"\npolicies = ["stop at 20:00"]\n'


@pytest_asyncio.fixture
async def browser(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """Give a browser before a house in which nothing runs yet."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(page.app(house.office)), base_url="http://x") as client:
        yield client


async def test_page_shows_pools_what_comes_next_and_how_the_last_run_ended(
    browser: httpx.AsyncClient, living: House
) -> None:
    """The three things that are asked first."""
    living.clock.advance(8 * 3600)
    await living.engine.tick()
    await living.engine.stop(1)
    answer = await browser.get("/")
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    for text in ("<td>a</td>", f"{in_words('2026-11-24T20:00:00Z')} stop SOFT", "schedule version 1 from"):
        assert text in answer.text


async def test_page_is_there_before_there_is_a_version(browser: httpx.AsyncClient) -> None:
    """It says that the daemon is starting."""
    answer = await browser.get("/")
    assert '<p class="trouble">starting</p>' in answer.text


async def test_names_are_text_and_never_markup(browser: httpx.AsyncClient, house: House) -> None:
    """Who names a pool must not write the page."""
    house.file.write_text(NASTY)
    await house.begin()
    house.troubles.begin("a", "<b>", "<i>")
    answer = await browser.get("/")
    assert "<script>" not in answer.text
    assert "<td>&lt;script&gt;</td>" in answer.text
    assert "<li>&lt;b&gt; — &lt;i&gt;</li>" in answer.text


@pytest.mark.parametrize(("trouble", "status"), [(False, 200), (True, 503)])
async def test_health_is_for_probes(browser: httpx.AsyncClient, living: House, trouble: bool, status: int) -> None:
    """200 or 503."""
    if trouble:
        living.troubles.begin("a", "wrong")
    answer = await browser.get("/healthz")
    assert (answer.status_code, answer.json()["ok"]) == (status, not trouble)


async def test_trouble_that_needs_a_person_is_no_reason_to_restart(browser: httpx.AsyncClient, living: House) -> None:
    """A held schedule, say: only a tick, ledger or gate that does not answer is."""
    living.troubles.begin("schedules.held", "three pools less")
    answer = await browser.get("/livez")
    assert (answer.status_code, answer.json()) == (200, {"ok": True, "line": "alive"})
    living.clock.advance(STALE_AFTER)
    answer = await browser.get("/livez")
    assert (answer.status_code, answer.json()["ok"]) == (503, False)


async def test_metrics_count_what_a_person_would_look_at(browser: httpx.AsyncClient, living: House) -> None:
    """In Prometheus' text format."""
    living.troubles.begin("a", "wrong")
    lines = (await browser.get("/metrics")).text.splitlines()
    for line in (
        "poolpower_up 0",
        "poolpower_pools 1",
        "poolpower_troubles 1",
        'poolpower_project_in_flight{project="default"} 0',
        'poolpower_project_waiting{project="default"} 0',
        'poolpower_project_halted{project="default"} 0',
    ):
        assert line in lines


def test_label_is_escaped() -> None:
    """As the text format wants it."""
    assert page._label('a"b\\c\nd') == 'a\\"b\\\\c\\nd'


@pytest.mark.parametrize("path", ["/"])
async def test_ledger_that_cannot_be_read_is_said(
    browser: httpx.AsyncClient, living: House, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Instead of a page of old news."""

    async def unreadable() -> None:
        raise LedgerError("the ledger cannot be read")

    monkeypatch.setattr(living.office, "status", unreadable)
    answer = await browser.get(path)
    assert (answer.status_code, answer.text) == (503, "the ledger cannot be read\n")


async def test_page_is_read_only(browser: httpx.AsyncClient) -> None:
    """There is nothing to post to."""
    for path in ("/", "/healthz", "/livez", "/metrics", "/v1/now"):
        assert (await browser.post(path)).status_code in (404, 405)
