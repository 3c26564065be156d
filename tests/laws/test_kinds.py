"""What holds for every kind: it equals itself, each of its fields can drift, and the schema explains it."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from studio_backup.diff import Absent, Present, compare, shown
from studio_backup.kinds import kind_schema
from studio_backup.manifest import Entry
from studio_backup.resource import RULES, Resource, ruled_fields
from studio_backup.resources import KINDS
from studio_backup.resources.btrfs_filesystem import BtrfsFilesystem
from studio_backup.resources.md_array import MdArray
from studio_backup.resources.storage_space import StorageSpace
from studio_backup.resources.zfs_pool import ZfsPool
from tests.resources.cases import SYSTEM, Case, every_case

CASES = every_case()
FIELDS = [(kind, name) for kind in KINDS for name in ruled_fields(KINDS[kind])]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_wanted_and_there_needs_nothing(case: Case) -> None:
    want = case.want()
    entry = Entry("northlight", want.address, "studio.yml", want.digest())
    change = compare(want, Present(want), entry, "", {})
    assert (change.verb, change.fields) == ("ok", ())


@pytest.mark.parametrize(("kind", "field"), FIELDS)
def test_each_field_drifts_in_some_case(kind: str, field: str) -> None:
    """In a case where something stands there: absence would make every field differ."""
    drifting = [
        case.name
        for case in CASES
        if case.kind == kind
        and isinstance(case.seen(), Present)
        and field in {item.name for item in case.change().fields}
    ]
    assert drifting


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_cases_that_are_fine_absent_and_unread(kind: str) -> None:
    verbs = {case.change().verb for case in CASES if case.kind == kind}
    made = KINDS[kind].made
    assert ({"ok", "unread", "create"} if made else {"ok", "unread"}) <= verbs
    if not made:  # never absent: what is not mounted, or not there, is seen as such; a setting has some value
        assert not any(isinstance(case.seen(), Absent) for case in CASES if case.kind == kind)


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_has_a_rule_and_the_digest_leaves_out_the_watched(kind: str) -> None:
    rules = ruled_fields(KINDS[kind])
    assert rules
    assert set(rules.values()) <= set(RULES)
    want = next(case.want() for case in CASES if case.kind == kind)
    for name, rule in rules.items():
        changed: dict[str, Any] = {name: f"{getattr(want, name)}x"}
        other = dataclasses.replace(want, **changed)
        assert (other.digest() == want.digest()) is (rule == "watched"), name


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_explains_itself(kind: str) -> None:
    assert KINDS[kind].kind == kind
    assert len(KINDS[kind].summary) > 30
    schema = kind_schema(KINDS[kind])
    properties = schema["properties"]
    assert isinstance(properties, dict)
    assert {name: entry["x-rule"] for name, entry in properties.items() if name != "name"} == ruled_fields(KINDS[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_what_only_asks_asks_the_same_question(kind: str) -> None:
    """An orphan is asked about by its name alone, and found in the very answer that a wanted one is found in."""
    case = next(case for case in CASES if case.kind == kind and case.change().verb == "ok")
    want = case.want()
    named: Resource = KINDS[kind].named(SYSTEM, want.name, want.place)
    assert (named.probe().script, named.probe().touches) == (want.probe().script, want.probe().touches)
    if not KINDS[kind].made:  # what is only to be released need not be known in full
        return
    alone, seen = named.parse(case.reply()), want.parse(case.reply())
    # Only the spec knows disks by the names of bays.
    joined = MdArray | BtrfsFilesystem | ZfsPool | StorageSpace
    if isinstance(alone, joined) and isinstance(seen, joined):
        seen = dataclasses.replace(seen, members=alone.members)
    assert alone == seen


def test_values_are_shown_as_text() -> None:
    assert [shown(value) for value in (None, "a", ("a", "b"), 5)] == [None, "a", "a, b", "5"]
