"""Fifty simulated rooms: the table first, stopped at the first failure beyond the limit, finished by --pending."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from studio_backup.cli import apply as command
from studio_backup.cli import main
from studio_backup.cli.settings import Settings
from studio_backup.cli.spec import load_studio
from studio_backup.compile import compile_studio
from studio_backup.errors import EvidenceError
from studio_backup.evidence.store import Store
from studio_backup.manifest import Entry
from tests import fifty_rooms
from tests.simulated import World, engine_of
from tests.test_schemas_documents import complaints


class Fifty:
    """The studio, its machines, and the real command on them."""

    def __init__(self, rooms: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        fifty_rooms.write(Path(), rooms)
        self.world = World(compile_studio(load_studio(Settings())).resources)
        self.dual = [f"ws-{number:02}" for number in range(10, rooms + 1, 10)]
        self.world.asleep = {f"{name}/edit" for name in self.dual}
        self._capsys = capsys
        monkeypatch.setattr(command, "engine_of", lambda *_, **__: engine_of(self.world))

    def apply(self, *options: str, code: int) -> str:
        """What it prints; every address that it makes was never made before."""
        with pytest.raises(SystemExit) as caught:
            main(["apply", "--yes", *options])
        out, err = self._capsys.readouterr()
        assert "Traceback" not in err
        assert caught.value.code == code, f"{out[-900:]}{err}"
        twice = {address for address, times in Counter(self.world.made).items() if times > 1}
        assert not twice
        return out + err

    def json(self, *options: str, code: int) -> dict[str, Any]:
        document = json.loads(self.apply(*options, "--format", "json", code=code))
        assert complaints(document, "report", "apply") == []
        assert isinstance(document, dict)
        return document

    def touched(self) -> list[str]:
        """Machines in the order in which something was first made on them."""
        return list(dict.fromkeys(address.split("/")[0] for address in self.world.made))

    def finish(self) -> None:
        """Everything is there."""
        self.world.asleep = set()
        for system in ("mix", "edit"):  # one boots after the other
            self.world.asleep = {f"{name}/{'edit' if system == 'mix' else 'mix'}" for name in self.dual}
            assert self.apply("--pending", code=0)
        assert self.json("--pending", code=0)["pending"] == []
        lacking = set(self.world.resources) - set(self.world.there)
        assert {address.split("/")[2] for address in lacking} <= {"volume"}


@pytest.fixture
def fifty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Fifty:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return Fifty(50, monkeypatch, capsys)


@pytest.fixture
def rooms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Fifty:
    """The same with twelve rooms, where their number does not matter."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return Fifty(12, monkeypatch, capsys)


CANARY = ("--canary", "room:room-01", "--batch", "25%")


