"""Scripted misbehaviour: a list of faults, consumed one a request."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

from daemon.errors import PoolpowerError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

When = Literal["before", "after"]


class FaultError(PoolpowerError):
    """A fault that the sandbox cannot act out."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to answer. An empty one is the ordinary answer, so that a later request can be the one that fails.

    Attributes:
        status: answer with this status instead of the ordinary one.
        code: ``error_code`` of that answer.
        msg: ``error_msg`` of that answer.
        detail: ``error_detail`` of that answer.
        encoded: ``encoded_authorization_message`` of that answer.
        body: the whole body instead, as it is; a str, or JSON.
        headers: added to the answer.
        html: an HTML page with this status, as a proxy on the way would send it.
        no_job_id: an ordinary success without its ``job_id``.
        reset: a TCP reset before or after the request was carried out.
        close: the same as an orderly end of the connection.
        cut: the answer ends inside its body, or ("head") inside its head.
        garbage: an answer that is not HTTP.
        hang: seconds before the answer.
        slow: bytes a second.
        execute: whether the request is carried out; None: as the fault suggests (``executes``).
    """

    status: int | None = None
    code: str | None = None
    msg: str | None = None
    detail: str | None = None
    encoded: str | None = None
    body: Any = None
    headers: Mapping[str, str] | None = None
    html: int | None = None
    no_job_id: bool = False
    reset: When | None = None
    close: When | None = None
    cut: bool | Literal["head", "body"] = False
    garbage: bool = False
    hang: float | None = None
    slow: float | None = None
    execute: bool | None = None

    @property
    def executes(self) -> bool:
        """True where the request is carried out although the answer is a fault."""
        if self.execute is not None:
            return self.execute
        refused = self.status is not None or self.html is not None or self.body is not None
        return not refused and "before" not in (self.reset, self.close)

    @property
    def replaces_answer(self) -> bool:
        """True where the ordinary answer, a refusal included, is not what is sent."""
        return self.status is not None or self.html is not None or self.body is not None

    def describe(self) -> dict[str, object]:
        """What was scripted, for the record."""
        return {each.name: value for each in fields(self) if (value := getattr(self, each.name)) not in (None, False)}


def parse_faults(items: object) -> list[Fault]:
    """Read a list of faults from JSON; ``"times": n`` repeats one.

    Raises:
        FaultError: what cannot be acted out.
    """
    if not isinstance(items, list):
        raise FaultError("A script is a list of faults.", 'For example [{"status": 409, "code": "WKS.00010032"}].')
    return [fault for item in items for fault in _parse_fault(item)]


class FaultScripts:
    """Which faults wait for which requests: by call name, or by pool id for the actions of one pool."""

    def __init__(self) -> None:
        """Nothing is scripted."""
        self._waiting: dict[str, deque[Fault]] = defaultdict(deque)

    def set(self, key: str, faults: Iterable[Fault]) -> None:
        """Replace what waits for a call or a pool."""
        self._waiting[key] = deque(faults)

    def take(self, *keys: str | None) -> Fault | None:
        """The next fault for a request that goes by these keys, or None; the first key that has one wins."""
        for key in keys:
            if key is not None and self._waiting.get(key):
                return self._waiting[key].popleft()
        return None

    def waiting(self) -> dict[str, int]:
        """How many faults wait, by key."""
        return {key: len(faults) for key, faults in self._waiting.items() if faults}


def _parse_fault(item: object) -> list[Fault]:
    if not isinstance(item, dict):
        raise FaultError(f"A fault is an object, found {item!r}.")
    known = {each.name for each in fields(Fault)}
    described = {"error_code": "code", "error_msg": "msg", "message": "msg"}
    named = {described.get(str(key), str(key)): value for key, value in item.items() if key != "times"}
    unknown = sorted(set(named) - known)
    if unknown:
        raise FaultError(f"Unknown in a fault: {', '.join(unknown)}.", f"Known: {', '.join(sorted(known))}, times.")
    fault = Fault(**named)
    _check(fault)
    times = item.get("times", 1)
    if not _is_number(times) or times < 1:
        raise FaultError(f'"times" is {times!r}, expected how often.')
    return [fault] * int(times)


def _check(fault: Fault) -> None:
    for name, allowed in _ALLOWED.items():
        if getattr(fault, name) not in allowed:
            raise FaultError(f'"{name}" is {getattr(fault, name)!r}, expected one of {", ".join(map(repr, allowed))}.')
    for name, (least, most) in _RANGES.items():
        value = getattr(fault, name)
        if value is not None and not (_is_number(value) and least <= value <= most):
            raise FaultError(f'"{name}" is {value!r}, expected a number from {least} to {most}.')
    if fault.headers is not None and not isinstance(fault.headers, dict):
        raise FaultError(f'"headers" is {fault.headers!r}, expected an object.')


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_ALLOWED: Mapping[str, tuple[object, ...]] = {
    "reset": (None, "before", "after"),
    "close": (None, "before", "after"),
    "cut": (False, True, "head", "body"),
}
_STATUSES = (200, 599)
_RANGES: Mapping[str, tuple[float, float]] = {
    "status": _STATUSES,
    "html": _STATUSES,
    "hang": (0, 86400),
    "slow": (1, 1_000_000_000),
}
