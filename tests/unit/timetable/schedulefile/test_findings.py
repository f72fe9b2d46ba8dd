"""How findings are shown."""

from __future__ import annotations

from daemon.errors import PoolpowerError
from daemon.timetable.schedulefile import Finding, ScheduleError
from daemon.timetable.schedulefile.excerpts import excerpt
from daemon.timetable.schedulefile.forbidden import value_in

ERROR = Finding("s.toml", 3, 5, 8, "wrong", "right", None, "a = bcd\n    ^^^")


def test_a_finding_shows_its_line_and_marks_the_place() -> None:
    """Place and message, the line, carets, the mend."""
    assert str(ERROR) == "s.toml:3:5: wrong\n    a = bcd\n        ^^^\n    right"


def test_a_warning_shows_its_code() -> None:
    """The code stands behind the message, for the file's ``silence``."""
    assert str(Finding("s.toml", 1, 1, 1, "odd", None, "past", "x\n^")).startswith("s.toml:1:1: odd [past]\n")


def test_a_finding_without_text_names_the_file_only() -> None:
    """A missing file has no line."""
    assert str(Finding("s.toml", 1, 1, 1, "no such file")) == "s.toml: no such file"


def test_json_of_an_error_has_the_fields_of_the_design() -> None:
    """File, line, column, message, hint."""
    assert ERROR.to_json() == {"file": "s.toml", "line": 3, "column": 5, "message": "wrong", "hint": "right"}


def test_json_of_a_warning_has_its_code_too() -> None:
    """The code comes first."""
    assert next(iter(Finding("s.toml", 1, 1, 1, "odd", None, "past").to_json().items())) == ("code", "past")


def test_the_error_sums_up_in_one_sentence() -> None:
    """It names the first finding and how many more there are, and has all of them."""
    error = ScheduleError([ERROR, ERROR, ERROR])
    assert isinstance(error, PoolpowerError)
    assert str(error) == "s.toml:3:5: wrong (and 2 more errors)"
    assert ScheduleError([ERROR, ERROR]).message.endswith("(and 1 more error)")
    assert error.hint == "right"
    assert len(error.findings) == 3


def test_the_error_about_a_file_names_no_line() -> None:
    """A missing file is named as a whole."""
    assert str(ScheduleError([Finding("s.toml", 1, 1, 1, "no such file")])) == "s.toml: no such file"


def test_an_excerpt_keeps_tabs_and_widths() -> None:
    """Carets stand under the place for tabs and wide characters too."""
    assert excerpt("\tk = 池x!", 6, 7, None) == "\tk = 池x!\n\t      ^"


def test_an_excerpt_marks_at_least_one_column() -> None:
    """Something that is missing has its caret where it should stand."""
    assert excerpt("stop at", 7, 7, None) == "stop at\n       ^"


def test_a_long_line_is_cut_to_the_surroundings() -> None:
    """The carets stay under the place."""
    line = "a" * 300 + "WRONG" + "b" * 300
    shown, marks = excerpt(line, 300, 305, None).splitlines()
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert shown[marks.index("^") :].startswith("WRONG")
    assert marks.count("^") == 5
    assert not excerpt("WRONG" + line, 0, 5, None).startswith("…")
    assert not excerpt(line + "WRONG", 605, 610, None).split("\n")[0].endswith("…")


def test_control_characters_do_not_reach_the_terminal() -> None:
    """An escape sequence in the file is shown as a replacement."""
    assert excerpt("a\x1b[2J", 0, 1, None).startswith("a\ufffd[2J")


def test_what_a_forbidden_key_holds_is_not_shown() -> None:
    """The line of a secret is cut behind the equals sign, wherever the place is."""
    line = 'secret_key = "hunter2"'
    assert excerpt(line, 0, 10, value_in(line)) == "secret_key = …\n^^^^^^^^^^"
    line = 'x = { "access-key" = "hunter2", bad = 1 }'
    assert excerpt(line, 32, 35, value_in(line)) == 'x = { "access-key" = …\n' + " " * 21 + "^"
    assert "hunter2" not in excerpt("ak=hunter2", 3, 4, value_in("ak=hunter2"))
