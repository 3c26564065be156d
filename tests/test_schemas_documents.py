"""What the commands print as JSON is what schemas/plan.json and schemas/report.json say, key by key."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from studio_backup.capacity import Room
from studio_backup.cli.settings import Settings
from studio_backup.cli.spec import load_studio
from studio_backup.compile import Route, routes
from studio_backup.diff import VERBS, Absent, Asleep, Change, Present, Unread, compare
from studio_backup.facts import Drill
from studio_backup.overflow import Overflow
from studio_backup.plan import Plan
from studio_backup.policy import judge, matrix_of
from studio_backup.policy.events import KINDS
from studio_backup.records import RESULTS, Record, as_json
from studio_backup.report import applied, compliance_json, drift, plan_json, restore, status, verdict, what_if
from studio_backup.report import run as run_report
from studio_backup.report.compliance import CLASSES
from studio_backup.report.text import Paint
from studio_backup.resources.file import File
from studio_backup.resources.volume import Volume
from studio_backup.result import Result
from studio_backup.running import Preview
from studio_backup.saved import save
from studio_backup.source import Place
from studio_backup.spec.schema import schema_text
from studio_backup.status import Standing
from tests.reports import HOSTILE, a_report
from tests.studios import NAS, VAULT, WORKSTATION, studio
from tests.test_policy import AWAY, NIGHTLY

ROOT = Path(__file__).parent.parent
NAMES = ["plan", "report"]
PLACE = Place("playbooks/three-two-one.yml", 14, 9)


def schema(name: str, definition: str = "") -> dict[str, Any]:
    """A published schema, or one document of it."""
    whole: dict[str, Any] = json.loads(schema_text(name))
    if not definition:
        return whole
    return {"$ref": f"#/definitions/{definition}", "definitions": whole["definitions"]}


def complaints(document: object, name: str, definition: str = "") -> list[str]:
    """What a schema says against a document, after its way through JSON."""
    plain = json.loads(json.dumps(document))
    return [
        f"{error.json_path}: {error.message}" for error in Draft7Validator(schema(name, definition)).iter_errors(plain)
    ]


def a_file(text: str = "new\n") -> File:
    return File(system="nas/linux", name="/etc/studio-backup/northlight/job", place=PLACE, text=text)


def changes() -> Iterator[Change]:
    """One change of every verb, made by the product's own comparison where it makes them."""
    volume = Volume(system="nas/linux", name="/srv/tank", place=PLACE, id="7a4b0001")
    there = dataclasses.replace(volume, id="not mounted")
    yield compare(a_file(), Absent(), None, "", {})
    yield dataclasses.replace(compare(a_file(), Present(a_file("old\n")), None, "", {}), verb="update")
    yield Change(address=a_file().address, verb="remove", want=None, seen=Present(a_file()), named=a_file())
    yield compare(volume, Present(there), None, "", {})
    yield compare(a_file(), Present(a_file("old\n")), None, "", {})
    yield compare(a_file(), Unread("the listing ended early"), None, "", {})
    yield compare(a_file(), Asleep(1_795_320_537), None, "", {})
    yield dataclasses.replace(compare(a_file(), Absent(), None, "", {}), verb="deferred", reason="needs /srv/tank")
    yield compare(volume, Present(volume), None, "", {})
    yield Change(
        address=a_file().address, verb="ok", want=None, seen=Present(a_file()), named=a_file(), kept=True, reason="kept"
    )


def a_plan() -> Plan:
    found = tuple(changes())
    return Plan("northlight", found, {change.address: 1 for change in found})


def a_route() -> Route:
    settings = Settings(inventory=(str(ROOT / "inventory"),), playbooks=(str(ROOT / "playbooks"),))
    return routes(load_studio(settings))[0]


def a_record(result: str = "ok") -> Record:
    return Record(
        run="2026-11-22T04-08-57Z-4711", result=result, reason="brake-deletions", started=1_795_320_537,
        ended=1_795_320_538,
        seconds=1, files=5, bytes=4_608_220, created=5, deleted=0, rewritten=0, restore_point="2026-11-22T04-08-57Z",
        source="ws-a/studio-os",
    )  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_schema_is_draft_07_and_its_examples_hold(name: str) -> None:
    whole = schema(name)
    assert whole["$schema"] == "http://json-schema.org/draft-07/schema#"
    Draft7Validator.check_schema(whole)
    for example in whole["examples"]:
        assert complaints(example, name) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_key_is_explained_with_an_example_that_holds(name: str) -> None:
    whole = schema(name)
    for path, part in parts(whole):
        if "$ref" in part or "oneOf" in part:
            continue
        assert part.get("title"), path
        assert part.get("description"), path
        assert part.get("examples"), path
        validator = Draft7Validator({**part, "definitions": whole["definitions"]})
        for example in part["examples"]:
            assert list(validator.iter_errors(example)) == [], path
        if part.get("type") == "object":
            assert part["additionalProperties"] is False, path


