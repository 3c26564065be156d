"""The plan: order, what is blocked behind what, waves, what is known later, and a fingerprint of all that matters."""

from __future__ import annotations

import dataclasses

import pytest

from studio_backup.cli.codes import of_plan
from studio_backup.manifest import entry_path, entry_text
from studio_backup.plan import Plan, make
from studio_backup.report.plan import screen, summary
from studio_backup.report.plan_json import document
from studio_backup.report.text import Paint
from studio_backup.resource import After, Derived, Resource
from studio_backup.steps import steps_of, task_of
from studio_backup.survey import Sighting
from tests.test_schemas_documents import complaints
from tests.values import (
    NAS,
    PUBLIC,
    STUDIO,
    WS_A,
    answered,
    asleep,
    block,
    by_address,
    entry_of,
    file,
    folder,
    key,
    silent,
    survey,
    volume,
)

LINES = Derived(("restrict ", After(key().address, "public")))


def planned(*wanted: Resource, whole: bool = True, only: str = "", **systems: Sighting) -> Plan:
    return make(STUDIO, by_address(*wanted), survey(**systems), lambda one: one.address.startswith(only), whole)


def verbs(plan: Plan) -> dict[str, str]:
    return {change.resource.name.rsplit("/", 1)[-1]: change.verb for change in plan.changes}


def test_nothing_to_do() -> None:
    one = file("job")
    plan = planned(one, nas=answered([one], entries=[entry_of(one)]))
    assert verbs(plan) == {"job": "ok"}
    assert plan.acting() == []
    assert plan.summary()["ok"] == 1


def test_what_is_needed_comes_first() -> None:
    last = file("last", requires=(file("middle").address,))
    middle = file("middle", requires=(file("first").address,))
    plan = planned(last, middle, file("first"), nas=answered(gone=[last, middle, file("first")]))
    assert list(verbs(plan)) == ["first", "middle", "last"]
    assert set(plan.waves.values()) == {1}


def test_a_circle_is_a_fault_of_ours() -> None:
    one, two = file("one", requires=(file("two").address,)), file("two", requires=(file("one").address,))
    with pytest.raises(AssertionError, match="circle"):
        planned(one, two, nas=answered(gone=[one, two]))


@pytest.mark.parametrize(("sighting", "verb"), [(silent(), "unread"), (asleep(7), "asleep"), (answered(), "unread")])
def test_nothing_is_planned_on_a_system_that_did_not_answer(sighting: Sighting, verb: str) -> None:
    plan = planned(file("job"), nas=sighting)
    assert verbs(plan) == {"job": verb}
    assert plan.acting() == []
    assert plan.waves == {}


def test_a_system_that_nothing_is_wanted_of_is_unread_all_the_same() -> None:
    """What stands there of ours nobody knows: that is not nothing to do."""
    plan = planned(nas=silent())
    assert (plan.changes, list(plan.silent)) == ((), [NAS])
    assert of_plan(plan, False) == 3
    shown = "\n".join([*screen(plan, Paint(False), 0, {}), summary(plan, Paint(False))])
    assert "could not be read" in shown
    assert "Nothing to do" not in shown
    assert "1 system unread" in shown
    assert complaints(document(plan), "plan") == []
    assert (planned(file("job"), nas=silent()).silent, planned(nas=asleep(7)).silent) == ({}, {})


def test_nothing_is_planned_on_what_needs_something_unread() -> None:
    """The folder's question was not answered: the file in it stays, and so does what rests on the file."""
    above = folder("/srv/tank/a")
    middle = file("job", requires=(above.address,))
    last = file("last", requires=(middle.address,))
    plan = planned(above, middle, last, nas=answered(gone=[middle, last]))
    assert verbs(plan) == {"a": "unread", "job": "deferred", "last": "deferred"}
    assert "unread" in plan.changes[1].reason or above.address in plan.changes[1].reason
    assert plan.acting() == []


def test_nothing_is_planned_behind_a_conflict() -> None:
    other = file("job", "other\n")
    plan = planned(file("job"), file("next", requires=(file("job").address,)), nas=answered([other], [file("next")]))
    assert verbs(plan) == {"job": "conflict", "next": "deferred"}


def test_a_volume_that_is_not_mounted_keeps_what_stands_on_it() -> None:
    above = folder("/srv/tank/a", requires=(volume().address,))
    plan = planned(volume(), above, nas=answered(gone=[volume(), above]))
    assert verbs(plan) == {"tank": "watch", "a": "deferred"}
    assert "not mounted" in plan.changes[1].reason


