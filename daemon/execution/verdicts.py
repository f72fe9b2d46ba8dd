"""The decisions about one run, as pure functions: given the run, what came back and the instant, its next state.

::

    pending ──gate──▶ attempting ──▶ accepted (job_id) ──▶ succeeded | partial | failed | unknown
       ▲  │               │                │
       │  │               │                └─ idle, not in the end state ──▶ pending
       │  │               ├─ refused for now, lost ──▶ pending (next_attempt_at)
       │  │               └─ refused for good ──▶ failed
       │  └─▶ skipped | missed | superseded | expired | void

A run that may have been executed and cannot be retried any more is not ended on a guess: it becomes *accepted without a
job*, which means that its desktops are to be looked at (4.11).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from daemon.ledger.states import State
from daemon.workspace.answers import CREDENTIALS_REFUSED, Answer, Fate

if TYPE_CHECKING:
    from datetime import datetime

    from daemon.execution.backoff import Backoff
    from daemon.ledger.runs import Run


@dataclass(frozen=True, slots=True)
class Step:
    """What is next for a run.

    Attributes:
        run: the run as it is to be.
        reason: why, in words fit for the ledger; None only while it goes on as usual.
        error_code: the last error's code, if there was one.
        wait: seconds until its next attempt, for a run that is pending again.
        is_search: a reboot whose fate is unknown: look for its job, send nothing (5.4).
    """

    run: Run
    reason: str | None
    error_code: str | None = None
    wait: float = 0.0
    is_search: bool = False


def after_answer(run: Run, answer: Answer, sent_at: datetime, now: datetime, backoff: Backoff) -> Step:
    """What an answer to an attempt means for its run (protocol 4.4).

    Args:
        run: as it was when its gate opened, that attempt counted.
        answer: what came back.
        sent_at: when its gate opened.
        now: when the answer came.
        backoff: how long to wait before the next attempt.
    """
    if answer.fate is Fate.ACCEPTED:
        return Step(_counted(run, answer, sent_at, state=State.ACCEPTED, job_id=answer.job_id), None)
    run = _counted(run, answer, sent_at)
    said = describe(answer)
    match answer.fate:
        case Fate.REFUSED:
            return Step(replace(run, state=State.FAILED), said, answer.error_code)
        case Fate.LOST if not run.action.is_word:
            reason = f"{said}; looking for its job, not sending it again"
            return Step(run, reason, answer.error_code, is_search=True)
        case Fate.REFUSED_FOR_NOW | Fate.LOST:
            return again(run, said, now, max(backoff.after(run.attempts), answer.retry_after or 0.0), answer)
        case Fate.NEVER_SENT:
            return again(run, said, now, backoff.after(run.attempts), answer)
        case _:
            return again(run, f"waits for its project: {said}", now, 0.0, answer)


def _counted(run: Run, answer: Answer, sent_at: datetime, **changes: Any) -> Run:
    retry_from = run.retry_from or (sent_at if answer.fate.reached else None)
    maybe_executed = run.maybe_executed or answer.fate.maybe_executed
    return replace(run, retry_from=retry_from, maybe_executed=maybe_executed, **changes)


def again(run: Run, why: str, now: datetime, wait: float, answer: Answer | None = None) -> Step:
    """Let a run wait for its next attempt, or end it where that would come too late (protocol 2.5, 4.8).

    A wait that we chose is cut, so that the last try comes just before the deadline; one that the cloud asked for is
    not.
    """
    code = answer.error_code if answer else None
    deadline = run.deadline
    if deadline is None:
        return Step(_pending(run, now, wait), why, code, wait)
    left = (deadline - now).total_seconds() - LAST_MOMENT
    asked = (answer.retry_after or 0.0) if answer else 0.0
    if left <= 0 or asked > left:
        beyond = f"{why}; " + ("asked to wait beyond the deadline" if left > 0 else "retried until the deadline")
        return at_deadline(run, beyond, code)
    wait = min(wait, left)
    return Step(_pending(run, now, wait), why, code, wait)


def _pending(run: Run, now: datetime, wait: float) -> Run:
    return replace(run, state=State.PENDING, next_attempt_at=now + timedelta(seconds=wait))


LAST_MOMENT = 1.0
"""Seconds before the deadline from which on no other try is begun."""


def at_deadline(run: Run, why: str, code: str | None = None) -> Step:
    """End a run whose time to retry is over: expired, or left to the desktops where it may have acted (4.11)."""
    if not run.maybe_executed:
        return Step(replace(run, state=State.EXPIRED, next_attempt_at=None), why, code)
    if run.action.is_word:
        return Step(by_desktops(run), f"{why}; judged by the desktops", code)
    ended = State.PARTIAL if run.desktops else State.UNKNOWN  # a reboot leaves no trace to look at
    return Step(replace(run, state=ended, next_attempt_at=None), why, code)


def by_desktops(run: Run) -> Run:
    """The run as one that only looks at the desktops can settle."""
    return replace(run, state=State.ACCEPTED, job_id=None, next_attempt_at=None)


def called_off(run: Run, why: str) -> Step:
    """End a waiting run that is not to be sent any more, whatever time it has left (protocol 4.10, 4.11)."""
    if not run.maybe_executed:
        return Step(replace(run, state=State.SKIPPED, next_attempt_at=None), why)
    return at_deadline(replace(run, retry_for=timedelta(0)), why)


def is_missed(run: Run, now: datetime, *, after_outage: bool) -> bool:
    """Whether a run comes too late to be carried out (protocol 2.4).

    Only a run none of whose attempts may have reached the cloud can be missed: when first looked at after an outage
    once it is later than its catch-up, and in any case once later than catch-up and ``retry_for`` together.
    """
    late = now - run.due_at
    if run.retry_from is not None:
        return False
    return late > run.catch_up + run.retry_for or (after_outage and late > run.catch_up)


def describe(answer: Answer) -> str:
    """An answer in words, for a reason."""
    parts = [str(answer.status)] if answer.status else []
    parts += [answer.error_code] if answer.error_code else []
    said = " ".join(parts)
    if answer.fate is Fate.UNAUTHORISED:  # the gateway's many words are on record with the attempt
        return f"{CREDENTIALS_REFUSED} ({said})" if said else CREDENTIALS_REFUSED
    if answer.error_msg:
        said = f"{said}: {answer.error_msg}" if said else answer.error_msg
    return f"{answer.fate}: {said}" if said else str(answer.fate)