def lines(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_the_table_comes_first_then_the_canary_then_the_batches(fifty: Fifty) -> None:
    out = fifty.apply(*CANARY, code=0)
    head = out.index("BATCH    SYSTEM".replace("    ", "  ")) if "BATCH  SYSTEM" in out else out.index("BATCH ")
    assert [line for line in out[head:].splitlines() if len(line) > 80 and "ssh-key" not in line] == []
    assert head < out.index("canary: ws-01") < out.index("the canary is well") < out.index("batch 1 of 4: ")
    rows = lines(out[head : out.index("canary: ws-01")])
    assert ["canary", "ws-01/linux"] in [row[:2] for row in rows]
    assert ["canary", "nas/linux"] in [row[:2] for row in rows]
    assert "ws-01_sessions_on-nas" in fifty.world.jobs
    assert fifty.touched()[0] in ("nas", "vault", "ws-01")
    assert Counter(row[0] for row in rows if row)["4"] >= 12
    asleep = [row for row in rows if row[:1] == ["later"]]
    assert {row[1] for row in asleep} == fifty.world.asleep
    assert out.rstrip().endswith("Next: studio-backup apply --pending goes on from here")
    before = len(fifty.world.made)
    fifty.finish()
    assert {address.split("/")[1] for address in fifty.world.made[before:]} == {"edit"}


def test_a_canary_brings_its_own_side_of_the_nas_and_no_other_room_s(rooms: Fifty) -> None:
    rooms.world.job_result = "failed"
    out = rooms.apply(*CANARY, code=1)
    assert "the canary is not well: ws-01/sessions/on-nas" in " ".join(out.split())
    assert set(rooms.touched()) == {"ws-01", "nas", "vault"}
    assert not [address for address in rooms.world.made if "ws-02" in address]
    assert "batch 1" not in out
    rooms.world.job_result = "ok"
    again = rooms.apply("--pending", code=0)
    assert again.index("canary: ws-01") < again.index("the canary is well") < again.index("batch 1 of 4: ")


def test_a_canary_that_fails_half_way_is_the_end_of_it(rooms: Fifty) -> None:
    bad = next(address for address in rooms.world.resources if address.startswith("ws-01/linux/block/"))
    rooms.world.failing = {bad}
    out = rooms.apply(*CANARY, "--max-failed", "9", code=1)
    assert "the canary is not well: something failed on ws-01" in out
    assert set(rooms.touched()) == {"ws-01", "nas", "vault"}
    rooms.world.failing = set()
    found = rooms.json("--pending", code=0)
    assert found["rollout"]["proven"] is True
    assert [batch["name"] for batch in found["rollout"]["batches"]] == ["canary", "1", "2", "3", "4"]
    rooms.finish()


def test_a_batch_whose_third_host_dies_goes_on_within_the_limit_and_stops_beyond_it(rooms: Fifty) -> None:
    def dies(world: World, systems: Sequence[str]) -> None:
        if "ws-04/linux" in systems:
            world.dead.add("ws-04")

    rooms.world.before = dies
    found = rooms.json(*CANARY, "--max-failed", "1", code=1)
    assert found["rollout"]["stopped"] is None
    assert {one["system"]: one["word"] for one in found["pending"]}["ws-04/linux"] == "failed"
    assert "ws-12" in rooms.touched()
    rooms.world.before, rooms.world.dead = lambda *_: None, set()
    assert rooms.apply("--pending", code=0)
    rooms.finish()


def test_no_batch_is_begun_once_more_have_failed_than_may(rooms: Fifty) -> None:
    def dies(world: World, systems: Sequence[str]) -> None:
        world.dead |= {"ws-04", "ws-07"} & {system.split("/")[0] for system in systems}

    rooms.world.before = dies
    out = rooms.apply(*CANARY, "--max-failed", "1", code=1)
    assert "2 machines (ws-04, ws-07) failed, 1 may" in " ".join(out.split())
    assert "batch 2 of 4" in out  # the limit is one for the whole run, not one for each batch
    assert "batch 3 of 4" not in out
    assert "ws-10" not in rooms.touched()
    assert "Next: studio-backup apply --pending goes on from here" in out
    rooms.world.before, rooms.world.dead = lambda *_: None, set()
    again = rooms.apply("--pending", code=0)
    assert "canary:" not in again


def test_the_limit_is_none_at_all_unless_it_is_given(rooms: Fifty) -> None:
    bad = next(address for address in rooms.world.resources if address.startswith("ws-04/linux/file/"))
    rooms.world.failing = {bad}
    out = rooms.apply("--batch", "5", code=1)
    assert "1 machine (ws-04) failed, 0 may" in " ".join(out.split())
    assert "batch 2 of 3" not in out


def test_the_control_machine_is_killed_between_batches(rooms: Fifty, capsys: pytest.CaptureFixture[str]) -> None:
    class Killed(BaseException):
        pass

    def killed(_: World, systems: Sequence[str]) -> None:
        if "ws-10/mix" in systems:
            raise Killed

    rooms.world.before = killed
    with pytest.raises(Killed):
        main(["apply", "--yes", *CANARY])
    assert "batch 3 of 4" in capsys.readouterr().out
    assert {"ws-01", "ws-02", "ws-03"} <= set(rooms.touched())
    assert "ws-10" not in rooms.touched()
    rooms.world.before = lambda *_: None
    rooms.world.jobs.clear()
    asked = len(rooms.world.asked)
    out = rooms.apply("--pending", code=0)
    assert "canary:" not in out
    assert rooms.world.jobs == []
    assert "ws-03/linux" not in rooms.world.asked[asked:]


def test_who_does_not_answer_waits_and_nothing_is_done_for_it_elsewhere(rooms: Fifty) -> None:
    rooms.world.dead = {"ws-05"}
    found = rooms.json(*CANARY, code=2)
    assert not [address for address in rooms.world.made if "ws-05" in address]
    assert {one["system"]: one["word"] for one in found["pending"]}["ws-05/linux"] == "unreachable"
    rooms.world.dead = set()
    rooms.finish()


def names_of(systems: Sequence[str]) -> set[str]:
    return {system.split("/")[0] for system in systems}


def away(world: World, systems: Sequence[str]) -> None:
    """A workstation that is gone when the first goes, and back when the twelfth does."""
    if "ws-01" in names_of(systems):
        world.dead.add("ws-10")
    elif "ws-12" in names_of(systems):
        world.dead.discard("ws-10")


def test_a_host_that_comes_back_during_the_run_is_done_at_its_end(rooms: Fifty) -> None:
    rooms.world.before = away
    out = rooms.apply(*CANARY, code=0)
    assert "later  ws-10/mix: does not answer" in out
    assert "ws-10/mix" in {"/".join(address.split("/")[:2]) for address in rooms.world.made}
    assert rooms.touched()[-1] == "ws-10"


def test_a_host_that_comes_back_is_locked_anew_and_waits_for_whoever_holds_it(rooms: Fifty) -> None:
    def held(world: World, systems: Sequence[str]) -> None:
        away(world, systems)
        if "ws-01" not in names_of(systems) and "ws-12" in names_of(systems):
            world.holders["ws-10/mix"] = "kim on desk (apply, process 4711, since 2026-11-22 04:08:57 UTC)"

    rooms.world.before = held
    out = rooms.apply(*CANARY, code=2)
    assert "later  ws-10/mix: locked: ws-10/mix is locked by kim on desk" in " ".join(out.split("\n"))
    assert not [address for address in rooms.world.made if "ws-10" in address]
    rooms.world.holders, rooms.world.before = {}, lambda *_: None
    rooms.finish()


def test_a_host_that_was_never_planned_is_not_done_though_it_comes_back(rooms: Fifty) -> None:
    """Nobody saw its steps: it waits for --pending, and so does its side of the NAS."""
    rooms.world.dead = {"ws-05"}
    rooms.world.before = lambda world, _: world.dead.discard("ws-05")
    found = rooms.json(*CANARY, code=2)
    assert not [address for address in rooms.world.made if "ws-05" in address]
    assert {one["system"]: one["word"] for one in found["pending"]}["ws-05/linux"] == "unreachable"
    rooms.finish()


def test_a_connection_that_died_of_old_age_is_made_anew(rooms: Fifty) -> None:
    rooms.world.after_job = lambda world: world.dropped.update({"ws-10", "nas"})
    out = rooms.apply(*CANARY, code=0)
    assert "later  " not in out.partition("canary: ws-01")[2]
    assert "ws-10" in rooms.touched()


def test_once_too_many_failed_no_wave_of_the_same_batch_is_begun(rooms: Fifty) -> None:
    rooms.world.failing = {"ws-04/linux/file//etc/studio-backup/fifty/gate"}
    rooms.apply(*CANARY, code=1)
    assert any(address.startswith("ws-02/linux/file/") for address in rooms.world.made)
    assert not any(address.startswith("ws-02/linux/block/") for address in rooms.world.made)


def test_rooms_whose_side_elsewhere_fails_count_each(rooms: Fifty) -> None:
    rooms.world.failing = {one for one in rooms.world.resources if one.startswith("nas/linux/directory//srv/tank/ws-")}
    found = rooms.json("--batch", "1", "--max-failed", "1", code=1)
    assert found["rollout"]["stopped"] == "2 machines (ws-01, ws-02) failed, 1 may"
    assert "ws-03" not in rooms.touched()


def test_the_limit_is_no_limit_for_a_canary(rooms: Fifty) -> None:
    rooms.world.failing = {"ws-02/linux/file//etc/studio-backup/fifty/gate"}
    rooms.apply("--canary", "room:room-01", "--canary", "room:room-02", "--max-failed", "9", code=1)
    assert not any("/block/authorized_keys:root/fifty.nas" in address for address in rooms.world.made)


def test_a_canary_with_a_conflict_is_not_well(rooms: Fifty) -> None:
    address = "ws-01/linux/file//etc/studio-backup/fifty/gate"
    rooms.world.there[address] = dataclasses.replace(rooms.world.resources[address], text="mine")  # type: ignore[call-arg]
    out = " ".join(rooms.apply(*CANARY, code=1).split())
    assert f"the canary is not well: {address}: conflict" in out
    assert rooms.world.jobs == []
    assert "ws-02" not in rooms.touched()


def test_a_room_in_session_is_let_alone_until_the_time_that_was_given(
    rooms: Fifty, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms.world.sessions = {"ws-03/linux": "program\tardour-8.6\n", "ws-04/linux": "busy\tws-04/sessions\n"}
    out = " ".join(rooms.apply(*CANARY, "--sessions-until", "2090-01-01 22:00", code=2).split())
    assert "in session: ardour-8.6 is running; let alone until 2090-01-01 22:00" in out
    assert "in session: files of ws-04/sessions are in use" in out
    assert not [address for address in rooms.world.made if "ws-03" in address or "ws-04" in address]
    asked = len(rooms.world.asked)
    rooms.apply("--pending", code=2)
    assert not {"ws-03/linux", "ws-04/linux"} & set(rooms.world.asked[asked:])
    monkeypatch.setattr("studio_backup.cli.pending.time.time", lambda: 3_800_000_000.0)
    rooms.world.sessions = {"ws-03/linux": "program\tardour-8.6\n"}
    rooms.apply("--pending", code=2)
    assert not [address for address in rooms.world.made if "ws-03" in address]
    assert "ws-04" in rooms.touched()
    rooms.world.sessions = {}
    monkeypatch.setattr("studio_backup.cli.pending.time.time", lambda: 3_900_000_000.0)
    rooms.finish()


def test_a_room_that_goes_into_session_before_its_turn_is_let_alone(rooms: Fifty) -> None:
    def begins(world: World, systems: Sequence[str]) -> None:
        if "ws-01/linux" in systems:
            world.sessions["ws-10/mix"] = "program\tREAPER\n"

    rooms.world.before = begins
    out = rooms.apply(*CANARY, code=2)
    assert "later  ws-10/mix: in session: REAPER is running" in out
    assert not [address for address in rooms.world.made if "ws-10" in address]


def test_a_canary_in_session_is_no_canary(rooms: Fifty) -> None:
    rooms.world.sessions = {"ws-01/linux": "program\tREAPER\n"}
    out = rooms.apply(*CANARY, code=2)
    assert "No canary can be tried now, so nothing is begun." in out
    assert rooms.world.made == []


def test_a_canary_that_is_let_alone_still_is_waited_for(rooms: Fifty) -> None:
    rooms.world.sessions = {"ws-01/linux": "program\tREAPER\n"}
    rooms.apply(*CANARY, "--sessions-until", "2090-01-01 22:00", code=2)
    out = " ".join(rooms.apply("--pending", code=2).split())
    assert "in session: REAPER is running; let alone until 2090-01-01 22:00" in out
    assert "No canary can be tried now, so nothing is begun." in out
    assert rooms.world.made == []


def test_who_needs_a_machine_that_does_not_answer_waits_for_it(rooms: Fifty) -> None:
    rooms.world.after_job = lambda world: world.dead.add("nas")
    out = rooms.apply(*CANARY, code=2)
    assert "later  ws-02: does not answer: needs nas: nas/linux: no answer" in out
    assert set(rooms.touched()) == {"ws-01", "nas", "vault"}
    rooms.world.after_job, rooms.world.dead = lambda _: None, set()
    rooms.finish()


def test_two_technicians_with_different_halves(rooms: Fifty) -> None:
    """The second comes while the first is at work on the NAS that both need: it is told, and finishes later."""
    rooms.world.holders = {"nas/linux": "tech on desk (apply, process 4711, since 2026-11-22 04:08:57 UTC)"}
    out = rooms.apply("--only", "room:room-0*", *CANARY, code=6)
    assert "nas/linux is locked by tech on desk (apply, process 4711, since 2026-11-22" in out
    assert "--break-lock" in out
    assert rooms.world.made == []
    rooms.world.holders = {}
    rooms.apply("--only", "room:room-0*", *CANARY, code=0)
    first = set(rooms.touched())
    assert first == {"nas", "vault", *(f"ws-0{number}" for number in range(1, 10))}
    rooms.apply("--except", "room:room-0*", "--batch", "10", code=0)
    assert "ws-12" in rooms.touched()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--batch", "0"), "--batch 0: not a number of machines"),
        (("--batch", "101%"), "not a number of machines"),
        (("--canary", "room:room-99"), "matches nothing"),
        (("--only", "room:room-02", "--canary", "room:room-01"), "none of it is in this run"),
        (("--sessions-until", "late"), "not a time"),
        (("--sessions-until", "0001-01-01 00:00"), "not a time"),
        (("--pending", "--only", "room:room-01"), "takes no --only"),
    ],
)
def test_a_slip_of_the_pen_is_an_error_with_a_fix(rooms: Fifty, options: Sequence[str], said: str) -> None:
    out = rooms.apply(*options, code=1)
    assert said in out
    assert "fix: " in out
    assert rooms.world.made == []


