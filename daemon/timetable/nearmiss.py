"""The word that was probably meant.

Distances are those of Damerau and Levenshtein in the restricted form (a swap of neighbours is one slip), and are only
computed for words of similar length: the cost for one word is bounded however long the text is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHORTEST = 3
_LONGEST = 32
_LONG_ENOUGH_FOR_TWO = 5


def near_miss(word: str, known: Iterable[str]) -> str | None:
    """The known word that differs from `word` by one slip, or by two in longer words; None where none does.

    Both sides are compared as they are: pass lower case. Of several equally near, one with the same
    letters wins ("teu" is "tue" rather than "thu"), then the first one known.
    """
    if not _SHORTEST <= len(word) <= _LONGEST:
        return None
    allowed = 2 if len(word) >= _LONG_ENOUGH_FOR_TWO else 1
    letters = sorted(word)
    best: str | None = None
    nearest = (allowed + 1, False)
    for candidate in known:
        if len(candidate) < _SHORTEST or abs(len(candidate) - len(word)) > nearest[0]:
            continue
        distance = (_slips(word, candidate), sorted(candidate) != letters)
        if distance < nearest:
            best, nearest = candidate, distance
    return best


def _slips(left: str, right: str) -> int:
    """How many insertions, deletions, replacements and swaps of neighbours lead from one word to the other."""
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, letter in enumerate(left, 1):
        two_before, before, row = before, row, [i]
        for j, other in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == right[j - 2] and left[i - 2] == other:
                cost = min(cost, two_before[j - 2] + 1)
            row.append(cost)
    return row[-1]
