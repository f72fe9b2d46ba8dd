"""The client of the control API, against a real Unix socket."""

from __future__ import annotations

import socket
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from daemon.cli import unreachable
from daemon.cli.control import Control, ControlRefusedError, request_id
from daemon.cli.unreachable import DaemonNotReachableError, why_unreachable

if TYPE_CHECKING:
    from collections.abc import Callable


def test_answer_is_given_as_json(server: Any) -> None:
    """Queries leave out what is None and escape the rest."""
    server.answer("GET /v1/history", [{"run": 1}])
    found = Control(server.path).get("/v1/history", pool="设计 部", since=None, limit=3)
    assert found == [{"run": 1}]
    assert server.requests == [("GET", "/v1/history?pool=%E8%AE%BE%E8%AE%A1+%E9%83%A8&limit=3", None)]


def test_refusal_passes_on_the_daemons_words(server: Any) -> None:
    """Message, mend and status of the answer are kept."""
    server.answer("POST /v1/now", (409, {"error": "the pool is paused", "hint": "resume it"}))
    with pytest.raises(ControlRefusedError) as caught:
        Control(server.path).post("/v1/now", {"request": "x"})
    assert (caught.value.message, caught.value.hint, caught.value.status) == ("the pool is paused", "resume it", 409)


@pytest.mark.parametrize("body", [b"<html>", b"", b"[]", b'"x"'])
def test_refusal_without_our_shape_is_still_told(server: Any, body: bytes) -> None:
    """Whatever answers there, the status is named."""
    server.answer("GET /v1/status", (502, body))
    with pytest.raises(ControlRefusedError, match="502"):
        Control(server.path).get("/v1/status")


def test_writing_call_is_sent_again_with_the_same_request_id(server: Any, cut: object) -> None:
    """A connection that broke before the answer came costs nothing: both are one run."""
    server.answer("POST /v1/now", cut, {"runs": []})
    request = request_id()
    assert Control(server.path).post("/v1/now", {"action": "stop", "request": request}) == {"runs": []}
    assert [body["request"] for _, _, body in server.requests] == [request, request]


def test_writing_call_that_breaks_twice_says_where_to_look(server: Any, cut: object) -> None:
    """Whether it was done is not known, and that is what is said."""
    server.answer("POST /v1/now", cut)
    with pytest.raises(DaemonNotReachableError, match="its answer did not come") as caught:
        Control(server.path).post("/v1/now", {"request": "x"})
    assert "poolpower history" in (caught.value.hint or "")
    assert len(server.requests) == 2


def test_writing_call_without_a_request_id_is_sent_once(server: Any, cut: object) -> None:
    """What could be done twice is not sent twice."""
    server.answer("POST /v1/reload", cut)
    with pytest.raises(DaemonNotReachableError):
        Control(server.path).post("/v1/reload", {"accept": True})
    assert len(server.requests) == 1


def test_daemon_that_does_not_answer_in_time_is_said_to_be_slow(machine: Path) -> None:
    """A listener that never answers ends in a message, not in a hang."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(machine / "control.sock"))
        listener.listen()
        with pytest.raises(DaemonNotReachableError, match="it took too long"):
            Control(machine / "control.sock", timeout=0.05).get("/v1/status")


def test_missing_socket_means_no_daemon(machine: Path) -> None:
    """How to start it is said."""
    with pytest.raises(DaemonNotReachableError, match="there is no socket at") as caught:
        Control(machine / "control.sock").get("/v1/status")
    assert "systemctl start poolpower" in (caught.value.hint or "")


def test_socket_that_was_left_behind_means_no_daemon(machine: Path) -> None:
    """A killed daemon leaves its socket; nobody listens at it."""
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(machine / "control.sock"))
    with pytest.raises(DaemonNotReachableError, match="a socket that was left behind"):
        Control(machine / "control.sock").get("/v1/status")


def test_socket_path_that_is_too_long_is_told(machine: Path) -> None:
    """What connect(2) cannot take is an error with words."""
    with pytest.raises(DaemonNotReachableError, match="cannot be reached"):
        Control(machine / ("x" * 200)).get("/v1/status")


def test_forbidden_socket_names_whom_to_run_as(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Owner and group of the socket are named, with the commands."""
    (machine / "control.sock").write_text("")
    monkeypatch.setattr(unreachable, "_user", lambda _uid: "poolpower")
    monkeypatch.setattr(unreachable, "_group", lambda _gid: "operators")
    monkeypatch.setattr(unreachable, "_me", lambda: "alice")
    message, hint = why_unreachable(machine / "control.sock", PermissionError(13, "Permission denied"))
    assert message == f"the daemon's socket {machine}/control.sock may not be used by alice"
    assert hint == (
        "run it as poolpower, e.g. with `sudo -u poolpower`, or become a member of the group operators: "
        "`usermod -aG operators alice`"
    )


def test_forbidden_folder_is_judged_by_the_folder_above(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the socket cannot even be seen, the first thing that can is asked; the group root is nobody's to join."""
    monkeypatch.setattr(unreachable, "_group", lambda _gid: "root")
    _, hint = why_unreachable(machine / "unseen" / "control.sock", PermissionError(13, "Permission denied"))
    assert hint.startswith("run it as ")
    assert "group" not in hint


def test_place_of_which_nothing_can_be_seen_says_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last resort."""

    def unseen(_self: Path) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "stat", unseen)
    assert why_unreachable(Path("/a/b"), PermissionError())[1] == "run it as root or as the daemon's user"


def test_users_and_groups_without_a_name_are_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    """A container may have no entry for its user."""
    assert unreachable._user(3_999_999) == "3999999"
    assert unreachable._group(3_999_999) == "3999999"
    monkeypatch.setattr(unreachable.getpass, "getuser", _raise_key_error)
    assert unreachable._me().startswith("the user ")


def test_silence_at_connecting_is_told() -> None:
    """A backlog that is full is a busy daemon."""
    assert why_unreachable(Path("/s"), TimeoutError())[0] == "the daemon does not answer at /s"


def test_request_ids_are_new_each_time() -> None:
    """Two commands are two requests."""
    assert uuid.UUID(request_id()) != uuid.UUID(request_id())


@pytest.mark.parametrize(
    "command",
    [
        ("status",),
        ("health",),
        ("now", "stop", "engineering"),
        ("retry", "1"),
        ("cancel", "1"),
        ("reload",),
    ],
)
def test_commands_without_a_daemon_exit_3(poolpower: Callable[..., Any], command: tuple[str, ...]) -> None:
    """Whatever needs the daemon says that it is not running."""
    done = poolpower(*command)
    assert (done.code, done.out) == (3, "")
    assert "the daemon is not running" in done.err


def _raise_key_error() -> str:
    raise KeyError