def test_a_plain_apply_keeps_what_it_left_too(rooms: Fifty) -> None:
    rooms.world.dead = {"ws-05"}
    found = rooms.json(code=3)
    assert "rollout" not in found
    words = {one["system"]: one["word"] for one in found["pending"]}
    assert words == {"ws-05/linux": "unreachable", **dict.fromkeys(sorted(rooms.world.asleep), "asleep")}
    rooms.world.dead = set()
    asked = len(rooms.world.asked)
    rooms.apply("--pending", code=0)
    assert "ws-07/linux" not in rooms.world.asked[asked:]


def test_what_an_apply_of_another_selection_left_is_not_forgotten(rooms: Fifty) -> None:
    rooms.world.dead = {"ws-02"}
    rooms.apply("--only", "room:room-02", code=3)
    rooms.world.dead = {"ws-04"}
    rooms.apply("--only", "room:room-03", "--only", "room:room-04", "--batch", "1", code=2)
    rooms.world.dead = set()
    out = rooms.apply("--pending", code=2)
    assert "ws-04" in rooms.touched()
    assert "ws-02" not in rooms.touched()
    assert "Next: studio-backup apply --pending" in out
    rooms.apply("--pending", code=0)
    assert "ws-02" in rooms.touched()
    assert rooms.json("--pending", code=0)["pending"] == []


