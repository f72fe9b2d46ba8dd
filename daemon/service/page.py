"""The status page and the metrics: what a person and a monitoring system want to see at a glance, read-only."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from daemon.ledger.errors import LedgerError
from daemon.service.localtime import in_words

if TYPE_CHECKING:
    from starlette.requests import Request

    from daemon.service.office import Office

UNAVAILABLE = 503
STYLE = """body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1c2430}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #d8dee6}
th{font-weight:600}.ok{color:#12703a}.trouble{color:#a11}code{background:#f1f4f7;padding:.1rem .3rem}"""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def app(office: Office) -> Starlette:
    """The page of an office."""

    async def page(request: Request) -> Response:
        del request
        return HTMLResponse(_page(await office.status(), office.health()), headers=HEADERS)

    async def health(request: Request) -> Response:
        del request
        found = office.health()
        return JSONResponse(found, 200 if found["ok"] else UNAVAILABLE)

    async def liveness(request: Request) -> Response:
        del request
        found = office.liveness()
        return JSONResponse(found, 200 if found["ok"] else UNAVAILABLE)

    async def metrics(request: Request) -> Response:
        del request
        return PlainTextResponse(_metrics(office.gauges(), office.health()))

    async def unreadable(request: Request, error: Exception) -> Response:
        del request
        return PlainTextResponse(f"{error}\n", UNAVAILABLE, headers=HEADERS)

    routes = [
        Route("/", page),
        Route("/healthz", health),
        Route("/livez", liveness),
        Route("/metrics", metrics),
    ]
    return Starlette(routes=routes, exception_handlers={LedgerError: unreadable})


def _page(status: dict[str, Any], health: dict[str, Any]) -> str:
    colour = "ok" if health["ok"] else "trouble"
    warnings = "".join(f"<li>{escape(warning['message'])}</li>" for warning in health["warnings"])
    rows = "".join(_row(pool) for pool in status["pools"])
    troubles = "".join(
        f"<li>{escape(' — '.join(part for part in (trouble['message'], trouble['hint']) if part))}</li>"
        for trouble in health["trouble"]
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="30">'
        f"<title>poolpower</title><style>{STYLE}</style></head><body><h1>poolpower</h1>"
        f'<p class="{colour}">{escape(health["line"])}</p><ul class="trouble">{troubles}</ul><ul>{warnings}</ul>'
        f"<p>version {escape(status['version'])}, mode {escape(status['mode'])}, "
        f"schedule version {status['schedules']['version']} from <code>{escape(status['schedules']['file'])}</code></p>"
        "<table><thead><tr><th>Pool</th><th>Next</th><th>Last run</th><th>State</th><th>Now</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></body></html>"
    )


def _row(pool: dict[str, Any]) -> str:
    upcoming, last, under_way = pool["next"], pool["last"], pool["open"]
    cells = [
        pool["pool"],
        f"{in_words(upcoming['at'])} {upcoming['action']} {upcoming['type']}" if upcoming else "–",
        f"{in_words(last['scheduled_at'])} {last['action']} {last['type']}" if last else "–",
        f"{last['state']}: {last['reason'] or ''}" if last else "–",
        "; ".join(_at_present(under_way, pool["override"])) or "–",
    ]
    return f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in cells)}</tr>"


def _at_present(under_way: dict[str, Any] | None, override: dict[str, Any] | None) -> list[str]:
    """A run under way, and what lies on the pool."""
    run = [f"run {under_way['run']} {under_way['action']} {under_way['state']}"] if under_way else []
    if override is None:
        return run
    said = [
        override["kind"].replace("-", " "),
        override["action"],
        f"until {in_words(override['until']) if override['until'] else 'resumed'}",
    ]
    who = [f"by {override['who']}"] if override["who"] else []
    return [*run, " ".join(filter(None, [*said, *who])) + (f": {override['reason']}" if override["reason"] else "")]


def _metrics(gauges: dict[str, Any], health: dict[str, Any]) -> str:
    lines = [
        "# HELP poolpower_up Whether the daemon does its work.",
        "# TYPE poolpower_up gauge",
        f"poolpower_up {int(health['ok'])}",
        "# HELP poolpower_pools Pools of the schedule in force.",
        "# TYPE poolpower_pools gauge",
        f"poolpower_pools {gauges['pools']}",
        "# HELP poolpower_troubles Things that need a person.",
        "# TYPE poolpower_troubles gauge",
        f"poolpower_troubles {len(health['trouble'])}",
    ]
    for name, key in (("in_flight", "in_flight"), ("waiting", "waiting"), ("halted", "halted")):
        lines += [f"# TYPE poolpower_project_{name} gauge"]
        lines += [
            f'poolpower_project_{name}{{project="{_label(project["project"])}"}} {int(project[key])}'
            for project in gauges["projects"]
        ]
    return "\n".join(lines) + "\n"


def _label(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
