"""Scripts: what can be scripted, what is carried out nevertheless, and what is refused."""

from __future__ import annotations

import pytest

from daemon.workspace.sandbox.faults import Fault, FaultError, parse_faults


def test_faults_are_read_from_json() -> None:
    """The service's own field names are understood too, and a fault can be repeated."""
    faults = parse_faults([{"status": 409, "error_code": "WKS.00010032", "times": 2}, {"reset": "after"}, {}])
    assert faults == [Fault(status=409, code="WKS.00010032")] * 2 + [Fault(reset="after"), Fault()]


@pytest.mark.parametrize(
    ("fault", "executes"),
    [
        (Fault(), True),
        (Fault(status=500), False),
        (Fault(status=500, execute=True), True),
        (Fault(html=502), False),
        (Fault(body="text"), False),
        (Fault(reset="before"), False),
        (Fault(reset="after"), True),
        (Fault(close="before"), False),
        (Fault(hang=1), True),
        (Fault(hang=1, execute=False), False),
        (Fault(cut=True), True),
        (Fault(no_job_id=True), True),
    ],
)
def test_fault_says_whether_the_request_is_carried_out(fault: Fault, executes: bool) -> None:
    """An answer that stands for a refusal is none of the service's doing; one that is lost on its way back is."""
    assert fault.executes is executes


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ({"status": 409}, "A script is a list"),
        (["409"], "A fault is an object"),
        ([{"stauts": 409}], "Unknown in a fault: stauts"),
        ([{"reset": "during"}], "\"reset\" is 'during'"),
        ([{"close": True}], '"close" is True'),
        ([{"cut": "tail"}], "\"cut\" is 'tail'"),
        ([{"status": 99}], '"status" is 99'),
        ([{"html": True}], '"html" is True'),
        ([{"hang": "5"}], "\"hang\" is '5'"),
        ([{"slow": 0}], '"slow" is 0'),
        ([{"headers": "x"}], "\"headers\" is 'x'"),
        ([{"times": 0}], '"times" is 0'),
        ([{"times": "2"}], "\"times\" is '2'"),
    ],
)
def test_what_cannot_be_acted_out_is_refused(script: object, message: str) -> None:
    """A mistake in a script is said, not played."""
    with pytest.raises(FaultError, match=message):
        parse_faults(script)


def test_fault_is_described_by_what_was_said() -> None:
    """The record holds what the script said and nothing else."""
    assert Fault(status=409, code="WKS.00010032").describe() == {"status": 409, "code": "WKS.00010032"}
