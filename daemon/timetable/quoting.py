"""Shows found text inside messages: short, on one line, and harmless to a terminal."""

from __future__ import annotations

_LONGEST = 40


def shown(text: str) -> str:
    """A found text in quotes, not longer than forty characters, with what cannot be printed replaced."""
    cut = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    plain = "".join(character if character.isprintable() else "\ufffd" for character in cut)
    return f'"{plain}"'
