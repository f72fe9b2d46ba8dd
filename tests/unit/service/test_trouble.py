"""Troubles begin once, are told again where they change, and end."""

from __future__ import annotations

import pytest

from daemon.service.trouble import Troubles
from tests.support.clock import ManualClock
from tests.support.house import Events


@pytest.fixture
def events() -> Events:
    """Give what is logged."""
    return Events()


@pytest.fixture
def clock() -> ManualClock:
    """Give a clock."""
    return ManualClock()


@pytest.fixture
def troubles(events: Events, clock: ManualClock) -> Troubles:
    """Give a house without trouble."""
    return Troubles(clock.now, events.log)


def test_trouble_is_logged_when_it_begins_and_not_while_it_lasts(troubles: Troubles, events: Events) -> None:
    """One line for one trouble, however often it is noticed."""
    for _ in range(3):
        troubles.begin("schedules.invalid", "line 3 is wrong", "mend it")
    assert [(f["message"], f["level"]) for f in events.of("schedules.invalid")] == [("line 3 is wrong", "error")]


def test_trouble_whose_words_change_is_told_again_and_keeps_its_beginning(
    troubles: Troubles, events: Events, clock: ManualClock
) -> None:
    """What an administrator reads is what is wrong now, since it was wrong first."""
    began = clock.now()
    troubles.begin("schedules.invalid", "line 3 is wrong")
    clock.advance(60)
    troubles.begin("schedules.invalid", "line 4 is wrong")
    assert [(t.message, t.since) for t in troubles.all()] == [("line 4 is wrong", began)]
    assert len(events.of("schedules.invalid")) == 2


def test_trouble_that_is_over_is_logged_once(troubles: Troubles, events: Events) -> None:
    """To end what is not wrong does nothing."""
    troubles.begin("page.closed", "taken")
    troubles.end("page.closed")
    troubles.end("page.closed")
    assert troubles.all() == []
    assert [facts["code"] for facts in events.of("trouble.over")] == ["page.closed"]


def test_only_ends_what_is_not_among_the_subjects_any_more(troubles: Troubles) -> None:
    """Other codes and the subjects that stay are left as they are."""
    troubles.begin("page.closed", "taken")
    troubles.only("pool.unresolved", {"a": ("a is gone", None), "b": ("b is gone", None)})
    troubles.only("pool.unresolved", {"b": ("b is gone", None)})
    assert [(t.code, t.subject) for t in troubles.all()] == [("page.closed", ""), ("pool.unresolved", "b")]


def test_oldest_trouble_comes_first_and_json_has_what_status_prints(troubles: Troubles, clock: ManualClock) -> None:
    """The subject stands in the message already."""
    troubles.begin("b", "second")
    clock.step(-60)
    troubles.begin("a", "first", "the mend", subject="x")
    first, _ = troubles.all()
    assert first.to_json() == {
        "code": "a",
        "message": "first",
        "hint": "the mend",
        "since": "2026-11-23T11:59:00Z",
    }