def test_a_canary_without_work_stands_in_the_table(rooms: Fifty) -> None:
    rooms.apply("--only", "machine:ws-01", code=0)
    table = " ".join(rooms.apply(*CANARY, code=0).split())
    assert "canary ws-01 0 nothing is to be done there; it is looked at all the same" in table


def test_going_on_without_what_has_left_the_spec(rooms: Fifty) -> None:
    """The rollout chose a machine that has another name by now: that is no error, and nothing is pending for it."""
    rooms.world.dead = {"ws-05"}
    rooms.apply("--only", "machine:ws-05", *CANARY[2:], code=2)
    (inventory,) = Path("inventory").glob("*.yml")
    inventory.write_text(inventory.read_text().replace("  ws-05:\n", "  ws-55:\n"))
    out = rooms.apply("--pending", code=0)
    assert "Nothing is pending." in out
    assert "what was chosen then is not in the spec any more" in out


def test_a_canary_of_a_studio_where_nothing_is_left_is_not_pending_for_ever(rooms: Fifty) -> None:
    for system in ("mix", "edit"):
        rooms.world.asleep = {f"{name}/{system}" for name in rooms.dual}
        rooms.apply(code=0)
    assert rooms.json(*CANARY, code=0)["pending"] == []
    assert "Nothing is pending." in rooms.apply("--pending", code=0)