def test_what_is_fine_is_not_deferred_behind_trouble() -> None:
    one = file("job", requires=(volume().address,))
    plan = planned(volume(), one, nas=answered([one], [volume()], entries=[entry_of(one)]))
    assert verbs(plan) == {"tank": "watch", "job": "ok"}


def test_a_new_key_is_known_a_wave_later_on_the_other_machine() -> None:
    plan = planned(key(), block(LINES), nas=answered(gone=[key()]), ws_a=answered(gone=[block("x")]))
    assert plan.waves == {key().address: 1, block("x").address: 2}
    change = plan.acting(2)[0]
    assert steps_of(change) == ()
    titles = [step["title"] for step in document(plan)["steps"]]  # type: ignore[attr-defined]
    assert titles == [f"make key {key().name}", f"known after {key().address}"]


def test_a_key_that_is_there_is_known_at_once() -> None:
    plan = planned(
        key(), block(LINES), nas=answered([key()], entries=[entry_of(key())]), ws_a=answered(gone=[block("x")])
    )
    assert plan.waves == {block("x").address: 1}
    assert f"restrict {PUBLIC}" in steps_of(plan.acting()[0])[0].script


def test_a_line_that_must_follow_a_new_key_is_listed_as_a_step_too() -> None:
    """The key is gone, the line made of it still stands: it will change, and the plan must say so."""
    old = block(f"restrict {PUBLIC}")
    plan = planned(key(), block(LINES), nas=answered(gone=[key()]), ws_a=answered([old], entries=[entry_of(old)]))
    assert plan.waves == {key().address: 1, old.address: 2}
    steps = document(plan)["steps"]
    assert isinstance(steps, list)
    assert [step["address"] for step in steps] == [key().address, old.address]


def test_another_machine_s_file_waits_a_wave_and_one_of_the_same_does_not() -> None:
    there = file("there", system=WS_A, requires=(file("here").address,))
    same = file("same", requires=(file("here").address,))
    plan = planned(file("here"), there, same, nas=answered(gone=[file("here"), same]), ws_a=answered(gone=[there]))
    assert plan.waves == {file("here").address: 1, same.address: 1, there.address: 2}


def test_what_was_not_chosen_is_not_in_the_plan() -> None:
    plan = planned(file("a"), file("b"), only=file("a").address, whole=False, nas=answered(gone=[file("a"), file("b")]))
    assert list(verbs(plan)) == ["a"]


def test_the_fingerprint_holds_changes_steps_and_what_is_there() -> None:
    want, there = file("job", "new\n"), file("job", "old\n")

    def print_of(wanted: Resource, seen: Resource) -> str:
        return planned(wanted, nas=answered([seen], entries=[entry_of(there)])).fingerprint()

    base = print_of(want, there)
    assert base == print_of(want, there)
    assert base != print_of(file("job", "newer\n"), there)
    assert base != print_of(want, file("job", "older\n"))
    assert base != planned(want, nas=answered(gone=[want])).fingerprint()


def test_watched_fields_and_places_are_not_in_the_fingerprint() -> None:
    want, gone = file("job"), [file("job")]
    base = planned(want, volume(), nas=answered([volume()], gone)).fingerprint()
    assert base == planned(want, volume(), nas=answered([], [*gone, volume()])).fingerprint()
    moved = dataclasses.replace(want, place=dataclasses.replace(want.place, line=99))
    assert base == planned(moved, volume(), nas=answered([volume()], gone)).fingerprint()


def test_a_task_carries_its_entry_and_only_what_goes_with_it() -> None:
    one = file("job", requires=(file("first").address, "ws-a/linux/file/elsewhere"))
    plan = planned(one, nas=answered(gone=[one]))
    task = task_of(STUDIO, plan.acting()[0], frozenset({file("first").address}))
    assert task.needs == {file("first").address}
    assert task.entry_path == entry_path(STUDIO, one.address)
    assert task.entry == entry_text(entry_of(one))
    assert PUBLIC not in task.entry


def test_a_lost_entry_is_written_again_without_a_step() -> None:
    plan = planned(file("job"), nas=answered([file("job")]))
    change = plan.acting()[0]
    assert (change.verb, steps_of(change)) == ("update", ())
    assert document(plan)["steps"] == []
    assert task_of(STUDIO, change, frozenset()).entry == entry_text(entry_of(file("job")))


def test_only_the_systems_of_the_plan_are_named() -> None:
    assert {change.resource.system for change in planned(file("job"), nas=answered(gone=[file("job")])).changes} == {
        NAS
    }
