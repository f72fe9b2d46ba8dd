from __future__ import annotations

import pytest

from daemon.timetable.language.tokens import Kind, tokenize


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("stop at 20:00", [Kind.WORD, Kind.WORD, Kind.TIME]),
        ("mon-fri, sat–sun", [Kind.WORD, Kind.DASH, Kind.WORD, Kind.COMMA, Kind.WORD, Kind.DASH, Kind.WORD]),
        ("2026-12-24..2026-12-31", [Kind.DATE, Kind.DOTS, Kind.DATE]),
        ("day 1..15", [Kind.WORD, Kind.NUMBER, Kind.DOTS, Kind.NUMBER]),
        ("in Asia/Shanghai", [Kind.WORD, Kind.PATH]),
        ("1h30m 8pm 20.00 1.5h", [Kind.MEASURE, Kind.MEASURE, Kind.DOTTED, Kind.DOTTED]),
        ("""'a "b' "c" 'open""", [Kind.QUOTED, Kind.QUOTED, Kind.OPEN_QUOTE]),
        ("# ;; é_ ٣", [Kind.ODD, Kind.ODD, Kind.WORD, Kind.ODD, Kind.ODD]),
    ],
)
def test_a_sentence_is_split_by_what_its_parts_look_like(text: str, kinds: list[Kind]) -> None:
    """Words, numbers, dates, times, marks and quotes are told apart; anything else is odd."""
    assert [token.kind for token in tokenize(text)] == [*kinds, Kind.END]


def test_tokens_know_their_place() -> None:
    """Each token's text is found at its offsets, and the end stands behind the last one."""
    text = "  stop\tweekdays, 'x y' 20:00  "
    tokens = tokenize(text)
    assert [text[token.start : token.end] for token in tokens] == [token.text for token in tokens]
    assert tokens[-1].start == tokens[-1].end == len(text.rstrip())


def test_words_are_compared_in_lower_case() -> None:
    """STOP is stop."""
    assert tokenize("STOP")[0].is_word("stop")
    assert not tokenize("'stop'")[0].is_word("'stop'")
