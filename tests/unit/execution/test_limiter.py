"""At most N requests in any 61 s for each key."""

from __future__ import annotations

from daemon.execution.limiter import Limiter, SlidingLog


def test_a_request_counts_from_its_admission_until_61_s_after_its_answer() -> None:
    """The cloud may count a request at any moment in between (protocol 4.9)."""
    log = SlidingLog(2)
    log.take()
    assert log.room(0.0) == 1
    log.answered(30.0)
    assert log.room(90.9) == 1
    assert log.opens_at(90.9) == 91.0
    assert log.room(91.0) == 2
    assert log.opens_at(91.0) is None


def test_what_was_never_sent_is_given_back() -> None:
    """A token whose gate refused goes back (protocol 4.2)."""
    log = SlidingLog(3)
    log.take(3)
    assert log.room(0.0) == 0
    assert log.opens_at(0.0) is None  # only an answer can make room
    log.give_back(2)
    assert log.room(0.0) == 2


def test_no_limit_is_no_bound_but_the_clouds_own() -> None:
    """0 means none; a window that the cloud names holds all the same (protocol 4.8, 4.9)."""
    log = SlidingLog(0)
    log.take(1000)
    log.answered(0.0)
    log.seed([0.0])
    assert log.room(0.0) is None
    log.shut(10.0)
    log.shut(5.0)
    assert (log.room(9.9), log.opens_at(9.9)) == (0, 10.0)
    assert log.room(10.0) is None


def test_a_seed_counts_like_what_was_sent_here() -> None:
    """What an earlier process sent leaves the window oldest first (protocol 4.9)."""
    log = SlidingLog(2)
    log.seed([10.0, 50.0])
    assert (log.room(60.0), log.opens_at(60.0)) == (0, 71.0)
    assert log.room(71.0) == 1
    assert log.room(111.0) == 2


def test_there_is_one_log_a_key() -> None:
    """Each credential, region and API call has its own, writes and reads with their limits (protocol 4.9)."""
    limiter = Limiter(1, 2)
    assert limiter.log("a", writes=True) is limiter.log("a", writes=True)
    assert limiter.log("a", writes=True).room(0.0) == 1
    assert limiter.log("b", writes=False).room(0.0) == 2
