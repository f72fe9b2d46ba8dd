"""``settings``, ``completion``, ``db``, ``run``, ``demo`` and ``sandbox``."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
from datetime import UTC, datetime
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest

from daemon import logs
from daemon.cli.commands import sandbox
from daemon.ledger.ledger import take
from daemon.settings import Mode, defaults
from daemon.workspace.sandbox.worldfile import load_world

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from daemon.settings import Settings


def test_settings_shows_values_and_places_and_masks_secrets(
    poolpower: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is in force, from where, and no secret."""
    monkeypatch.setenv("POOLPOWER_ACCESS_KEY", "ABCDEFGH")
    monkeypatch.setenv("POOLPOWER_SECRET_KEY", "canary-77aa")
    done = poolpower("settings")
    rows = {line.split()[0]: line.split() for line in done.out.splitlines()}
    assert (done.code, rows["POOLPOWER_SECRET_KEY"][1:3]) == (0, ["***", "environment"])
    assert rows["POOLPOWER_ACCESS_KEY"][1] == "ABCD***"
    assert rows["POOLPOWER_REGION"][1:4] == ["-", "not", "set"]
    assert "settings of this shell" in done.err
    as_json = {row["variable"]: row for row in poolpower("settings", "--json").json}
    assert (as_json["POOLPOWER_REGION"]["value"], as_json["POOLPOWER_REGION"]["origin"]) == (None, "not set")
    assert as_json["POOLPOWER_CONCURRENCY"] == {
        "variable": "POOLPOWER_CONCURRENCY",
        "value": "16",
        "origin": "default",
        "meaning": "requests in flight for each project",
    }
    assert "canary-77aa" not in done.out


def test_settings_says_what_it_may_not_read(poolpower: Callable[..., Any], machine: Path) -> None:
    """A credentials file of the SDK that cannot be parsed is noted, not fatal."""
    (machine / ".huaweicloud").mkdir()
    (machine / ".huaweicloud" / "credentials").write_text("nonsense")
    done = poolpower("settings")
    assert (done.code, "the SDK's credentials file" in done.err) == (0, True)