def test_what_is_left_on_a_machine_that_nothing_is_asked_of_any_more_goes_too(rooms: Fifty) -> None:
    spec = Path("inventory/studio.yml")
    old = f"""  old:
    role: nas
    room: machine-room
    systems: {{linux: {{address: 10.9.0.1, host_key: "{fifty_rooms.host_key(77)}"}}}}
"""
    spec.write_text(f"{spec.read_text()}{old}")
    orphan = "old/linux/directory//srv/copies"
    rooms.world.entries["old/linux"] = {("fifty", orphan): Entry("fifty", orphan, "three-two-one.yml", "")}
    rooms.apply("--batch", "50%", code=0)
    assert orphan in rooms.world.made


def test_going_on_removes_nothing_where_only_something_is_needed(rooms: Fifty) -> None:
    rooms.world.dead = {"ws-05", "ws-06"}
    rooms.apply(code=3)
    orphans = ["nas/linux/directory//srv/old", "ws-05/linux/directory//srv/old"]
    for one in orphans:
        entries = rooms.world.entries.setdefault(one.removesuffix("/directory//srv/old"), {})
        entries["fifty", one] = Entry("fifty", one, "three-two-one.yml", "")
    rooms.world.dead = {"ws-06"}
    rooms.apply("--pending", code=3)
    assert [one for one in orphans if one in rooms.world.made] == orphans[1:]
    rooms.world.dead = set()
    rooms.apply("--pending", code=0)
    assert orphans[0] not in rooms.world.made
    rooms.apply(code=0)
    assert orphans[0] in rooms.world.made


