"""The control API over the Unix socket: JSON in, JSON out; the peer's uid is who asked."""

from __future__ import annotations

import asyncio
import json
import pwd
import socket
import struct
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route

from daemon.errors import PoolpowerError
from daemon.execution.manual import NoSuchRunError, RefusedError
from daemon.execution.overriding import Which
from daemon.ledger.errors import LedgerError
from daemon.ledger.overriding import Order
from daemon.service.asking import NotFoundError, NotReadyError, action_called, kind_called
from daemon.service.overriding import Call
from daemon.timetable.selection import UnknownPoolError
from daemon.webserver import TRANSPORT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.requests import Request

    from daemon.service.office import Office

    Handler = Callable[[Request], Awaitable[Response]]

BAD_REQUEST, NOT_FOUND, CONFLICT, UNAVAILABLE = 400, 404, 409, 503
INTERNAL = 500
LARGEST_BODY = 1024 * 1024
LONGEST_TEXT = 2_000
LONGEST_NUMBER = 18
LARGEST_NUMBER = 2**63 - 1
"""What the ledger can hold."""
NEWEST = 100
MOST_NEXT = 100
_PEER = struct.Struct("3i")


class BadRequestError(PoolpowerError):
    """A call that does not say what it must."""


def app(office: Office) -> Starlette:
    """The control API of an office."""
    desk = _Desk(office)
    routes = [
        Route("/v1/status", _safely(desk.status)),
        Route("/v1/health", _safely(desk.health)),
        Route("/v1/history", _safely(desk.history)),
        Route("/v1/runs/{run}", _safely(desk.show)),
        Route("/v1/whom", _safely(desk.whom)),
        Route("/v1/now", _safely(desk.now), methods=["POST"]),
        Route("/v1/retry", _safely(desk.retry), methods=["POST"]),
        Route("/v1/cancel", _safely(desk.cancel), methods=["POST"]),
        Route("/v1/overrides", _safely(desk.overrides)),
        Route("/v1/override", _safely(desk.override), methods=["POST"]),
        Route("/v1/resume", _safely(desk.resume), methods=["POST"]),
        Route("/v1/ensure", _safely(desk.ensure), methods=["POST"]),
        Route("/v1/reload", _safely(desk.reload), methods=["POST"]),
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: _no_such_call, Exception: _fault})


def _safely(handler: Handler) -> Handler:
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except PoolpowerError as error:
            return reply({"error": error.message, "hint": error.hint}, _status_of(error))

    return answer


