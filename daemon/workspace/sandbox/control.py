"""The sandbox's own handles under ``/sandbox``: what the real service does not have. No credentials are asked for."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import orjson
from starlette.responses import Response
from starlette.routing import Route

from daemon.errors import PoolpowerError
from daemon.timetable.actions import Action
from daemon.workspace.sandbox import rendering
from daemon.workspace.sandbox.desktops import Desktop, DesktopFailure, Outcome
from daemon.workspace.sandbox.faults import parse_faults
from daemon.workspace.sandbox.refusals import Refusal, invalid
from daemon.workspace.sandbox.requests import read_body

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.requests import Request

    from daemon.workspace.sandbox.world import World

Json = dict[str, object]
_POOL_SETTINGS = {"in_maintenance_mode": bool, "refuses_when_busy": bool, "status": str, "name": str}
_DESKTOP_SETTINGS = {"status": str, "login_status": str, "is_frozen": bool, "in_maintenance_mode": bool}


def control_routes(world: World) -> list[Route]:
    """Routes to look into the world and to let it misbehave."""
    control = Control(world)
    table: list[tuple[str, str, Callable[[Request, Any], Json]]] = [
        ("GET", "/sandbox", control.overview),
        ("GET", "/sandbox/requests", control.requests),
        ("GET", "/sandbox/pools/{pool_id}", control.pool),
        ("POST", "/sandbox/script", control.script_call),
        ("POST", "/sandbox/pools/{pool_id}", control.change_pool),
        ("POST", "/sandbox/pools/{pool_id}/script", control.script_pool),
        ("POST", "/sandbox/desktops/{desktop_id}", control.change_desktop),
        ("POST", "/sandbox/desktops/{desktop_id}/script", control.script_desktop),
        ("POST", "/sandbox/tokens/revoke", control.revoke_tokens),
        ("POST", "/sandbox/clock", control.set_clock),
    ]
    return [Route(path, _endpoint(handler), methods=[method]) for method, path, handler in table]


class Control:
    """The handles; each takes the request and its JSON body and returns JSON."""

    def __init__(self, world: World) -> None:
        """Handle ``world``."""
        self._world = world

    def overview(self, _request: Request, _body: object) -> Json:
        """What is here, and what waits."""
        pools = [pool for project in self._world.identity.projects for pool in self._world.pools(project)]
        return {
            "service": "a simulated Workspace API; nothing here is real",
            "projects": self._world.identity.projects,
            "pools": [{"id": p.pool_id, "name": p.name, "status": p.shown_status} for p in pools],
            "scripts": self._world.scripts.waiting(),
            "requests": self._world.journal.last,
        }

    def requests(self, request: Request, _body: object) -> Json:
        """The record of requests; ``since`` is the last number already seen."""
        query = request.query_params
        since = query.get("since", "0")
        if not since.isdigit():
            raise invalid(f"since is {since!r}, expected the number of a request.")
        found = self._world.journal.entries(since=int(since), call=query.get("call"), pool_id=query.get("pool_id"))
        return {"requests": [entry.to_json() for entry in found], "last": self._world.journal.last}

    def pool(self, request: Request, _body: object) -> Json:
        """One pool with its desktops, messages and what it refuses, whatever its project."""
        now = self._world.now()
        pool = self._world.any_pool(request.path_params["pool_id"])
        desktops = [rendering.desktop_json(desktop, now) for desktop in pool.desktops]
        return {**rendering.pool_json(pool), "desktops": desktops, "messages": list(pool.messages)}

    def script_call(self, _request: Request, body: Mapping[str, object]) -> Json:
        """Faults for the next requests of a call, of one pool where ``pool_id`` is given."""
        call, pool_id = body.get("call"), body.get("pool_id")
        if not isinstance(call, str):
            raise invalid('"call" names an API call, for example "show-job".')
        self._world.scripts.set(call if pool_id is None else f"{call} {pool_id}", parse_faults(body.get("faults")))
        return {"waiting": self._world.scripts.waiting()}

    def script_pool(self, request: Request, body: Mapping[str, object]) -> Json:
        """Faults for the next actions of a pool: a list, or an object with ``faults``."""
        pool = self._world.any_pool(request.path_params["pool_id"])
        self._world.scripts.set(pool.pool_id, parse_faults(body.get("faults")))
        return {"waiting": self._world.scripts.waiting()}

    def script_desktop(self, request: Request, body: Mapping[str, object]) -> Json:
        """A failure of one desktop: action, outcome, code, reason, once."""
        desktop = self._world.desktop(request.path_params["desktop_id"])
        desktop.failures.append(parse_failure(body))
        return {"waiting": len(desktop.failures)}

    def change_pool(self, request: Request, body: Mapping[str, object]) -> Json:
        """Set a pool's own state."""
        pool = self._world.any_pool(request.path_params["pool_id"])
        _set(pool, body, _POOL_SETTINGS)
        return rendering.pool_json(pool)

    def change_desktop(self, request: Request, body: Mapping[str, object]) -> Json:
        """Set a desktop's state, as if somebody else had done something to it; what it is busy with is forgotten."""
        desktop: Desktop = self._world.desktop(request.path_params["desktop_id"])
        _set(desktop, body, _DESKTOP_SETTINGS)
        if "status" in body:
            desktop.task = None
        return rendering.desktop_json(desktop, self._world.now())

    def revoke_tokens(self, _request: Request, _body: object) -> Json:
        """Let every token die early."""
        return {"revoked": self._world.identity.revoke_tokens()}

    def set_clock(self, _request: Request, body: Mapping[str, object]) -> Json:
        """Let the service's clock be off by ``offset`` seconds."""
        offset = body.get("offset")
        if isinstance(offset, bool) or not isinstance(offset, int | float):
            raise invalid("offset is a number of seconds.")
        self._world.clock_offset = timedelta(seconds=offset)
        return {"now": self._world.now().isoformat()}


