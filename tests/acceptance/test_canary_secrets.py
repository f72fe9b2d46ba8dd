"""A canary as the secret key: it must not stand in anything that a daemon writes, answers or shows."""

# ruff: noqa: ASYNC240 - a few bytes in a temporary folder

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

import httpx

from daemon.workspace.sandbox import Fault, KeyPair
from tests.support.site import POOLS, Site, a_site

if TYPE_CHECKING:
    from pathlib import Path

ACCESS_KEY = "CANARYACCESSKEY00001"
SECRET_KEY = "canary-sk-7f3a9c/+plain=text"
TELL_TALE = "7f3a9c"
SIGNED = f"SignatureDoesNotMatch: string to sign SDK-HMAC-SHA256 was signed with {SECRET_KEY}, expected another"
ECHOES = (
    Fault(status=400, code="WKS.0001", msg=SIGNED, detail=SIGNED, encoded=SECRET_KEY),
    Fault(status=400, body=f"<html>{SIGNED}</html>"),
    Fault(status=400, body={"error": {"message": SIGNED, "title": SECRET_KEY}}),
    Fault(status=200, body={"error_code": SECRET_KEY, "error_msg": SIGNED}),
)
"""What a gateway says that repeats what it was sent, in the shapes in which errors come."""


async def everything_said(site: Site) -> dict[str, str]:
    """Every answer of a daemon that runs, by where it comes from."""
    said = {}
    for path in ("/v1/status", "/v1/health", "/v1/history", "/v1/runs/1", "/v1/whom?pool=a", "/v1/runs/99"):
        said[path] = str(await asyncio.to_thread(site.control.ask, "GET", path))
    async with httpx.AsyncClient(base_url="http://{}:{}".format(*site.page)) as browser:
        for path in ("/", "/healthz", "/livez", "/metrics"):
            said[f"page {path}"] = (await browser.get(path)).text
    for command in (["status"], ["history"], ["show", "1"], ["settings"], ["retry", "1", "--yes"], ["health"]):
        said[" ".join(command)] = str(await site.cli(*command))
    return said


async def test_secret_key_that_the_cloud_repeats_shows_nowhere(tmp_path: Path) -> None:
    """Neither in log, ledger, status, page, metrics nor on standard error, whatever shape the error has."""
    async with a_site(tmp_path, key=KeyPair(ACCESS_KEY, SECRET_KEY)) as site:
        async with site.process(
            listen=":".join(map(str, site.page)), backoff_first=30, backoff_max=60, log_level="debug"
        ) as process:
            for number, fault in enumerate(ECHOES):
                site.world.script(POOLS["a"], fault)
                run = await site.order("stop", "a", request=f"r-{number}")
                await site.until_run(lambda row, run=run: row["run"] == run["run"] and row["state"] == "failed", "a")
            site.world.script(f"list-desktops {POOLS['a']}", *ECHOES)
            said = await everything_said(site)
            process.terminate()
            assert await process.wait() == 0
        said["log"] = site.log()
        written = [path for path in tmp_path.rglob("*") if path.is_file() and path.suffix not in (".log", ".reserve")]
        said |= {path.name: path.read_bytes().decode("latin-1") for path in written}
        code, out, err = await site.cli("run", schedules=tmp_path / "nowhere", database_url=f"sqlite:///{tmp_path}/2")
        said["failing start"] = f"{code} {out} {err}"
    assert {"ledger.db", "log", "page /", "status", "failing start"} <= set(said)
    kept = "".join(text for name, text in said.items() if name.startswith("ledger.db"))
    assert kept.count("SignatureDoesNotMatch") >= len(ECHOES), "the faults were told"
    for needle in (SECRET_KEY, TELL_TALE, ACCESS_KEY):
        shown = {where: re.findall(f".{{0,60}}{re.escape(needle)}", text) for where, text in said.items()}
        assert {where: found for where, found in shown.items() if found} == {}
