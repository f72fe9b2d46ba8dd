"""TOML string literals, taken apart."""

from __future__ import annotations

import tomllib

import pytest

from daemon.timetable.schedulefile.literals import decode

LITERALS = [
    '"plain"',
    "'plain'",
    '""',
    "''",
    r'"a \"quoted\" word, \\ and \t tab"',
    r'"\u00e9\U0001F600"',
    r"'no \n escapes'",
    '"""two\nlines"""',
    '"""\nfirst newline is trimmed"""',
    '"""\r\nhere too\r\nand this one counts once"""',
    "'''\r\nhere\r\ntoo'''",
    "'''\nraw \\ text'''",
    '"""joined \\\n     to the next\\  \r\n \n line"""',
    '"""ends in a quote""""',
    '"""one " and two "" inside"""',
    "'''it''s'''''",
]


@pytest.mark.parametrize("literal", LITERALS)
def test_a_literal_says_what_tomllib_reads(literal: str) -> None:
    """The characters are those that tomllib gives for the same literal."""
    assert decode(literal)[0] == tomllib.loads(f"x = {literal}")["x"]


@pytest.mark.parametrize("literal", LITERALS)
def test_offsets_rise_inside_the_literal(literal: str) -> None:
    """There is one offset for each character and one for the end, in rising order, between the quotes."""
    text, offsets = decode(literal)
    assert len(offsets) == len(text) + 1
    assert offsets == sorted(set(offsets))
    assert offsets[0] > 0
    assert offsets[-1] < len(literal)


def test_a_character_behind_an_escape_keeps_its_place() -> None:
    """The escape counts with all of its source characters."""
    text, offsets = decode(r'"\u00e9x"')
    assert text == "éx"
    assert offsets == [1, 7, 8]


def test_the_escapes_of_the_coming_toml_are_read_too() -> None:
    r"""``\e`` and ``\xHH`` come with TOML 1.1, and a Python that reads it."""
    assert decode(r'"\e\x41"')[0] == "\x1bA"