def parse_failure(body: Mapping[str, object]) -> DesktopFailure:
    """Read a desktop's script.

    Raises:
        Refusal: an unknown key, action or outcome.
    """
    known: dict[str, Callable[[Any], object]] = {
        "action": Action,
        "outcome": lambda text: Outcome(str(text).replace("-", " ")),
        "code": str,
        "reason": str,
        "once": bool,
    }
    unknown = sorted(set(body) - set(known))
    if unknown:
        raise invalid(f"Unknown in a desktop's script: {', '.join(unknown)}; known: {', '.join(known)}.")
    try:
        named: dict[str, Any] = {key: known[key](value) for key, value in body.items() if value is not None}
    except ValueError as error:
        raise invalid(f"A desktop's script: {error}.") from None
    return DesktopFailure(**named)


def _set(target: object, body: Mapping[str, object], settings: Mapping[str, type]) -> None:
    for key, value in body.items():
        if key not in settings or not isinstance(value, settings[key]):
            wanted = ", ".join(f"{name} ({kind.__name__})" for name, kind in settings.items())
            raise invalid(f"{key} = {value!r} cannot be set; what can: {wanted}.")
    for key, value in body.items():
        setattr(target, key, value)


def _endpoint(handler: Callable[[Request, Any], Json]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        content = await request.body()
        try:
            body: object = _loads(content) if request.method == "POST" else None
            return _json(handler(request, body))
        except Refusal as refusal:
            return _json({"error": refusal.message, "hint": None}, refusal.status)
        except PoolpowerError as error:
            return _json({"error": error.message, "hint": error.hint}, 400)

    return endpoint


def _loads(content: bytes) -> object:
    # read_body takes objects only; a script of a pool may be a bare list.
    wrapped = b'{"faults":' + content + b"}" if content.lstrip().startswith(b"[") else content or b"{}"
    return read_body(wrapped)


def _json(content: Json, status: int = 200) -> Response:
    return Response(orjson.dumps(content), status, media_type="application/json")
