"""Log lines: their form, their stream, what never stands in them."""

from __future__ import annotations

import io
import json
import logging
import re
import warnings
from typing import TYPE_CHECKING, Any

import pytest
import structlog

from daemon import logs
from daemon.redaction import forget_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CANARY = "canary-7b1e-secret"


class Stream(io.StringIO):
    """A stream that can be a terminal and can fail."""

    def __init__(self, *, is_terminal: bool = False) -> None:
        super().__init__()
        self.is_terminal = is_terminal
        self.failing: Exception | None = None

    def isatty(self) -> bool:
        """As the test says."""
        return self.is_terminal

    def write(self, text: str) -> int:
        """Write, or fail as the test says."""
        if self.failing:
            raise self.failing
        return super().write(text)

    @property
    def lines(self) -> list[dict[str, Any]]:
        """What was written, as JSON."""
        return [json.loads(line) for line in self.getvalue().splitlines()]


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Put structlog and the standard library's logging back."""
    before = structlog.get_config()
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    structlog.configure(**before)
    logging.root.handlers, logging.root.level = handlers, level
    logging.captureWarnings(capture=False)
    forget_secrets()


@pytest.fixture
def stream() -> Stream:
    """Log as JSON into a stream of our own."""
    made = Stream()
    logs.configure("json", "info", made)
    return made


def test_line_is_one_json_object_with_event_level_and_instant(stream: Stream) -> None:
    """A dotted event, its facts as fields, the instant in UTC."""
    logs.get_logger().info("run.finished", pool="engineering", attempts=2, late=0.25)
    (line,) = stream.lines
    assert {name: line[name] for name in ("event", "level", "pool", "attempts", "late")} == {
        "event": "run.finished",
        "level": "info",
        "pool": "engineering",
        "attempts": 2,
        "late": 0.25,
    }
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", line["timestamp"])
    assert list(line)[:3] == ["timestamp", "level", "event"]


def test_lines_below_the_level_are_not_written(stream: Stream) -> None:
    """At level info, debug is left out."""
    logs.get_logger().debug("limiter.waited")
    assert stream.getvalue() == ""


def test_facts_of_a_logger_stand_in_each_of_its_lines(stream: Stream) -> None:
    """get_logger(project=…) and bound context variables are repeated."""
    with structlog.contextvars.bound_contextvars(run=7):
        logs.get_logger(project="default").warning("project.halted")
    assert (stream.lines[0]["project"], stream.lines[0]["run"]) == ("default", 7)


@pytest.mark.parametrize(
    ("format_", "is_terminal", "is_json"),
    [("auto", True, False), ("auto", False, True), ("json", True, True), ("console", False, False)],
)
def test_auto_is_console_on_a_terminal_and_json_elsewhere(*, format_: str, is_terminal: bool, is_json: bool) -> None:
    """The format follows the stream unless it was chosen."""
    stream = Stream(is_terminal=is_terminal)
    logs.configure(format_, "info", stream)
    logs.get_logger().info("daemon.started")
    assert stream.getvalue().startswith("{") == is_json
    assert "daemon.started" in stream.getvalue()


