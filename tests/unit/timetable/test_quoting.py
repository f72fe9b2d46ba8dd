from __future__ import annotations

from daemon.timetable.quoting import shown


def test_found_text_is_shown_in_quotes() -> None:
    """Short text is shown as it is."""
    assert shown("weekdyas") == '"weekdyas"'


def test_long_text_is_cut() -> None:
    """A message stays on its line: forty characters at most."""
    assert shown("x" * 41) == '"' + "x" * 39 + '…"'


def test_what_cannot_be_printed_is_replaced() -> None:
    """Escape sequences of a terminal never reach a message."""
    assert shown("a\x1b[2Jb\n") == '"a\ufffd[2Jb\ufffd"'
