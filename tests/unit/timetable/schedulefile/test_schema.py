"""The schedule file as JSON Schema: as strict as an editor can be, and never stricter than `check`."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from daemon.cli.demo import acts
from daemon.timetable.language import POLICY_KEYS
from daemon.timetable.schedulefile import ScheduleError, parse_schedule
from daemon.timetable.schedulefile.codes import MEANINGS
from daemon.timetable.schedulefile.firstfile import SCHEMA_COMMENT, SCHEMA_FILE
from daemon.timetable.schedulefile.schema import schedule_schema, schema_text
from daemon.timetable.schedulefile.schema.forms import any_case
from daemon.timetable.schedulefile.sentences import OPTION_KEYS
from daemon.timetable.schedulefile.tables import Table

if TYPE_CHECKING:
    from pathlib import Path

POOL = '[pools.a]\npolicies = ["stop at 20:00"]\n'
WHOLE = """\
timezone = "Europe/Berlin"
holidays = "DE-BE"
silence = ["past", "never"]
[defaults]
type = "soft"
spread = "5m"
retry = "1h30m"
catch_up = false
[calendars.works]
country = "CN"
categories = ["public"]
holidays = ["2026-12-24", 2026-12-25, "2026-12-28..2026-12-31"]
except = ["2026-10-08"]
workdays = ["2026-02-14"]
weekend = ["fri", "Saturday"]
[calendars.exams]
dates = ["2027-01-18..2027-01-29"]
[schedules.office-hours]
policies = ["start workdays 07:30", "stop at 20:00 SOFT"]
[projects.frankfurt]
region = "eu-west-101"
project_id = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"
timezone = "Europe/Berlin"
holidays = "works"
[projects.frankfurt.defaults]
type = "HARD"
[groups.shanghai]
project = "frankfurt"
schedule = "office-hours"
without = ["stop"]
timezone = "Asia/Shanghai"
holidays = "works"
[groups.shanghai.defaults]
spread = "5m"
[pools.a]
id = "a130ab3a-72bf-4b71-baa9-af4987c8e338"
name = "A"
note = "CHG1"
group = "shanghai"
project = "frankfurt"
schedule = ["office-hours"]
without = "stop"
timezone = "Asia/Shanghai"
holidays = "works"
policies = ["stop at 22:00"]
[pools.a.defaults]
type = "HARD"
"""
"""Every key that the file knows."""

VALID = [
    POOL,
    WHOLE,
    '[defaults]\nzone = "utc"\n' + POOL,
    '[pools."设计部"]\npolicies = []\n',
    '[pools.a]\npolicies = ["  STOP,20:00 ", "restart 4:00", "hibernate CRON \'0 3 * * 1\'"]\n',
    '[pools.a]\npolicies = ["""\nstop \\\n  at 20:00"""]\n',
    '[pools.a]\npolicies = [{ action = "Reboot", days = ["mon", "fri"], at = ["4:00", 05:00:00], type = "hard" }]\n',
    '[pools.a]\npolicies = [{ action = "stop", at = 20:00:00, from = 2026-12-01, until = "2027-01-31" }]\n',
    '[pools.a]\npolicies = [{ action = "stop", cron = "0 20 * * *", catch_up = "no", zone = "asia/tokyo" }]\n',
    '[pools.a]\npolicies = [{ action = "start", at = "7:00", during = ["march", "june"], except = "weekends" }]\n',
    'timezone = "Japan"\n' + POOL,
    'timezone = "utc"\n' + POOL,
    'silence = "past"\n' + POOL,
    '[calendars.c]\ncountry = "DEU"\nweekend = "thurs"\n' + POOL,
    '[schedules.s]\npolicies = []\n[pools.a]\nschedule = "s"\n',
]
INVALID = [
    'timzone = "UTC"\n' + POOL,
    'timezone = "CET"\n' + POOL,
    'timezone = "UTC+1"\n' + POOL,
    'timezone = "Berlin"\n' + POOL,
    "timezone = 1\n" + POOL,
    'silence = ["passed"]\n' + POOL,
    "[defaults]\nretry = 2\n" + POOL,
    '[defaults]\nretry = "2 hours"\n' + POOL,
    '[defaults]\nat = "20:00"\n' + POOL,
    '[defaults]\ntype = "FIRM"\n' + POOL,
    '[schedules.s]\npolicy = ["stop at 20:00"]\n' + POOL,
    '[schedules.s]\npolicies = "stop at 20:00"\n' + POOL,
    '[projects."a/b"]\n' + POOL,
    '[projects.p]\nregion = "eu.example"\n' + POOL,
    '[projects.p]\nproject_id = "a b"\n' + POOL,
    '[projects.p]\nendpoint = "x"\n' + POOL,
    '[pools."@a"]\n',
    '[pools." a"]\n',
    '[pools.a]\nid = ""\n',
    '[pools.a]\nname = " "\n',
    '[pools.a]\nsecret_key = "x"\n',
    '[pools.a]\npolicies = ["stopp at 20:00"]\n',
    '[pools.a]\npolicies = ["at 20:00 stop"]\n',
    '[pools.a]\npolicies = ["stop"]\n',
    '[pools.a]\npolicies = [""]\n',
    "[pools.a]\npolicies = [20]\n",
    '[pools.a]\npolicies = [{ action = "stop" }]\n',
    '[pools.a]\npolicies = [{ at = "20:00" }]\n',
    '[pools.a]\npolicies = [{ action = "stop", at = "20.00" }]\n',
    '[pools.a]\npolicies = [{ action = "stop", at = "20:00", cron = "0 20 * * *" }]\n',
    '[pools.a]\npolicies = [{ action = "stop", days = "mon", cron = "0 20 * * *" }]\n',
    '[pools.a]\npolicies = [{ action = "start", at = "7:00", type = "HARD" }]\n',
    '[pools.a]\npolicies = [{ action = "stop", at = "20:00", catch_up = true }]\n',
    '[pools.a]\npolicies = [{ action = "stop", at = "20:00", catchup = "2h" }]\n',
    '[pools.a]\npolicies = [{ action = "stop", at = "20:00", from = "december" }]\n',
    '[calendars."two words"]\ndates = ["2026-12-24"]\n' + POOL,
    '[calendars.c]\ndates = "2026-12-24"\n' + POOL,
    '[calendars.c]\ndates = ["24.12.2026"]\n' + POOL,
    '[calendars.c]\nweekend = ["caturday"]\n' + POOL,
    '[calendars.c]\nurl = "x"\n' + POOL,
    '[calendars.c]\ncountry = "Germany"\n' + POOL,
    '[groups.g]\nid = "x"\n' + POOL,
    '[pools.a]\npolicies = [{ action = "stop", at = "20:00", until = "2027-1-5" }]\n',
    '[groups.g]\nwithout = ["sleep"]\n[pools.a]\ngroup = "g"\n',
]


def read(text: str) -> Any:
    """The file as editors hand it to a schema: dates and times as text."""
    return json.loads(json.dumps(tomllib.loads(text), default=_as_text))


def _as_text(value: date | time) -> str:
    return value.isoformat()


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    """Give the schema."""
    return schedule_schema()


def test_schema_is_one_of_its_dialect(schema: dict[str, Any]) -> None:
    """It is valid by draft 2020-12, and by draft 7 too, for the editors that know no newer one."""
    Draft202012Validator.check_schema(schema)
    Draft7Validator.check_schema(schema)


def test_committed_schema_is_the_one_that_is_made(root: Path) -> None:
    """What lies beside the example is what `poolpower check --schema` prints."""
    assert (root / SCHEMA_FILE).read_text() == schema_text()


def test_example_names_the_schema_beside_it_and_keeps_to_it(root: Path, schema: dict[str, Any]) -> None:
    """Editors find it by the first line."""
    text = (root / "schedules.example.toml").read_text()
    assert text.split("\n")[0] == SCHEMA_COMMENT
    Draft202012Validator(schema).validate(read(text))


def test_file_of_the_demo_keeps_to_the_schema(schema: dict[str, Any]) -> None:
    """It is made anew each time; so is this one."""
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    text = acts.schedule(ZoneInfo("Europe/Berlin"), now, acts.times(now + timedelta(seconds=3)))
    Draft202012Validator(schema).validate(read(text))


@pytest.mark.parametrize("text", VALID)
@pytest.mark.parametrize("validator", [Draft202012Validator, Draft7Validator])
def test_what_check_accepts_the_schema_accepts(text: str, validator: Any, schema: dict[str, Any]) -> None:
    """An editor marks nothing in a valid file."""
    parse_schedule([("s.toml", text)])
    assert [error.message for error in validator(schema).iter_errors(read(text))] == []


@pytest.mark.parametrize("text", INVALID)
@pytest.mark.parametrize("validator", [Draft202012Validator, Draft7Validator])
def test_what_the_schema_refuses_check_refuses(text: str, validator: Any, schema: dict[str, Any]) -> None:
    """An editor marks the slips that need no knowledge of the rest of the file."""
    assert not validator(schema).is_valid(read(text))
    with pytest.raises(ScheduleError):
        parse_schedule([("s.toml", text)])


def test_keys_are_those_that_the_program_reads(schema: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Of each table the schema has the keys that were asked for when a file with all of them was read."""
    asked: dict[str, set[str]] = {}
    finish = Table.finish

    def finished(table: Table) -> None:
        section = str(table.path[0]) if table.path else ""
        asked.setdefault(section, set()).update(table.asked)
        finish(table)

    monkeypatch.setattr(Table, "finish", finished)
    parse_schedule([("s.toml", WHOLE)])
    sections = {key: value for key, value in schema["properties"].items() if "propertyNames" in value}
    tables = {"": schema} | {key: value["additionalProperties"] for key, value in sections.items()}
    assert asked == {name: set(table["properties"]) for name, table in tables.items()}


