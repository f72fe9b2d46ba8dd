"""How answers look."""

from __future__ import annotations

import io
import json
import sys
from typing import TYPE_CHECKING

from daemon.cli import output

if TYPE_CHECKING:
    import pytest


class Screen(io.StringIO):
    """A stream that is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        """It is."""
        return True


def test_control_characters_are_spelled_out_and_not_obeyed() -> None:
    """What the cloud or a file says cannot move the cursor; line breaks and ordinary text stay."""
    assert output.printable("a\x1b[2J\nb\tc\u202e设") == "a\\x1b[2J\nb\tc\\u202e设"
    assert output.printable("plain") == "plain"


def test_colour_needs_a_terminal_that_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR and TERM=dumb are heard; a pipe and a closed stream have none."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    closed = Screen()
    closed.close()
    assert [output.shows_colour(stream) for stream in (Screen(), io.StringIO(), closed, None)] == [
        True,
        False,
        False,
        False,
    ]
    monkeypatch.setenv("TERM", "dumb")
    assert not output.shows_colour(Screen())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not output.shows_colour(Screen())


def test_json_is_ascii_where_the_stream_can_carry_no_more(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The document stays valid in any locale."""
    monkeypatch.setattr(output, "takes_unicode", lambda: False)
    output.print_json({"pool": "设"})
    output.print_json_rows([{"pool": "设"}])
    assert capsys.readouterr().out.count("\\u8bbe") == 2


def test_documents_and_rows_are_laid_out_alike(capsys: pytest.CaptureFixture[str]) -> None:
    """Whichever command it comes from: what is written row by row is what would be written at once."""
    rows = [{"a": "x,\n    y: 1", "b": None}, {"c": [1, {"d": 2}]}, {}, "text", {"e": True}]
    output.print_json(rows)
    at_once = capsys.readouterr().out
    output.print_json_rows(rows)
    assert capsys.readouterr().out == at_once
    assert json.loads(at_once) == rows


def test_stream_without_an_encoding_counts_as_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is assumed."""
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert not output.takes_unicode()


def test_table_in_a_pipe_is_neither_cut_nor_padded(capsys: pytest.CaptureFixture[str]) -> None:
    """Programs that read it get whole values, and no blanks at the ends of lines."""
    made = output.table("A", "B")
    made.add_row("x" * 300, "y")
    made.add_row("z", "[bold]:smile:")
    output.print_table(made)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["x" * 300, "y"]
    assert lines[2].endswith("[bold]:smile:")
    assert all(line == line.rstrip() for line in lines)


def test_table_on_a_terminal_has_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long values are folded, none is lost."""
    screen = Screen()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("NO_COLOR", "1")
    made = output.table("A")
    made.add_row("x" * 100)
    output.print_table(made)
    lines = screen.getvalue().splitlines()
    assert sum(line.count("x") for line in lines) == 100
    assert len(lines) > 2
