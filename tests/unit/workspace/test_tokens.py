"""IAM tokens: bought once for all, renewed ahead, renewed once after a 401."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from pydantic import SecretStr

from daemon.workspace.answers import Answer, Fate
from daemon.workspace.authentication import Authorised, Draft
from daemon.workspace.credentials import IamUser
from daemon.workspace.tokens import TokenAuthentication
from daemon.workspace.transport import NoReply, Reply

START = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
DRAFT = Draft("GET", "workspace.example", "/v2/p/desktop-pools", "", b"", "p")
USER = IamUser("robot", SecretStr("canary-password"), "acme")


class _Iam:
    """Stands for the transport to the identity service."""

    host = "iam.example"
    base_path = ""

    def __init__(self) -> None:
        self.now = START
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        self.outcomes: list[Reply | NoReply] = []
        self.life: timedelta | None = timedelta(hours=24)
        self.go = asyncio.Event()
        self.go.set()
        self.closed = False

    def clock(self) -> datetime:
        return self.now

    async def send(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Reply | NoReply:
        self.requests.append((method, target, headers, body))
        number = len(self.requests)
        await self.go.wait()
        return self.outcomes.pop(0) if self.outcomes else self.token(f"token-{number}")

    def token(self, text: str) -> Reply:
        ends = {} if self.life is None else {"expires_at": (self.now + self.life).isoformat()}
        return Reply(201, {"x-subject-token": text}, orjson.dumps({"token": ends}), 0.1)

    async def aclose(self) -> None:
        self.closed = True


@pytest.fixture
def iam() -> _Iam:
    """An identity service."""
    return _Iam()


@pytest.fixture
def tokens(iam: _Iam) -> TokenAuthentication:
    """What is tested."""
    return TokenAuthentication(USER, "project", iam, iam.clock)  # type: ignore[arg-type]


async def _token(tokens: TokenAuthentication) -> str:
    authorised = await tokens.authorise(DRAFT)
    assert isinstance(authorised, Authorised)
    return authorised.headers["X-Auth-Token"]


async def _settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_the_request_is_the_documented_one(iam: _Iam, tokens: TokenAuthentication) -> None:
    """User, password, domain and the project's scope are sent, without a catalogue."""
    await _token(tokens)
    method, target, headers, body = iam.requests[0]
    assert (method, target) == ("POST", "/v3/auth/tokens?nocatalog=true")
    assert headers == {"Host": "iam.example", "Content-Type": "application/json"}
    user = {"name": "robot", "password": "canary-password", "domain": {"name": "acme"}}
    assert orjson.loads(body) == {
        "auth": {
            "identity": {"methods": ["password"], "password": {"user": user}},
            "scope": {"project": {"id": "project"}},
        }
    }


async def test_a_request_carries_token_and_host(tokens: TokenAuthentication) -> None:
    """The token goes as X-Auth-Token, beside the host of the draft."""
    authorised = await tokens.authorise(DRAFT)
    assert authorised == Authorised(
        {"Host": "workspace.example", "Content-Type": "application/json", "X-Auth-Token": "token-1"}, 1
    )


async def test_many_who_need_the_first_token_buy_one(iam: _Iam, tokens: TokenAuthentication) -> None:
    """Requests in flight share one purchase (protocol 4.4)."""
    assert set(await asyncio.gather(*(_token(tokens) for _ in range(20)))) == {"token-1"}
    assert len(iam.requests) == 1


async def test_a_token_is_kept(iam: _Iam, tokens: TokenAuthentication) -> None:
    """While much of its life remains, a token is used again."""
    await _token(tokens)
    iam.now += timedelta(hours=23, minutes=29)
    assert await _token(tokens) == "token-1"
    assert len(iam.requests) == 1


async def test_a_token_is_renewed_ahead_of_its_end_without_anybody_waiting(
    iam: _Iam, tokens: TokenAuthentication
) -> None:
    """Under 30 minutes before its end one renewal begins, and the old token serves meanwhile."""
    await _token(tokens)
    iam.now += timedelta(hours=23, minutes=31)
    iam.go.clear()
    assert await asyncio.gather(*(_token(tokens) for _ in range(5))) == ["token-1"] * 5
    await _settle()
    assert len(iam.requests) == 2
    iam.go.set()
    await _settle()
    assert await _token(tokens) == "token-2"


async def test_a_short_lived_token_is_not_renewed_all_the_time(iam: _Iam, tokens: TokenAuthentication) -> None:
    """A token of ten minutes is renewed in its last quarter, not in its last half hour."""
    iam.life = timedelta(minutes=10)
    await _token(tokens)
    iam.now += timedelta(minutes=7)
    await _token(tokens)
    await _settle()
    assert len(iam.requests) == 1
    iam.now += timedelta(minutes=1)
    await _token(tokens)
    await _settle()
    assert len(iam.requests) == 2


