"""Compares plan, ledger and the cloud's journal: pure, so that whatever was recorded once can be judged again.

Every function gives sentences, one for each thing that does not fit; none means that all three tell one story.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.chaos.scenario import Scenario
    from tests.chaos.storm import Records

Row = dict[str, Any]

END = {"start": {"ACTIVE"}, "stop": {"SHUTOFF"}, "hibernate": {"HIBERNATED", "SHUTOFF"}}
REACHES = {"start": "ACTIVE", "stop": "SHUTOFF", "hibernate": "HIBERNATED"}
OPEN = {"pending", "attempting", "accepted"}
SLACK = timedelta(seconds=1.5)
"""Between our clock at a gate and the cloud's at the request; they are one machine's."""


def discrepancies(scenario: Scenario, records: Records) -> list[str]:
    """Everything that does not fit."""
    said = [] if records.finished else ["not everything was over in time"]
    said += _claimed_once(records)
    said += _left_as_asked(scenario, records)
    carried = _matched(scenario, records, said)
    by_id = {run["run"]: run for run in records.runs}
    for run in records.runs:
        story = _Story(scenario, records, run, carried[run["run"]], by_id)
        said += [
            f"run {run['run']} ({run['pool']} {run['action']}, {run['state']}: {run['reason']}): {what}"
            for what in story.told()
        ]
    return said


def _claimed_once(records: Records) -> Iterator[str]:
    """Exactly one run for each occurrence that the plan named, and none besides (protocol 1.4)."""
    planned = Counter((entry["pool"], entry["action"], entry["at"]) for entry in records.plan)
    claimed = Counter((run["pool"], run["action"], run["scheduled_at"]) for run in records.runs)
    for key in planned | claimed:
        if planned[key] != claimed[key]:
            yield f"{key}: planned {planned[key]} times, claimed {claimed[key]} times"


def _left_as_asked(scenario: Scenario, records: Records) -> Iterator[str]:
    """Where a pool's last word succeeded, its desktops are where that word wanted them."""
    for pool in scenario.world["pools"]:
        words = [run for run in records.runs if run["pool"] == pool["name"] and run["action"] != "reboot"]
        last = max(words, key=lambda run: run["run"], default=None)
        states = {desktop["status"] for desktop in records.pools[pool["id"]]["desktops"]}
        if last is not None and last["state"] == "succeeded" and not states <= END[last["action"]]:
            yield f"{pool['name']}: run {last['run']} ({last['action']}) succeeded, and its desktops are {states}"


def _matched(scenario: Scenario, records: Records, said: list[str]) -> dict[int, list[tuple[Row, Row | None]]]:
    """Each run's attempts with the requests that the cloud got for them; a request without an attempt is told."""
    of_desktop = {desktop["desktop_id"]: id_ for id_, pool in records.pools.items() for desktop in pool["desktops"]}
    requests: dict[str, list[Row]] = defaultdict(list)
    for request in records.requests:
        if request["method"] == "POST" and request["action"]:
            requests[request["pool_id"] or of_desktop[request["desktop_ids"][0]]].append(request)
    ids = {pool["name"]: pool["id"] for pool in scenario.world["pools"]}
    carried = {}
    for pool, id_ in ids.items():
        attempts = [(run, attempt) for run in records.runs if run["pool"] == pool for attempt in run["attempts_detail"]]
        left = {request["request_id"]: request for request in requests.pop(id_, [])}
        met = {
            key(run, attempt): left.pop(attempt["request_id"], None)
            for run, attempt in attempts
            if attempt["request_id"]
        }
        for run, attempt in sorted(attempts, key=lambda pair: instant(pair[1]["sent_at"])):
            if attempt["request_id"]:
                continue
            found = next((request for request in left.values() if _may_be(scenario, run, attempt, request)), None)
            met[key(run, attempt)] = left.pop(found["request_id"]) if found else None
        said += [f"{pool}: the cloud got {request}, which no attempt tells of" for request in left.values()]
        for run in records.runs:
            if run["pool"] == pool:
                carried[run["run"]] = [(attempt, met.get(key(run, attempt))) for attempt in run["attempts_detail"]]
    said += [f"the cloud got requests for {id_}, which is no pool of ours" for id_ in requests]
    return carried


def key(run: Row, attempt: Row) -> tuple[int, int]:
    """What an attempt is known by."""
    return run["run"], attempt["number"]


def _may_be(scenario: Scenario, run: Row, attempt: Row, request: Row) -> bool:
    sent, got = instant(attempt["sent_at"]), instant(request["at"])
    latest = sent + timedelta(seconds=scenario.settings["request_timeout"]) + SLACK
    call = "pool" if request["pool_id"] else "desktops"
    return sent - SLACK <= got <= latest and attempt["call"] == call and run["action"] in asked(request)


def asked(request: Row) -> str:
    """The action of a request in our words."""
    return str(request["action"]).removeprefix("os-").lower()


def instant(text: str) -> datetime:
    """As the records spell it."""
    return datetime.fromisoformat(text)


