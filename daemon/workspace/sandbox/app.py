"""The simulated Workspace API as a Starlette application."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.routing import Match, Route

from daemon.workspace.sandbox.api import Api
from daemon.workspace.sandbox.calls import ApiCall
from daemon.workspace.sandbox.control import control_routes
from daemon.workspace.sandbox.signature import Received
from daemon.workspace.sandbox.transmission import Line, transmit

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from daemon.workspace.sandbox.world import World

_PROJECT = "/v2/{project_id}"
ROUTES = (
    ("POST", f"{_PROJECT}/desktop-pools/{{pool_id}}/action", ApiCall.ACT_ON_POOL),
    ("GET", f"{_PROJECT}/desktop-pools", ApiCall.LIST_POOLS),
    ("GET", f"{_PROJECT}/desktop-pools/{{pool_id}}", ApiCall.SHOW_POOL),
    ("GET", f"{_PROJECT}/desktop-pools/{{pool_id}}/desktops", ApiCall.LIST_DESKTOPS),
    ("GET", f"{_PROJECT}/workspace-jobs/{{job_id}}", ApiCall.SHOW_JOB),
    ("GET", f"{_PROJECT}/workspace-sub-jobs", ApiCall.LIST_SUB_JOBS),
    ("POST", f"{_PROJECT}/desktops/action", ApiCall.ACT_ON_DESKTOPS),
    ("POST", f"{_PROJECT}/desktop-pools/{{pool_id}}/notifications", ApiCall.NOTIFY_POOL),
    ("POST", f"{_PROJECT}/desktops/notifications", ApiCall.NOTIFY_DESKTOPS),
    ("POST", "/v3/auth/tokens", ApiCall.CREATE_TOKEN),
    ("GET", "/v3/projects", ApiCall.LIST_PROJECTS),
)


def create_app(world: World, *, check_signatures: bool = True) -> Starlette:
    """The service, answering from ``world``.

    Args:
        world: what it knows; tests hold on to it to script and to look.
        check_signatures: False lets every caller in, for benchmarks of clients.

    Returns:
        The application; ``serving.serve`` gives it the means to break connections.
    """
    api = Api(world, check_signatures=check_signatures)
    routes = [ExactRoute(path, Endpoint(api, call), methods=[method]) for method, path, call in ROUTES]
    app = Starlette(routes=[*routes, *control_routes(world)])
    app.router.default = Endpoint(api, None)
    app.router.redirect_slashes = False
    return app


class ExactRoute(Route):
    """A route for its method only: the gateway answers another method as it answers an unknown path."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """No match where only the path matches."""
        match, child = super().matches(scope)
        return (match, child) if match is Match.FULL else (Match.NONE, {})


class Endpoint:
    """One call as a bare ASGI application: Starlette's request and response objects would cost a third of the time."""

    def __init__(self, api: Api, call: ApiCall | None) -> None:
        """Answer ``call``, or whatever is unknown."""
        self._api = api
        self._call = call

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the request, ask the service, send its reply."""
        headers: dict[str, bytes] = {}
        for name, value in scope["headers"]:
            headers.setdefault(name.decode("latin-1"), value)
        raw_path = scope.get("raw_path") or scope["path"].encode()
        body = await _read(receive)
        received = Received(scope["method"], raw_path, scope["query_string"], headers, body)
        reply = self._api.answer(self._call, received, scope.get("path_params", {}), scope["path"])
        date = _http_date(int(self._api.world.now().timestamp()))
        await transmit(reply, date, Line(scope, receive, send))


async def _read(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        content: bytes = message.get("body", b"")
        body += content
        if not message.get("more_body"):
            return body


@lru_cache(maxsize=8)
def _http_date(timestamp: int) -> str:
    return format_datetime(datetime.fromtimestamp(timestamp, UTC), usegmt=True)