async def test_a_renewal_that_fails_leaves_the_valid_token_in_use(iam: _Iam, tokens: TokenAuthentication) -> None:
    """Until its end the old token serves, and the identity service is asked again once a minute only."""
    await _token(tokens)
    iam.now += timedelta(hours=23, minutes=40)
    iam.outcomes = [NoReply(Fate.NEVER_SENT, "down", 0.1)] * 2
    assert await _token(tokens) == "token-1"
    await _settle()
    assert await _token(tokens) == "token-1"
    await _settle()
    assert len(iam.requests) == 2
    iam.now += timedelta(minutes=1)
    assert await _token(tokens) == "token-1"
    await _settle()
    assert len(iam.requests) == 3


async def test_a_token_at_its_end_is_waited_for(iam: _Iam, tokens: TokenAuthentication) -> None:
    """An expired token is never sent."""
    await _token(tokens)
    iam.now += timedelta(hours=24)
    assert await _token(tokens) == "token-2"


@pytest.mark.parametrize("life", [timedelta(hours=-1), None])
async def test_a_token_with_an_odd_end_is_used_all_the_same(
    life: timedelta | None, iam: _Iam, tokens: TokenAuthentication
) -> None:
    """One that ends in the past by our clock, or does not say when, does not make each request buy another."""
    iam.life = life
    assert [await _token(tokens), await _token(tokens)] == ["token-1", "token-1"]


async def test_after_a_401_all_who_were_refused_share_one_renewal(iam: _Iam, tokens: TokenAuthentication) -> None:
    """Renewals that are asked for at once, or by latecomers with the old token, cost one request (protocol 4.4)."""
    await _token(tokens)
    assert await asyncio.gather(*(tokens.renew(1) for _ in range(5))) == [None] * 5
    assert await tokens.renew(1) is None
    assert len(iam.requests) == 2
    assert await _token(tokens) == "token-2"


async def test_a_refused_newer_token_is_renewed_again(iam: _Iam, tokens: TokenAuthentication) -> None:
    """A token that dies early is replaced however young it is."""
    await _token(tokens)
    await tokens.renew(1)
    await tokens.renew(2)
    assert len(iam.requests) == 3


@pytest.mark.parametrize(
    ("outcome", "fate"),
    [
        (Reply(401, {}, b'{"error":{"code":401,"message":"wrong password"}}', 0.1), Fate.PROJECT),
        (Reply(403, {}, b'{"error":{"code":403,"message":"locked"}}', 0.1), Fate.PROJECT),
        (Reply(400, {}, b"", 0.1), Fate.PROJECT),
        (Reply(404, {}, b"", 0.1), Fate.PROJECT),
        (Reply(302, {}, b"", 0.1), Fate.PROJECT),
        (Reply(401, {}, b'{"error_code":"APIGW.0303"}', 0.1), Fate.PROJECT),
        (Reply(429, {"retry-after": "9"}, b"", 0.1), Fate.NEVER_SENT),
        (Reply(503, {}, b"", 0.1), Fate.NEVER_SENT),
        (Reply(201, {}, b'{"token":{}}', 0.1), Fate.NEVER_SENT),
        (Reply(201, {"x-subject-token": "two words"}, b'{"token":{}}', 0.1), Fate.NEVER_SENT),
        (Reply(201, {"x-subject-token": "t"}, b"<html>", 0.1), Fate.NEVER_SENT),
        (NoReply(Fate.NEVER_SENT, "refused", 0.1), Fate.NEVER_SENT),
        (NoReply(Fate.LOST, "reset", 0.1), Fate.NEVER_SENT),
    ],
)
async def test_without_a_token_nothing_is_sent_and_the_answer_says_why(
    outcome: Reply | NoReply, fate: Fate, iam: _Iam, tokens: TokenAuthentication
) -> None:
    """A refused user is a condition of the project, an identity service in trouble means never sent (protocol 4.4)."""
    iam.outcomes = [outcome]
    answer = await tokens.authorise(DRAFT)
    assert isinstance(answer, Answer)
    assert answer.fate is fate
    assert not answer.fate.reached
    assert str(answer.error_msg).startswith("no token: ")


async def test_a_token_without_a_readable_body_is_taken_with_its_ordinary_life(
    iam: _Iam, tokens: TokenAuthentication
) -> None:
    """A body whose ``token`` is of another kind does not keep the header's token from being used."""
    iam.outcomes = [Reply(201, {"x-subject-token": "t"}, b'{"token": null}', 0.1)]
    assert await _token(tokens) == "t"


async def test_neither_password_nor_token_can_be_read_off(iam: _Iam, tokens: TokenAuthentication) -> None:
    """The password that an answer repeats is blotted out, and the token in use counts as a secret."""
    iam.outcomes = [Reply(401, {}, b'{"error_msg": "bad canary-password"}', 0.1)]
    answer = await tokens.authorise(DRAFT)
    assert "canary" not in str(answer)
    assert tokens.secrets == ("canary-password",)
    await _token(tokens)
    assert tokens.secrets == ("canary-password", "token-2")
    assert "token-2" not in repr(tokens._token)


async def test_closing_ends_what_is_under_way(iam: _Iam, tokens: TokenAuthentication) -> None:
    """A purchase under way is cancelled and the connection closed."""
    iam.go.clear()
    waiting = asyncio.create_task(tokens.renew(0))
    await _settle()
    await tokens.aclose()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert iam.closed
