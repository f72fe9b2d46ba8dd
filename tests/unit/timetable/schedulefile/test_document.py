"""TOML syntax, and files merged into one table."""

from __future__ import annotations

import pytest

from daemon.timetable.schedulefile import Finding, ScheduleError, document
from daemon.timetable.schedulefile.complaints import Complaints, findings
from daemon.timetable.schedulefile.document import Document, read_document, without_bom


def broken(*texts: str) -> tuple[Finding, ...]:
    """The findings about texts that are no TOML."""
    with pytest.raises(ScheduleError) as raised:
        read_document([(f"{number}.toml", text) for number, text in enumerate(texts)], Complaints())
    return raised.value.findings


def merged(*texts: str) -> tuple[Document, list[str]]:
    """The merged document, and where what is complained about."""
    named = [(f"{number}.toml", text) for number, text in enumerate(texts)]
    complaints = Complaints()
    found = read_document(named, complaints)
    return found, [f"{it.file}:{it.line}: {it.message}" for it in findings(complaints.errors, named)]


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("a = 1\nb = abc\n", 2, 5, "invalid value"),
        ("a = 1\r\nb = abc\r\n", 2, 5, "invalid value"),
        ("a = 1\na = 2\n", 2, 6, "cannot overwrite a value"),
        ('x = "ü" y\n', 1, 9, "expected newline or end of document after a statement"),
        ("[pools\n", 1, 7, "expected ']' at the end of a table declaration"),
        ("a = 2026-02-30\n", 1, 5, "invalid date or datetime"),
        ("a = [1,\n", 1, 8, "invalid value"),
        ('a = "x', 1, 7, "unterminated string"),
    ],
)
def test_a_syntax_error_has_its_place(text: str, line: int, column: int, message: str) -> None:
    """Line and column are those that tomllib names; the end of the file is behind its last character."""
    (finding,) = broken(text)
    assert (finding.line, finding.column) == (line, column)
    assert finding.message == f"not valid TOML: {message}"
    assert finding.excerpt.endswith("^")


def test_syntax_errors_carry_their_mend() -> None:
    """The two mistakes that everyone makes are explained."""
    assert broken("a = stop")[0].hint == 'text stands in quotes: "20:00"'
    assert broken("a = 1\na = 2")[0].hint == "a key or table stands once"
    assert broken("[a")[0].hint is None


def test_every_broken_file_is_told() -> None:
    """One finding a file, in order."""
    assert [(finding.file, finding.line) for finding in broken("a = ", "b = 1", "\nc = ")] == [
        ("0.toml", 1),
        ("2.toml", 2),
    ]


def test_nesting_beyond_what_python_reads_is_refused() -> None:
    """It is an error like any other, not a traceback."""
    assert "nested too deeply" in broken("a = " + "[" * 100_000)[0].message


def test_a_number_beyond_what_python_reads_is_refused() -> None:
    """Python converts no more than 4,300 digits."""
    assert broken("a = " + "1" * 5000)[0].message.startswith("not valid TOML: Exceeds the limit")


def test_an_unknown_wording_of_a_syntax_error_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a later Python words it without a place, the message still gets through."""

    def fail(_: str) -> None:
        raise document.tomllib.TOMLDecodeError("Something new")

    monkeypatch.setattr(document.tomllib, "loads", fail)
    assert broken("a = 1\n")[0].message == "not valid TOML: something new"


def test_a_byte_order_mark_is_passed_over() -> None:
    """Some editors put one in front of UTF-8."""
    assert without_bom([("a", "\ufeffx = 1"), ("b", "y = 1")]) == [("a", "x = 1"), ("b", "y = 1")]


def test_files_are_merged_by_section() -> None:
    """Each file can hold some of the pools, and an empty section harms nobody."""
    found, errors = merged(
        "[pools.a]\nid = 'x'\n[schedules]", "[pools.b]\nid = 'y'\n[pools.b.defaults]\n[schedules]", "[pools]"
    )
    assert found.data == {"pools": {"a": {"id": "x"}, "b": {"id": "y", "defaults": {}}}, "schedules": {}}
    assert errors == []
    assert found.spot(("pools", "b", "id")).file == 1
    assert found.spot(("pools",)).file == 0
    assert found.spot(("nowhere",)).file == 0


def test_what_stands_in_two_files_names_both_places() -> None:
    """The same key twice is an error (design, section 3)."""
    _, errors = merged("timezone = 'UTC'\n[pools.a]", "\n[pools.a]", "timezone = 'UTC'")
    assert errors == [
        "1.toml:2: pools.a stands in two files: here and in 0.toml",
        "2.toml:1: timezone stands in two files: here and in 0.toml",
    ]


def test_a_table_in_one_file_and_a_value_in_another_do_not_merge() -> None:
    """Whichever comes second is told."""
    assert merged("pools = 1", "[pools.a]")[1] == ["1.toml:1: pools is a table in one file and a value in another"]
    assert merged("[pools.a]", "pools = 1")[1] == ["1.toml:1: pools is a table in one file and a value in another"]
