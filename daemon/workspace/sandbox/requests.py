"""Reads what a request asks for: its body, its paging, its filters; refuses what is malformed."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar
from urllib.parse import parse_qsl

import orjson

from daemon.timetable.actions import Action, ActionType
from daemon.workspace.sandbox.refusals import POOL_UNKNOWN, Refusal, invalid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

T = TypeVar("T")

POOL_SPELLING = {
    "os-start": Action.START,
    "os-stop": Action.STOP,
    "reboot": Action.REBOOT,
    "hibernate": Action.HIBERNATE,
}
DESKTOP_SPELLING = {
    "os-start": Action.START,
    "os-stop": Action.STOP,
    "reboot": Action.REBOOT,
    "os-hibernate": Action.HIBERNATE,
}
MOST_DESKTOPS = 100


def read_body(body: bytes) -> Mapping[str, object]:
    """The JSON object of a request.

    Raises:
        Refusal: empty, not JSON, not an object.
    """
    if not body.strip():
        # The vendor's table gives an empty message the code of a missing pool.
        raise Refusal(400, POOL_UNKNOWN, "The request message input by the interface is empty.")
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise invalid(f"The request body is not JSON: {error}") from None
    if not isinstance(found, dict):
        raise invalid("The request body is not a JSON object.")
    return found


def read_action(body: Mapping[str, object], spelling: Mapping[str, Action]) -> tuple[Action, ActionType]:
    """What is to be done, in the spelling of the call.

    Raises:
        Refusal: an unknown op_type or type.
    """
    op_type, type_ = body.get("op_type"), body.get("type") or ActionType.SOFT
    if not isinstance(op_type, str) or op_type not in spelling:
        raise invalid(f"op_type is {op_type!r}, expected one of {', '.join(spelling)}.")
    if type_ not in ("SOFT", "HARD"):
        raise invalid(f"type is {type_!r}, expected SOFT or HARD.")
    return spelling[op_type], ActionType(str(type_))


def read_desktop_ids(body: Mapping[str, object]) -> list[str]:
    """The desktops that a per-desktop call names.

    Raises:
        Refusal: none, more than 100, or no strings.
    """
    ids = body.get("desktop_ids")
    named = isinstance(ids, list) and all(isinstance(each, str) for each in ids)
    if not isinstance(ids, list) or not named or not 1 <= len(ids) <= MOST_DESKTOPS:
        raise invalid(f"desktop_ids must be a list of 1 to {MOST_DESKTOPS} ids.")
    return ids


def read_message(body: Mapping[str, object]) -> str:
    """The text of a notification.

    Raises:
        Refusal: none.
    """
    message = body.get("notifications")
    if not isinstance(message, str) or not message.strip():
        raise invalid("notifications must be a text.")
    return message


def read_query(raw: bytes) -> dict[str, str]:
    """The query's parameters; the last of a name counts.

    Raises:
        Refusal: not UTF-8.
    """
    try:
        return dict(parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict"))
    except UnicodeDecodeError:
        raise invalid("The query is not percent-encoded UTF-8.") from None


def page(items: Sequence[T], query: Mapping[str, str], *, default: int, most: int) -> Sequence[T]:
    """The page that ``offset`` and ``limit`` ask for.

    Raises:
        Refusal: no numbers, or a limit beyond what the call allows.
    """
    offset = _number(query, "offset", 0, None)
    limit = _number(query, "limit", default, most)
    return items[offset : offset + limit]


def _number(query: Mapping[str, str], name: str, default: int, most: int | None) -> int:
    text = query.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit()) or (most is not None and int(text) > most):
        raise invalid(f"{name} is {text!r}, expected 0 to {most if most is not None else 'any number'}.")
    return int(text)
