"""``init``."""

from __future__ import annotations

import asyncio
import io
import threading
from typing import TYPE_CHECKING, Any

import pytest

from daemon.cli.commands import init as command
from daemon.cli.firstfile import choosing
from daemon.cli.usage import WrongUseError
from daemon.timetable.schedulefile.firstfile import NewPool
from daemon.timetable.schedulefile.schema import schema_text
from daemon.workspace.sandbox import World, create_app, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FLAGS = {
    "--zone": "Europe/Berlin",
    "--holidays": "DE-BE",
    "--pool": "engineering",
    "--start": "7:30",
    "--stop": "20:00",
}
LISTED = [NewPool("design", "d1"), NewPool("sales-1", "s1"), NewPool("sales-2", "s2"), NewPool("sales-2", "s3")]


def flags(**other: str) -> list[str]:
    """All flags, some of them otherwise."""
    said = FLAGS | {f"--{name}": value for name, value in other.items()}
    return [word for pair in said.items() for word in pair]


@pytest.fixture
def answer(on_terminal: None, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Type these lines when asked."""
    del on_terminal

    def type_(*lines: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))

    return type_


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Serve the simulated cloud in another thread, and let the settings lead to it."""
    world = World.example()
    ready, done = threading.Event(), threading.Event()
    urls: list[str] = []

    async def run() -> None:
        async with serve(create_app(world)) as served:
            urls.append(served.url)
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    try:
        assert ready.wait(20)
        key = next(iter(world.identity.keys.values()))
        project = next(iter(world.identity.projects))
        for name, value in {
            "ENDPOINT": urls[0],
            "IAM_ENDPOINT": urls[0],
            "REGION": world.identity.projects[project],
            "PROJECT_ID": project,
            "ACCESS_KEY": key.access_key,
            "SECRET_KEY": key.secret_key,
        }.items():
            monkeypatch.setenv(f"POOLPOWER_{name}", value)
        yield world
    finally:
        done.set()
        thread.join()


def test_file_is_written_from_flags_and_passes_a_strict_check(poolpower: Callable[..., Any], machine: Path) -> None:
    """Nobody is asked; the file is formatted too; what to do next is said."""
    done = poolpower("init", *flags())
    assert (done.code, done.out.splitlines()[0]) == (0, "wrote schedules.toml: 1 pool")
    assert "poolpower plan" in done.out
    assert "export" not in done.out
    text = (machine / "schedules.toml").read_text()
    for line in ('timezone = "Europe/Berlin"', 'holidays = "DE-BE"', '"start workdays 07:30"', "[pools.engineering]"):
        assert line in text
    assert poolpower("check", "--strict").code == 0
    assert poolpower("fmt", "--check").code == 0


def test_without_terminal_the_missing_flags_are_listed(poolpower: Callable[..., Any], machine: Path) -> None:
    """Exit code 2, and nothing is written."""
    done = poolpower("init", "--zone", "UTC", "--pool", "a")
    assert done.code == 2
    assert "missing: --holidays CODE (or none), --start HH:MM, --stop HH:MM" in done.err
    assert not (machine / "schedules.toml").exists()


@pytest.mark.parametrize(
    ("other", "mend"),
    [
        ({"zone": "Europe/Berln"}, '"Europe/Berlin"'),
        ({"holidays": "DE-BX"}, "DE-B"),
        ({"start": "7.30"}, "write 07:30"),
        ({"start": "7:30 and 8:00"}, "expected one time"),
        ({"stop": "20:00 SOFT"}, "expected one time"),
        ({"stop": "07:30", "holidays": "none"}, "check --strict"),
        ({"pool": "sales-*"}, "credentials"),
        ({"pool": " "}, "no pool was named"),
    ],
)
def test_flag_that_cannot_be_meant_is_refused_with_its_mend(
    poolpower: Callable[..., Any], machine: Path, other: dict[str, str], mend: str
) -> None:
    """Exit code 2, and nothing is written."""
    done = poolpower("init", *flags(**other))
    assert (done.code, (machine / "schedules.toml").exists()) == (2, False)
    assert mend in done.err


def test_stop_that_always_meets_the_start_is_refused(
    poolpower: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that would not be valid is not written; here because its pools all have one name."""
    monkeypatch.setattr(choosing, "as_named", lambda _: (NewPool("a", "1"), NewPool("b", "1")))
    done = poolpower("init", *flags())
    assert (done.code, "the file would not be valid" in done.err) == (2, True)


def test_existing_file_is_replaced_only_by_force(poolpower: Callable[..., Any], machine: Path) -> None:
    """With its mode; a directory and a link to nothing never."""
    path = machine / "s.toml"
    path.write_text("mine")
    path.chmod(0o640)
    done = poolpower("init", "s.toml", *flags())
    assert (done.code, path.read_text(), "--force" in done.err) == (2, "mine", True)
    assert poolpower("init", "s.toml", "--force", *flags()).code == 0
    assert (path.read_text()[0], path.stat().st_mode & 0o777) == ("#", 0o640)
    (machine / "d").mkdir()
    assert "d/pools.toml" in poolpower("init", "d", "--force", *flags()).err
    (machine / "link").symlink_to("nothing")
    assert "link to nothing" in poolpower("init", "link", "--force", *flags()).err


def test_schema_is_written_beside_it_where_it_is_wanted(poolpower: Callable[..., Any], machine: Path) -> None:
    """And named in the first line; another file of that name is not overwritten, the same one needs not be."""
    beside = machine / "schedule.schema.json"
    beside.write_text("mine")
    assert poolpower("init", "--schema", *flags()).code == 2
    assert not (machine / "schedules.toml").exists()
    assert poolpower("init", "--schema", "--force", *flags()).code == 0
    assert (machine / "schedules.toml").read_text().startswith("#:schema ./schedule.schema.json\n")
    assert beside.read_text() == schema_text() == poolpower("check", "--schema").out
    assert poolpower("init", "second.toml", "--schema", *flags()).code == 0


def test_schema_of_check_goes_with_nothing_else(poolpower: Callable[..., Any]) -> None:
    """It is about no file in particular."""
    assert poolpower("check", "--schema", "s.toml").code == 2
    assert poolpower("check", "--schema", "--json").code == 2


def test_file_elsewhere_needs_to_be_named_to_the_other_commands(poolpower: Callable[..., Any], machine: Path) -> None:
    """The line to type is said, quoted for the shell; also where the settings cannot be read."""
    done = poolpower("init", "my file.toml", *flags())
    assert f"export POOLPOWER_SCHEDULES='{machine}/my file.toml'" in done.out
    assert "export" not in poolpower("init", "schedules.toml", *flags()).out


def test_settings_that_are_not_usable_yet_do_not_matter(
    poolpower: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A named file can be written before they are right."""
    monkeypatch.setenv("POOLPOWER_ACCESS_KEY", "half")
    done = poolpower("init", "a.toml", *flags())
    assert (done.code, "half of an access key" in done.err) == (0, True)
    assert "taken as they are named" in done.err


def test_missing_official_dates_are_silenced_and_told(
    poolpower: Callable[..., Any], machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are no fault of the answers: only warnings that come with the holidays are silenced."""
    found = [
        type("Found", (), {"code": code, "message": "not published yet", "hint": hint})()
        for code, hint in (("past", "wait"), ("never", None))
    ]
    monkeypatch.setattr(command, "_warnings", lambda _, first: tuple(found) if first.holidays else ())
    done = poolpower("init", *flags())
    assert "silenced in the file [past]: not published yet; wait" in done.err
    assert "[never]: not published yet\n" in done.err
    assert 'silence  = ["never", "past"]' in (machine / "schedules.toml").read_text()


def test_questions_are_asked_until_they_are_answered(
    poolpower: Callable[..., Any], machine: Path, answer: Callable[..., None]
) -> None:
    """Each with its mend; an empty line takes what is proposed."""
    answer("Europe/Berln", "Europe/Berlin", "DE-BX", "DE-BE", "all", "a, b=id2", "7.30", "", "")
    done = poolpower("init")
    assert done.code == 0
    for mend in ('did you mean "Europe/Berlin"?', "has no subdivision", "patterns and", "write 07:30"):
        assert mend in done.err
    assert "POOLPOWER_ACCESS_KEY" in done.err
    text = (machine / "schedules.toml").read_text()
    assert "[pools.a]\nschedule" in text
    assert '[pools.b]\nid       = "id2"' in text
    assert ('"start workdays 07:30"' in text, '"stop at 20:00 SOFT"' in text) == (True, True)


def test_what_flags_say_is_not_asked(poolpower: Callable[..., Any], machine: Path, answer: Callable[..., None]) -> None:
    """The rest is; no holidays unless said."""
    answer("", "")
    done = poolpower("init", "--zone", "UTC", "--pool", "a", "--start", "6:00", "--stop", "19:00")
    assert (done.code, done.err.count("? ") + done.err.count("]: ")) == (0, 1)
    assert "holidays" not in (machine / "schedules.toml").read_text()


def test_clouds_pools_are_listed_and_chosen(
    poolpower: Callable[..., Any], machine: Path, answer: Callable[..., None], sandbox: World
) -> None:
    """By number, pattern and name; each with its id."""
    answer("UTC", "none", "9", "1, e*, training", "", "")
    done = poolpower("init")
    assert done.code == 0
    assert "  1  Call centre Shanghai  (" in done.err
    assert "the cloud has no pool '9'" in done.err
    text = (machine / "schedules.toml").read_text()
    assert '[pools."Call centre Shanghai"]\nid' in text
    assert "[pools.training]\nid" in text
    assert "design-studio" not in text
    assert text.count("\nid ") == 3
    del sandbox


def test_clouds_pools_are_taken_by_flags(poolpower: Callable[..., Any], machine: Path, sandbox: World) -> None:
    """All of them; a name that the cloud does not have is refused with the one that was meant."""
    assert poolpower("init", *flags(pool="all")).out.startswith("wrote schedules.toml: 4 pools")
    assert (machine / "schedules.toml").read_text().count("\nid ") == 4
    done = poolpower("init", "--force", *flags(pool="enginering"))
    assert (done.code, "did you mean 'engineering'?" in done.err) == (2, True)
    del sandbox


@pytest.mark.parametrize(
    ("answers", "ids"),
    [
        (["all"], ["d1", "s1", "s2", "s3"]),
        (["2-3", "1"], ["d1", "s1", "s2"]),
        (["sales-2"], ["s2", "s3"]),
        (["s3", "design"], ["d1", "s3"]),
        (["sales-*", "4"], ["s1", "s2", "s3"]),
        (["other=o1", "design"], ["d1", "o1"]),
    ],
)
def test_pools_are_chosen_in_the_order_of_the_list_and_once(answers: list[str], ids: list[str]) -> None:
    """Numbers, ranges, names (of several pools), ids, patterns, and a pool that the list does not have, with its id."""
    assert [pool.id for pool in choosing.from_list(answers, LISTED)] == ids


@pytest.mark.parametrize(
    ("wrong", "mend"), [("0", "'design'"), ("3-2", "'design'"), ("desing", "'design'?"), ("5", "")]
)
def test_choice_that_means_no_pool_is_refused(wrong: str, mend: str) -> None:
    """With the name that was meant, or the names that there are."""
    with pytest.raises(WrongUseError) as caught:
        choosing.from_list([wrong], LISTED)
    assert mend in (caught.value.hint or "")


def test_long_list_is_not_repeated_whole() -> None:
    """Some names and how many more there are."""
    listed = [NewPool(f"pool {number}", str(number + 100)) for number in range(9)]
    with pytest.raises(WrongUseError) as caught:
        choosing.from_list(["x"], listed)
    assert (caught.value.hint or "").endswith("and 4 more")