async def _no_such_call(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else NOT_FOUND
    return reply({"error": f"there is no call {request.method} {request.url.path}", "hint": None}, status)


async def _fault(request: Request, error: Exception) -> Response:
    """The web server logs the error itself, with its trace."""
    del request
    return reply({"error": f"internal: {type(error).__name__}", "hint": "the daemon's log has the trace"}, INTERNAL)


def _status_of(error: PoolpowerError) -> int:
    match error:
        case NotFoundError() | NoSuchRunError() | UnknownPoolError():
            return NOT_FOUND
        case RefusedError():
            return CONFLICT
        case LedgerError() | NotReadyError():
            return UNAVAILABLE
        case _:
            return BAD_REQUEST


def reply(content: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(json.dumps(content), status, media_type="application/json")


class _Desk:
    """Reads calls, asks the office, writes answers."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def status(self, request: Request) -> Response:
        del request
        # Straight to bytes: of thousands of pools it takes some megabytes, and would take them twice as a text.
        return Response(orjson.dumps(await self._office.status()), media_type="application/json")

    async def health(self, request: Request) -> Response:
        del request
        health = self._office.health()
        return reply(health, 200 if health["ok"] else UNAVAILABLE)

    async def history(self, request: Request) -> Response:
        query = request.query_params
        return reply(
            await self._office.history(
                pool=query.get("pool"),
                project=query.get("project"),
                since=_instant(query, "since"),
                state=query.get("state"),
                limit=_number(query, "limit", NEWEST),
            )
        )

    async def show(self, request: Request) -> Response:
        text = request.path_params["run"]
        if not (text.isascii() and text.isdecimal()) or len(text) > LONGEST_NUMBER:
            raise NotFoundError(f"there is no run {text[:LONGEST_NUMBER]!r}", "poolpower history lists the runs")
        return reply(await self._office.show(_within(int(text))))

    async def whom(self, request: Request) -> Response:
        pool = request.query_params.get("pool")
        if not pool:
            raise BadRequestError("the call names no pool", "?pool=NAME")
        return reply(await self._office.whom(pool, request.query_params.get("project")))

    async def now(self, request: Request) -> Response:
        body = await _body(request)
        rows = await self._office.now(
            action=_text(body, "action"),
            pools=_texts(body, "pools"),
            type_=_optional(body, "type"),
            reason=_optional(body, "reason"),
            request=_text(body, "request"),
            who=await who(request),
        )
        in_spite_of = await self._office.overriding.in_spite_of(_texts(body, "pools"), _text(body, "action"))
        return reply({"runs": rows, "mode": self._office.mode, "in_spite_of": in_spite_of})

    async def retry(self, request: Request) -> Response:
        body = await _body(request)
        rows = await self._office.retry(
            run=_run(body),
            since=_instant(body, "since"),
            reason=_optional(body, "reason"),
            request=_text(body, "request"),
            who=await who(request),
        )
        return reply({"runs": rows, "mode": self._office.mode})

    async def cancel(self, request: Request) -> Response:
        body = await _body(request)
        run = _run(body)
        if run is None:
            raise BadRequestError("the call names no run", None)
        return reply({"run": await self._office.cancel(run, await who(request), _optional(body, "reason"))})

    async def overrides(self, request: Request) -> Response:
        query = request.query_params
        names = query.getlist("pool")
        return reply(await self._office.overriding.listed(names or None, all_time=query.get("all_time") == "true"))

    async def override(self, request: Request) -> Response:
        body = await _body(request)
        action = _optional(body, "action")
        call = Call(
            kind=kind_called(_text(body, "kind")),
            pools=_pools(body),
            until=_instant(body, "until"),
            count=_count(body),
            action=None if action is None else action_called(action),
            enforces=body.get("then") != "nothing",
            is_rehearsal=body.get("dry_run") is True,
        )
        return reply(await self._office.overriding.put(call, await _order(request, body)))

    async def resume(self, request: Request) -> Response:
        body = await _body(request)
        override = _whole(body, "override")
        names = None if override is not None else _pools(body)
        return reply(await self._office.overriding.resume(Which(override), names, await _order(request, body)))

    async def ensure(self, request: Request) -> Response:
        body = await _body(request)
        is_rehearsal = body.get("dry_run") is True
        order = await _order(request, body)
        return reply(await self._office.overriding.ensure(_pools(body), order, is_rehearsal=is_rehearsal))

    async def reload(self, request: Request) -> Response:
        body = await _body(request)
        outcome = await self._office.reload(
            expect=_optional(body, "expect"),
            accept=body.get("accept") is True,
            who=await who(request),
            note=_optional(body, "note"),
        )
        return reply(outcome.to_json())


async def who(request: Request) -> str:
    """The user at the other end of the socket, by name where it has one.

    Asked for on a thread: a directory of users somewhere on the network must not hold up anything that is due.
    """
    transport = request.scope.get("extensions", {}).get(TRANSPORT)
    channel = transport.get_extra_info("socket") if transport is not None else None
    if channel is None:
        return "unknown"
    _, uid, _ = _PEER.unpack(channel.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _PEER.size))
    return await asyncio.to_thread(_name_of, uid)


@lru_cache(maxsize=256)
def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"uid {uid}"


async def _body(request: Request) -> dict[str, Any]:
    content = b""
    try:
        async for chunk in request.stream():
            content += chunk
            if len(content) > LARGEST_BODY:
                raise BadRequestError("the call's body is too large", None)
        body = json.loads(content or b"{}")
    except ClientDisconnect as error:
        raise BadRequestError("the caller went away in the middle of its call", None) from error
    except (ValueError, RecursionError) as error:
        raise BadRequestError("the call's body is no JSON", None) from error
    if not isinstance(body, dict):
        raise BadRequestError("the call's body is no JSON object", None)
    return body


def _optional(body: Mapping[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is None or isinstance(value, str):
        return _bounded(name, value) if value else None
    raise BadRequestError(f"{name} is to be a text, found {value!r}", None)


def _bounded(name: str, text: str) -> str:
    """A text that can be stored and logged."""
    if len(text) > LONGEST_TEXT:
        raise BadRequestError(f"{name} is too long: {len(text)} characters, {LONGEST_TEXT} at most", None)
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        raise BadRequestError(f"{name} holds half a character", "send UTF-8")
    return text


def _text(body: Mapping[str, Any], name: str) -> str:
    value = _optional(body, name)
    if value is None:
        raise BadRequestError(f"the call gives no {name}", None)
    return value


def _texts(body: Mapping[str, Any], name: str) -> list[str]:
    value = body.get(name)
    if isinstance(value, list) and value and all(isinstance(one, str) and one for one in value):
        return value
    raise BadRequestError(f"{name} is to be a list of texts, found {value!r}", None)


def _pools(body: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The names that a call gives; None where it means all pools, which it has to say."""
    if body.get("all") is True and "pools" not in body:
        return None
    return tuple(_texts(body, "pools"))


async def _order(request: Request, body: Mapping[str, Any]) -> Order:
    return Order(who=await who(request), reason=_optional(body, "reason"), request=_text(body, "request"))


def _run(body: Mapping[str, Any]) -> int | None:
    return _whole(body, "run")


def _whole(body: Mapping[str, Any], name: str) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        what = "a run" if name == "run" else "an override"
        raise BadRequestError(f"{name} is to be the number of {what}, found {value!r}", None)
    return _within(value)


def _count(body: Mapping[str, Any]) -> int | None:
    value = body.get("next")
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MOST_NEXT:
        raise BadRequestError(f"next is to be a whole number from 1 to {MOST_NEXT}, found {value!r}", None)
    return value


def _within(number: int) -> int:
    if abs(number) > LARGEST_NUMBER:
        raise NotFoundError("no number is that large", "poolpower history lists the runs")
    return number


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal()) or not text.strip("0"):
        raise BadRequestError(f"{name} is to be a whole number above 0, found {text!r}", None)
    return LARGEST_NUMBER if len(text) > LONGEST_NUMBER else min(int(text), LARGEST_NUMBER)


def _instant(values: Mapping[str, Any], name: str) -> datetime | None:
    text = values.get(name)
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(str(text))
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadRequestError(f"{name} is to be an ISO 8601 instant, found {text!r}", None) from error
    raise BadRequestError(f"{name} is to have an offset, found {text!r}", "e.g. 2026-11-23T19:00:00Z")
