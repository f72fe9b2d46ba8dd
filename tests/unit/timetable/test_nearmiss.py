from __future__ import annotations

import pytest

from daemon.timetable.nearmiss import near_miss

WORDS = ("start", "stop", "weekdays", "weekends", "mon", "on", "december")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("weekdyas", "weekdays"),
        ("strat", "start"),
        ("sto", "stop"),
        ("stoop", "stop"),
        ("mno", "mon"),
        ("decmeber", "december"),
        ("dezembre", "december"),
        ("wekend", "weekends"),
    ],
)
def test_a_slip_or_two_are_understood(word: str, meant: str) -> None:
    """One letter lost, added, wrong or swapped; two in words of five letters and more."""
    assert near_miss(word, WORDS) == meant


@pytest.mark.parametrize("word", ["xx", "o", "banana", "mxx", "stxx", "d" * 33, ""])
def test_what_is_far_from_every_word_means_none(word: str) -> None:
    """Short words, long words and words with too many slips are not guessed at."""
    assert near_miss(word, WORDS) is None


def test_the_nearest_word_wins_and_the_first_of_equals() -> None:
    """Of two candidates the one with fewer slips is meant; the order of the words decides between equals."""
    assert near_miss("weekendss", ("weekdays", "weekends")) == "weekends"
    assert near_miss("stat", ("start", "stab")) == "start"
