"""The published schemas: draft-07, every key explained, and in agreement with what the program accepts."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example as also
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from studio_backup.kinds import WRITTEN
from studio_backup.source import read
from studio_backup.spec import load
from studio_backup.spec.conformity import conform
from studio_backup.spec.formats import FORMATS
from studio_backup.spec.name_formats import slug
from studio_backup.spec.paths import inside, mount_path, parse_target, sub_path
from studio_backup.spec.schema import load_schema, schema_text
from studio_backup.spec.storage import KINDS as STORAGE
from studio_backup.spec.wording import MalformedError

ROOT = Path(__file__).parent.parent
NAMES = ["inventory", "playbook"]
DOCUMENTS = ["plan", "report"]


def parts(schema: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema inside a schema, with its path."""
    if isinstance(schema, dict):
        yield path, schema
        for key, value in schema.items():
            if key in ("properties", "definitions"):
                for name, inner in value.items():
                    yield from parts(inner, f"{path}/{name}")
            elif key in ("items", "additionalProperties", "propertyNames"):
                yield from parts(value, f"{path}/{key}")
            elif key == "anyOf":
                for number, inner in enumerate(value):
                    yield from parts(inner, f"{path}/{number}")


@pytest.mark.parametrize("name", NAMES)
def test_schema_is_draft_07(name: str) -> None:
    schema = json.loads(schema_text(name))
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    Draft7Validator.check_schema(schema)


@pytest.mark.parametrize("name", NAMES)
def test_every_key_is_explained(name: str) -> None:
    missing = [
        (path, key, word)
        for path, part in parts(load_schema(name))
        for key, inner in part.get("properties", {}).items()
        for word in ("title", "description", "examples")
        if not inner.get(word)
    ]
    assert missing == []


@pytest.mark.parametrize("name", NAMES)
def test_maps_are_closed_and_formats_known(name: str) -> None:
    for path, part in parts(load_schema(name)):
        if part.get("type") == "object":
            assert "additionalProperties" in part, path
        if "format" in part:
            assert part["format"] in FORMATS, path


@pytest.mark.parametrize("name", NAMES)
def test_examples_and_defaults_are_valid(name: str) -> None:
    for path, part in parts(load_schema(name)):
        for example in [*part.get("examples", []), *([part["default"]] if "default" in part else [])]:
            assert list(Draft7Validator(part).iter_errors(example)) == [], path
            if "format" in part:
                FORMATS[part["format"]][1](str(example))


@pytest.mark.parametrize("name", NAMES)
def test_every_scalar_takes_a_template(name: str) -> None:
    """Names, references to places and members of groups are needed before anything can be filled in."""
    exempt = {"name", "variable", "warning"}
    for path, part in parts(load_schema(name)):
        if part.get("format") in exempt or part.get("enum") or path.endswith("/studio"):
            continue
        kinds = part.get("type", [])
        if "string" in kinds or ("integer" in kinds):
            assert not list(Draft7Validator(part).iter_errors("{{ vars.x }}")), path


PATTERNED = [part for name in NAMES for _, part in parts(load_schema(name)) if {"pattern", "format"} <= part.keys()]


@given(st.text(max_size=60), st.sampled_from(PATTERNED))
def test_patterns_accept_what_the_program_accepts(text: str, part: dict[str, Any]) -> None:
    """An editor must not complain about a value that the program takes."""
    refused = complaint(part["format"], text)
    assert refused or not list(Draft7Validator({"pattern": part["pattern"]}).iter_errors(text))


def complaint(word: str, text: str) -> MalformedError | None:
    """What a format says against a text."""
    try:
        FORMATS[word][1](text)
    except MalformedError as error:
        return error
    return None


@given(st.text(max_size=80), st.sampled_from(sorted(FORMATS)))
def test_formats_accept_or_say_why(text: str, word: str) -> None:
    said = complaint(word, text)
    assert said is None or (said.message and said.fix)


@given(st.text(max_size=80))
def test_a_slug_is_a_name_or_nothing(text: str) -> None:
    proposal = slug(text)
    if proposal:
        FORMATS["name"][1](proposal)


@given(st.text(alphabet="ab./-\\ :", max_size=30))
@also("\\..")
def test_normal_paths_stay_as_they_are(text: str) -> None:
    for parse in (mount_path, sub_path):
        try:
            path = parse(text)
        except MalformedError:
            continue
        assert ".." not in path.replace("\\", "/").split("/")
        assert parse(path) == path


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/srv//tank/", "/srv/tank"),
        ("/a/./b", "/a/b"),
        ("s:\\x\\", "S:\\x"),
        ("S:\\", "S:\\"),
        ("S:", "S:\\"),
        ("S:/x", "S:\\x"),
    ],
)
def test_mount_paths(text: str, path: str) -> None:
    assert mount_path(text) == path


def test_targets_and_nesting() -> None:
    assert parse_target("nas:tank/a//b/") == ("nas", "tank", "a/b")
    assert parse_target("nas:tank") == ("nas", "tank", "")
    assert inside("/a/b", "/a")
    assert not inside("/ab", "/a")
    assert inside("x", "")


@pytest.mark.parametrize("folder", ["inventory", "playbooks"])
def test_example_files_name_their_schema_and_conform(folder: str) -> None:
    for path in sorted((ROOT / folder).glob("*.yml")):
        name = folder.removesuffix("s")
        assert path.read_text().startswith(f"# yaml-language-server: $schema=../schemas/{name}.json\n")
        document = read(path.name, path.read_bytes())
        conform(document, name)
        assert document.problems == []


@pytest.mark.parametrize("folder", ["inventory", "playbooks"])
def test_an_editor_that_reads_plain_yaml_agrees(folder: str) -> None:
    """The YAML language server types values by YAML 1.2; strings that only look like dates stay strings there."""
    schema = json.loads(schema_text(folder.removesuffix("s")))
    for path in sorted((ROOT / folder).glob("*.yml")):
        value = yaml.load(path.read_text(), Loader=yaml.BaseLoader)
        kinds = {error.validator for error in Draft7Validator(schema).iter_errors(value)}
        assert kinds <= {"type", "enum", "pattern"}, path  # BaseLoader leaves numbers as text


@pytest.mark.long
def test_built_package_carries_its_schemas(tmp_path: Path) -> None:
    """A wheel, imported from outside the checkout, finds the very same schemas."""
    source = tmp_path / "source"
    source.mkdir()
    for name in ("studio_backup", "schemas", "pyproject.toml", "setup.py", "MANIFEST.in"):
        (source / name).symlink_to(ROOT / name)
    for name in ("README.md", "LICENSE"):
        (source / name).write_text("x\n")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path), "."]
    subprocess.run(build, cwd=source, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "installed")
    program = "import studio_backup.spec.schema as s; print(s.__file__); print(s.schema_text(sys.argv[1]), end='')"
    for name in [*NAMES, *DOCUMENTS]:
        shown = subprocess.run(
            [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path / 'installed')!r}); {program}", name],
            cwd=tmp_path, check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip
        file, _, text = shown.partition("\n")
        assert file.startswith(str(tmp_path / "installed"))
        assert text == (ROOT / "schemas" / f"{name}.json").read_text()


def test_plays_hold_the_kinds_that_say_so() -> None:
    held = set(load_schema("playbook")["items"]["properties"]) - {"name", "hosts", "datasets"}
    assert held == set(STORAGE) == set(WRITTEN)


def test_load_needs_the_schemas_once() -> None:
    assert load_schema("inventory") is load_schema("inventory")
    assert load([], []).problems[0].code == "SB202"
