"""Fields of foreign JSON objects."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from daemon.workspace import fields
from daemon.workspace.fields import FieldError


@pytest.mark.parametrize(("value", "read"), [("a", "a"), (7, "7")])
def test_an_id_is_text_or_a_whole_number(value: object, read: str) -> None:
    """An id is kept as text."""
    assert fields.ident({"id": value}, "id") == read


@pytest.mark.parametrize("value", [None, "", True, 1.5, {}, []])
def test_anything_else_is_no_id_and_said(value: object) -> None:
    """An id that is missing or of another kind is an error that names the field."""
    with pytest.raises(FieldError, match="expected an id as 'id'"):
        fields.ident({"id": value}, "id")


@pytest.mark.parametrize(("value", "read"), [("a", "a"), ("", None), (None, None), (7, "7"), (1.5, "1.5")])
def test_text_may_be_missing_or_a_number(value: object, read: str | None) -> None:
    """Empty text is as good as none."""
    assert fields.text({"k": value}, "k") == read


@pytest.mark.parametrize("value", [True, {}, ["a"]])
def test_anything_else_is_no_text(value: object) -> None:
    """Text of another kind is an error that shows what was found."""
    with pytest.raises(FieldError, match="expected text as 'k', found"):
        fields.text({"k": value}, "k")


@pytest.mark.parametrize(("value", "read"), [(3, 3), ("12", 12), (" 12 ", 12), (None, None)])
def test_a_whole_number_may_be_written_as_text(value: object, read: int | None) -> None:
    """Digits in quotes count."""
    assert fields.whole({"k": value}, "k") == read


@pytest.mark.parametrize("value", [True, 1.5, "many", {}])
def test_anything_else_is_no_whole_number(value: object) -> None:
    """A truth value is no number here."""
    with pytest.raises(FieldError, match="expected a whole number"):
        fields.whole({"k": value}, "k")


@pytest.mark.parametrize(
    ("value", "read"), [(True, True), (False, False), (None, False), ("true", True), ("False", False)]
)
def test_a_flag_is_false_where_it_is_missing(value: object, read: bool) -> None:
    """Truth values count in quotes too."""
    assert fields.flag({"k": value}, "k") is read


@pytest.mark.parametrize("value", [1, "yes", []])
def test_anything_else_is_no_flag(value: object) -> None:
    """Numbers and other words are an error."""
    with pytest.raises(FieldError, match="expected true or false"):
        fields.flag({"k": value}, "k")


def test_parts_may_be_missing() -> None:
    """A missing object is empty, and so is a missing list."""
    assert fields.part({}, "k") == {}
    assert fields.part({"k": {"a": 1}}, "k") == {"a": 1}
    assert fields.parts({"k": None}, "k") == []
    assert fields.parts({"k": [{"a": 1}]}, "k") == [{"a": 1}]


@pytest.mark.parametrize("value", ["x", {"a": 1}, [1], [{}, None]])
def test_a_list_of_something_else_is_an_error(value: object) -> None:
    """A list holds objects."""
    with pytest.raises(FieldError, match="expected a list of objects"):
        fields.parts({"k": value}, "k")


def test_an_object_of_another_kind_is_an_error() -> None:
    """Where an object is documented, text is an error."""
    with pytest.raises(FieldError, match="expected an object"):
        fields.part({"k": "x"}, "k")


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-23T19:00:00Z",
        "2026-11-23T19:00:00.000Z",
        "2026-11-23T19:00:00",
        "2026-11-23 19:00:00",
        " 2026-11-23T20:00:00+01:00 ",
        "2026-11-24T03:00:00.000+0800",
        1_795_460_400,
        1_795_460_400_000,
    ],
)
def test_times_come_with_and_without_a_zone(value: Any) -> None:
    """Every spelling of an instant is read as aware UTC; without a zone it is UTC."""
    assert fields.instant({"t": value}, "t") == datetime(2026, 11, 23, 19, tzinfo=UTC)


@pytest.mark.parametrize("value", [None, "", "later", True, [], 1e300, "0001-01-01T00:00:00+23:00"])
def test_an_unreadable_time_is_none(value: Any) -> None:
    """A time that cannot be read is left out, never an error."""
    assert fields.instant({"t": value}, "t") is None
