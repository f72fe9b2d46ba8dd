"""TOML syntax, and files merged into one table."""

from __future__ import annotations

import pytest

from daemon.timetable.schedulefile import Finding, ScheduleError, document, parse_schedule
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


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("a = stop", 'text stands in quotes: "20:00"'),
        ("a = 1\na = 2", "a key or table stands once"),
        ('a = ["b" "c"]', "a comma is missing"),
        ('a = ["b"', 'the "]" at the end of the list'),
        ('a = { b = "c"', 'the "}" at the end'),
        ('a = "b\n', "the quote at the end of the text is missing"),
        ('a = "b\r\n', "the quote at the end of the text is missing"),
        ('a = "b', "the quote at the end of the text is missing"),
        ('my key = "b"', "a key with a blank in it needs quotes"),
        ("[pools.my pool]", "a name with a blank needs quotes"),
        ("[pools.设计部]", "needs quotes"),
        ("[a", 'end it with "]"'),
        ("a = 12ab", "text stands in quotes"),
        ("a = “b”", "use straight quotes"),
        ("“a” = 1", "use straight quotes"),
    ],
)
def test_syntax_errors_carry_their_mend(text: str, mend: str) -> None:
    """The mistakes that everyone makes are explained."""
    assert mend in (broken(text)[0].hint or "")


def test_syntax_error_that_is_not_common_has_no_mend() -> None:
    """No mend is better than a wrong one."""
    assert broken('a = "\\z"')[0].hint is None


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
    """Python converts no more than 4,300 digits; the number is named, and nothing of Python's."""
    digits = "1" * 5000
    (found,) = broken(f"{digits} = 1 # {digits}\nb = 1.{digits}\nc = '{digits}'\na = -{digits[:9]}_{digits[9:]}\n")
    assert (found.line, found.column) == (4, 5)
    assert found.message == "not valid TOML: a number of 5000 digits is beyond what can be read"
    assert found.hint is None


@pytest.mark.parametrize(
    "text",
    [
        "b = 1\n  a" + ".a" * 20_000 + " = 1",
        "b = 1\n  a" + " . 'a'" * 32 + " = 1",
        "b = 1\n [a" + '."\\".a"' * 20_000 + "]",
        "b = '#'\n {a" + ".a" * 20_000,
    ],
)
def test_a_key_of_too_many_parts_is_refused_before_it_is_read(text: str) -> None:
    """No file needs it, and the time to read it grows with the square of the parts."""
    (found,) = broken(text)
    assert found.message == "a key has more than 32 parts"
    assert found.line == 2
    assert 3 <= found.column <= 4


@pytest.mark.parametrize("quote", ['"', "'", '"""', "'''", '"""\n""\\"'])
def test_dots_in_texts_and_comments_are_no_key(quote: str) -> None:
    """Only keys are counted, and 32 parts are not too many."""
    dots = "a" + ".a" * 500
    text = (
        f"# {dots}\nx = {quote}{dots}{quote[:3]} # {dots}\n" + ".".join("abcdefghijklmnopqrstuvwxyz012345") + " = 1\n"
    )
    assert document._parse("f", text)["x"].endswith(dots)


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


def test_a_number_that_only_python_refuses_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else the reader of TOML raises is passed on with the file's name."""

    def refuse(_text: str) -> None:
        raise ValueError("beyond me")

    monkeypatch.setattr("daemon.timetable.schedulefile.document.tomllib.loads", refuse)
    with pytest.raises(ScheduleError, match="not valid TOML: beyond me"):
        parse_schedule([("s.toml", 'timezone = "UTC"\n')])