def test_colour_is_for_terminals_that_want_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR and pipes get none."""
    outs = []
    for is_terminal, no_color in ((True, ""), (True, "1"), (False, "")):
        monkeypatch.setenv("NO_COLOR", no_color)
        stream = Stream(is_terminal=is_terminal)
        logs.configure("console", "info", stream)
        logs.get_logger().info("daemon.started")
        outs.append("\x1b[" in stream.getvalue())
    assert outs == [True, False, False]


def _raise(error: Exception) -> None:
    raise error


def _in_a_field(log: Any) -> None:
    log.info("x", detail=f"a {CANARY} b")


def _in_a_secret_field(log: Any) -> None:
    log.info("x", secret_key=CANARY)


def _nested(log: Any) -> None:
    log.info("x", request={"headers": [{"X": CANARY}]})


def _in_bytes(log: Any) -> None:
    log.info("x", body=CANARY.encode())


def _in_an_address(log: Any) -> None:
    log.info("x", url=f"https://user:{CANARY}@host/?token={CANARY}")


def _in_the_event(log: Any) -> None:
    event = f"x {CANARY}"
    log.info(event)


def _in_an_exception(log: Any) -> None:
    try:
        try:
            _raise(KeyError(CANARY))
        except KeyError as error:
            raise ValueError(f"cannot use {CANARY}") from error
    except ValueError:
        log.exception("x")


def _as_an_exception_object(log: Any) -> None:
    log.error("x", error=ValueError(CANARY), exc_info=ValueError(CANARY))


def _through_the_standard_library(log: Any) -> None:
    del log
    logging.getLogger("uvicorn.error").warning("sent %s", CANARY)


def _through_a_broken_format(log: Any) -> None:
    del log
    logging.getLogger("asyncio").error("%d pools", CANARY)


def _through_a_python_warning(log: Any) -> None:
    del log
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn(CANARY, UserWarning, stacklevel=1)


@pytest.mark.parametrize("format_", ["json", "console"])
@pytest.mark.parametrize(
    "leak",
    [
        _in_a_field,
        _in_a_secret_field,
        _nested,
        _in_bytes,
        _in_an_address,
        _in_the_event,
        _in_an_exception,
        _as_an_exception_object,
        _through_the_standard_library,
        _through_a_broken_format,
        _through_a_python_warning,
    ],
)
def test_canary_never_gets_out(format_: str, leak: Callable[[Any], None]) -> None:
    """A registered secret is in no line, whichever way it was given to the log."""
    stream = Stream()
    logs.configure(format_, "info", stream)
    logs.register_secret(CANARY)
    leak(logs.get_logger())
    assert stream.getvalue()
    assert CANARY not in stream.getvalue()


def test_trace_of_an_exception_is_a_field(stream: Stream) -> None:
    """The line stays one line; the trace names file and error, and no local variables."""
    not_to_be_shown = "local-value"
    try:
        _raise(RuntimeError("boom"))
    except RuntimeError:
        logs.get_logger().exception("run.set-aside")
    (line,) = stream.lines
    assert "RuntimeError: boom" in line["exception"]
    assert not_to_be_shown not in line["exception"].replace('"local-value"', "")


def test_libraries_are_heard_from_warnings_on(stream: Stream) -> None:
    """Their own words become a field of one event, in the same stream."""
    library = logging.getLogger("apscheduler.scheduler")
    library.info("not heard")
    library.warning("Run time of job %s was missed", "tick")
    library.log(35, "a level of its own")
    line, invented = stream.lines
    assert invented["level"] == "warning"
    assert (line["event"], line["level"], line["logger"]) == (logs.LIBRARY_MESSAGE, "warning", "apscheduler.scheduler")
    assert line["message"] == "Run time of job tick was missed"


def test_handlers_that_a_library_had_are_taken_off(stream: Stream) -> None:
    """No library writes beside us, whatever it set up when it was imported."""
    library = logging.getLogger("some.library")
    library.addHandler(logging.StreamHandler())
    library.propagate = False
    logs.configure("json", "info", stream)
    library.error("heard once")
    assert library.handlers == []
    assert [line["message"] for line in stream.lines] == ["heard once"]


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ValueError("I/O operation on closed file")])
def test_line_that_cannot_be_written_disturbs_nobody_and_is_counted(stream: Stream, error: Exception) -> None:
    """A full disk or a gone reader costs lines, never a run; the next line says how many."""
    log = logs.get_logger()
    stream.failing = error
    log.info("run.finished")
    log.info("run.finished")
    stream.failing = None
    log.info("tick")
    assert [line["event"] for line in stream.lines] == [logs.LINES_LOST, "tick"]
    assert stream.lines[0]["lines"] == 2


def test_what_json_cannot_hold_is_written_as_text(stream: Stream) -> None:
    """An integer beyond 64 bits or a lone surrogate does not lose the line."""
    logs.get_logger().info("x", big=2**80, odd="\ud800")
    (line,) = stream.lines
    assert line["big"] == str(2**80)
    assert "unencodable" in line


def test_unconfigured_lines_go_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Standard output belongs to the answer; only warnings are told where nobody set logging up."""
    logs._set_up(logs._console(colors=False), logging.WARNING, logs._PatientStream(None), cache=False)
    logs.get_logger().info("quiet")
    logs.get_logger().warning("ledger.migrated")
    told = capsys.readouterr()
    assert told.out == ""
    assert "ledger.migrated" in told.err
    assert "quiet" not in told.err


def test_lines_go_to_standard_error_unless_told(capsys: pytest.CaptureFixture[str]) -> None:
    """configure() without a stream writes to standard error."""
    logs.configure("json")
    logs.get_logger().info("daemon.started")
    told = capsys.readouterr()
    assert (told.out, json.loads(told.err)["event"]) == ("", "daemon.started")


def test_only_what_json_cannot_hold_is_written_otherwise(stream: Stream) -> None:
    """The other fields, the level and the instant keep their form, and so do the neighbours inside a field."""
    logs.get_logger().info("x", odd="a\ud800b", count=3, inner={"ok": [1, "two"], "big": [2**80, 4]}, huge=10**5000)
    (line,) = stream.lines
    assert (line["event"], line["level"], line["count"], line["odd"]) == ("x", "info", 3, "a\\ud800b")
    assert line["inner"] == {"ok": [1, "two"], "big": [str(2**80), 4]}
    assert line["huge"] == hex(10**5000)
    assert re.fullmatch(r"[-0-9T:.]+Z", line["timestamp"])
