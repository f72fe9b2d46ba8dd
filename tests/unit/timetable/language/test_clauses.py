from __future__ import annotations

from dataclasses import fields

from daemon.timetable.language import POLICY_KEYS, parse_policy
from daemon.timetable.language.assembly import assemble
from daemon.timetable.language.clause import Phrase
from daemon.timetable.language.clauses import CLAUSES, SPOKEN
from daemon.timetable.language.cursor import Cursor
from daemon.timetable.policy import Policy


def test_every_clause_is_written_and_spoken() -> None:
    """The two orders name the same clauses, each once, the action first."""
    assert len(CLAUSES) == len(SPOKEN) == len(set(POLICY_KEYS))
    assert {clause.key for clause in CLAUSES} == {clause.key for clause in SPOKEN}
    assert CLAUSES[0].key == SPOKEN[0].key == "action"


def test_every_clause_knows_the_words_that_it_begins_with() -> None:
    """A slip in a first word is told from a word of the language."""
    for word in [
        "stop",
        "weekdays",
        "at",
        "cron",
        "soft",
        "in",
        "from",
        "until",
        "during",
        "except",
        "spread",
        "retry",
        "catch",
        "no",
    ]:
        assert any(word in clause.words for clause in CLAUSES)


def test_a_clause_is_silent_where_the_policy_is() -> None:
    """A policy that says action and time is written as these two, and every clause can say so."""
    policy = parse_policy("stop at 20:00")
    assert [clause.key for clause in CLAUSES if clause.text(policy)] == ["action", "at"]


def test_a_new_clause_reaches_the_policy_by_its_key() -> None:
    """Assembly knows no clause but those of days and times: every other key is a field of the policy."""
    end = Cursor("").token
    phrases = {key: Phrase(value, end, end) for key, value in {"action": "stop", "at": (), "zone": "UTC"}.items()}
    assert assemble(phrases).zone == "UTC"
    named = {field.name for field in fields(Policy)}
    assert {"type", "zone", "spread", "during", "catch_up"} <= named & {clause.key for clause in CLAUSES}


def test_a_cursor_never_leaves_its_text() -> None:
    """Behind the end there is only the end."""
    cursor = Cursor("stop")
    assert cursor.previous is cursor.token
    cursor.skip(5)
    assert cursor.is_at_end
    assert cursor.ahead(9) is cursor.take()
