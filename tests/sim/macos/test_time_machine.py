"""Time Machine set up on a Mac that says no, lies about it, or is another one by then: nothing that was there goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from studio_backup.apply import carry_out
from studio_backup.looking import look
from studio_backup.result import Result
from studio_backup.steps import steps_of
from tests.mac_studio import BACKUP
from tests.sim.macos import time_machine, volumes
from tests.sim.macos.machine import Mac
from tests.sim.macos.state import State
from tests.sim.macos.test_drift import Bench, bench_of, differing, furnished, scope

DISK = "- {name: A Mac, hosts: ws-a, time-machine: {macos: {destinations: [backup]}}}\n"
EXCLUSIVE = "- {name: A Mac, hosts: ws-a, time-machine: {macos: {destinations: [backup], exclusive: yes}}}\n"
SHARE = '- {name: A Mac, hosts: ws-a, time-machine: {macos: {destinations: [backup, "smb://tm@nas.local/tm"]}}}\n'
KEPT = "- {name: A Mac, hosts: ws-a, time-machine: {macos: {destinations: [backup], exclude: [/Users/none]}}}\n"


@pytest.fixture(scope="module")
def opened() -> Iterator[Mac]:
    with Mac("15") as mac:
        bench_of(mac)
        yield mac
        assert mac.refused() == []


def anew(mac: Mac, playbook: str, edit: Callable[[State], object] = lambda _: None) -> Bench:
    """The Mac as somebody set it up, and one thing changed."""
    with mac.state() as state:
        state.update(fda=True, volumes=[], raidsets=[])
        state["tm"] = {
            **dict.fromkeys(("auto", "interval")), "dests": [], "skip_paths": [], "excluded_volumes": [], "sticky": [],
        }  # fmt: skip
        furnished(state)
        edit(state)
    return Bench(mac, scope(playbook))


def applied(bench: Bench, between: Callable[[State], object]) -> Result:
    """The one result, where something happens between plan and apply."""
    engine = bench.engine()
    try:
        survey, plan = look(engine, bench.scope)
        with bench.mac.state() as state:
            between(state)
        (result,) = carry_out(engine, bench.scope, survey, plan, lambda _: None).results.values()
        return result
    finally:
        engine.close()


def names(mac: Mac) -> list[str]:
    with mac.state() as state:
        return [one["name"] for one in state["tm"]["dests"]]


def format_as(fs: str) -> Callable[[State], object]:
    return lambda s: next(one for one in s["volumes"] if one["uuid"] == BACKUP).update(fs=fs)


@pytest.mark.parametrize("fs", ["smbfs", "exfat"])
def test_a_refusal_that_exits_0_is_a_failure(opened: Mac, fs: str) -> None:
    done = applied(anew(opened, DISK, format_as(fs)), lambda _: None)
    assert (done.done, done.reason) == (False, "failed with exit status 1")
    assert "(error 45)\nThe backup destination could not be set." in done.log
    assert names(opened) == ["Passport"]


def test_access_that_was_taken_away_meanwhile(opened: Mac) -> None:
    done = applied(anew(opened, DISK), lambda s: s.update(fda=False))
    assert not done.done
    assert done.log.startswith("tmutil: setdestination requires Full Disk Access privileges.")


def test_a_destination_that_somebody_added_meanwhile_gets_no_twin(opened: Mac) -> None:
    done = applied(anew(opened, DISK), lambda s: time_machine.add(s, kind="Local", name="TimeMachine", volume=BACKUP))
    assert (done.done, done.log) == (False, "/Volumes/TimeMachine is a destination already")
    assert names(opened) == ["Passport", "TimeMachine"]


def test_another_drive_that_is_mounted_there_meanwhile(opened: Mac) -> None:
    def swap(state: State) -> None:
        state["volumes"] = [one for one in state["volumes"] if one["uuid"] != BACKUP]
        volumes.add(state, "TimeMachine", "FFFF3C1A-6D2E-4B7A-9C55-0A1B2C3D4E5F")

    done = applied(anew(opened, DISK), swap)
    assert (done.done, done.log) == (False, "another volume is mounted at /Volumes/TimeMachine")
    assert names(opened) == ["Passport"]


def test_a_list_that_cannot_be_read_is_not_an_empty_one(opened: Mac) -> None:
    def double(state: State) -> None:
        time_machine.add(state, kind="Local", name="TimeMachine", volume=BACKUP)
        state["lies"]["destinationinfo-fails"] = 1

    done = applied(anew(opened, DISK), double)
    assert (done.done, done.log) == (False, "tmutil does not say which destinations there are")
    assert names(opened) == ["Passport", "TimeMachine"]


def test_nothing_goes_for_what_was_only_said_to_be_added(opened: Mac) -> None:
    done = applied(anew(opened, EXCLUSIVE), lambda s: s["lies"].update({"setdestination-nothing": 1}))
    assert (done.done, done.log) == (False, "/Volumes/TimeMachine is not in the list, and nothing said why")
    assert names(opened) == ["Passport"]


def test_what_has_the_only_say_takes_the_rest_out_once_its_own_is_there(opened: Mac) -> None:
    bench = anew(opened, EXCLUSIVE, lambda s: s["tm"]["skip_paths"].append("/Users/Shared/Takes"))
    plan, done = bench.apply()
    titles = [step.title for change in plan.changes for step in steps_of(change)]
    assert titles == [
        "add /Volumes/TimeMachine to the destinations",
        "take /Volumes/Passport from the destinations; its backups stay",
        "take in /Users/Shared/Takes",
        "turn automatic backups on",
    ]
    assert done.failed == []
    assert names(opened) == ["TimeMachine"]


def test_of_twins_the_one_with_backups_stays(opened: Mac) -> None:
    def double(state: State) -> None:
        for _ in range(2):
            time_machine.add(state, kind="Local", name="TimeMachine", volume=BACKUP)
        state["tm"]["dests"][1]["completed"] = ["2026-11-26T03:15:00Z"]

    bench = anew(opened, EXCLUSIVE, double)
    with opened.state() as state:
        kept = state["tm"]["dests"][1]["id"]
    assert bench.apply()[1].failed == []
    with opened.state() as state:
        assert [one["id"] for one in state["tm"]["dests"]] == [kept]


def test_a_share_waits_for_a_person_and_is_taken_as_it_was_added(opened: Mac) -> None:
    bench = anew(opened, SHARE)
    change = differing(bench.look())["time-machine"]
    assert change.verb == "conflict"
    assert "add smb://tm@nas.local/tm as a backup disk, and type its password" in change.fix
    assert bench.apply()[1].results == {}
    with opened.state() as state:
        time_machine.add(state, kind="Network", name="tm", url="smb://tm@NAS.local./tm")
    assert bench.apply()[1].failed == []
    assert names(opened) == ["Passport", "tm", "TimeMachine"]


def test_what_is_not_there_is_not_left_out(opened: Mac) -> None:
    done = applied(anew(opened, KEPT), lambda _: None)
    assert not done.done
    assert "nothing is at /Users/none" in done.log


def test_a_profile_that_forces_it_off_is_seen(opened: Mac) -> None:
    done = applied(anew(opened, DISK), lambda s: s["lies"].update({"profile-forces-auto": 1}))
    assert (done.done, done.reason) == (
        False,
        "not seen to be done: automatic is 'not set', backup is 'none was ever completed'",
    )