class _Story:
    """One run: whether its end is what its attempts, and the cloud, say."""

    def __init__(
        self,
        scenario: Scenario,
        records: Records,
        run: Row,
        carried: list[tuple[Row, Row | None]],
        by_id: dict[int, Row],
    ) -> None:
        self._scenario = scenario
        self._records = records
        self._run = run
        self._carried = carried
        self._by_id = by_id
        self._id = next(pool["id"] for pool in scenario.world["pools"] if pool["name"] == run["pool"])
        self._executed = [request for _, request in carried if request and request["executed"] and request["job_id"]]
        self._fates = [attempt["fate"] for attempt, _ in carried]

    def told(self) -> Iterator[str]:
        run = self._run
        if run["state"] in OPEN or not run["finished_at"] or not run["reason"]:
            yield "it is not over, or nobody says why"
            return
        if run["attempts"] != len(self._carried) or [attempt["number"] for attempt, _ in self._carried] != list(
            range(1, run["attempts"] + 1)
        ):
            yield f"{run['attempts']} attempts are counted, {len(self._carried)} are on record"
        for attempt, request in self._carried:
            yield from self._attempt(attempt, request)
        yield from self._often_enough()
        yield from getattr(self, f"_{run['state']}")()

    def _attempt(self, attempt: Row, request: Row | None) -> Iterator[str]:
        """One attempt beside what the cloud got for it."""
        told = f"attempt {attempt['number']} ({attempt['fate']}: {attempt['error_msg']})"
        if attempt["answered_at"] is None or attempt["fate"] is None:
            yield f"{told} was never closed"
        if instant(attempt["sent_at"]) < instant(self._run["due_at"]):
            yield f"{told} was sent before it was due"
        if request is not None:
            yield from (f"{told}: {what}: {request}" for what in _beside(attempt, request))
        elif attempt["request_id"] or not _may_have_stayed_here(attempt):
            yield f"{told}: the cloud never got it"

    def _often_enough(self) -> Iterator[str]:
        """Never sent again blindly: a reboot after it may have been carried out, a word after it was accepted (4.4)."""
        is_reboot, is_sound = self._run["action"] == "reboot", self._id not in self._scenario.failing
        for (attempt, _), (after, again) in pairwise(self._carried):
            if is_reboot and attempt["fate"] in ("accepted", "lost") and after["call"] == "pool":
                yield f"attempt {after['number']} follows one that may have been carried out: {again}"
            if not is_reboot and is_sound and attempt["fate"] == "accepted":
                yield f"attempt {after['number']} follows one that was accepted, though no desktop fails: {again}"
        # A job that finds every desktop off does nothing; one for single desktops is for those that were not rebooted.
        done = [
            request for request in self._executed if request["pool_id"] or (is_sound and self._finds_it_on(request))
        ]
        if is_reboot and len(done) > 1:
            yield f"the cloud rebooted {len(done)} times"

    def _finds_it_on(self, request: Row) -> bool:
        return self._states_at(instant(request["at"])) == {"ACTIVE"}

    # --- final states ---------------------------------------------------------------------------------------------

    def _succeeded(self) -> Iterator[str]:
        if not re.match(r"(all \d+|of the) desktops ", self._run["reason"]):
            yield "the reason is none of success"
        if self._run["action"] == "reboot":
            if not self._executed:
                yield "the cloud never rebooted"
            elif self._run["job_id"] not in [request["job_id"] for request in self._executed]:
                yield "its job is none that the cloud knows of"
            return
        states = self._states_at(instant(self._run["finished_at"]))
        if states is not None and not states <= END[self._run["action"]]:
            yield f"the desktops were {states}"
        if "nothing to do" in self._run["reason"] and {"lost", "accepted"} & set(self._fates):
            yield "it may have been carried out, and says there was nothing to do"

    def _states_at(self, when: datetime) -> set[str] | None:
        """Where the pool's desktops were going by what the cloud had carried out; None where single ones fail."""
        if self._id in self._scenario.failing:
            return None
        pool = next(pool for pool in self._scenario.world["pools"] if pool["id"] == self._id)
        state = pool["status"]
        for request in self._records.requests:
            mine = request["pool_id"] == self._id and request["executed"] and request["job_id"]
            if mine and instant(request["at"]) <= when:
                state = _after(state, asked(request), pool["os"])
        return {state}

    def _partial(self) -> Iterator[str]:
        if not self._run["desktops"]:
            yield "it names no desktop"
        if self._id not in self._scenario.failing:
            yield "no single desktop of it fails"

    def _failed(self) -> Iterator[str]:
        if "internal" in self._run["reason"]:
            yield "it failed inside us"
        if self._run["reason"].startswith("refused for good"):
            if self._fates[-1:] != ["refused for good"]:
                yield f"its attempts were {self._fates}"
        elif not self._run["desktops"]:
            yield "it was not refused and names no desktop"

    def _unknown(self) -> Iterator[str]:
        reason = self._run["reason"]
        if not {"lost", "accepted"} & set(self._fates):
            yield "no attempt may have been carried out"
        known = {job["job_id"] for job in self._run["jobs"]}
        missed = [request for request in self._executed if request["job_id"] not in known]
        if "no job of it was found" in reason and missed:
            yield f"its job was there to be found: {missed}"
        known_reasons = (
            "no job of it was found" if self._run["action"] == "reboot" else "given up|its end could not be seen"
        )
        if not re.search(known_reasons, reason):
            yield "a reason to look into"

    def _superseded(self) -> Iterator[str]:
        found = re.search(r"(?:superseded|overtaken) by run (\d+)", self._run["reason"])
        newer = self._by_id.get(int(found[1])) if found else None
        if newer is None or newer["pool"] != self._run["pool"] or newer["run"] <= self._run["run"]:
            yield "there is no such newer run of the pool"
            return
        if newer["action"] == "reboot" and self._run["action"] != "reboot":
            yield "a reboot supersedes no word"
        if instant(newer["scheduled_at"]) < instant(self._run["scheduled_at"]):
            yield "what took its place is older"
        if (
            newer["state"] == "skipped" and "off" not in newer["reason"]
        ):  # the older one would not have been sent either
            yield "what took its place was skipped"
        if "overtaken" in self._run["reason"]:
            if not newer["attempts"]:
                yield "what overtook it was never sent"
            has_job = "while its job was running" in self._run["reason"]
            if has_job and self._run["job_id"] not in [request["job_id"] for request in self._executed]:
                yield "no such job of it"
        if instant(self._run["finished_at"]) < instant(newer["scheduled_at"]):
            yield "it ended before what took its place was due"

    def _skipped(self) -> Iterator[str]:
        if self._executed:
            yield f"the cloud carried it out: {self._executed}"
        if self._run["action"] != "reboot" or "off" not in self._run["reason"]:
            yield "nobody skipped it"
            return
        older = [
            run for run in self._by_id.values() if run["pool"] == self._run["pool"] and run["run"] != self._run["run"]
        ]
        words = [
            run
            for run in older
            if run["action"] != "reboot"
            and instant(run["scheduled_at"]) <= instant(self._run["finished_at"])
            and run["state"] != "skipped"
        ]
        last = max(words, key=lambda run: run["run"], default=None)
        if last is None or last["action"] not in ("stop", "hibernate"):
            yield f"the pool's last word is {last and last['action']}"

    def _missed(self) -> Iterator[str]:
        if self._executed or {"lost", "accepted", "refused for now"} & set(self._fates):
            yield "an attempt reached the cloud"
        said = re.search(r"catch-up (?:is|of) (\d+):(\d+):(\d+)", self._run["reason"])
        allowed = timedelta(hours=int(said[1]), minutes=int(said[2]), seconds=int(said[3])) if said else None
        if allowed is None or instant(self._run["finished_at"]) - instant(self._run["due_at"]) <= allowed:
            yield "it was not late"

    def _expired(self) -> Iterator[str]:
        if self._run["action"] == "reboot":  # its jobs are known by their parts: those of desktops that are off fail
            may_have_acted = any(self._finds_it_on(request) for request in self._executed)
        else:
            may_have_acted = bool(self._executed or {"lost", "accepted"} & set(self._fates))
        if may_have_acted:
            yield "it may have been carried out"
        if "refused for now" not in self._fates:
            yield f"its attempts were {self._fates}"

    def _void(self) -> Iterator[str]:
        yield "no clock was wrong"


