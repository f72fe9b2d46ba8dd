"""Which pools a name means that `history` is asked for."""

from __future__ import annotations

import pytest

from daemon.ledger import history


@pytest.mark.parametrize(
    ("name", "means"),
    [
        ("engineering", True),
        ("default/engineering", True),
        ("a130", True),
        ("eng*", True),
        ("default/*", True),
        ("d*", False),
        ("*/engineering", True),
        ("engineer", False),
    ],
)
def test_pattern_is_of_keys_unless_it_has_a_slash(name: str, means: bool) -> None:
    """`d*` must not mean every pool because of the project's name, which nobody typed."""
    assert history._means(name, "default", "engineering", "a130") is means


def test_key_with_the_characters_of_patterns_is_found_as_it_is() -> None:
    """A key is a key first."""
    assert history._means("lab[1]", "default", "lab[1]", None)