def test_keys_of_policies_and_options_are_those_of_the_language(schema: dict[str, Any]) -> None:
    """A clause or an option that is added cannot be forgotten."""
    _, table = schema["$defs"]["policy"]["anyOf"]
    assert tuple(table["properties"]) == POLICY_KEYS
    assert tuple(schema["$defs"]["defaults"]["properties"]) == OPTION_KEYS


def test_everything_is_explained(schema: dict[str, Any]) -> None:
    """Each key has a description, each offered word its meaning."""
    assert list(_unexplained(schema, schema)) == []
    (offered, _) = schema["$defs"]["silence"]["anyOf"]
    assert dict(zip(offered["enum"], offered["x-taplo"]["docs"]["enumValues"], strict=True)) == MEANINGS


def test_schema_names_no_address_but_its_dialect() -> None:
    """Nothing that an editor could try to fetch."""
    assert schema_text().count("://") == 1


def test_words_in_any_case_stand_for_themselves_otherwise() -> None:
    """Only letters have two cases; what means something in a pattern is taken literally."""
    assert any_case(["Ab+", "c"]) == r"[Aa][Bb]\+|[Cc]"


def _unexplained(piece: Any, schema: dict[str, Any], at: str = "") -> Any:
    """The keys without a description, looked for where a reference leads too."""
    for name, value in piece.get("properties", {}).items():
        target = schema["$defs"][value["$ref"].rpartition("/")[2]] if "$ref" in value else value
        if not target.get("description"):
            yield f"{at}.{name}"
        yield from _unexplained(target, schema, f"{at}.{name}")
    if isinstance(piece.get("additionalProperties"), dict):
        yield from _unexplained(piece["additionalProperties"], schema, f"{at}.*")
