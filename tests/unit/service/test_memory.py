"""Giving memory back."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING

from daemon.service.memory import give_back

if TYPE_CHECKING:
    import pytest


def test_memory_is_asked_back_where_the_c_library_can_and_nowhere_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another C library is no reason to fail."""
    asked: list[int] = []

    class Library:
        def __init__(self, _name: None) -> None:
            self.malloc_trim = asked.append

    monkeypatch.setattr(ctypes, "CDLL", Library)
    give_back()
    assert asked == [0]
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: object())
    give_back()