def test_bad_settings_are_exit_2_with_every_problem(
    poolpower: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever command needs the settings says all of it."""
    monkeypatch.setenv("POOLPOWER_CONCURRENCY", "x")
    monkeypatch.setenv("POOLPOWER_MODE", "y")
    for command in ("settings", "status", "check", "run"):
        done = poolpower(command)
        assert (done.code, done.err.count("  - ")) == (2, 2)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_the_shells_script(
    poolpower: Callable[..., Any], monkeypatch: pytest.MonkeyPatch, shell: str
) -> None:
    """Named, or taken from $SHELL."""
    named = poolpower("completion", shell)
    monkeypatch.setenv("SHELL", f"/usr/bin/{shell}")
    assert (named.code, named.out) == (0, poolpower("completion").out)
    assert "_POOLPOWER_COMPLETE" in named.out


def test_completion_for_another_shell_is_wrong_use(
    poolpower: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The three are named."""
    monkeypatch.setenv("SHELL", "/bin/tcsh")
    done = poolpower("completion")
    assert (done.code, "bash, zsh, fish" in done.err) == (2, True)


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_completion_script_is_bash(poolpower: Callable[..., Any]) -> None:
    """The shell itself finds nothing wrong with it."""
    script = poolpower("completion", "bash").out
    bash = shutil.which("bash") or "bash"
    assert subprocess.run([bash, "-n"], input=script, text=True, check=False).returncode == 0


def test_ledger_is_made_copied_and_pruned(poolpower: Callable[..., Any], machine: Path) -> None:
    """The three of db work on a ledger that no daemon owns, in words and as JSON."""
    assert poolpower("db", "upgrade").out.startswith(f"the ledger {machine}/ledger.db is at revision ")
    assert "as before" in poolpower("db", "upgrade").out
    revision = poolpower("db", "upgrade", "--json").json["after"]
    assert "checked" in poolpower("db", "backup", "copy.db").out
    again = poolpower("db", "backup", "copy.db")
    assert (again.code, "--overwrite" in again.err) == (1, True)
    copied = poolpower("db", "backup", "copy.db", "--overwrite", "--json").json
    assert (copied["path"], copied["revision"]) == (str(machine / "copy.db"), revision)
    assert "0 runs" in poolpower("db", "prune").out
    pruned = poolpower("db", "prune", "--older-than", "30", "--json").json
    assert (pruned["runs"], pruned["versions"], set(pruned)) == (0, 0, {"before", "runs", "versions"})


def test_db_beside_a_daemon_says_what_to_do_instead(poolpower: Callable[..., Any], machine: Path) -> None:
    """A daemon has upgraded its ledger and prunes it by itself."""
    poolpower("db", "upgrade")
    lock = take(machine / "ledger.db", now=datetime(2026, 11, 23, tzinfo=UTC))
    try:
        upgrade, prune = poolpower("db", "upgrade"), poolpower("db", "prune")
    finally:
        lock.release()
    assert (upgrade.code, "nothing is to be done" in upgrade.err) == (1, True)
    assert (prune.code, "prunes by itself, every hour, what is older than 400 days" in prune.err) == (1, True)


def test_db_without_a_ledger_says_so(poolpower: Callable[..., Any]) -> None:
    """There is nothing to copy or prune."""
    for command in (("db", "backup", "copy.db"), ("db", "prune")):
        done = poolpower(*command)
        assert (done.code, "there is no ledger at" in done.err) == (1, True)


def test_system_ledger_and_socket_are_found_without_settings(
    poolpower: Callable[..., Any], machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An administrator's shell has no $STATE_DIRECTORY; the service's places are looked at then."""
    monkeypatch.delenv("POOLPOWER_SOCKET")
    monkeypatch.delenv("POOLPOWER_DATABASE_URL")
    monkeypatch.setattr(defaults, "SYSTEM_STATE", machine / "var")
    monkeypatch.setattr(defaults, "SYSTEM_RUNTIME", machine / "run")
    (machine / "run").mkdir()
    (machine / "run" / "control.sock").write_text("")
    assert f"{machine}/run/control.sock" in poolpower("status").err
    monkeypatch.setenv("POOLPOWER_DATABASE_URL", f"sqlite:///{machine}/var/ledger.db")
    poolpower("db", "upgrade")
    monkeypatch.delenv("POOLPOWER_DATABASE_URL")
    assert f"reading {machine}/var/ledger.db" in poolpower("history").err


def test_place_that_may_not_be_looked_at_counts_as_there(
    poolpower: Callable[..., Any], machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service's socket behind a closed folder is somebody else's, and that is what is said."""
    from pathlib import Path as AnyPath

    monkeypatch.delenv("POOLPOWER_SOCKET")
    monkeypatch.setattr(defaults, "SYSTEM_RUNTIME", machine / "closed")
    ordinary = AnyPath.exists

    def exists(self: AnyPath) -> bool:
        if "closed" in self.parts:
            raise PermissionError
        return ordinary(self)

    monkeypatch.setattr(AnyPath, "exists", exists)
    assert f"{machine}/closed/control.sock" in poolpower("status").err


def test_run_hands_the_settings_to_the_service(poolpower: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """--observe sets the mode above everything else; the service's exit code is the command's."""
    given: list[Settings] = []
    _service(monkeypatch, lambda settings: given.append(settings) or 1)
    monkeypatch.setattr(logs, "configure", lambda *_: None)
    monkeypatch.setenv("POOLPOWER_ACCESS_KEY", "ak")
    monkeypatch.setenv("POOLPOWER_SECRET_KEY", "secret")
    assert poolpower("run", "--observe").code == 1
    assert poolpower("run").code == 1
    assert [settings.mode for settings in given] == [Mode.OBSERVE, Mode.ACT]


def test_run_without_credentials_is_refused_with_the_ways(
    poolpower: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything else happens."""
    _service(monkeypatch, lambda _settings: 0)
    done = poolpower("run")
    assert done.code == 2
    assert "no credentials for the cloud are set" in done.err
    assert "POOLPOWER_IAM_PASSWORD" in done.err


def test_demo_plays_its_story(poolpower: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The story's exit code is the command's."""
    story = ModuleType("daemon.cli.demo")
    story.play = lambda: 0  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "daemon.cli.demo", story)
    assert poolpower("demo").code == 0


def test_sandbox_prints_the_environment_and_ends_on_a_signal(
    poolpower: Callable[..., Any], machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shell assignments on standard output, words beside them; Ctrl-C ends it with 0."""
    told = sandbox._tell

    def tell_and_interrupt(url: str, world: Any) -> None:
        told(url, world)
        asyncio.get_running_loop().call_soon(os.kill, os.getpid(), signal.SIGINT)

    monkeypatch.setattr(sandbox, "_tell", tell_and_interrupt)
    done = poolpower("sandbox", "--port", "0", "--any-signature")
    assert done.code == 0
    lines = dict(line.removeprefix("export ").split("=", 1) for line in done.out.splitlines())
    assert lines["POOLPOWER_ENDPOINT"] == lines["POOLPOWER_IAM_ENDPOINT"]
    assert {"POOLPOWER_PROJECT_ID", "POOLPOWER_REGION", "POOLPOWER_ACCESS_KEY", "POOLPOWER_SECRET_KEY"} <= set(lines)
    place = machine / ".local/state/poolpower/sandbox"  # neither the service's nor the user's own
    assert lines["POOLPOWER_DATABASE_URL"] == f"sqlite:///{place}/ledger.db"
    assert lines["POOLPOWER_SOCKET"] == f"{place}/control.sock"
    assert "Ctrl-C ends it" in done.err


def test_sandbox_of_a_missing_world_file_is_an_error(poolpower: Callable[..., Any]) -> None:
    """The file is named."""
    done = poolpower("sandbox", "--world", "nowhere.toml")
    assert (done.code, "nowhere.toml" in done.err) == (1, True)


def test_mend_of_a_bad_world_file_is_in_the_manual(poolpower: Callable[..., Any], tmp_path: Path) -> None:
    """An administrator is not sent to read a source file of the package."""
    (tmp_path / "world.toml").write_text("[[pools]]\nname = 'a'\n")
    done = poolpower("sandbox", "--world", str(tmp_path / "world.toml"))
    assert (done.code, "docs/command-line.md" in done.err, ".py" in done.err) == (1, True, False)


def test_world_of_the_manual_is_one(root: Path, tmp_path: Path) -> None:
    """What docs/command-line.md shows for --world can be read."""
    found = re.search(
        r"^```\n(\[timing\]\n.*?)^```", (root / "docs" / "command-line.md").read_text(), re.MULTILINE | re.DOTALL
    )
    assert found is not None
    (tmp_path / "world.toml").write_text(found[1])
    (project,) = (world := load_world(tmp_path / "world.toml")).identity.projects
    assert [(pool.name, len(pool.desktops)) for pool in world.pools(project)] == [("engineering", 5)]


def _service(monkeypatch: pytest.MonkeyPatch, run: Callable[[Settings], int]) -> None:
    from daemon import service

    module = ModuleType("daemon.service.daemon")
    module.run = run  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "daemon.service.daemon", module)
    monkeypatch.setattr(service, "daemon", module, raising=False)