def _beside(attempt: Row, request: Row) -> Iterator[str]:
    """What an attempt says otherwise than the cloud."""
    carried_out = bool(request["executed"] and request["job_id"])
    if carried_out and attempt["fate"] not in ("accepted", "lost"):
        yield "the cloud carried it out"
    if attempt["fate"] == "never sent":
        yield "the cloud got it"
    if attempt["fate"] == "accepted" and (not carried_out or attempt["job_id"] != request["job_id"]):
        yield "the cloud accepted nothing, or something else"
    if attempt["request_id"] and attempt["status"] != request["status"]:
        yield "the cloud said another status"
    has_own_body = "body" in request["fault"]
    if attempt["request_id"] and not has_own_body and attempt["error_code"] != request["error_code"]:
        yield "the cloud said another error"


def _may_have_stayed_here(attempt: Row) -> bool:
    """Whether an attempt without a request says so: not sent, cut off by a kill, or without an answer in time."""
    said = attempt["error_msg"] or ""
    return attempt["fate"] == "never sent" or "no answer was stored" in said or "no complete answer" in said


def _after(state: str, action: str, system: str) -> str:
    """The state of a desktop after an action that the cloud carried out."""
    possible = {
        "start": {"SHUTOFF", "HIBERNATED"},
        "stop": {"ACTIVE", "HIBERNATED"},
        "hibernate": {"ACTIVE"} if system == "Windows" else set(),
    }
    return REACHES[action] if state in possible.get(action, set()) else state
