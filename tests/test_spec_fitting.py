"""The quick answer to "does it fit?" is jsonschema's answer: yes only where that finds nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio_backup.source import read
from studio_backup.spec.fitting import fits
from studio_backup.spec.judging import errors
from studio_backup.spec.schema import Schema, data, load_schema
from tests.test_spec_any_input import NODES
from tests.test_spec_schemas import parts

ROOT = Path(__file__).parent.parent
SCHEMAS = {name: [part for _, part in parts(load_schema(name))] for name in ("inventory", "playbook")}
FILES = [
    (path, "playbook" if "playbook" in str(path.relative_to(ROOT)) else "inventory")
    for folder in ("inventory", "playbooks", "tests/spec")
    for path in sorted((ROOT / folder).rglob("*.yml"))
]


def judged(name: str, value: Any, schema: Schema) -> bool:
    """Whether jsonschema finds nothing wrong."""
    return next(iter(errors(name, value, schema)), None) is None


@pytest.mark.parametrize(("path", "name"), FILES, ids=lambda item: str(item)[-40:])
def test_a_file_fits_when_jsonschema_says_so(path: Path, name: str) -> None:
    root = read(path.name, path.read_bytes()).root
    if root is not None:
        schema = load_schema(name)
        value = data(root, schema)
        assert fits(value, schema) == judged(name, value, schema)


SCALARS = st.sampled_from(
    [None, True, False, 0, 1, -1, 70000, "", "a", "ws-a", "{{ x }}", "x" * 70, "day at 02:30", "1", "/srv/x", "a b"]
)
VALUES = st.one_of(SCALARS, NODES, st.lists(SCALARS, max_size=3), st.dictionaries(st.text("ab-", max_size=4), SCALARS))


@settings(max_examples=1500, deadline=None)
@given(st.sampled_from([(name, part) for name, found in SCHEMAS.items() for part in found]), VALUES)
def test_any_value_at_any_place(where: tuple[str, Schema], value: object) -> None:
    name, schema = where
    assert fits(value, schema) == judged(name, value, schema)


@settings(max_examples=600, deadline=None)
@given(st.data())
def test_an_example_damaged_anywhere(draw: st.DataObject) -> None:
    name = draw.draw(st.sampled_from(sorted(SCHEMAS)))
    found = [part for part in SCHEMAS[name] if part.get("examples")]
    part = draw.draw(st.sampled_from(found))
    value = draw.draw(st.sampled_from(part["examples"]))
    if isinstance(value, dict) and value:
        value = {**value, draw.draw(st.sampled_from([*value, "other"])): draw.draw(VALUES)}
    assert fits(value, part) == judged(name, value, part)


@pytest.mark.parametrize("schema", [{"oneOf": []}, {"format": "uri", "const": 1}, {"properties": {"a": {"not": {}}}}])
def test_a_word_that_is_not_known_is_left_to_jsonschema(schema: Schema) -> None:
    assert not fits({"a": 1}, schema)
