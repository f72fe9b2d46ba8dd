"""The simulated service without HTTP: a received request goes in, a reply comes out, and the journal knows of both.

The gateway judges first; then a script that waits for the call, if any, stands for the service's bad days.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import orjson

from daemon.workspace.sandbox import rendering, requests
from daemon.workspace.sandbox.calls import ApiCall, Asked, Reply
from daemon.workspace.sandbox.faulty import faulty_reply
from daemon.workspace.sandbox.gateway import Gateway
from daemon.workspace.sandbox.handlers import Handlers
from daemon.workspace.sandbox.refusals import Refusal, invalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from daemon.workspace.sandbox.calls import Json
    from daemon.workspace.sandbox.faults import Fault
    from daemon.workspace.sandbox.journal import Entry
    from daemon.workspace.sandbox.signature import Received
    from daemon.workspace.sandbox.world import World


class Api:
    """Answers requests from a world."""

    def __init__(self, world: World, *, check_signatures: bool = True) -> None:
        """Answer from ``world``; ``check_signatures=False`` lets everyone in, for benchmarks of clients."""
        self.world = world
        self._gateway = Gateway(world, check_signatures=check_signatures)
        self._handlers = Handlers(world).table()

    def answer(self, call: ApiCall | None, received: Received, path: Mapping[str, str], shown_path: str) -> Reply:
        """Answer one request; never raises for anything that a client can send."""
        now = self.world.now()
        entry = self.world.journal.open(now, received.method, shown_path, call)
        entry.pool_id = path.get("pool_id")
        if call is not None and call.writes:
            _note(entry, received.body)
        reply, fault = self._answer(Asked(call, received, path, now, entry))
        if fault is not None:
            reply = faulty_reply(reply, fault)
        entry.status = reply.status if entry.answer is None else None
        entry.answered()
        return reply

    def _answer(self, asked: Asked) -> tuple[Reply, Fault | None]:
        fault: Fault | None = None
        try:
            call = self._gateway.admit(asked)
            fault = self._script(call, asked)
            return self._carry_out(call, asked, fault), fault
        except Refusal as refusal:
            asked.entry.error_code = refusal.code
            return Reply(refusal.status, orjson.dumps(_refusal_json(asked.call, refusal)), asked.entry), fault

    def _script(self, call: ApiCall, asked: Asked) -> Fault | None:
        pool_id = asked.path.get("pool_id")
        of_pool = pool_id if call is ApiCall.ACT_ON_POOL else f"{call} {pool_id}"
        return self.world.scripts.take(of_pool, call)

    def _carry_out(self, call: ApiCall, asked: Asked, fault: Fault | None) -> Reply:
        if fault is not None and not fault.executes:
            return Reply(200, b"{}", asked.entry)
        if call is ApiCall.CREATE_TOKEN:
            return self._create_token(asked)
        body = self._handlers[call](asked)
        asked.entry.executed = True
        return Reply(200, orjson.dumps(body), asked.entry)

    def _create_token(self, asked: Asked) -> Reply:
        body = requests.read_body(asked.received.body)
        try:
            auth = _mapping(body["auth"])
            user = _mapping(_mapping(_mapping(auth["identity"])["password"])["user"])
            project_id = str(_mapping(_mapping(auth["scope"])["project"])["id"])
            name, password, domain = str(user["name"]), str(user["password"]), str(_mapping(user["domain"])["name"])
        except (KeyError, TypeError) as error:
            raise invalid(f"The request body is invalid: {error}.") from None
        identity = self.world.identity
        token = identity.issue(name, password, domain, project_id, asked.now)
        asked.entry.user = name
        asked.entry.executed = True
        content = orjson.dumps(rendering.token_json(token, identity.projects[project_id]))
        return Reply(201, content, asked.entry, headers=(("X-Subject-Token", token.value),))


def _refusal_json(call: ApiCall | None, refusal: Refusal) -> Json:
    # A 429 is the gateway's answer, not IAM's.
    if call is ApiCall.CREATE_TOKEN and refusal.status in _IAM_TITLES:
        title = _IAM_TITLES[refusal.status]
        return {"error": {"code": refusal.status, "message": refusal.message, "title": title}}
    return refusal.to_json()


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is no object")
    return value


def _note(entry: Entry, content: bytes) -> None:
    """Put on record what was asked for, whether or not it will be carried out."""
    with contextlib.suppress(Refusal):
        body = requests.read_body(content)
        ids = body.get("desktop_ids")
        entry.action, entry.type = _text(body.get("op_type")), _text(body.get("type"))
        entry.desktop_ids = tuple(map(str, ids)) if isinstance(ids, list) else ()


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


_IAM_TITLES = {400: "Bad Request", 401: "Unauthorized"}
