"""Tokens and quotas."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from daemon.workspace.sandbox import Identity, KeyPair, Quota, User
from daemon.workspace.sandbox.identity import EXAMPLE_PASSWORD, EXAMPLE_PROJECT
from daemon.workspace.sandbox.refusals import Refusal


def test_token_is_good_until_it_expires(clock: Any) -> None:
    """A token is known by its value until its life is over."""
    identity = Identity(token_life=timedelta(hours=1))
    token = identity.issue("sandbox", EXAMPLE_PASSWORD, "sandbox", EXAMPLE_PROJECT, clock())
    assert identity.token(token.value, clock() + timedelta(minutes=59)) is token
    with pytest.raises(Refusal, match="expired") as refusal:
        identity.token(token.value, clock() + timedelta(hours=1))
    assert refusal.value.status == 401


def test_tokens_can_die_early(clock: Any) -> None:
    """Revoked tokens are unknown; how many there were is said."""
    identity = Identity()
    values = {identity.issue("sandbox", EXAMPLE_PASSWORD, "sandbox", EXAMPLE_PROJECT, clock()).value for _ in "ab"}
    assert (len(values), identity.revoke_tokens()) == (2, 2)
    with pytest.raises(Refusal):
        identity.token(values.pop(), clock())


@pytest.mark.parametrize(
    "wrong",
    [{"name": "x"}, {"password": "x"}, {"domain": "x"}, {"project_id": "x"}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_wrong_account_gets_no_token(clock: Any, wrong: dict[str, str]) -> None:
    """One wrong part is enough."""
    right = {"name": "sandbox", "password": EXAMPLE_PASSWORD, "domain": "sandbox", "project_id": EXAMPLE_PROJECT}
    with pytest.raises(Refusal, match="wrong"):
        Identity().issue(**{**right, **wrong}, now=clock())


def test_secrets_do_not_show(clock: Any) -> None:
    """Neither keys nor passwords nor tokens are in what is printed of their holders."""
    identity = Identity(keys=(KeyPair(secret_key="canary", security_token="canary"),), users=(User(password="canary"),))
    token = identity.issue("sandbox", "canary", "sandbox", EXAMPLE_PROJECT, clock())
    assert "canary" not in f"{identity.keys} {identity.users} {token}"
    assert token.value not in repr(token)


def test_quota_is_for_each_user_and_call(clock: Any) -> None:
    """The third write of a minute is refused, for this user and this call only, in the service's words."""
    quota = Quota(writes=2, reads=3)
    for _ in range(2):
        quota.spend("a", "pool-action", clock(), writes=True)
    with pytest.raises(Refusal, match="policy user over ratelimit,limit:2,time:1 minute") as refusal:
        quota.spend("a", "pool-action", clock(), writes=True)
    assert (refusal.value.status, refusal.value.code) == (429, "APIGW.0308")
    quota.spend("b", "pool-action", clock(), writes=True)
    for _ in range(3):
        quota.spend("a", "list-pools", clock(), writes=False)


@pytest.mark.parametrize(("counted", "served"), [(False, True), (True, False)])
def test_throttled_requests_may_count(clock: Any, counted: bool, served: bool) -> None:
    """Where throttled requests count, asking on keeps the window full."""
    quota = Quota(writes=1, throttled_count=counted)
    quota.spend("a", "x", clock(), writes=True)
    clock.advance(30)
    with pytest.raises(Refusal):
        quota.spend("a", "x", clock(), writes=True)
    clock.advance(31)
    if served:
        quota.spend("a", "x", clock(), writes=True)
    else:
        with pytest.raises(Refusal):
            quota.spend("a", "x", clock(), writes=True)
