"""Keeps secrets out of whatever is printed or logged.

Two nets, because each has holes: what stands under a name that sounds secret is masked whatever it is, and what equals
a registered secret is masked wherever it stands, in exceptions, addresses and bytes too, also as an address or JSON
spells it. A third one knows the shapes ``name=value`` and ``name: value`` inside texts and the password in an address.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from pydantic import SecretStr

MASK: Final = "***"
SHORTEST: Final = 4
"""A registered secret with fewer characters is not searched for: it would blot out ordinary words."""
DEEPEST: Final = 8
"""Nesting below this many levels is left out of a line."""

_KEYS = re.compile(
    r"secret|passw|passphrase|token|authorization|signature|cookie|credentials|private_?key|api_?key|access_?key"
    r"|^(?:ak|sk|auth)$|security_?key"
)
# Possessive, and only from the beginning of a word: a text from outside costs its length, never the square of it.
_NAMED = re.compile(r"""(?<![\w-])(?P<name>[\w-]++)["']?\s*+[=:]\s*+["']?""")
_SECRET_NAME = re.compile(
    r"secret|passw|passphrase|token|authorization|signature|cookie|api[_-]?key|access[_-]?key"
    r"|(?:^|-)(?:access|[as]k)$",
    re.IGNORECASE,
)
_VALUE = re.compile(r"""(?:(?:basic|bearer|sdk-hmac-sha256)\s++)?[^\s"'&,;}\])]++""", re.IGNORECASE)
_USERINFO = re.compile(r"(?<=://)[^/\s@:]*+:[^/\s]*(?=@)")

_secrets: dict[str, None] = {}


def register_secret(secret: SecretStr | str) -> None:
    """From now on mask this value wherever it stands; texts shorter than ``SHORTEST`` go by their name only."""
    plain = secret if isinstance(secret, str) else secret.get_secret_value()
    if len(plain) >= SHORTEST:
        _secrets.update(dict.fromkeys(_spellings(plain)))


def forget_secrets() -> None:
    """Forget every registered secret (for tests)."""
    _secrets.clear()


def scrub(text: str) -> str:
    """Mask the secrets inside a text."""
    for secret in _secrets:
        if secret in text:
            text = text.replace(secret, MASK)
    if "@" in text and "://" in text:
        text = _USERINFO.sub(MASK, text)
    if "=" in text or ": " in text or '":' in text:
        text = _without_named(text)
    return text


def redacted(value: Any, depth: int = 0) -> Any:
    """The same value in plain JSON types, secrets masked, whatever it was made of."""
    if value is None or value is True or value is False or isinstance(value, int | float):
        return value
    if isinstance(value, str):
        return scrub(value)
    if depth >= DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        return {scrub(str(key)): redacted_field(str(key), inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redacted(inner, depth + 1) for inner in value]
    return scrub(_text(value))


def redacted_field(name: str, value: Any, depth: int = 0) -> Any:
    """The value of a field, masked as a whole where its name sounds secret; numbers are no secrets."""
    if sounds_secret(name) and not isinstance(value, int | float | None):
        return MASK
    return redacted(value, depth)


@lru_cache(maxsize=1024)
def sounds_secret(name: str) -> bool:
    """True for names such as ``secret_key``, ``X-Auth-Token`` and ``iam_password``."""
    return _KEYS.search(name.lower().replace("-", "_")) is not None


def _without_named(text: str) -> str:
    """Mask what stands behind a name that sounds secret."""
    pieces: list[str] = []
    at = done = 0
    while named := _NAMED.search(text, at):
        at = named.end()
        value = _VALUE.match(text, at) if _SECRET_NAME.search(named["name"]) else None
        if value is not None:
            pieces += text[done:at], MASK
            at = done = value.end()
    return "".join([*pieces, text[done:]])


def _text(value: Any) -> str:
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "backslashreplace")
    if isinstance(value, BaseException):
        return f"{type(value).__name__}: {value}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value.total_seconds())
    return str(value)


def _spellings(plain: str) -> list[str]:
    """A secret as it is, and as an address, JSON and Python's repr would spell it; longest first."""
    spelled = {
        plain,
        quote(plain, safe=""),
        quote(plain),
        quote_plus(plain),
        json.dumps(plain)[1:-1],
        json.dumps(plain, ensure_ascii=False)[1:-1],
        repr(plain)[1:-1],
    }
    return sorted(spelled, key=len, reverse=True)
