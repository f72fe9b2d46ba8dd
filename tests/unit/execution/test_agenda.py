"""What is to be done at which time."""

from __future__ import annotations

from daemon.execution.agenda import Agenda


def test_what_is_due_is_taken_in_order_and_as_much_as_asked_for() -> None:
    """The earliest first, at most so many, nothing before its time."""
    agenda: Agenda[str] = Agenda()
    for key, at in ((1, 3.0), (2, 1.0), (3, 2.0), (4, 9.0)):
        agenda.put(key, at, f"item {key}")
    assert agenda.take(5.0, 2) == ["item 2", "item 3"]
    assert agenda.take(5.0, 9) == ["item 1"]
    assert (len(agenda), agenda.keys(), 4 in agenda) == (1, {4}, True)


def test_putting_a_key_again_moves_it() -> None:
    """Only the last time of a key counts."""
    agenda: Agenda[str] = Agenda()
    agenda.put(1, 1.0, "soon")
    agenda.put(1, 5.0, "later")
    assert agenda.seconds_to_next(2.0) == 3.0
    assert agenda.take(2.0, 9) == []
    assert agenda.take(5.0, 9) == ["later"]


def test_what_is_taken_off_is_not_waited_for() -> None:
    """Nothing to do is no time to wait for."""
    agenda: Agenda[str] = Agenda()
    agenda.put(1, 1.0, "never")
    agenda.discard(1)
    agenda.discard(2)
    assert agenda.seconds_to_next(0.0) is None
    agenda.put(3, 1.0, "now")
    agenda.discard(3)
    assert agenda.take(9.0, 9) == []


def test_what_is_overdue_is_due_now() -> None:
    """Seconds to the next are never negative."""
    agenda: Agenda[str] = Agenda()
    agenda.put(1, 1.0, "x")
    assert agenda.seconds_to_next(5.0) == 0.0
