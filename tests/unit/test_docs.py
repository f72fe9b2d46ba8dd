"""Holds the documents to the program: what one names, the other has, and the other way round."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

import click
import pytest

from daemon.cli.main import poolpower
from daemon.settings import Settings
from daemon.timetable.language import parse_policy
from daemon.timetable.language.clauses import CLAUSES
from daemon.timetable.schedulefile import parse_schedule
from daemon.timetable.schedulefile.codes import MEANINGS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PREFIX = "POOLPOWER_"


def test_every_command_is_documented_and_every_documented_command_exists(root: Path) -> None:
    """docs/command-line.md has a section for each command that --help lists, and for no other."""
    assert set(_sections(root)) == {name for name, _ in _commands()}


def test_every_option_is_documented_with_its_command_and_exists(root: Path) -> None:
    """Each section's table names exactly the options that its command's --help shows."""
    documented = {name: _options_of_section(text) for name, text in _sections(root).items()}
    assert documented == {name: _options(command) for name, command in _commands()}


def test_help_of_every_command_says_what_it_does() -> None:
    """Each command has a line in the list, and each of its options a description."""
    for name, command in _commands():
        assert command.get_short_help_str(), name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"{name} {parameter.opts[0]}"


def test_every_setting_is_documented_and_every_documented_setting_exists(root: Path) -> None:
    """docs/settings.md lists exactly the variables that the daemon reads."""
    text = (root / "docs" / "settings.md").read_text()
    listed = set(re.findall(rf"^\| `({PREFIX}\w+)` \|", text, re.MULTILINE))
    assert listed == {PREFIX + name.upper() for name in Settings.model_fields if name != "levels"}


def test_every_variable_that_a_document_names_exists(root: Path) -> None:
    """No document sends an administrator to a variable that is read by nothing."""
    known = {PREFIX + name.upper() for name in Settings.model_fields} | {"POOLPOWER_ENV_FILE"}
    for path in _documents(root):
        named = set(re.findall(rf"\b{PREFIX}[A-Z_]+[A-Z]\b", path.read_text()))
        assert named <= known, path.name


def test_every_link_between_documents_leads_somewhere(root: Path) -> None:
    """A relative link names a file that exists and, with #, a heading in it."""
    for path in _documents(root):
        for target in re.findall(r"\]\((?!https?://)([^)\s]+)\)", path.read_text()):
            name, _, anchor = target.partition("#")
            file = (path.parent / name).resolve() if name else path
            assert file.exists(), f"{path.name}: {target}"
            if anchor:
                assert anchor in _anchors(file.read_text()), f"{path.name}: {target}"


def test_every_dependency_has_its_reason_on_record(root: Path) -> None:
    """Decision 2 names each run-time dependency and each locked test requirement, and nothing that is gone."""
    text = (root / "docs" / "decisions" / "0002-dependencies.md").read_text()
    named = {
        name.strip() for row in re.findall(r"^\| ([a-z][\w, -]*?) \|", text, re.MULTILINE) for name in row.split(",")
    }
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    declared = [re.split(r"[^\w.-]", line, maxsplit=1)[0] for line in project["dependencies"]]
    wanted = re.findall(r"^([\w-]+)", (root / "requirements" / "test.in").read_text(), re.MULTILINE)
    assert named - {"package"} == {*declared, *wanted} - {"-c"}


def test_every_toml_example_of_the_documents_is_valid(root: Path) -> None:
    """What a document shows as a schedule file, `check` finds valid."""
    for path in _documents(root):
        for block in re.findall(r"^```toml\n(.*?)^```", path.read_text(), re.MULTILINE | re.DOTALL):
            parse_schedule([(path.name, block)])


def test_every_example_of_the_policy_language_can_be_read(root: Path) -> None:
    """Each form of days, and each sentence, that docs/policy-language.md shows is one that the parser reads."""
    text = (root / "docs" / "policy-language.md").read_text()
    days = _column(text.partition("## Days")[2])
    assert len(days) > 10
    for form in days:
        parse_policy(f"start {form.replace('X', '2026-12-24')} 07:30")
    for sentence in re.findall(r"^(?:start|stop) .*$", text, re.MULTILINE):
        parse_policy(sentence)


def test_keys_of_policies_as_tables_are_those_of_the_clauses(root: Path) -> None:
    """docs/schedule-file.md lists exactly the keys that a policy's table may have."""
    text = (root / "docs" / "schedule-file.md").read_text()
    listed = _column(text.partition("## Policies as tables")[2].partition("\n## ")[0])
    assert set(listed) == {clause.key for clause in CLAUSES}


def test_every_warning_is_documented_with_its_meaning(root: Path) -> None:
    """docs/schedule-file.md lists the codes of `check` with the very words of the program."""
    text = (root / "docs" / "schedule-file.md").read_text()
    listed = dict(re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", text.partition("| code | meaning |")[2], re.MULTILINE))
    assert listed == MEANINGS


@pytest.mark.parametrize("target", ["demo", "test", "check", "bench", "wheel", "lock", "clean"])
def test_every_task_is_explained_at_the_top_of_the_makefile(root: Path, target: str) -> None:
    """What `make help` prints is what there is."""
    text = (root / "Makefile").read_text()
    assert re.search(rf"^#   make {target} ", text, re.MULTILINE)
    assert re.search(rf"^{target}:", text, re.MULTILINE)


def _column(text: str) -> list[str]:
    """What stands in backticks in the first column of the first table."""
    rows = re.findall(r"^\| (`.*?) \|", text.partition("|---|")[2].partition("\n\n")[0], re.MULTILINE)
    return [form for row in rows for form in re.findall(r"`([^`]+)`", row)]


def _documents(root: Path) -> list[Path]:
    return [*root.glob("*.md"), *(root / "docs").rglob("*.md")]


def _anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _commands(group: click.Group = poolpower, above: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _commands(command, f"{above}{name} ")
        else:
            yield above + name, command


def _options(command: click.Command) -> set[str]:
    shown = [one for one in command.params if isinstance(one, click.Option) and not one.hidden]
    return {name for option in shown for name in (*option.opts, *option.secondary_opts) if name.startswith("--")}


def _sections(root: Path) -> dict[str, str]:
    text = (root / "docs" / "command-line.md").read_text()
    parts = re.split(r"^### `poolpower ([a-z ]+?)(?: [A-Z\[\"|].*)?`$", text, flags=re.MULTILINE)
    return dict(
        zip(
            parts[1::2], (re.split(r"^#", part, maxsplit=1, flags=re.MULTILINE)[0] for part in parts[2::2]), strict=True
        )
    )


def _options_of_section(text: str) -> set[str]:
    rows = re.findall(r"^\| (`--.*?) \|", text, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"--[a-z][a-z-]*", row)}
