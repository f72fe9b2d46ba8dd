"""What the shared words mean: fates, errors, calls."""

from __future__ import annotations

import pytest

from daemon.workspace.answers import Answer, Fate, WorkspaceError
from daemon.workspace.port import Call


def test_only_what_never_left_did_not_reach_the_cloud() -> None:
    """Never sent, and a condition of the project, count as not sent (protocol 2.4, 2.5)."""
    assert {fate for fate in Fate if not fate.reached} == {Fate.NEVER_SENT, Fate.PROJECT}


def test_only_accepted_and_lost_may_have_been_executed() -> None:
    """Everything else is known not to have been carried out (protocol 4.11)."""
    assert {fate for fate in Fate if fate.maybe_executed} == {Fate.ACCEPTED, Fate.LOST}


@pytest.mark.parametrize(
    ("answer", "is_permanent", "is_gone"),
    [
        (Answer(Fate.REFUSED, status=404), True, True),
        (Answer(Fate.REFUSED, status=400, error_code="WKS.0001"), True, True),
        (Answer(Fate.REFUSED, status=400), True, False),
        (Answer(Fate.FORBIDDEN, status=403), True, False),
        (Answer(Fate.LOST, status=503), False, False),
        (Answer(Fate.PROJECT, status=404), False, False),
    ],
)
def test_an_error_says_whether_asking_again_helps(answer: Answer, is_permanent: bool, is_gone: bool) -> None:
    """Refusals are permanent, and those of what does not exist mean that it is gone."""
    error = WorkspaceError("x", answer)
    assert (error.permanent, error.gone) == (is_permanent, is_gone)


def test_three_calls_count_as_writes() -> None:
    """Acting and notifying count against the quota of writes, looking against that of reads (protocol 4.9)."""
    assert {call for call in Call if call.writes} == {Call.ACT_ON_POOL, Call.ACT_ON_DESKTOPS, Call.NOTIFY_POOL}
