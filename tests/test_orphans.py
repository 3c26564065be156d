"""What the spec no longer asks for: removed only when it is ours, unedited, and the whole spec is known."""

from __future__ import annotations

import pytest

from studio_backup.diff import Change
from studio_backup.manifest import Entry
from studio_backup.orphans import orphans
from studio_backup.plan import make
from studio_backup.resource import Resource
from studio_backup.resources.receiver import Receiver
from studio_backup.resources.systemd_unit import SystemdUnit
from studio_backup.steps import steps_of, task_of
from studio_backup.survey import Sighting
from tests.values import NAS, PLACE, STUDIO, answered, asleep, by_address, entry_of, file, folder, silent, survey

OLD = file("old")


def judged(sighting: Sighting, *wanted: Resource, whole: bool = True) -> list[Change]:
    return orphans(STUDIO, by_address(*wanted), survey(nas=sighting), whole)


def one(sighting: Sighting, whole: bool = True) -> Change:
    found = judged(sighting, whole=whole)
    assert len(found) == 1
    return found[0]


def test_ours_and_unedited_goes() -> None:
    change = one(answered([OLD], entries=[entry_of(OLD)]))
    assert (change.verb, change.kept, change.reason) == ("remove", False, "no longer in the spec")
    assert [step.title for step in steps_of(change)] == [f"remove {OLD.name}"]
    assert task_of(STUDIO, change, frozenset()).entry is None


def test_what_is_still_wanted_is_no_orphan() -> None:
    assert judged(answered([OLD], entries=[entry_of(OLD)]), OLD) == []


def test_with_half_the_spec_nothing_goes() -> None:
    change = one(answered([OLD], entries=[entry_of(OLD)]), whole=False)
    assert (change.kept, change.reason) == (True, "kept: not in this selection")
    assert steps_of(change) == ()


def test_what_was_edited_is_kept_for_a_human() -> None:
    change = one(answered([file("old", "edited\n")], entries=[entry_of(OLD)]))
    assert (change.kept, change.verb, change.reason) == (True, "conflict", "kept: edited since we wrote it")


def test_what_could_not_be_read_is_kept() -> None:
    change = one(answered(entries=[entry_of(OLD)]))
    assert (change.kept, change.verb) == (True, "unread")


def test_what_is_gone_already_only_loses_its_entry() -> None:
    change = one(answered(gone=[OLD], entries=[entry_of(OLD)]))
    assert (change.verb, change.kept, steps_of(change)) == ("remove", False, ())


def test_another_studio_s_things_are_not_even_listed() -> None:
    assert judged(answered([OLD], entries=[entry_of(OLD, studio="southlight")])) == []


@pytest.mark.parametrize("sighting", [silent(), asleep(None)])
def test_a_system_that_did_not_answer_has_no_orphans(sighting: Sighting) -> None:
    assert judged(sighting) == []


@pytest.mark.parametrize(
    "address",
    ["ws-a/linux/file/etc/passwd", "nas/linux/unheard-of/x", "nas/linux/file/", "nas/linux", "", "nas/linux2/file/x"],
)
def test_an_entry_that_names_nothing_here_is_left_alone(address: str) -> None:
    assert judged(answered(entries=[Entry(STUDIO, address, "studio.yml", "0")])) == []


def test_a_path_that_is_not_ours_is_never_removed_whatever_the_entry_says() -> None:
    outside = file("../../../etc/passwd")
    change = one(answered([outside], entries=[entry_of(outside)]))
    assert change.kept
    assert steps_of(change) == ()


def test_folders_that_hold_data_and_users_are_released() -> None:
    data = folder("/srv/tank/ws-a")
    change = one(answered([data], entries=[entry_of(data)]))
    assert (change.verb, change.reason, steps_of(change)) == (
        "remove",
        "released: no longer managed, and left as it is",
        (),
    )
    assert Receiver(system=NAS, name="r", place=PLACE).remove() is None


def test_they_leave_in_an_order_that_never_leaves_work_without_its_files() -> None:
    ours = folder("/etc/studio-backup/northlight/jobs")
    above = folder("/etc/studio-backup/northlight")
    timer, service = (
        SystemdUnit(system=NAS, name=f"studio-backup-northlight_a.{word}", place=PLACE, text="x")
        for word in ("timer", "service")
    )
    entries = [entry_of(one) for one in (above, ours, OLD, service, timer)]
    found = judged(answered([above, ours, OLD], entries=entries))
    assert [change.resource.name.rsplit("/", 1)[-1] for change in found] == [
        "studio-backup-northlight_a.timer",
        "studio-backup-northlight_a.service",
        "old",
        "jobs",
        "northlight",
    ]


def test_a_kept_orphan_is_no_change_and_a_removed_one_is() -> None:
    kept = make(STUDIO, {}, survey(nas=answered([OLD], entries=[entry_of(OLD)])), lambda _: True, whole=False)
    assert kept.acting() == []
    gone = make(STUDIO, {}, survey(nas=answered([OLD], entries=[entry_of(OLD)])), lambda _: True, whole=True)
    assert [change.verb for change in gone.acting()] == ["remove"]
    assert gone.fingerprint() != kept.fingerprint()
