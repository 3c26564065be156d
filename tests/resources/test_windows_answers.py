"""What Windows says of tasks, files and storage: cut anywhere, or with a word missing, it never reads healthier."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from studio_backup.diff import Absent, Present, Unread
from studio_backup.probe import Reply
from studio_backup.resource import ruled_fields
from studio_backup.resources.folder_acl import FolderAcl
from studio_backup.resources.scheduled_task import ScheduledTask
from studio_backup.resources.shadow_copies import ShadowCopies
from studio_backup.resources.storage_space import StorageSpace
from studio_backup.resources.windows_disk import WindowsDisk
from studio_backup.resources.windows_file import WindowsFile
from studio_backup.resources.windows_sentinel import WindowsSentinel
from studio_backup.resources.windows_volume import WindowsVolume
from studio_backup.survey import Answered, read
from tests.resources.cases import Case, every_case

STORAGE = {WindowsVolume.kind, WindowsSentinel.kind, WindowsDisk.kind, StorageSpace.kind, ShadowCopies.kind}
OURS = {FolderAcl.kind, ScheduledTask.kind, WindowsFile.kind, *STORAGE}
CASES = [case for case in every_case() if case.kind in OURS]
SEEN = [case for case in CASES if isinstance(case.seen(), Present | Absent)]
#: What only tells, and decides nothing.
TOLD = {"state", "next", "listed", "inherited", "about"}


def seen(case: Case, out: str) -> Present | Absent | Unread:
    want = case.want()
    probe = want.probe()
    found = read(want, Answered({(probe.script, probe.touches): Reply(0, out, "")}))
    assert isinstance(found, Present | Absent | Unread)
    return found


def chosen() -> list[Case]:
    """One case of each kind and verb."""
    return list({(case.kind, case.change().verb): case for case in SEEN}.values())


@pytest.mark.parametrize("case", chosen(), ids=lambda case: case.name)
def test_an_answer_that_was_cut_at_any_byte_is_unread(case: Case) -> None:
    out = case.reply().out
    assert seen(case, out) == case.seen()
    for length in range(len(out)):
        assert isinstance(seen(case, out[:length]), Unread) or not out[length:].strip(), length


def without(value: Any) -> Iterator[Any]:
    """The same with one key left out, for every key at every depth."""

    def places(inner: Any, way: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        items = inner.items() if isinstance(inner, dict) else enumerate(inner) if isinstance(inner, list) else ()
        for key, item in items:
            if isinstance(inner, dict) and key not in TOLD:
                yield (*way, key)
            yield from places(item, (*way, key))

    for way in places(value, ()):
        other = copy.deepcopy(value)
        inner = other
        for key in way[:-1]:
            inner = inner[key]
        del inner[way[-1]]
        yield other


@pytest.mark.parametrize("case", SEEN, ids=lambda case: case.name)
def test_an_answer_with_a_word_missing_is_the_same_or_unread(case: Case) -> None:
    whole = case.seen()
    for other in without(json.loads(case.reply().out)):
        found = seen(case, json.dumps(other))
        assert found == whole or isinstance(found, Unread), other


def test_a_file_that_cannot_be_listed_whole_is_never_taken_for_absent() -> None:
    for case in SEEN:
        if case.kind not in STORAGE and isinstance(case.seen(), Absent):
            told = json.loads(case.reply().out)
            for folder in told["folders"]:
                folder["folder"] += "x"
            assert isinstance(seen(case, json.dumps(told)), Unread), case.name


def test_every_field_of_the_three_kinds_was_seen_otherwise_in_some_case() -> None:
    for kind, fields in {one.kind: ruled_fields(one) for one in (FolderAcl, ScheduledTask, WindowsFile)}.items():
        differing = {item.name for case in CASES if case.kind == kind and isinstance(case.seen(), Present)
                     for item in case.change().fields}  # fmt: skip
        assert set(fields) <= differing