def parts(found: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key's schema, and every definition's."""
    for word in ("properties", "definitions"):
        for name, inner in found.get(word, {}).items():
            yield f"{path}/{name}", inner
            yield from parts(inner, f"{path}/{name}")


def test_plan_and_saved_plan() -> None:
    plan = a_plan()
    assert {change.verb for change in plan.changes} == set(VERBS)
    assert complaints(plan_json.document(plan), "plan") == []
    full = Overflow(("ws-a/sessions/on-nas",), "nas/tank", 5 * 10**12, Room(8 * 10**12, 3 * 10**12), True)
    assert complaints(plan_json.document(plan, [full]), "plan") == []
    assert complaints(json.loads(save(plan, "8c1f0a3b5d7e9f21")), "plan") == []


def test_drift_with_every_class() -> None:
    found = a_report()
    document = compliance_json.document(found)
    assert {change["class"] for change in document["changes"]} == set(CLASSES)  # type: ignore[attr-defined]
    assert complaints(document, "report") == []
    assert complaints(document, "report", "drift") == []
    assert complaints(compliance_json.document(a_report(HOSTILE, covers="--only room:a")), "report", "drift") == []
    assert drift.screen(found, Paint(False))


def test_apply() -> None:
    plan = a_plan()
    results = {change.address: Result(change, False, "refused by its guard", "said\n") for change in plan.acting()}
    assert results
    assert complaints(applied.document(plan, results), "report", "apply") == []
    assert complaints(applied.document(plan, {}), "report") == []


@pytest.mark.parametrize("result", RESULTS)
def test_run_and_preview(result: str) -> None:
    route, record = a_route(), a_record(result)
    assert complaints(as_json("ws-a/sessions", "on-nas", record), "report") == []
    preview = Preview(("new.wav",), ("changed.wav",), ("gone.wav",), record)
    assert complaints(run_report.preview_document(route, preview), "report") == []


def test_status_with_and_without_a_run() -> None:
    route = a_route()
    found = [
        Standing(route, a_record(), None, ("2026-11-22T04-08-57Z",)),
        Standing(route, None, None, ()),
        Standing(route, a_record(), a_record("running"), ()),
        Standing(route, None, None, (), "nas: nothing answers"),
        Standing(route, a_record(), None, (), room=Room(8 * 10**12, 3 * 10**12),
                 moved=((1_795_000_000, 10**12), (1_795_200_000, 10**9))),
    ]  # fmt: skip
    document = status.document("northlight", found, 1_795_320_600.5)
    assert complaints(document, "report") == []
    (volume,) = list(document["volumes"])  # type: ignore[call-overload]
    assert (volume["free"], volume["growth"], volume["full"] > 1_795_320_600) == (3 * 10**12, 269494277, True)
    screen = "\n".join(status.screen(found, 1_795_320_600.5, Paint(False)))
    assert "VOLUME" in screen
    assert "3.0 TB  8.0 TB  269 MB  not in ten years" in screen
    rapid = dataclasses.replace(found[-1], moved=((1_795_000_000, 10**12), (1_795_200_000, 10**12)))
    assert "8.0 TB  269 GB  in 11 d at the earliest" in "\n".join(status.screen([rapid], 1_795_320_600.5, Paint(False)))
    assert max(map(len, screen.split("\n"))) <= 80


def test_verdicts_and_what_if() -> None:
    poor = dataclasses.replace(AWAY, mode="mirror", machine="nas", volume="tank", source_copy=None)
    studios = [studio([WORKSTATION, NAS, VAULT], copies) for copies in ([NIGHTLY, AWAY], [NIGHTLY, poor], [])]
    verdicts = [judge(one, one.datasets["ws/sessions"]) for one in studios]
    assert [one.word for one in verdicts] == ["OK", "FAIL", "FAIL"]
    assert complaints(verdict.document("northlight", verdicts), "report", "verdicts") == []
    assert complaints(verdict.document("northlight", verdicts), "report") == []
    kinds = schema("report")["definitions"]["event"]["properties"]["event"]["enum"]
    assert kinds == list(KINDS)
    matrices = [matrix_of(one.dataset, one.holdings, 86400) for one in verdicts]
    matrices += [matrix_of(one.dataset, one.holdings, 86400, seen={}, now=86400) for one in verdicts]
    assert complaints(what_if.document("northlight", matrices, 86400), "report", "what-if") == []
    assert complaints(what_if.document("northlight", matrices, 86400, True), "report") == []


def test_restore() -> None:
    drill = Drill("ws-a/sessions", "on-nas", "2026-11-22T04-08-57Z", 5, 4_608_220, 0.41)
    assert complaints(restore.document(drill, "ws-a:/srv/back", {}), "report") == []
    lacking = {"Song/who?.wav": "no name on Windows holds ?"}
    assert complaints(restore.document(drill, "ws-a:D:\\Back", lacking), "report", "restore") == []


@pytest.mark.parametrize(
    ("arguments", "definition"),
    [
        (["validate"], "problems"),
        (["-i", "tests/spec/SB201-unknown-key", "validate"], "problems"),
        (["-i", "tests/spec/SB201-unknown-key", "plan"], "problems"),
        (["plan", "--no-such-option"], "error"),
        (["run", "ws-a/sessions/nowhere"], "error"),
        (["explain", "ws-a/sessions/on-nas"], "explain"),
        (["explain", "nothing"], "error"),
    ],
)
def test_what_the_command_prints(arguments: list[str], definition: str) -> None:
    argv = [sys.executable, "-c", "from studio_backup.cli import main; main()", *arguments, "--format", "json"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    document = json.loads(done.stdout)
    assert complaints(document, "report") == []
    assert complaints(document, "report", definition) == []
    assert "problems" not in document or bool(document["problems"]) == (len(arguments) > 1)


@pytest.mark.parametrize("name", NAMES)
def test_schema_command_prints_the_file(name: str) -> None:
    argv = [sys.executable, "-c", "from studio_backup.cli import main; main()", "schema", name]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert json.loads(done.stdout) == json.loads((ROOT / "schemas" / f"{name}.json").read_text())


def test_a_document_with_a_key_too_many_is_not_one() -> None:
    document = {**plan_json.document(a_plan()), "surprise": 1}
    assert complaints(document, "plan") != []
    assert complaints({"problems": [], "surprise": 1}, "report") != []
