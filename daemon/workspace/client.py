"""The client: ``port.Workspace`` over HTTP.

An acting call sends one request and turns whatever happens into an ``Answer``. It is never repeated here, not even
after a 401: a re-send is a new attempt and goes through execution's gate again (protocol 4.2), after ``refresh``. A
reading call asks ``admit`` before each request, refreshes once after a 401 by itself, pages until complete, and raises
``WorkspaceError`` with the answer where it fails.

Each body is serialised once, and the same bytes are signed and sent. Reboots go over connections of their own.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

import orjson

from daemon.errors import PoolpowerError
from daemon.workspace import paging, parsing
from daemon.workspace.answers import CREDENTIALS_REFUSED, Answer, Fate, WorkspaceError
from daemon.workspace.authentication import Authorised, Draft, KeyAuthentication
from daemon.workspace.connection import AddressError, Connection
from daemon.workspace.credentials import AccessKey
from daemon.workspace.fields import FieldError, JsonObject
from daemon.workspace.port import Call
from daemon.workspace.proxies import proxy_for
from daemon.workspace.reading_answers import Read, answer_to_action, answer_to_reading
from daemon.workspace.shared_flight import SharedFlight
from daemon.workspace.signing import canonical_query, encode
from daemon.workspace.spelling import DESKTOP_OPERATIONS, POOL_OPERATIONS, POWER_JOB_TYPES
from daemon.workspace.tokens import TokenAuthentication
from daemon.workspace.transport import Transport
from daemon.workspace.trust import tls_context

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager
    from datetime import timedelta

    import httpx

    from daemon.timetable.actions import Action, ActionType
    from daemon.workspace.authentication import Authentication
    from daemon.workspace.credentials import Credentials
    from daemon.workspace.models import CloudPool, Desktop, Job, SubJob
    from daemon.workspace.paging import Listing

MOST_DESKTOPS = 100
"""Desktops in one per-desktop call."""

M = TypeVar("M")


def _now() -> datetime:
    return datetime.now(UTC)


def open_workspace(
    connection: Connection,
    *,
    admit: Callable[[Call], AbstractAsyncContextManager[None]] | None = None,
    clock: Callable[[], datetime] = _now,
    reload: Callable[[], Credentials] | None = None,
    environment: Mapping[str, str] = os.environ,
) -> WorkspaceClient:
    """A client for one project; nothing is sent yet.

    Args:
        connection: where and with which credentials.
        admit: entered around each HTTP request of a reading call; limiter and concurrency live above.
        clock: aware UTC, for signatures and the life of tokens.
        reload: reads the credentials again when they were refused, since files may have been rotated.
        environment: where ``HTTPS_PROXY`` and ``NO_PROXY`` are looked up.

    Raises:
        PoolpowerError: an endpoint, region, project id, authority or proxy cannot be used.
    """
    return WorkspaceClient(connection, admit or (lambda _: nullcontext()), clock, reload, environment)


class WorkspaceClient:
    """One cloud project's Workspace API over HTTP."""

    def __init__(
        self,
        connection: Connection,
        admit: Callable[[Call], AbstractAsyncContextManager[None]],
        clock: Callable[[], datetime],
        reload: Callable[[], Credentials] | None,
        environment: Mapping[str, str],
    ) -> None:
        """See ``open_workspace``."""
        project = _segment(connection.project_id)
        if project is None:
            raise AddressError(f"found {connection.project_id!r} as project id", "set POOLPOWER_PROJECT_ID")
        self._connection = connection
        self._admit = admit
        self._clock = clock
        self._reload = reload
        self._environment = environment
        self._trust = tls_context(connection.ca_file)
        self._transport = self._transport_to(connection.workspace_url)
        self._root = f"{self._transport.base_path}/v2/{project}/"
        self._credentials = connection.credentials
        self._authentication = self._authentication_for(connection.credentials)
        self._retired: list[Authentication] = []
        self._refused = 0
        self._offset: timedelta | None = None
        self._renewal: SharedFlight[Answer | None] = SharedFlight(self._renew)

    @property
    def credential(self) -> str:
        """A label of the credential in use, without any secret, stable while the credential is."""
        return self._credentials.label

    @property
    def region(self) -> str:
        """The region."""
        return self._connection.region

    @property
    def server_offset(self) -> timedelta | None:
        """The server's ``Date`` less our clock at the newest response; None before any."""
        return self._offset

    async def act_on_pool(self, pool_id: str, action: Action, type_: ActionType) -> Answer:
        """Send one action for a whole pool. A reboot goes over a fresh connection."""
        segment = _segment(pool_id)
        if segment is None:
            return _no_id(pool_id)
        payload = {"op_type": POOL_OPERATIONS[action], "type": type_}
        return await self._act(f"desktop-pools/{segment}/action", payload, fresh=not action.is_word)

    async def act_on_desktops(self, desktop_ids: Sequence[str], action: Action, type_: ActionType) -> Answer:
        """Send one action for 1 to 100 desktops. A reboot goes over a fresh connection."""
        if not 1 <= len(desktop_ids) <= MOST_DESKTOPS:
            return Answer(Fate.REFUSED, error_msg=f"{len(desktop_ids)} desktops; one call takes 1 to {MOST_DESKTOPS}")
        payload = {"desktop_ids": list(desktop_ids), "op_type": DESKTOP_OPERATIONS[action], "type": type_}
        return await self._act("desktops/action", payload, fresh=not action.is_word)

    async def notify_pool(self, pool_id: str, message: str) -> Answer:
        """Send a message to the users of a pool."""
        segment = _segment(pool_id)
        if segment is None:
            return _no_id(pool_id)
        sayable = message.encode("utf-8", "replace").decode()
        return await self._act(f"desktop-pools/{segment}/notifications", {"notifications": sayable}, fresh=False)

    async def refresh(self) -> None:
        """Get new credentials after a 401; callers that come while one is under way share it.

        Credentials are read again where ``reload`` was given. An IAM token is bought anew, unless the one in use is
        newer than every refused one. An access key that is the same as before is left as it is.

        Raises:
            WorkspaceError: none are to be had.
        """
        failure = await self._renewal.join()
        if failure is not None:
            raise WorkspaceError(failure.error_msg or "no credentials", failure)

    async def list_pools(self) -> list[CloudPool]:
        """Every pool of the project, all pages."""
        return await self._list(Call.LIST_POOLS, "desktop-pools", paging.POOLS, parsing.pool_from)

    async def show_pool(self, pool_id: str) -> CloudPool:
        """One pool."""
        path = f"desktop-pools/{_segment_to_read(pool_id)}"
        return _model(Call.SHOW_POOL, parsing.pool_from, await self._get(Call.SHOW_POOL, path, "id"))

    async def list_desktops(self, pool_id: str) -> list[Desktop]:
        """Every desktop of a pool, all pages."""
        path = f"desktop-pools/{_segment_to_read(pool_id)}/desktops"
        return await self._list(Call.LIST_DESKTOPS, path, paging.DESKTOPS, parsing.desktop_from)

    async def show_job(self, job_id: str) -> Job:
        """One job."""
        path = f"workspace-jobs/{_segment_to_read(job_id)}"
        return _model(Call.SHOW_JOB, parsing.job_from, await self._get(Call.SHOW_JOB, path, "id"))

    async def list_sub_jobs(self, *, job_id: str | None = None, pool_id: str | None = None) -> list[SubJob]:
        """Every sub-job of a job, or of a pool's jobs of the types that power actions have, all pages.

        A listing takes one job type, so a pool's are listed type by type.
        """
        if job_id is not None:
            return await self._list_sub_jobs([("job_id", job_id)])
        found: dict[str, SubJob] = {}
        for job_type in POWER_JOB_TYPES:
            listed = await self._list_sub_jobs([("desktop_pool_id", pool_id or ""), ("job_type", job_type)])
            found.update((sub.sub_job_id, sub) for sub in listed)
        return list(found.values())

    async def aclose(self) -> None:
        """Close the connections."""
        await self._renewal.aclose()
        for authentication in (*self._retired, self._authentication):
            await authentication.aclose()
        await self._transport.aclose()

    # -- acting ----------------------------------------------------------------------------------------------------

    async def _act(self, path: str, payload: Mapping[str, object], *, fresh: bool) -> Answer:
        draft = self._draft("POST", path, "", orjson.dumps(payload))
        authentication = self._authentication
        authorised = await authentication.authorise(draft)
        if isinstance(authorised, Answer):
            return authorised
        outcome = await self._transport.send("POST", draft.target, authorised.headers, draft.body, fresh=fresh)
        now = self._clock()
        answer = answer_to_action(outcome, now, authentication.secrets)
        self._remember(authentication, authorised, answer, now)
        return answer

    # -- reading ---------------------------------------------------------------------------------------------------

    async def _list_sub_jobs(self, query: Sequence[tuple[str, str]]) -> list[SubJob]:
        return await self._list(Call.LIST_SUB_JOBS, "workspace-sub-jobs", paging.SUB_JOBS, parsing.sub_job_from, query)

    async def _list(
        self,
        call: Call,
        path: str,
        listing: Listing,
        parse: Callable[[JsonObject], M],
        query: Sequence[tuple[str, str]] = (),
    ) -> list[M]:
        async def page(offset: int, limit: int) -> JsonObject:
            window = [("offset", str(offset)), ("limit", str(limit))]
            return await self._get(call, path, listing.items, [*query, *window])

        try:
            return [parse(item) for item in await paging.gather(listing, page)]
        except FieldError as error:
            raise _unreadable(call, error) from error

    async def _get(self, call: Call, path: str, expected: str, query: Sequence[tuple[str, str]] = ()) -> JsonObject:
        draft = self._draft("GET", path, canonical_query(query), b"")
        read = await self._ask(call, draft, expected)
        if read.answer.fate is Fate.UNAUTHORISED:
            await self.refresh()
            read = await self._ask(call, draft, expected)
        if read.answer.fate is not Fate.ACCEPTED:
            raise WorkspaceError(_said(call, read.answer), read.answer)
        parsed: JsonObject = read.parsed
        return parsed

    async def _ask(self, call: Call, draft: Draft, expected: str) -> Read:
        async with self._admit(call):
            authentication = self._authentication
            authorised = await authentication.authorise(draft)
            if isinstance(authorised, Answer):
                return Read(authorised)
            outcome = await self._transport.send("GET", draft.target, authorised.headers, b"")
        now = self._clock()
        read = answer_to_reading(outcome, (expected,), now, authentication.secrets)
        self._remember(authentication, authorised, read.answer, now)
        return read

    # -- what answers say beside their answer ------------------------------------------------------------------------

    def _remember(self, authentication: Authentication, authorised: Authorised, answer: Answer, now: datetime) -> None:
        if answer.server_date is not None:
            self._offset = answer.server_date - now
        if answer.fate is Fate.UNAUTHORISED and authentication is self._authentication:
            self._refused = max(self._refused, authorised.stamp)

    # -- credentials -----------------------------------------------------------------------------------------------

    async def _renew(self) -> Answer | None:
        if self._reload is not None:
            try:
                credentials = await asyncio.to_thread(self._reload)
            except (PoolpowerError, OSError) as error:
                return Answer(Fate.PROJECT, error_msg=f"the credentials cannot be read again: {error}")
            self._adopt(credentials)
        return await self._authentication.renew(self._refused)

    def _adopt(self, credentials: Credentials) -> None:
        if credentials == self._credentials:
            return
        # The old one is closed at the end only: requests that wait for its token are still under way.
        self._retired.append(self._authentication)
        self._credentials = credentials
        self._authentication = self._authentication_for(credentials)
        self._refused = 0

    def _authentication_for(self, credentials: Credentials) -> Authentication:
        if isinstance(credentials, AccessKey):
            return KeyAuthentication(credentials, self._clock)
        transport = self._transport_to(self._connection.iam_url)
        return TokenAuthentication(credentials, self._connection.project_id, transport, self._clock)

    # -- requests --------------------------------------------------------------------------------------------------

    def _transport_to(self, base: httpx.URL) -> Transport:
        return Transport(base, self._trust, self._connection.request_timeout, proxy_for(base, self._environment))

    def _draft(self, method: str, path: str, query: str, body: bytes) -> Draft:
        return Draft(method, self._transport.host, self._root + path, query, body, self._connection.project_id)


def _segment(text: str) -> str | None:
    """The text as one segment of a path, or None where it would mean another path."""
    return None if text in ("", ".", "..") else encode(text)


def _segment_to_read(text: str) -> str:
    segment = _segment(text)
    if segment is None:
        answer = _no_id(text)
        raise WorkspaceError(str(answer.error_msg), answer)
    return segment


def _no_id(text: str) -> Answer:
    return Answer(Fate.REFUSED, error_msg=f"{text!r} is no id")


def _model(call: Call, parse: Callable[[JsonObject], M], obj: JsonObject) -> M:
    try:
        return parse(obj)
    except FieldError as error:
        raise _unreadable(call, error) from error


def _unreadable(call: Call, error: FieldError) -> WorkspaceError:
    return WorkspaceError(f"{call}: {error}", Answer(Fate.LOST, error_msg=str(error)))


def _said(call: Call, answer: Answer) -> str:
    if answer.fate is Fate.UNAUTHORISED:  # a gateway says it in many words, none of which names the mend
        return f"{CREDENTIALS_REFUSED} ({call}: {answer.error_code or answer.status})"
    code = f"{answer.error_code}: " if answer.error_code else ""
    return f"{call}: {code}{answer.error_msg}"
