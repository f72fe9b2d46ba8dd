"""Instants as the status page, ``health`` and the service manager tell them."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from daemon.service.localtime import in_words

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stand in Berlin."""
    with monkeypatch.context() as patched:
        patched.setenv("TZ", "Europe/Berlin")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("berlin")
def test_instants_are_told_in_the_machines_zone_with_the_offset() -> None:
    """What people read, and what the command line prints beside it."""
    assert in_words(datetime(2026, 11, 23, 19, tzinfo=UTC)) == "Mon 2026-11-23 20:00:00 +0100"
    assert in_words("2026-07-23T18:00:00Z") == "Thu 2026-07-23 20:00:00 +0200"
    assert in_words(None) == "–"
