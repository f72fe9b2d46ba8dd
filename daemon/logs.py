"""Log lines: structlog straight to bytes, secrets masked, the libraries' own warnings in the same stream.

An event is a dotted constant (``run.finished``) and its facts are fields. Lines go to standard error: standard output
is for what a command was asked for. A line that cannot be written (a full disk, a reader that went away) never disturbs
the run that logged it; the next one that can be written says how many were lost.
"""

from __future__ import annotations

import logging
import os
import sys
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

import orjson
import structlog

from daemon.redaction import redacted_field, register_secret

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from structlog.typing import EventDict, FilteringBoundLogger, Processor

__all__ = ["LIBRARY_MESSAGE", "LINES_LOST", "configure", "get_logger", "redact", "register_secret"]

LIBRARY_MESSAGE: Final = "library.message"
"""What a library logged by itself: fields ``logger`` and ``message``."""
LINES_LOST: Final = "logs.lines-lost"
"""Lines could not be written: field ``lines``."""

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40, "critical": 50}


class TextStream(Protocol):
    """What is written to: a text stream, with its bytes below where it has them."""

    def write(self, text: str, /) -> Any:
        """Write text."""

    def flush(self) -> Any:
        """Hand it on."""


def configure(format: str = "auto", level: str = "info", stream: TextStream | None = None) -> None:  # noqa: A002
    """Set up logging for the whole process.

    Args:
        format: ``console``, ``json``, or ``auto``: console where the stream is a terminal.
        level: ``debug``, ``info``, ``warning`` or ``error``; libraries are heard from warnings on.
        stream: where to; standard error unless given.
    """
    target = stream if stream is not None else sys.stderr
    on_terminal = bool(getattr(target, "isatty", lambda: False)())
    is_console = format == "console" or (format == "auto" and on_terminal)
    renderer = _console(colors=on_terminal and not os.environ.get("NO_COLOR")) if is_console else _json
    _set_up(renderer, _LEVELS[level], _PatientStream(target), cache=True)
    _route_libraries(max(_LEVELS[level], logging.WARNING))


def get_logger(**facts: Any) -> FilteringBoundLogger:
    """A logger whose every line carries these facts."""
    return cast("FilteringBoundLogger", structlog.get_logger(**facts))


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> EventDict:
    """Mask secrets in every field of an event, by name and by value (a structlog processor)."""
    return {name: redacted_field(name, value) for name, value in event.items()}


def _set_up(renderer: Processor, level: int, stream: _PatientStream, *, cache: bool) -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.BytesLoggerFactory(file=cast("Any", stream)),
        cache_logger_on_first_use=cache,
    )


def _json(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> bytes:
    """One JSON object a line, the constants first."""
    head = {"timestamp": event.pop("timestamp", None), "level": event.pop("level", None), "event": event.pop("event")}
    try:
        return orjson.dumps({**head, **event})
    except orjson.JSONEncodeError as error:  # e.g. an integer beyond 64 bits, a lone surrogate
        return orjson.dumps({**_encodable({**head, **event}), "unencodable": repr(error)})


def _encodable(value: Any) -> Any:
    """The same value, in which only what JSON cannot hold is written as text."""
    try:
        orjson.dumps(value)
    except orjson.JSONEncodeError:
        pass
    else:
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_encodable(str(name)): _encodable(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_encodable(inner) for inner in value]
    try:
        return repr(value)
    except ValueError:  # an integer of more digits than Python writes
        return hex(value)


def _console(*, colors: bool) -> Processor:
    render = structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)

    def rendered(logger: Any, method: str, event: MutableMapping[str, Any]) -> bytes:
        return str(render(logger, method, event)).encode("utf-8", "backslashreplace")

    return rendered


class _PatientStream:
    """A byte stream that never raises: what cannot be written is counted and told about later."""

    def __init__(self, target: TextStream | None) -> None:
        self._target = target
        self._lost = 0

    def write(self, line: bytes) -> None:
        target = self._target if self._target is not None else sys.stderr
        try:
            if self._lost:
                _write(target, orjson.dumps({"level": "error", "event": LINES_LOST, "lines": self._lost}) + b"\n")
                self._lost = 0
            _write(target, line)
        except (OSError, ValueError):  # ValueError: the stream is closed
            self._lost += 1

    def flush(self) -> None:
        """Nothing: every write is flushed, so that a failure is counted with its line."""


def _write(target: TextStream, line: bytes) -> None:
    buffer = getattr(target, "buffer", None)
    if buffer is None:
        target.write(line.decode())
        target.flush()
    else:
        buffer.write(line)
        buffer.flush()


class _LibraryHandler(logging.Handler):
    """Takes what libraries log through the standard library into our stream."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            message = record.getMessage()
        except (TypeError, ValueError, KeyError):  # the library's own format string is wrong
            message = f"{record.msg} {record.args}"
        level = min(max(record.levelno // 10 * 10, logging.DEBUG), logging.CRITICAL)  # libraries invent levels
        get_logger().log(level, LIBRARY_MESSAGE, logger=record.name, message=message, exc_info=record.exc_info)


def _route_libraries(level: int) -> None:
    """Replace whatever handlers there are: a library must not write to standard error beside us."""
    logging.root.handlers = [_LibraryHandler()]
    logging.root.setLevel(level)
    for name in list(logging.root.manager.loggerDict):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    logging.captureWarnings(capture=True)


# A module that logs before anyone configured (a command that needs no daemon) must not print on standard output,
# which is structlog's own default and would spoil JSON. Loggers are not cached yet: `configure` still takes effect.
if not structlog.is_configured():
    _set_up(_console(colors=False), logging.WARNING, _PatientStream(None), cache=False)
