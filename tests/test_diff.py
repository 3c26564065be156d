"""Comparing what is wanted with what was seen: the verb, the fields, and why."""

from __future__ import annotations

import dataclasses

import pytest

from studio_backup.diff import Absent, Asleep, Change, Present, Seen, Unread, compare, drift_class
from studio_backup.manifest import Entry
from studio_backup.resource import After, Derived
from studio_backup.resources.receiver import Receiver
from studio_backup.resources.sentinel import Sentinel
from tests.values import NAS, PLACE, block, entry_of, file, folder, key, volume

WANT = file("job", "new\n")
SEEN = file("job", "old\n")


def judged(seen: Seen, entry: Entry | None = None, foreign: str = "") -> Change:
    return compare(WANT, seen, entry, foreign, {})


def test_equal_and_ours_is_ok() -> None:
    assert judged(Present(WANT), entry_of(WANT)).verb == "ok"


def test_the_place_in_the_spec_is_no_difference() -> None:
    moved = dataclasses.replace(WANT, place=dataclasses.replace(PLACE, line=99), requires=("x",), serves=("y",))
    assert judged(Present(moved), entry_of(WANT)).verb == "ok"


def test_equal_without_an_entry_only_writes_the_entry() -> None:
    change = judged(Present(WANT))
    assert (change.verb, [item.name for item in change.fields]) == ("update", ["manifest"])


def test_a_difference_that_is_ours_is_mended() -> None:
    change = judged(Present(SEEN), entry_of(SEEN))
    assert change.verb == "update"
    assert [(item.name, item.rule, item.before, item.after) for item in change.fields] == [
        ("text", "managed", "old\n", "new\n")
    ]


def test_a_difference_that_nobody_claims_is_a_conflict() -> None:
    change = judged(Present(SEEN))
    assert change.verb == "conflict"
    assert change.fix


def test_a_difference_in_a_place_that_can_only_be_ours_is_mended() -> None:
    want = folder("/var/lib/studio-backup/northlight/runs", mode="0700")
    assert compare(want, Present(dataclasses.replace(want, mode="0755")), None, "", {}).verb == "update"
    link = dataclasses.replace(want, type="l", mode="0777")
    assert compare(want, Present(link), None, "", {}).verb == "conflict"


def test_what_another_studio_made_is_a_conflict_only_where_it_differs() -> None:
    assert judged(Present(SEEN), None, "southlight").verb == "conflict"
    assert "southlight" in judged(Present(SEEN), entry_of(WANT), "southlight").reason
    assert judged(Present(WANT), None, "southlight").verb == "ok"


@pytest.mark.parametrize(
    ("seen", "verb"), [(Absent(), "create"), (Unread("no answer"), "unread"), (Asleep(5), "asleep")]
)
def test_what_is_not_there_or_not_known(seen: Seen, verb: str) -> None:
    for entry in (None, entry_of(WANT)):
        assert judged(seen, entry).verb == verb


def test_unread_keeps_its_reason_and_lists_no_field() -> None:
    change = judged(Unread("find: Input/output error"))
    assert (change.reason, change.fields) == ("find: Input/output error", ())


def test_a_fixed_field_is_for_a_human_even_with_our_entry() -> None:
    sentinel = Sentinel(system=NAS, name="/srv/tank", place=PLACE, text="northlight\tnas/tank\tid-1")
    other = dataclasses.replace(sentinel, text="northlight\tnas/pool\tid-2")
    assert compare(sentinel, Present(other), entry_of(sentinel), "", {}).verb == "conflict"


def test_a_fixed_field_beside_a_managed_one_stops_both() -> None:
    want = Receiver(system=NAS, name="r", place=PLACE, home="/a")
    seen = Receiver(system=NAS, name="r", place=PLACE, home="/b", shell="/bin/sh")
    change = compare(want, Present(seen), entry_of(want), "", {})
    assert (change.verb, change.reason) == ("conflict", "home cannot be changed in place")


def test_watched_fields_alone_are_watched() -> None:
    want = volume()
    change = compare(want, Present(dataclasses.replace(want, id="id-2")), None, "", {})
    assert (change.verb, [item.after for item in change.fields]) == ("watch", ["id-1"])


def test_a_watched_field_without_an_expectation_never_differs() -> None:
    assert compare(key(), Present(key(public="ssh-ed25519 AAAA")), entry_of(key()), "", {}).verb == "ok"


LINES = Derived(('restrict,command="gate" ', After(key().address, "public"), " comment"))


def test_a_value_that_is_made_elsewhere_is_known_after_it() -> None:
    change = compare(block(LINES), Absent(), None, "", {})
    assert change.verb == "create"
    assert [item.after for item in change.fields] == [f"known after {key().address}"]


def test_once_known_it_is_compared_as_text() -> None:
    known = {After(key().address, "public"): "ssh-ed25519 AAAA"}
    text = 'restrict,command="gate" ssh-ed25519 AAAA comment'
    want = block(LINES)
    resolved = block(text)
    assert compare(want, Present(resolved), entry_of(resolved), "", known).verb == "ok"
    assert compare(want, Present(block("other")), entry_of(resolved), "", known).fields[0].after == text


def test_the_class_of_a_difference_says_who_moved() -> None:
    assert drift_class(judged(Present(SEEN), entry_of(SEEN))) == "pending"  # the spec moved on
    edited = file("job", "edited\n")
    assert drift_class(judged(Present(edited), entry_of(SEEN))) == "drifted"  # the machine did
    assert drift_class(judged(Absent())) == "pending"
    assert drift_class(judged(Absent(), entry_of(WANT))) == "drifted"  # removed behind our back
    assert drift_class(judged(Unread("x"))) == "unread"
    assert drift_class(judged(Asleep(None))) == "asleep"
    assert drift_class(judged(Present(SEEN))) == "conflict"
    other = dataclasses.replace(volume(), id="id-2")
    assert drift_class(compare(volume(), Present(other), None, "", {})) == "posture"
