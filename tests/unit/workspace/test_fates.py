"""What codes and statuses mean (protocol 4.4)."""

from __future__ import annotations

import pytest

from daemon.workspace.answers import Fate
from daemon.workspace.fates import fate_of_code, fate_of_refusal


@pytest.mark.parametrize(
    ("status", "code", "fate"),
    [
        (409, "WKS.00010032", Fate.REFUSED_FOR_NOW),
        (409, "ANYTHING.1", Fate.REFUSED_FOR_NOW),
        (409, None, Fate.REFUSED_FOR_NOW),
        (429, "APIG.0308", Fate.REFUSED_FOR_NOW),
        (429, "APIGW.0308", Fate.REFUSED_FOR_NOW),
        (429, None, Fate.REFUSED_FOR_NOW),
        (400, "WKS.0407", Fate.REFUSED_FOR_NOW),
        (400, "WKS.00010032", Fate.REFUSED_FOR_NOW),
        (200, "WKS.00010032", Fate.REFUSED_FOR_NOW),
        (503, "APIGW.0308", Fate.REFUSED_FOR_NOW),
        (401, "APIG.0301", Fate.UNAUTHORISED),
        (401, "APIGW.0301", Fate.UNAUTHORISED),
        (401, None, Fate.UNAUTHORISED),
        (400, "APIGW.0301", Fate.UNAUTHORISED),
        (401, "APIGW.0303", Fate.PROJECT),
        (403, "APIGW.0302", Fate.FORBIDDEN),
        (403, "WKS.0099", Fate.FORBIDDEN),
        (403, "WKS.00010099", Fate.FORBIDDEN),
        (403, None, Fate.FORBIDDEN),
        (400, "WKS.0001", Fate.REFUSED),
        (400, "WKS.9999", Fate.REFUSED),
        (400, None, Fate.REFUSED),
        (404, "APIGW.0101", Fate.REFUSED),
        (405, None, Fate.REFUSED),
        (500, "WKS.0202", Fate.REFUSED),
        (500, "WKS.0001", Fate.LOST),
        (500, "WKS.9999", Fate.LOST),
        (500, None, Fate.LOST),
        (502, "APIGW.0201", Fate.LOST),
        (503, None, Fate.LOST),
        (504, "APIGW.0203", Fate.LOST),
        (599, None, Fate.LOST),
        (200, "WKS.9999", Fate.REFUSED),
        (200, "WKS.0001", Fate.REFUSED),
        (200, None, Fate.LOST),
        (204, None, Fate.LOST),
        (302, None, Fate.REFUSED),
        (307, "ANYTHING.1", Fate.REFUSED),
    ],
)
def test_an_answer_is_classified_by_its_code_first_and_its_status_second(
    status: int, code: str | None, fate: Fate
) -> None:
    """Each row of the reference's table, and what it does not list, has its fate (protocol 4.4)."""
    assert fate_of_refusal(status, code) is fate


@pytest.mark.parametrize(
    ("code", "fate"),
    [
        ("WKS.00010032", Fate.REFUSED_FOR_NOW),
        ("WKS.0407", Fate.REFUSED_FOR_NOW),
        ("WKS.0001", Fate.REFUSED),
        ("WKS.0202", Fate.REFUSED),
        ("WKS.4242", None),
        ("", None),
        (None, None),
    ],
)
def test_a_failed_sub_jobs_code_says_whether_it_was_busy_or_refused(code: str | None, fate: Fate | None) -> None:
    """A code alone tells busy-now from for-good, where the reference lists it (protocol 4.5)."""
    assert fate_of_code(code) is fate
