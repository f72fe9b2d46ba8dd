"""Holds the frame: what is tested is what is shipped, and what is installed is what is locked."""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import os
import re
import sys
import sysconfig
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import daemon

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_installed_wheel_is_what_is_tested(root: Path) -> None:
    """Under `make test` the package comes from site-packages, never from the source tree."""
    here = Path(daemon.__file__).resolve()
    if os.environ.get("TEST_INSTALLED") == "1":
        assert here.is_relative_to(Path(sysconfig.get_path("purelib")).resolve())
    else:
        assert here.is_relative_to(root) or "site-packages" in here.parts


def test_wheel_holds_every_file_of_the_source_tree(root: Path) -> None:
    """Migrations, the type marker and whatever else lies in the package travel in the wheel."""
    shipped = Path(daemon.__file__).parent
    source = {path.relative_to(root / "daemon") for path in (root / "daemon").rglob("*") if _is_shipped(path)}
    assert source == {path.relative_to(shipped) for path in shipped.rglob("*") if _is_shipped(path)}


def test_every_direct_dependency_is_locked(root: Path) -> None:
    """Each dependency that pyproject.toml declares is pinned in requirements/run.txt."""
    project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    declared = {_name(line) for line in project["dependencies"]}
    assert declared <= set(_pins(root / "requirements" / "run.txt"))


def test_every_package_that_is_imported_is_declared(root: Path) -> None:
    """The daemon leans on no package that merely happens to come with another one."""
    declared = {_name(line) for line in tomllib.loads((root / "pyproject.toml").read_text())["project"]["dependencies"]}
    imported = {_top_level(node) for path in (root / "daemon").rglob("*.py") for node in _imports(path)}
    others = imported - sys.stdlib_module_names - {"daemon"}
    distributions = importlib.metadata.packages_distributions()
    assert {name.lower() for module in others for name in distributions[module]} <= declared


@pytest.mark.parametrize("name", ["run", "test", "bench", "build", "lock"])
def test_lock_pins_every_package_by_hash_and_by_no_address(root: Path, name: str) -> None:
    """A lock names exact versions with at least one hash each, and neither an index nor a download address."""
    path = root / "requirements" / f"{name}.txt"
    text = path.read_text()
    assert "://" not in text
    assert not re.search(r"^-", text, re.MULTILINE)
    assert _pins(path)
    assert all(entry.count("--hash=sha256:") >= 1 for entry in _entries(text))


def test_locks_agree_on_every_package_they_share(root: Path) -> None:
    """What two locks both pin, they pin to one version, so that tests run on what is deployed."""
    run, test, bench = (_pins(root / "requirements" / f"{name}.txt") for name in ("run", "test", "bench"))
    for left, right in ((run, test), (run, bench), (test, bench)):
        assert {name: left[name] for name in left.keys() & right.keys()} == {
            name: right[name] for name in left.keys() & right.keys()
        }


def test_what_runs_is_what_is_locked(root: Path) -> None:
    """Under `make test` every package of the run lock is installed in the locked version."""
    if os.environ.get("TEST_INSTALLED") != "1":
        return
    pins = _pins(root / "requirements" / "run.txt")
    assert {name: importlib.metadata.version(name) for name in pins} == pins


def test_coverage_floors_are_judged_by_lines_and_by_branches(root: Path) -> None:
    """A floor is held only where both lines and branches reach it, and never where nothing was measured."""
    floors = _load(root / "tests" / "coverage_floor.py")
    full = {"num_statements": 10, "covered_lines": 10, "num_branches": 4, "covered_branches": 4}
    holed = full | {"covered_branches": 3}
    report = {"files": {"daemon/timetable/a.py": {"summary": full}, "daemon/b.py": {"summary": holed}}}
    assert [held for held, _ in floors.verdicts(floors.tally(report))] == [True, False]
    assert [held for held, _ in floors.verdicts(floors.tally({"files": {}}))] == [False, False]


def test_outside_the_ledger_only_the_type_of_a_connection_is_known(root: Path) -> None:
    """Rooms above hand a transaction's connection on; nothing of SQLAlchemy runs there (see pyproject.toml)."""
    above = (path for path in (root / "daemon").rglob("*.py") if not path.is_relative_to(root / "daemon" / "ledger"))
    found = {(path.name, *found) for path in above for found in _of_sqlalchemy(path)}
    assert {(names, is_for_types) for _, names, is_for_types in found} == {("Connection", True)}


def _of_sqlalchemy(path: Path) -> Iterator[tuple[str, bool]]:
    """What a file imports of SQLAlchemy, and whether for its type checker only."""
    blocks = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.If))
    for_types = {
        ast.dump(node, include_attributes=True)
        for block in blocks
        if ast.unparse(block.test) == "TYPE_CHECKING"
        for node in block.body
    }
    for node in _imports(path):
        if _top_level(node) == "sqlalchemy":
            names = ", ".join(alias.name for alias in node.names)
            yield names, ast.dump(node, include_attributes=True) in for_types


def _is_shipped(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts


def _imports(path: Path) -> Iterator[ast.Import | ast.ImportFrom]:
    return (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Import | ast.ImportFrom))


def _top_level(node: ast.Import | ast.ImportFrom) -> str:
    name = node.names[0].name if isinstance(node, ast.Import) else node.module or ""
    return name.partition(".")[0]


def _entries(text: str) -> list[str]:
    return re.findall(r"^[\w.-]+==.*?(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)


def _pins(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", path.read_text(), re.MULTILINE))


def _name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0].lower()


def _load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module
