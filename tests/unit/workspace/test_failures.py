"""What an exception says about a request, told from its causes (protocol 4.4)."""

from __future__ import annotations

import aiohttp
import httpx
import pytest
from aiohttp.http import HttpVersion11
from aiohttp.http_parser import RawResponseMessage
from multidict import CIMultiDict, CIMultiDictProxy

from daemon.workspace.answers import Fate
from daemon.workspace.failures import fate_of, words_for


def _caused(error: Exception, cause: BaseException) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("cause", "fate"),
    [
        (aiohttp.ServerDisconnectedError(), Fate.LOST),
        (aiohttp.ClientOSError(104, "reset"), Fate.LOST),
        (aiohttp.ClientPayloadError(), Fate.LOST),
        (aiohttp.SocketTimeoutError(), Fate.LOST),
        (aiohttp.ConnectionTimeoutError(), Fate.NEVER_SENT),
        (aiohttp.InvalidURL("x"), Fate.NEVER_SENT),
    ],
)
def test_the_cause_decides_and_not_the_type(cause: Exception, fate: Fate) -> None:
    """The same ``httpx.ConnectTimeout`` stands for what was never sent and for what was lost (protocol 4.4)."""
    assert fate_of(_caused(httpx.ConnectTimeout("x"), cause)) is fate


def test_an_error_without_a_cause_is_lost() -> None:
    """What cannot be told is taken to have been sent (protocol 4.4)."""
    assert fate_of(RuntimeError("x")) is Fate.LOST


def test_an_address_that_cannot_be_asked_is_said() -> None:
    """The words name the host."""
    assert words_for(aiohttp.InvalidURL("x"), "host", 1.0) == "host is no address that can be asked"


def test_a_silent_error_is_named_by_its_type() -> None:
    """Where an exception says nothing its type does."""
    assert words_for(RuntimeError(), "host", 1.0).endswith(": runtime error")


def test_long_words_are_cut() -> None:
    """What a server made the library say does not fill the ledger."""
    assert len(words_for(RuntimeError("x" * 10_000), "host", 1.0)) < 400


def test_objects_of_a_library_are_left_out() -> None:
    """A reason is for people: the class in words and what the exception says, no representations."""
    start = RawResponseMessage(HttpVersion11, 200, "OK", CIMultiDictProxy(CIMultiDict()), (), False, None, False, False)
    told = words_for(aiohttp.ServerDisconnectedError(start), "host", 1.0)
    assert told == "connected to host, but the answer cannot be read: server disconnected error"
    inner = aiohttp.ClientPayloadError("Response payload is not completed: <ContentLengthError: 400, message='x'>")
    assert words_for(inner, "host", 1.0).endswith(": client payload error: Response payload is not completed")
    told = words_for(RuntimeError("got HttpVersion(major=1, minor=1)"), "host", 1.0)
    assert told.endswith(": runtime error: got")


def test_the_systems_own_words_are_kept() -> None:
    """What the system calls an error says more than its number."""
    assert words_for(aiohttp.ClientOSError(104, "reset"), "host", 1.0).endswith(": client os error: reset")
