"""IAM tokens: bought with a password, kept, renewed ahead of their end, and once more after a 401.

A token is valid for 24 hours and can die early. ``authorise`` hands out the kept one. When little of its life is left
it starts one renewal in the background and goes on with the old one, so that no action waits for the identity service;
only where there is no valid token does it wait, and all who come meanwhile wait for the same request. A renewal that
fails leaves a token that is still valid in use and is not tried again for a minute.

After a 401 those whose requests were refused ask for a renewal at different moments, some only after another one has
already renewed it. Each token therefore has a number, and only who was refused with the newest one starts a request.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson

from daemon.workspace import fields
from daemon.workspace.answers import CREDENTIALS_REFUSED, Answer, Fate
from daemon.workspace.authentication import JSON, Authorised, Draft
from daemon.workspace.reading_answers import answer_to_reading
from daemon.workspace.shared_flight import SharedFlight
from daemon.workspace.transport import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from daemon.workspace.credentials import IamUser
    from daemon.workspace.transport import Transport

AHEAD = timedelta(minutes=30)
"""How long before its end a token is renewed, or a quarter of its life where that is less."""

AGAIN_AFTER = timedelta(minutes=1)
"""How long after a failed renewal ahead of time the next is tried."""

ORDINARY_LIFE = timedelta(hours=24)
"""What a token without a readable end is taken to have; a 401 corrects it."""

SHORTEST_LIFE = timedelta(minutes=1)
"""How long a token is used at least, whatever it says."""

_VISIBLE = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class Token:
    """A token.

    Attributes:
        text: the secret itself.
        number: counts up.
        renew_at: from here on a newer one is wanted.
        expires_at: from here on it is of no use.
    """

    text: str = field(repr=False)
    number: int
    renew_at: datetime
    expires_at: datetime


class TokenAuthentication:
    """Sends a token with each request."""

    def __init__(self, user: IamUser, project_id: str, transport: Transport, clock: Callable[[], datetime]) -> None:
        """Buy nothing yet.

        Args:
            user: whose password buys tokens.
            project_id: the project that tokens are for.
            transport: to the identity service; closed with this object.
            clock: aware UTC.
        """
        self._user = user
        self._project_id = project_id
        self._transport = transport
        self._headers = {"Host": transport.host, "Content-Type": JSON}
        self._target = f"{transport.base_path}/v3/auth/tokens?nocatalog=true"
        self._clock = clock
        self._token: Token | None = None
        self._bought = 0
        self._rest_until: datetime | None = None
        self._purchase: SharedFlight[Token | Answer] = SharedFlight(self._buy)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The password and the token in use."""
        return (*self._user.secrets, *([self._token.text] if self._token else ()))

    async def authorise(self, draft: Draft) -> Authorised | Answer:
        """Add the kept token, waiting for one only where there is none that is valid."""
        now = self._clock()
        token = self._token
        if token is None or now >= token.expires_at:
            bought = await self._purchase.join()
            if isinstance(bought, Answer):
                return bought
            token = bought
        elif now >= token.renew_at and (self._rest_until is None or now >= self._rest_until):
            self._purchase.begin()
        return Authorised({"Host": draft.host, "Content-Type": JSON, "X-Auth-Token": token.text}, token.number)

    async def renew(self, refused: int) -> Answer | None:
        """Buy a new token, unless one newer than the refused one is there already."""
        if self._token is not None and self._token.number > refused:
            return None
        bought = await self._purchase.join()
        return bought if isinstance(bought, Answer) else None

    async def aclose(self) -> None:
        """Stop a purchase and close the way to the identity service."""
        await self._purchase.aclose()
        await self._transport.aclose()

    async def _buy(self) -> Token | Answer:
        body = orjson.dumps(_request(self._user, self._project_id))
        outcome = await self._transport.send("POST", self._target, self._headers, body)
        now = self._clock()
        read = answer_to_reading(outcome, ("token",), now, self._user.secrets)
        text = outcome.headers.get("x-subject-token", "") if isinstance(outcome, Reply) else ""
        if read.answer.fate is Fate.ACCEPTED and _VISIBLE.fullmatch(text):
            return self._keep(text, read.parsed, now)
        self._rest_until = now + AGAIN_AFTER
        return _failure(read.answer)

    def _keep(self, text: str, parsed: dict[str, Any], now: datetime) -> Token:
        token = parsed["token"] if isinstance(parsed["token"], dict) else {}
        # Never less than a moment: where our clock is ahead of the cloud's by a day, each request would buy one.
        expires_at = max(fields.instant(token, "expires_at") or now + ORDINARY_LIFE, now + SHORTEST_LIFE)
        ahead = min(AHEAD, (expires_at - now) / 4)
        self._bought += 1
        self._rest_until = None
        self._token = Token(text, self._bought, expires_at - ahead, expires_at)
        return self._token


def _request(user: IamUser, project_id: str) -> dict[str, Any]:
    password = user.password.get_secret_value()
    identity = {
        "methods": ["password"],
        "password": {"user": {"name": user.user, "password": password, "domain": {"name": user.domain}}},
    }
    return {"auth": {"identity": identity, "scope": {"project": {"id": project_id}}}}


def _failure(answer: Answer) -> Answer:
    """What a failed purchase means for the request that needed it, of which nothing was sent."""
    refused = f"{CREDENTIALS_REFUSED}: " if answer.fate is Fate.UNAUTHORISED else ""
    said = f"no token: {refused}{answer.error_msg or 'the answer has no X-Subject-Token'}"
    is_our_fault = answer.status is not None and answer.fate not in (Fate.LOST, Fate.REFUSED_FOR_NOW, Fate.ACCEPTED)
    return replace(answer, fate=Fate.PROJECT if is_our_fault else Fate.NEVER_SENT, error_msg=said)