def test_a_canary_that_another_apply_finished_is_proven_before_the_rest(rooms: Fifty) -> None:
    rooms.world.sessions = {"ws-01/linux": "program\tREAPER\n"}
    rooms.apply(*CANARY, code=2)
    rooms.world.sessions = {}
    rooms.apply("--only", "room:room-01", code=0)
    assert rooms.world.jobs == []
    out = rooms.apply("--pending", code=0)
    assert out.index("canary: ws-01") < out.index("the canary is well") < out.index("batch 1 of 4: ")
    assert rooms.world.jobs == ["ws-01_sessions_on-nas"]


def test_a_record_that_cannot_be_written_keeps_nobody_from_going_on(
    rooms: Fifty, monkeypatch: pytest.MonkeyPatch
) -> None:
    rooms.world.dead = {"ws-05"}
    rooms.apply(code=3)
    rooms.world.dead = set()

    def full(_: Store) -> AbstractContextManager[sqlite3.Connection]:
        raise EvidenceError("the record cannot be written: no space left on device")

    monkeypatch.setattr(Store, "_write", full)
    assert "no space left on device; apply --pending will not know of this" in rooms.apply("--pending", code=0)
    assert "ws-05" in rooms.touched()


def test_who_applies_a_part_of_a_system_leaves_the_rest_pending(rooms: Fifty) -> None:
    rooms.world.dead = {"ws-02"}
    rooms.apply("--only", "room:room-02", code=3)
    rooms.world.dead = set()
    rooms.apply("--only", "resource:ws-02/linux/directory/*", code=0)
    rooms.apply("--pending", code=0)
    lacking = {address for address in rooms.world.resources if address.startswith("ws-02/")} - set(rooms.world.there)
    assert {address.split("/")[2] for address in lacking} <= {"volume"}
    assert rooms.json("--pending", code=0)["pending"] == []


def test_what_is_not_given_again_stays_as_it_was_asked_for(rooms: Fifty) -> None:
    rooms.world.dead = {"ws-02"}
    assert "more than 3 machines have failed" in " ".join(
        rooms.apply("--max-failed", "3", "--batch", "5", code=2).split()
    )
    rooms.world.dead = set()
    out = " ".join(rooms.apply("--pending", "--batch", "1", code=0).split())
    assert "1 batch of 1; stops once more than 3 machines have failed" in out
