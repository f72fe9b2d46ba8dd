"""What the administrator set, where each value came from, and what of it contradicts.

Highest first, a value comes from: the command line; the environment (``POOLPOWER_…``); the environment file
(``POOLPOWER_ENV_FILE``, else ``/etc/poolpower/poolpower.env``); one file a value in ``$CREDENTIALS_DIRECTORY``, then in
``/run/secrets``; the names of the vendor's SDK in the environment; its credentials file; the built-in default.
Credentials are the exception: they are one thing of several parts (see ``credentials``).
"""

from __future__ import annotations

from daemon.settings.errors import SettingsError
from daemon.settings.fields import Address, LogFormat, LogLevel, Mode, Reload
from daemon.settings.loading import load_settings
from daemon.settings.model import CredentialKind, Settings

__all__ = [
    "Address",
    "CredentialKind",
    "LogFormat",
    "LogLevel",
    "Mode",
    "Reload",
    "Settings",
    "SettingsError",
    "load_settings",
]
